"""Writes `sam-local.json`: the variables that `sam local invoke` gives a function in its container,
on the data of `target/debug/local --host 0.0.0.0`.

SAM CLI itself resolves the template, told the parameters that the local stack fills in and what
the template's resources are called there. All variables are written, also those that a parameter's
default gives, because SAM CLI takes what the file leaves out from the developer's shell: `LANGUAGE`
is set on many a desktop. Runs in SAM CLI's Python: `make events`.
"""

import json
import logging
import re
from pathlib import Path

from samcli.commands._utils.template import get_template_data
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

from generate import MAIN, OWNER, TWILIO

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE = PROJECT / "template.yaml"
FILE = PROJECT / "events/sam-local.json"

# Where a container finds the ports of the local stack.
DYNAMODB, S3, AWS = (f"http://host.docker.internal:{port}" for port in (3002, 3003, 3004))
# What `local/src/stack.rs` fills in. Webhooks of events/ are signed for the address of the API that
# they carry, so PublicUrl stays empty.
PARAMETERS = {
    "TwilioApiUrl": TWILIO,
    "TwilioTaskRouterUrl": TWILIO,
    "LocalDynamoDbUrl": DYNAMODB,
    "LocalS3Url": S3,
    "LocalAwsUrl": AWS,
    "MainNumber": MAIN,
    "OwnerNumber": OWNER,
}
# What holds there of the template's conditions.
CONDITIONS = {"Local": True}


def kebab(name: str) -> str:
    """A resource of the template, IvrEntry, as its binary: ivr-entry."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def reference(kind: str, logical_id: str) -> str | None:
    """What `Ref` of a resource is in the local stack (local/src/template/identity.rs)."""
    name = f"switchboard-{kebab(logical_id)}"
    if kind == "AWS::SQS::Queue":
        return f"{AWS}/000000000000/{name}"
    if kind == "AWS::Cognito::UserPool":
        return "us-east-1_local"
    named = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
    return name if kind in named else None


def functions(parameters: dict[str, str] | None = None) -> SamFunctionProvider:
    """The template's functions, as SAM CLI reads them."""
    stacks, _ = SamLocalStackProvider.get_stacks(str(TEMPLATE), parameter_overrides=parameters)
    return SamFunctionProvider(stacks)


def variables() -> dict[str, str]:
    """Every variable that any function declares, with its value in the local stack."""
    template = get_template_data(str(TEMPLATE))
    resources = {name: resource["Type"] for name, resource in template["Resources"].items()}
    known = {name: reference(kind, name) for name, kind in resources.items()}
    known = {name: value for name, value in known.items() if value} | PARAMETERS
    # A client's id is its name there.
    for name, resource in template["Resources"].items():
        called = resource.get("Properties", {}).get("ClientName")
        known |= {name: called} if isinstance(called, str) else {}
    found: dict[str, str] = {}
    for function in functions(known).get_all():
        for name, value in (function.environment or {}).get("Variables", {}).items():
            # SAM CLI leaves conditions alone.
            if isinstance(value, dict) and list(value) == ["Fn::If"]:
                condition, yes, no = value["Fn::If"]
                value = yes if CONDITIONS[condition] else no
            if isinstance(value, dict) and list(value) == ["Ref"]:
                value = known[value["Ref"]]
            # It gives the name of what it does not know.
            unknown = value in resources or value in template["Parameters"]
            if unknown or isinstance(value, (dict, list)):
                raise SystemExit(f"{function.name}: {name} is {value}, which {__file__} does not know")
            if found.setdefault(name, str(value)) != str(value):
                raise SystemExit(f"{name} is not the same for all functions: write it for each")
    return found


def text() -> str:
    """What the file is to hold."""
    return json.dumps({"Parameters": variables()}, indent=2) + "\n"


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    FILE.write_text(text(), encoding="utf-8")
