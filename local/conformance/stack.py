"""A local stack for one run, and what happens in it before anybody looks."""

import json
import os
import re
import subprocess
import threading
import time
from pathlib import Path

import requests

PROJECT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("LOCAL_BIN", PROJECT / "target/debug/local"))

OFFICE = "+15005550100"
# The first leaves a voicemail, the second sends a picture, the last may be erased.
CUSTOMERS = ["+15005550141", "+15005550142", "+15005550143"]
# The phone of the program that asks.
AGENT = "+15005550144"
# Three who are in a conference.
PARTICIPANTS = ["+15005550145", "+15005550146", "+15005550147"]

PORTS = ["--port", "--simulator-port", "--dynamodb-port", "--s3-port", "--aws-port"]
CAPS = ["TextsPerDay", "TextsPerRecipient", "CallsPerDay", "CallsPerRecipient"]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNiAAAABgADNjd8qAAAAABJRU5ErkJggg=="


class Stack:
    """`with Stack(log) as stack:`, with further options of `local`."""

    def __init__(self, log, *more):
        if not BINARY.exists():
            raise SystemExit(f"{BINARY} is not there: cargo build --workspace, or set LOCAL_BIN")
        self.log = open(log, "w")
        options = ["--ephemeral", "--speed", "100", "--template", PROJECT / "template.yaml", *more]
        for port in PORTS:
            options += [port, "0"]
        # Requests in the hundreds are to reach Twilio.
        for cap in CAPS:
            options += ["--parameter", f"{cap}=100000"]
        self.process = subprocess.Popen(
            [BINARY, *options], stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=PROJECT
        )
        self.api = self._address("API")
        self.simulator = self._address("Phones and simulator")
        self.dynamodb = self._address("DynamoDB")
        self.s3 = self._address("S3")
        self.aws = self._address("SQS, Secrets, Cognito")
        # A full pipe would stop the stack.
        threading.Thread(target=lambda: self.log.writelines(self.process.stdout), daemon=True).start()

    def _address(self, what):
        for line in self.process.stdout:
            self.log.write(line)
            if found := re.match(rf"\s+{what}\s+(http\S+)", line):
                return found[1]
        raise SystemExit(f"{BINARY} ended before it named the address of its {what}: {self.log.name}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def token(self, *scopes):
        """An access token of client `local`, for these scopes."""
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        answer = requests.post(f"{self.api}/oauth2/token", form, auth=("local", "local"), timeout=10)
        assert answer.ok, answer.text
        return answer.json()["access_token"]

    def ask(self, method, path, token, **more):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(method, self.api + path, headers=headers, timeout=30, **more)

    def control(self, path, body, method="POST"):
        url = f"{self.simulator}/simulator/{path}"
        answer = requests.request(method, url, json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def items(self):
        """All that is stored, once nothing more happens."""
        before = None
        while (now := self._scan()) != before:
            before = now
            time.sleep(1)
        return now

    def _scan(self):
        headers = {
            "X-Amz-Target": "DynamoDB_20120810.Scan",
            "Content-Type": "application/x-amz-json-1.0",
            # Its form is looked at, and nothing else.
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": "AWS4-HMAC-SHA256 Credential=conformance/20260101/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=0",
        }
        items, start = [], {}
        while start is not None:
            query = {"TableName": "switchboard-table"} | ({"ExclusiveStartKey": start} if start else {})
            answer = requests.post(self.dynamodb, json.dumps(query), headers=headers, timeout=30)
            assert answer.ok, answer.text
            page = answer.json()
            items += page["Items"]
            start = page.get("LastEvaluatedKey")
        return sorted(json.dumps(item, sort_keys=True) for item in items)


def furnish(stack, token):
    """An agent, contacts, a text with a picture, a voicemail, a conference. Gives the SIDs to ask for."""

    def put(path, body):
        answer = stack.ask("PUT", path, token, json=body)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"

    put("/api/agent", {"name": "Conny", "phone_number": AGENT})
    for number, name in zip(CUSTOMERS, ["Ann Archer", "Ben Baker", "Carla Cruz"]):
        put(f"/api/contacts/{number}", {"name": name})
    caller, texter, _ = CUSTOMERS
    picture = {"content_type": "image/png", "base64": DOT}
    stack.control(f"phones/{texter}/messages", {"to": OFFICE, "body": "my router", "media": [picture]})
    script = [
        {"wait_for": "press"},
        {"press": "2"},
        {"wait_for": "beep"},
        {"speak": {"seconds": 2}},
        {"hang_up": True},
    ]
    stack.control(f"phones/{caller}/calls", {"to": OFFICE, "script": script})

    def latest(number):
        return stack.ask("GET", f"/api/contacts/{number}", token).json()["last_entry"] or {}

    def media():
        return [file["sid"] for file in latest(texter).get("media", []) if "url" in file]

    def recording():
        sid = latest(caller).get("recording_sid")
        return sid and stack.ask("GET", f"/api/recordings/{sid}", token).ok and latest(caller)

    joins = [{"wait_for": "press any key to join"}, {"press": "1"}]
    for number in PARTICIPANTS:
        behavior = {"on_call": "answer", "script": joins}
        stack.control(f"phones/{number}/behavior", behavior, method="PUT")
    people = [{"phone_number": number, "join": "dial_out"} for number in PARTICIPANTS]
    answer = stack.ask("POST", "/api/conferences", token, json={"participants": people})
    assert answer.ok, answer.text
    conference = answer.json()["id"]

    def participants():
        now = stack.ask("GET", f"/api/conferences/{conference}", token).json()["participants"]
        return all(it["state"] == "joined" for it in now) and [it["call_sid"] for it in now]

    voicemail = until("a voicemail", recording)
    return {
        "conferences": [conference],
        "participants": until("a conference", participants),
        "calls": [voicemail["call_sid"]],
        "recordings": [voicemail["recording_sid"]],
        "media": until("a picture", media),
    }


def until(what, look):
    for _ in range(400):
        if found := look():
            return found
        time.sleep(0.05)
    raise SystemExit(f"did not happen within 20 s: {what}")
