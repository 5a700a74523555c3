"""Do the functions do the same on Moto as on the AWS that we embed?

The same scenario is played in both worlds. Each function's answer, the outcome of each request to
AWS, what DynamoDB answered, and in the end each item of the table have to be the same, but for ids,
times and addresses. No request may be one that AWS does not understand or would not allow.
"""

import collections
import json
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from recorder import Asked
from sam_environment import environments, kebab
from scenario import play
from world import World, embedded, moto

# What is drawn, a time, or signed: different each time.
DRAWN = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d(?!:)", "<minute>"),
    (r"\b20\d\d-\d\d-\d\d\b", "<day>"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
    (r"(?<![0-9a-f])(?!0{8})[0-9a-f]{32}(?![0-9a-f])", "<id>"),
    (r"CP[0-9a-f]{24}", "<participant>"),
    (r"\b1[0-9]{9}([0-9]{3})?\b", "<epoch>"),
    (r'\?[^" ]*X-Amz-Signature=[^" \\]*', "<signed>"),
    (r'"next\\*":\s?\\*"[^"\\]+', '"next": "<cursor>'),
    (r"cursor=[A-Za-z0-9_-]+", "cursor=<cursor>"),
    # Counted from a time.
    (r'timeLimit=\\*"\d+', 'timeLimit="<seconds>'),
]
DRAWN = [(re.compile(pattern), common) for pattern, common in DRAWN]
# AWS's names for a request that makes no sense, or that a function's policies do not allow.
MISTAKES = re.compile("Validation|Serialization|AccessDenied|UnknownOperation")


def main():
    # SAM CLI is asked once, before there are two threads.
    environments()
    with ThreadPoolExecutor() as pool:
        (ours, our_items, wrong), (theirs, their_items, also) = pool.map(day, (embedded, moto))
    handed = {label.split()[0] for label, _, _ in ours}
    problems = wrong + also + list(different(ours, theirs))
    for name, only in ("ours", our_items - their_items), ("Moto", their_items - our_items):
        problems += [f"only in the table of {name}: {item}" for item in sorted(only.elements())]
    if missing := sorted({kebab(name) for name, _, _ in environments()} - handed):
        print(f"not in the scenario: {', '.join(missing)}")
    print("\n".join(problems) or f"The same answers, and the same {our_items.total()} items.")
    sys.exit(bool(problems))


def day(world_of) -> tuple[list[tuple[str, str, list[str]]], collections.Counter, list[str]]:
    """What happened in a world, what its table holds in the end, and what failed."""
    started = time.monotonic()
    with world_of() as world:
        broken = []
        try:
            play(world)
        except (AssertionError, LookupError, TypeError, SystemExit) as error:
            # Why is in what happened until then.
            broken = [f"{world.name}: the scenario breaks off: {error!r}"]
        happened = [
            (label, masked(answer, world), sorted(outcome(one, world) for one in asked))
            for label, answer, asked in world.steps
        ]
        items = collections.Counter(masked(item, world) for item in world.items())
        wrong = broken + world.failures + list(mistakes(world))
    requests = sum(len(asked) for _, _, asked in happened)
    seconds = time.monotonic() - started
    print(f"{world.name}: {len(happened)} events, {requests} requests to AWS, {seconds:.0f} s")
    return happened, items, wrong


def outcome(asked: Asked, world: World) -> str:
    """The request's name and status, and DynamoDB's answer, in no order."""
    told = ""
    if asked.operation.startswith("DynamoDB"):
        unlike = ("ConsumedCapacity", "ItemCollectionMetrics", "__type", "message", "Message")
        told = unordered({key: value for key, value in asked.answer.items() if key not in unlike}, world)
    return masked(f"{asked.operation} {asked.status} {asked.error} {told}", world)


def unordered(value, world: World) -> str:
    """Items are listed by ids that were drawn; functions' answers show whether their order is right."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {unordered(value[key], world)}" for key in sorted(value)) + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[" + ", ".join(sorted(masked(unordered(item, world), world) for item in value)) + "]"
    return json.dumps(value)


def different(ours, theirs) -> Iterator[str]:
    for (label, our_answer, our_asked), (of, their_answer, their_asked) in zip(ours, theirs):
        if label != of:
            yield f"ours goes on with {label}, Moto with {of}"
            return
        if our_answer != their_answer:
            yield f"{label}\n  ours answers {our_answer}\n  Moto answers {their_answer}"
        only = collections.Counter(our_asked), collections.Counter(their_asked)
        for name, asked in ("ours", only[0] - only[1]), ("Moto", only[1] - only[0]):
            yield from (f"{label}\n  only in {name}: {one}" for one in asked.elements())


def mistakes(world: World) -> Iterator[str]:
    for label, _, asked in world.steps:
        for one in asked:
            reasons = [reason.get("Code", "") for reason in one.answer.get("CancellationReasons", [])]
            if any(map(MISTAKES.search, (one.error, *reasons))):
                yield f"{world.name}: {label}: {one}"


def masked(value, world: World) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    for word, common in world.words.items():
        text = re.sub(rf"(?<![0-9a-z]){re.escape(word)}(?![0-9a-z])", common, text)
    for pattern, common in DRAWN:
        text = pattern.sub(common, text)
    return text


if __name__ == "__main__":
    main()
