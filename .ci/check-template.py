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
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(linted.returncode or bool(problems))
