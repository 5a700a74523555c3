"""Lints what CloudFormation gets: the template after SAM's transform.

A function's environment that refers to the HTTP API is a circular dependency which `sam validate
--lint` does not see, because the reference back is made by the transform.
"""

import json
import os
import subprocess
import sys
import tempfile

from samcli.yamlhelper import yaml_parse
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


# Whose names are within another resource, or no names of AWS's.
NAMED_WITHIN_ANOTHER = ("AWS::Cognito::UserPoolResourceServer", "AWS::ApiGatewayV2::Api")
# What must outlive its stack.
KEEPS_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")


class NoManagedPolicies(ManagedPolicyLoader):
    """The template names none, and looking them up needs an AWS account."""

    def __init__(self):
        super().__init__(None)

    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
# SAM CLI uploads the code and puts its address here before the transform.
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
transformed = transform(template, {}, NoManagedPolicies())

with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    json.dump(transformed, file)
    file.flush()
    linted = subprocess.run([os.path.join(os.path.dirname(sys.executable), "cfn-lint"), file.name])

problems = []
for name, resource in transformed["Resources"].items():
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::Cognito::UserPool":
        if properties.get("UsernameConfiguration", {}).get("CaseSensitive") is not False:
            problems.append(f"{name}: e-mail addresses would be case-sensitive for ever")
    # A program has no user whose attributes it could write.
    if resource["Type"] == "AWS::Cognito::UserPoolClient" and "code" in properties["AllowedOAuthFlows"]:
        if properties.get("ExplicitAuthFlows") != ["ALLOW_REFRESH_TOKEN_AUTH"]:
            problems.append(f"{name}: people could sign in past the managed login")
        if "email" in properties.get("WriteAttributes", ["email"]):
            problems.append(f"{name}: people could change the e-mail address they are found by")
    # Two stacks of an account would want the same name.
    for named in ("TableName", "BucketName", "QueueName", "FunctionName", "Name", "UserPoolName"):
        chosen = properties.get(named)
        is_reference = isinstance(chosen, dict) and "Ref" in chosen
        if chosen and not is_reference and resource["Type"] not in NAMED_WITHIN_ANOTHER:
            if "AWS::Stack" not in json.dumps(chosen):
                problems.append(f"{name}.{named}: a second stack could not have it")
    if resource["Type"] == "AWS::Cognito::UserPoolDomain":
        if "AWS::StackId" not in json.dumps(properties["Domain"]):
            problems.append(f"{name}: a second stack could not have this domain")
    # What a first deploy that failed leaves behind keeps the next from making it.
    if "Retain" == resource.get("DeletionPolicy"):
        problems.append(f"{name}: a failed first deploy would leave it behind")
    if resource["Type"] in KEEPS_DATA and resource.get("DeletionPolicy") != "RetainExceptOnCreate":
        problems.append(f"{name}: its data would go with the stack")
    if resource["Type"] == "AWS::DynamoDB::Table":
        if properties.get("SSESpecification", {}).get("SSEEnabled"):
            problems.append(f"{name}: each request would be billed by KMS too")
        if properties["StreamSpecification"]["StreamViewType"] != "KEYS_ONLY":
            problems.append(f"{name}: its stream would hold numbers and texts")
    if resource["Type"] == "AWS::SecretsManager::Secret" and "SecretString" in properties:
        problems.append(f"{name}: a new template would overwrite a rotated token")
    if resource["Type"] == "AWS::Lambda::EventSourceMapping" and "Queue" in json.dumps(
        properties["EventSourceArn"]
    ):
        concurrency = properties.get("ScalingConfig", {}).get("MaximumConcurrency")
        if concurrency != {"Ref": "BackgroundConcurrency"}:
            problems.append(f"{name}: it could take all of the account's processes from callers")
for name, resource in transformed["Resources"].items():
    # Lets a function read every queue, or every stream, of the account.
    for managed in ("SQSQueueExecutionRole", "DynamoDBExecutionRole"):
        if resource["Type"] == "AWS::IAM::Role" and managed in json.dumps(resource):
            problems.append(f"{name}: wider than the function's own queue or stream")
# Lambda ends what invokes itself, after sixteen times.
for name in ("Erase", "ConferenceTimer"):
    if transformed["Resources"][name]["Properties"].get("RecursiveLoop") != "Allow":
        problems.append(f"{name}: Lambda would end what it queues to itself")
for name, parameter in template["Parameters"].items():
    if parameter.get("NoEcho"):
        problems.append(f"{name}: no credential is a parameter")
    if parameter["Type"] == "Number" and "MinValue" not in parameter:
        problems.append(f"{name}: a number without a bound")
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(linted.returncode or bool(problems))
