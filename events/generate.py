"""Writes the events that API Gateway, SQS and EventBridge hand to each function.

Each webhook is a form that Twilio has signed, with the account and the token of the local stack,
for an API whose address is not configured: it is verified over https:// and the event's domain name.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import quote, urlencode

# Where Twilio is to a container of `sam local invoke`: at the local stack's simulator.
TWILIO = "http://host.docker.internal:3001"
ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = b"local-auth-token"
DOMAIN = "switchboard.execute-api.us-east-1.amazonaws.com"
CALL = "CA000000000000000000000000000000e1"
LEG = "CA000000000000000000000000000000e2"
RECORDING = "RE000000000000000000000000000000e1"
CONFERENCE = "000000000000000000000000000000c1"
ROOM = "CF000000000000000000000000000000e1"
MESSAGE = "SM000000000000000000000000000000e1"
RESERVATION = "WR000000000000000000000000000000e1"
WORKER = "WK000000000000000000000000000000e1"
CALLER, MAIN, OWNER, AGENT = "+15005550111", "+15005550100", "+15005550199", "+15005550177"

AGENT_AS_WORKER = {"contact_uri": AGENT, "full_name": "Ada", "auto_accept": True, "queues": ["support"]}
TASK = "WT000000000000000000000000000000e1"
RETURN = (
    f"attempt=1&by=ada&contact={quote(CALLER)}&reservation={RESERVATION}&step=answered&task={TASK}"
)
# The secret in the addresses that TaskRouter asks (shared/src/twilio/signature.rs).
KEY = base64.urlsafe_b64encode(
    hmac.new(TOKEN, b"the addresses of Switchboard that TaskRouter asks", hashlib.sha256).digest()
)
KEY = KEY.decode().rstrip("=")


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


def call_of_agent(**more):
    """The same for the call to an agent who is to call a customer back."""
    ends = {"Called": AGENT, "Caller": MAIN, "Direction": "outbound-api", "From": MAIN, "To": AGENT}
    return call(CallSid=LEG, **ends, **more)


def task(**more):
    """What TaskRouter tells of the call while it waits for an agent."""
    attributes = {"call_sid": CALL, "from": CALLER, "to": MAIN, "queue": "support"}
    return {
        "AccountSid": ACCOUNT,
        "WorkspaceSid": "WS000000000000000000000000000000e1",
        "WorkflowSid": "WW000000000000000000000000000000e1",
        "TaskQueueSid": "WQ000000000000000000000000000000e1",
        "TaskQueueName": "Support",
        "TaskSid": TASK,
        "TaskAttributes": json.dumps(attributes),
        "TaskAge": "5",
        "TaskPriority": "0",
        **more,
    }


def conference_event():
    """What a conference's status callback tells when somebody comes."""
    return {
        "AccountSid": ACCOUNT,
        "CallSid": CALL,
        "Coaching": "false",
        "ConferenceSid": ROOM,
        "EndConferenceOnExit": "false",
        "FriendlyName": CONFERENCE,
        "Hold": "false",
        "Muted": "false",
        "SequenceNumber": "1",
        "StartConferenceOnEnter": "true",
        "StatusCallbackEvent": "participant-join",
        "Timestamp": "Sat, 21 Nov 2026 09:00:00 +0000",
    }


def webhook(path, form, query="", public_url=f"https://{DOMAIN}"):
    """A form that Twilio posts and has signed."""
    url = public_url + path + (f"?{query}" if query else "")
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(TOKEN, signed.encode(), hashlib.sha1).digest()
    body = urlencode(form)
    headers = {
        "content-length": str(len(body)),
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "i-twilio-idempotency-token": "00000000-0000-4000-8000-000000000001",
        "user-agent": "TwilioProxy/1.1",
        "x-twilio-signature": base64.b64encode(digest).decode(),
    }
    return http_event("POST", path, path, query, headers) | {
        # Not one of the types that API Gateway takes for text.
        "body": base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": True,
    }


def api(route, scope, body=None, query="", **path_parameters):
    """What the program that `make token` signs in asks."""
    method, resource = route.split(" ")
    path = resource
    for name, value in path_parameters.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    headers = {"authorization": "Bearer checked-by-api-gateway"}
    if body is not None:
        headers["content-type"] = "application/json"
    event = http_event(method, resource, path, query, headers)
    if path_parameters:
        event["pathParameters"] = path_parameters
    event["requestContext"]["authorizer"] = {
        "jwt": {
            "claims": {
                "client_id": "local",
                "iss": f"https://{DOMAIN}",
                "scope": f"switchboard/{scope}",
                "sub": "local",
                "token_use": "access",
            },
            "scopes": [f"switchboard/{scope}"],
        }
    }
    if body is not None:
        event["body"] = json.dumps(body)
    return event


def http_event(method, resource, path, query, headers):
    return {
        "version": "2.0",
        "routeKey": f"{method} {resource}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "accept": "*/*",
            "host": DOMAIN,
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **headers,
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "switchboard",
            "domainName": DOMAIN,
            "domainPrefix": "switchboard",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "TwilioProxy/1.1",
            },
            "requestId": "request-1",
            "routeKey": f"{method} {resource}",
            "stage": "$default",
            "time": "21/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795251600000,
        },
        "isBase64Encoded": False,
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
    "ivr-entry": webhook("/voice", call(CallStatus="ringing")),
    "ivr-digits": webhook(
        "/voice/digits",
        call(Digits="1", FinishedOnKey=""),
        "step=1&widget=main_menu",
    ),
    "ivr-step": webhook(
        "/voice/step",
        call(DialCallStatus="no-answer", DialCallSid=LEG, DialBridged="false"),
        "step=2&widget=call_owner",
    ),
    "call-accept": webhook("/voice/accept", leg()),
    "status-callback": webhook(
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
    "recording-callback": webhook(
        "/voice/recording",
        {
            "AccountSid": ACCOUNT,
            "CallSid": CALL,
            "RecordingSid": RECORDING,
            "RecordingUrl": f"{TWILIO}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}",
            "RecordingStatus": "completed",
            "RecordingDuration": "5",
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": "Sat, 21 Nov 2026 09:00:05 +0000",
        },
    ),
    "call-bridge": webhook(
        "/voice/bridge",
        call(Direction="outbound-api", From=MAIN, To=AGENT, Caller=MAIN, Called=AGENT),
        urlencode({"contact": CALLER, "by": "local"}),
    ),
    "sms-inbound": webhook(
        "/sms",
        {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Body": "please call me",
            "From": CALLER,
            "MessageSid": MESSAGE,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": MESSAGE,
            "SmsSid": MESSAGE,
            "SmsStatus": "received",
            "To": MAIN,
        },
    ),
    "sms-status": webhook(
        "/sms/status",
        {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "From": MAIN,
            "MessageSid": MESSAGE,
            "MessageStatus": "delivered",
            "SmsSid": MESSAGE,
            "SmsStatus": "delivered",
            "To": CALLER,
        },
        "id=SB000000000000000000000000000000e1",
    ),
    "sms-send": api("POST /api/messages", "send", {"to": CALLER, "body": "We will call again."}),
    "call-start": api("POST /api/calls", "call", {"to": CALLER}),
    "call-history": api("GET /api/calls", "read", query="limit=10"),
    "contacts": api("GET /api/contacts", "read", query="limit=10"),
    "timeline": api("GET /api/contacts/{number}/entries", "read", number=CALLER),
    "phone-numbers": api("GET /api/phone-numbers", "read"),
    "recording-link": api("GET /api/recordings/{sid}", "read", sid=RECORDING),
    "agents": api("GET /api/agent", "read"),
    "settings": api("GET /api/settings", "admin"),
    "openapi": http_event("GET", "/api/openapi.json", "/api/openapi.json", "", {}),
    "console": http_event("GET", "/", "/", "", {"accept-encoding": "br"}),
    "conference-create": api(
        "POST /api/conferences",
        "call",
        {
            "participants": [
                {"phone_number": CALLER, "join": "dial_in"},
                {"phone_number": AGENT, "join": "dial_out"},
            ]
        },
    ),
    "conference-read": api("GET /api/conferences", "read", query="limit=10"),
    "conference-end": api("DELETE /api/conferences/{id}", "call", id=CONFERENCE),
    "conference-invite": api(
        "POST /api/conferences/{id}/participants",
        "call",
        {"participants": [{"phone_number": OWNER, "join": "dial_out"}]},
        id=CONFERENCE,
    ),
    "conference-moderate": api(
        "PATCH /api/conferences/{id}/participants/{call_sid}",
        "call",
        {"muted": True},
        id=CONFERENCE,
        call_sid=CALL,
    ),
    "conference-join": webhook("/voice/conference", call(Digits="1234"), "attempt=1"),
    "conference-status": webhook("/voice/conference/status", conference_event()),
    "conference-announcement": webhook(
        "/voice/conference/announcement",
        {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "ConferenceSid": ROOM,
            "FriendlyName": CONFERENCE,
        },
        "seconds=30",
    ),
    "queue-wait": webhook("/voice/wait", call(QueueTime="5"), "queue=support"),
    "return-call": webhook("/voice/return", call_of_agent(), RETURN),
    "task-assignment": webhook(
        "/taskrouter/assignment",
        task(ReservationSid=RESERVATION, WorkerSid=WORKER, WorkerAttributes=json.dumps(AGENT_AS_WORKER)),
        f"key={KEY}",
    ),
    "task-events": webhook(
        "/taskrouter/events",
        task(EventType="task-queue.entered", Timestamp="1795251612", TimestampMs="1795251612345"),
        f"key={KEY}",
    ),
    "conference-timer": sqs_event(
        "switchboard-conference-timer-queue",
        {"conference_id": CONFERENCE, "at": 1795251600000, "alarm": "end"},
    ),
    "overview": api("GET /api/overview", "read"),
    "queues": api("GET /api/queues", "read"),
    "live": api("GET /api/live", "read"),
    "changes": {
        "Records": [
            {
                "eventID": "00000000000000000000000000000005",
                "eventName": "MODIFY",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "us-east-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1795251600.0,
                    "Keys": {"pk": {"S": f"CALL#{CALL}"}, "sk": {"S": "CALL"}},
                    "SequenceNumber": "400000000000000000002",
                    "SizeBytes": 120,
                    "StreamViewType": "KEYS_ONLY",
                },
                "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/switchboard-table"
                "/stream/local",
            }
        ]
    },
    "conference-expire": {
        "Records": [
            {
                "eventID": "00000000000000000000000000000004",
                "eventName": "REMOVE",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "us-east-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1795251600.0,
                    "Keys": {"pk": {"S": f"CONFERENCE#{CONFERENCE}"}, "sk": {"S": "LIVE"}},
                    "OldImage": {
                        "pk": {"S": f"CONFERENCE#{CONFERENCE}"},
                        "sk": {"S": "LIVE"},
                        "expires_at": {"N": "1795251590"},
                    },
                    "SequenceNumber": "400000000000000000001",
                    "SizeBytes": 120,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
                "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/switchboard-table"
                "/stream/local",
                "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
            }
        ]
    },
    "deliver": sqs_event("switchboard-deliver-queue", {"job": "conference", "conference_id": CONFERENCE}),
    "erase": sqs_event("switchboard-erase-queue", {"number": CALLER}),
    "reconcile": {
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000003",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": "2026-11-21T09:05:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/reconcile"],
        "detail": "{}",
    },
    "recording-copy": sqs_event(
        "switchboard-recording-queue", {"call_sid": CALL, "recording_sid": RECORDING}
    ),
}

if __name__ == "__main__":
    for name, event in EVENTS.items():
        path = Path(__file__).parent / f"{name}.json"
        path.write_text(json.dumps(event, indent=2) + "\n", encoding="utf-8")
