"""Do the functions do the same on Moto as on the AWS that we embed?

The same scenario is played in both worlds. Each answer, each outcome of each request to AWS, and in
the end each item of the table has to be the same, but for ids, times and addresses. No request may
be one that AWS does not understand.
"""

import collections
import json
import re
import sys
import time

from scenario import play
from world import Embedded, Moto, World

# What is different each time: SIDs and ids that were drawn, times, and what is signed.
DRAWN = [
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b([A-Z]{2})(?!0{8})[0-9a-f]{32}\b"), r"<\1>"),
    (re.compile(r"\bCP[0-9a-f]{24}\b"), "<CP>"),
    (re.compile(r'timeLimit=\\"\d+'), "timeLimit=<seconds>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b(?!0{8})[0-9a-f]{32}\b"), "<id>"),
    (re.compile(r"\b1[0-9]{9}([0-9]{3}|[0-9]{6}|[0-9]{9})?\b"), "<epoch>"),
    (re.compile(r"\?x-id=GetObject&[^\"\\ ]*|\?[^\"\\ ]*X-Amz-[^\"\\ ]*"), "<signed>"),
    (re.compile(r"((?:next|cursor)\\*[\"=]:?\\*\"?)[A-Za-z0-9_-]{20,}"), r"\1<cursor>"),
]
# AWS's words for a request that it does not understand, or that the function's policies do not allow.
MISUNDERSTOOD = re.compile(r"ValidationException|SerializationException|InvalidParameter|AccessDenied")


def main():
    problems = []
    played = {}
    for kind in (Embedded, Moto):
        started = time.monotonic()
        with kind() as world:
            play(world)
            items = collections.Counter(masked(item, world) for item in world.items())
            played[world.name] = steps(world), items
            problems += misunderstood(world)
            print(f"{world.name}: {len(world.steps)} events, {time.monotonic() - started:.1f} s")
    ours, moto = played["ours"], played["moto"]
    problems += different(ours[0], moto[0])
    for name, only in ("ours", ours[1] - moto[1]), ("moto", moto[1] - ours[1]):
        problems += [f"only in the table of {name}: {item}" for item in sorted(only.elements())]
    print("\n".join(problems) or f"The same answers, and the same {ours[1].total()} items.")
    sys.exit(bool(problems))


def steps(world: World) -> list[tuple[str, str, list[str]]]:
    """What happened: label, answer, and the outcomes of what was asked of AWS, in no order."""
    return [
        (label, masked(answer, world), sorted(masked(one.outcome(), world) for one in asked))
        for label, answer, asked in world.steps
    ]


def different(ours, moto):
    for (label, our_answer, our_asked), (of, their_answer, their_asked) in zip(ours, moto, strict=True):
        assert label == of
        if our_answer != their_answer:
            yield f"{label}: ours {our_answer}\n{' ' * len(label)}  moto {their_answer}"
        if our_asked != their_asked:
            yield f"{label}: ours {our_asked}\n{' ' * len(label)}  moto {their_asked}"


def misunderstood(world: World):
    for label, _, asked in world.steps:
        for one in asked:
            if MISUNDERSTOOD.search(one.outcome()):
                yield f"{world.name}: {label}: {one.outcome()}: {one.request} {one.answer}"


def masked(value, world: World) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    for word, common in world.words.items():
        text = text.replace(word, common)
    for pattern, common in DRAWN:
        text = pattern.sub(common, text)
    return text


if __name__ == "__main__":
    main()
