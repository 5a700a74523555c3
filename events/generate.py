"""Writes the events that API Gateway and SQS hand to each function.

Each HTTP event is a form that Twilio has signed, with the account and the token of the local stack,
for an API whose address is not configured: it is verified over https:// and the event's domain name.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import urlencode

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = b"local-auth-token"
DOMAIN = "switchboard.execute-api.us-east-1.amazonaws.com"
CALL = "CA000000000000000000000000000000e1"
LEG = "CA000000000000000000000000000000e2"
RECORDING = "RE000000000000000000000000000000e1"
CALLER, MAIN, OWNER = "+15005550111", "+15005550100", "+15005550199"


def call(**more):
    """What every voice webhook of the call carries."""
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": CALL,
        "CallStatus": "in-progress",
        "Called": MAIN,
        "Caller": CALLER,
        "Direction": "inbound",
        "From": CALLER,
        "To": MAIN,
        **more,
    }


def leg(**more):
    """The same for the leg that was forwarded to the owner."""
    ends = {"Called": OWNER, "To": OWNER, "Direction": "outbound-dial"}
    return call(CallSid=LEG, ParentCallSid=CALL, **ends, **more)


def http_event(path, form, query=""):
    url = f"https://{DOMAIN}{path}" + (f"?{query}" if query else "")
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(TOKEN, signed.encode(), hashlib.sha1).digest()
    body = urlencode(form)
    return {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "accept": "*/*",
            "content-length": str(len(body)),
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "host": DOMAIN,
            "i-twilio-idempotency-token": "00000000-0000-4000-8000-000000000001",
            "user-agent": "TwilioProxy/1.1",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-twilio-signature": base64.b64encode(digest).decode(),
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "switchboard",
            "domainName": DOMAIN,
            "domainPrefix": "switchboard",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "TwilioProxy/1.1",
            },
            "requestId": "request-1",
            "routeKey": f"POST {path}",
            "stage": "$default",
            "time": "21/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795251600000,
        },
        "body": base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": True,
    }


def sqs_event(queue, message):
    body = json.dumps(message)
    return {
        "Records": [
            {
                "messageId": "00000000-0000-4000-8000-000000000002",
                "receiptHandle": "receipt-1",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1795251600000",
                    "SenderId": "recording-callback",
                    "ApproximateFirstReceiveTimestamp": "1795251600001",
                },
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(body.encode()).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue}",
                "awsRegion": "us-east-1",
            }
        ]
    }


EVENTS = {
    "ivr-entry": http_event("/voice", call(CallStatus="ringing")),
    "ivr-digits": http_event(
        "/voice/digits",
        call(Digits="1", FinishedOnKey=""),
        "step=1&widget=main_menu",
    ),
    "ivr-step": http_event(
        "/voice/step",
        call(DialCallStatus="no-answer", DialCallSid=LEG, DialBridged="false"),
        "step=2&widget=call_owner",
    ),
    "call-accept": http_event("/voice/accept", leg()),
    "status-callback": http_event(
        "/voice/status",
        call(
            CallStatus="completed",
            CallDuration="12",
            Duration="1",
            CallbackSource="call-progress-events",
            SequenceNumber="0",
            Timestamp="Sat, 21 Nov 2026 09:00:12 +0000",
        ),
    ),
    "recording-callback": http_event(
        "/voice/recording",
        {
            "AccountSid": ACCOUNT,
            "CallSid": CALL,
            "RecordingSid": RECORDING,
            # The address of the local simulator, which is Twilio's here.
            "RecordingUrl": f"http://127.0.0.1:3001/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}",
            "RecordingStatus": "completed",
            "RecordingDuration": "5",
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": "Sat, 21 Nov 2026 09:00:05 +0000",
        },
    ),
    "recording-copy": sqs_event(
        "switchboard-recording-queue", {"call_sid": CALL, "recording_sid": RECORDING}
    ),
}

for name, event in EVENTS.items():
    path = Path(__file__).parent / f"{name}.json"
    path.write_text(json.dumps(event, indent=2) + "\n", encoding="utf-8")
