"""Does `sam local invoke` work for every function of the template?

No container is started: each function's binary of `target/debug` runs under exactly the variables
that SAM CLI would give it there, on a stack of its own, and is handed its event of `events/`. Only
the addresses of the stack are others.
"""

import json
import sys
import time

import sam_environment
import webhooks
from runtime import Failed, Function
from sam_environment import FILE, PROJECT, kebab
from twilio import Twilio

import generate
import sam_local
from stack import BINARY, Stack


def main():
    problems = []
    if FILE.read_text() != sam_local.text():
        problems.append(f"{FILE.name} is not what the template says: make events")
    resources = sam_environment.template()["Resources"]
    with Stack(PROJECT / "target/sam-invoke.log") as stack:
        addresses = {
            generate.TWILIO: named(stack.simulator),
            sam_local.DYNAMODB: named(stack.dynamodb),
            sam_local.S3: named(stack.s3),
            sam_local.AWS: named(stack.aws),
        }
        # Nothing can be copied but what is at Twilio.
        others = addresses | {generate.RECORDING: Twilio(stack.simulator).recording()}
        for name, environment, timeout in sam_environment.environments():
            environment = {key: moved(value, addresses) for key, value in environment.items()}
            elsewhere = [key for key, value in environment.items() if "host.docker" in value]
            problems += [f"{name}: {key} is no address of the stack" for key in elsewhere]
            started = time.monotonic()
            function = Function(BINARY.parent / kebab(name), environment, timeout)
            try:
                answer = function.invoke(event(kebab(name), others))
                wrong = problem(resources[name]["Properties"]["Events"], answer, function.log())
            except Failed as failed:
                answer, wrong = None, str(failed)
            finally:
                function.close()
            if wrong:
                problems.append(f"{name}: {wrong}")
            print(f"{name:24}{time.monotonic() - started:5.2f} s  {summary(answer)}")
    print("\n".join(problems) or "Each function answers its event in the environment of SAM CLI.")
    sys.exit(bool(problems))


def event(name: str, others: dict[str, str]) -> dict:
    """The event of events/ with other words, signed anew if its form has one of them."""
    event = json.loads(moved((PROJECT / f"events/{name}.json").read_text(), others))
    form = webhooks.form_of(event)
    here = {key: moved(value, others) for key, value in form.items()}
    return event if here == form else webhooks.signed(event, here)


def named(address: str) -> str:
    """By a name, as in a container: S3's client can put the bucket before one, which nobody resolves."""
    return address.replace("127.0.0.1", "localhost")


def moved(value: str, others: dict[str, str]) -> str:
    for given, here in others.items():
        value = value.replace(given, here)
    return value


def problem(sources: dict, answer, log: str) -> str | None:
    """What is wrong with an answer, by what hands the function its events."""
    kinds = {source["Type"] for source in sources.values()}
    signed_in = any("Auth" in source["Properties"] for source in sources.values())
    if kinds == {"ScheduleV2"}:
        good = answer is None
    elif kinds == {"HttpApi"}:
        status = answer["statusCode"]
        # What a person asks for may not be there; what Twilio tells is always taken.
        good = 200 <= status < 300 or signed_in and status in (404, 409)
    elif kinds <= {"SQS", "DynamoDB"}:
        good = answer == {"batchItemFailures": []}
    else:
        return f"no answer of {kinds} is known"
    return None if good else f"answered {json.dumps(answer)}\n{log}"


def summary(answer) -> str:
    return str(answer.get("statusCode", answer)) if isinstance(answer, dict) else str(answer)


if __name__ == "__main__":
    main()
