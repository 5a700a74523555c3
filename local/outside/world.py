"""Two worlds that functions run in: AWS as we embed it, and AWS as Moto has it.

Each has a Twilio of its own, the simulator, which tells nobody what becomes of a call. Nothing runs
but what a scenario hands to a function.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from email.utils import formatdate

import boto3
import requests
from boto3.dynamodb.types import TypeSerializer

import sam_environment
import webhooks
from recorder import Asked, Recorder
from runtime import Failed, Function
from sam_environment import PROJECT, kebab
from twilio import Twilio

import generate
import sam_local
from stack import BINARY, Stack

# Nobody listens there: Twilio has no need to call us.
NOBODY = "http://127.0.0.1:9"
# Nothing waits.
AT_ONCE = {"OWNER_NOTICE_DELAY": "0", "RECONCILE_AFTER": "0"}
MOTO = PROJECT / ".tools/moto/bin/moto_server"


class World:
    """Functions, each a process of its own, and all that they need."""

    def __init__(self, name: str, twilio: str, dynamodb: str, s3: str, aws: str, variables=None):
        self.name, self.twilio = name, Twilio(twilio)
        self.recorders = {sam_local.DYNAMODB: Recorder(dynamodb), sam_local.S3: Recorder(s3)}
        self.recorders[sam_local.AWS] = Recorder(aws)
        self.dynamodb = client("dynamodb", dynamodb)
        addresses = {given: recorder.address for given, recorder in self.recorders.items()}
        addresses[generate.TWILIO] = twilio
        self.environments = {}
        for function, environment, timeout in sam_environment.environments():
            for given, here in addresses.items():
                environment = {key: value.replace(given, here) for key, value in environment.items()}
            ours = {"PUBLIC_URL": NOBODY} | AT_ONCE | (variables or {})
            ours = {key: value for key, value in ours.items() if key in environment}
            self.environments[kebab(function)] = (environment | ours, timeout)
        self.consumers = consumers()
        self.functions: dict[str, Function] = {}
        self.steps: list[tuple[str, object, list[Asked]]] = []
        self.failures: list[str] = []
        self.queued: list[tuple[str, dict]] = []
        # Words of this world alone, and what to call them in both.
        self.words: dict[str, str] = {address: "<aws>" for address in addresses.values()}
        self.words[twilio] = "<twilio>"
        self.twilio.control("faults", {"drop": 1.0}, "PUT")
        for number in self.twilio.rest("IncomingPhoneNumbers.json")["incoming_phone_numbers"]:
            urls = {name: NOBODY for name in ("VoiceUrl", "SmsUrl", "StatusCallback")}
            self.twilio.rest(f"IncomingPhoneNumbers/{number['sid']}.json", urls)

    def close(self):
        for part in (*self.functions.values(), *self.recorders.values()):
            part.close()

    def invoke(self, function: str, event, label: str = "", refused: int = 0):
        """The function's answer; what it asked AWS meanwhile is noted with it.

        `refused` is the status of an answer that is not to be a success.
        """
        if function not in self.functions:
            environment, timeout = self.environments[function]
            self.functions[function] = Function(BINARY.parent / function, environment, timeout)
        try:
            answer = self.functions[function].invoke(event)
        except Failed as failed:
            answer = {}
            self.failures.append(f"{self.name}: {failed}")
        status = (answer or {}).get("statusCode", 200)
        if (status if status >= 300 else 0) != refused or (answer or {}).get("batchItemFailures"):
            self.failures.append(f"{self.name}: {function} {label}: {answer}")
        asked = []
        for recorder in self.recorders.values():
            asked += recorder.asked
            recorder.asked = []
        for one in asked:
            if one.operation == "AmazonSQS.SendMessage":
                consumer = self.consumers[one.request["QueueUrl"].rpartition("/")[2]]
                self.queued.append((consumer, json.loads(one.request["MessageBody"])))
        self.steps.append((f"{function} {label}".strip(), answer, asked))
        return answer

    def webhook(self, function: str, query: str | None = None, refused: int = 0, **changes: str):
        """The webhook of events/ with other values in its form."""
        event = generate.EVENTS[function]
        form = webhooks.form_of(event)
        if "Timestamp" in form:
            form["Timestamp"] = formatdate()
        form |= changes
        event = webhooks.signed(event, form, query, public_url=NOBODY)
        return self.invoke(function, event, refused=refused)

    def api(self, function: str, route: str, scope: str, body=None, headers=None, refused=0, **more):
        """What a signed-in program asks, and the body of the answer, if it has one."""
        event = generate.api(route, scope, body, **more)
        event["headers"] |= headers or {}
        answer = self.invoke(function, event, route, refused)
        try:
            return json.loads(answer.get("body") or "null")
        except ValueError:
            return answer["body"]

    def message(self, function: str, message: dict):
        return self.invoke(function, generate.sqs_event(f"{function}-queue", message))

    def deliver(self, *functions: str):
        """Hands over what is queued for these functions, and what is queued meanwhile."""
        while due := next((one for one in self.queued if one[0] in functions), None):
            self.queued.remove(due)
            self.message(*due)

    def items(self) -> list[dict]:
        """All that is in the table."""
        table = self.environments["ivr-entry"][0]["TABLE_NAME"]
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]


def client(service: str, address: str):
    return boto3.client(
        service,
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="outside",
        aws_secret_access_key=sam_environment.SECRET_ACCESS_KEY,
    )


def consumers() -> dict[str, str]:
    """The function of each queue of the template, by the queue's name."""
    found = {}
    for name, resource in sam_environment.template()["Resources"].items():
        for source in resource.get("Properties", {}).get("Events", {}).values():
            if source["Type"] == "SQS":
                queue, _ = source["Properties"]["Queue"]["Fn::GetAtt"]
                found[f"switchboard-{kebab(queue)}"] = kebab(name)
    return found


@contextmanager
def embedded() -> Iterator[World]:
    """Ours, in which nothing is handed to a function of the stack itself."""
    resources = sam_environment.template()["Resources"].items()
    functions = [name for name, it in resources if it["Type"] == "AWS::Serverless::Function"]
    options = [word for name in functions for word in ("--unplug", name)]
    with Stack(PROJECT / "target/moto-parity.log", "--no-seed", *options) as stack:
        with closing(World("ours", stack.simulator, stack.dynamodb, stack.s3, stack.aws)) as world:
            yield world


@contextmanager
def moto() -> Iterator[World]:
    """Moto with the table, the bucket, the queues, the secret and the user pool of the template, and a
    simulator."""
    account = ["--account-sid", generate.ACCOUNT, "--auth-token", generate.TOKEN.decode()]
    simulator = [BINARY.parent / "simulator", "--listen", "127.0.0.1:0", "--speed", "100", *account]
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {"MOTO_ACCOUNT_ID": "000000000000"}
    with ExitStack() as parts:
        log = parts.enter_context(open(PROJECT / "target/moto.log", "w"))
        server = subprocess.Popen([MOTO, "--port", str(port)], stdout=log, stderr=log, env=environment)
        # They keep nothing.
        parts.callback(server.kill)
        phones = subprocess.Popen(simulator, stdout=subprocess.PIPE, stderr=log, text=True)
        parts.callback(phones.kill)
        twilio = phones.stdout.readline().strip()
        number = {"PhoneNumber": generate.MAIN, "FriendlyName": "Main number"}
        Twilio(twilio).rest("IncomingPhoneNumbers.json", number)
        until_up(address)
        variables = furnish(address)
        sids = TypeSerializer().serialize(Twilio(twilio).contact_centre())
        settings = {"pk": {"S": "SETTINGS"}, "sk": {"S": "SETTINGS"}, "task_router": sids}
        table = sam_local.reference("AWS::DynamoDB::Table", "Table")
        client("dynamodb", address).put_item(TableName=table, Item=settings)
        yield parts.enter_context(closing(World("Moto", twilio, address, address, address, variables)))


def furnish(address: str) -> dict[str, str]:
    """Makes the template's resources; what their names do not tell functions."""
    variables = {}
    for name, resource in sam_environment.template()["Resources"].items():
        given = resource.get("Properties", {})
        called = sam_local.reference(resource["Type"], name)
        match resource["Type"]:
            case "AWS::DynamoDB::Table":
                dynamodb = client("dynamodb", address)
                keys = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
                stream = {"StreamEnabled": True} | given["StreamSpecification"]
                shape = {key: given[key] for key in keys}
                dynamodb.create_table(TableName=called, StreamSpecification=stream, **shape)
                ttl = given["TimeToLiveSpecification"]
                dynamodb.update_time_to_live(TableName=called, TimeToLiveSpecification=ttl)
            case "AWS::S3::Bucket":
                client("s3", address).create_bucket(Bucket=called)
            case "AWS::SQS::Queue":
                sqs = client("sqs", address)
                sqs.create_queue(QueueName=called.rpartition("/")[2])
            case "AWS::SecretsManager::Secret":
                secret = {"account_sid": generate.ACCOUNT, "auth_token": generate.TOKEN.decode()}
                secrets = client("secretsmanager", address)
                secrets.create_secret(Name=called, SecretString=json.dumps(secret))
            case "AWS::Cognito::UserPool":
                cognito = client("cognito-idp", address)
                keys = ("UsernameAttributes", "UsernameConfiguration", "AutoVerifiedAttributes")
                shape = {key: given[key] for key in keys}
                pool = cognito.create_user_pool(PoolName=name, **shape)["UserPool"]["Id"]
                variables["USER_POOL_ID"] = pool
            case "AWS::Cognito::UserPoolGroup":
                cognito.create_group(GroupName=given["GroupName"], UserPoolId=pool)
    return variables


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def until_up(address: str):
    for _ in range(300):
        try:
            return requests.get(address + "/moto-api/", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {address}")
