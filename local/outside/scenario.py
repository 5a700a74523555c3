"""A day of the company: what callers, Twilio, agents and the clock hand to the functions, in order."""

import json
import time

import requests

from twilio import until
from webhooks import form_of
from world import World

from generate import AGENT, CALL, CALLER, CONFERENCE, EVENTS, OWNER

PARTNER = "+15005550112"
LATER_CALL = "CA000000000000000000000000000000e7"
ROOM = "CF000000000000000000000000000000e7"


def play(world: World):
    office(world)
    call(world)
    texts(world)
    contacts(world)
    console_call(world)
    queue(world)
    conference(world)
    reconcile(world)
    overview(world)
    erasure(world)
    live(world)


def office(world: World):
    world.api("settings", "GET /api/settings", "admin")
    world.api("settings", "PUT /api/settings", "admin", {"company_name": "Acme", "greeting": "Hello."})
    world.api("agents", "GET /api/agent", "read", refused=404)
    world.api("agents", "PUT /api/agent", "send", {"name": "Ada", "phone_number": AGENT})
    world.api("agents", "GET /api/agent", "read")
    ann = {"name": "Ann", "phone_number": PARTNER, "admin": True}
    for change in (ann, ann, ann | {"admin": False}):
        world.api("agents", "PUT /api/agents/{email}", "admin", change, email="ann@example.com")
    world.api("agents", "GET /api/agents", "admin")
    world.api("agents", "GET /api/colleagues", "read")
    world.api("agents", "DELETE /api/agents/{email}", "admin", email="ann@example.com")
    world.api("agents", "DELETE /api/agents/{email}", "admin", email="ann@example.com")
    world.api("phone-numbers", "GET /api/phone-numbers", "read")
    world.api("openapi", "GET /api/openapi.json", "read")
    for route in ("GET /", "GET /console.json"):
        world.api("console", route, "read")


def call(world: World):
    """Somebody calls, wants the owner, who does not answer, and leaves a voicemail."""
    for _ in range(2):
        world.webhook("ivr-entry")
        world.webhook("ivr-digits")
    world.webhook("call-accept")
    leg = form_of(EVENTS["call-accept"])
    world.webhook("status-callback", **leg | {"CallStatus": "no-answer"})
    world.webhook("ivr-step")
    sid = world.twilio.recording()
    world.words[sid] = "<recording>"
    url = f"{world.twilio.account}/Recordings/{sid}"
    for _ in range(2):
        world.webhook("recording-callback", RecordingSid=sid, RecordingUrl=url)
    world.webhook("recording-callback", RecordingSid=sid, RecordingUrl="http://example.com/a", refused=400)
    world.deliver("recording-copy")
    for _ in range(2):
        world.webhook("status-callback")
    world.deliver("deliver")
    link = world.api("recording-link", "GET /api/recordings/{sid}", "read", sid=sid)
    copy = requests.get(link["url"], timeout=10).content
    assert copy == world.twilio.audio(sid), "the voicemail is not as it is at Twilio"
    world.api("recording-link", "GET /api/recordings/{sid}", "read", sid="RE" + "0" * 32, refused=404)
    # Nobody has heard of its beginning.
    world.webhook("status-callback", CallSid=LATER_CALL, CallStatus="busy")
    world.api("call-history", "GET /api/calls", "read", query="limit=1")
    world.api("call-history", "GET /api/calls", "read", headers={"accept": "text/csv"})
    world.api("call-history", "GET /api/calls/{sid}", "read", sid=CALL)
    world.api("call-history", "GET /api/calls/{sid}", "read", sid="CA" + "0" * 32, refused=404)


def texts(world: World):
    for _ in range(2):
        world.webhook("sms-inbound")
    world.webhook("sms-inbound", **world.twilio.picture())
    world.deliver("recording-copy")
    text = {"to": CALLER, "body": "We will call again."}
    key = {"idempotency-key": "00000000-0000-4000-8000-00000000000a"}
    sent = {}
    for headers in (key, key, {}):
        sent = world.api("sms-send", "POST /api/messages", "send", text, headers) or sent
    world.api("sms-send", "POST /api/messages", "send", text | {"body": "other"}, key, 422)
    for status in ("delivered", "sent"):
        form = {"MessageStatus": status, "SmsStatus": status, "MessageSid": sent["sid"], "SmsSid": sent["sid"]}
        world.webhook("sms-status", f"id={sent['id']}", **form)
    for number, (words, refused) in enumerate({"STOP": 422, "START": 0}.items()):
        sid = f"SM{number + 10:032x}"
        sids = {"MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid}
        world.webhook("sms-inbound", Body=words, **sids)
        world.api("sms-send", "POST /api/messages", "send", text, refused=refused)
    world.api("sms-send", "POST /api/messages", "send", text | {"to": "911"}, refused=422)


def contacts(world: World):
    path = "/api/contacts/{number}"
    world.api("contacts", f"PUT {path}", "send", {"name": "Carla Cruz"}, number=CALLER)
    world.api("contacts", f"PUT {path}", "send", {"name": "Ben Baker"}, number=PARTNER)
    world.api("contacts", f"PUT {path}", "send", {"name": "Carla C."}, number=CALLER)
    world.api("contacts", f"PUT {path}", "send", {"assignee": "Ada", "status": "done"}, number=PARTNER)
    lists = ("status=open", "assignee=none", "assignee=Ada&status=done", "assignee=Ada")
    for query in ("limit=1", *lists, "search=carla", "search=0111", "search=nobody"):
        page = world.api("contacts", "GET /api/contacts", "read", query=query)
        if page.get("next"):
            world.api("contacts", "GET /api/contacts", "read", query=f"limit=9&cursor={page['next']}")
    world.api("contacts", f"GET {path}", "read", number=CALLER)
    world.api("contacts", f"PUT {path}/read", "send", number=CALLER)
    world.api("contacts", f"GET {path}", "read", number=AGENT, refused=404)
    note = {"body": "Wants a new router."}
    key = {"idempotency-key": "00000000-0000-4000-8000-00000000000b"}
    for _ in range(2):
        world.api("timeline", f"POST {path}/entries", "send", note, key, number=CALLER)
    page = world.api("timeline", f"GET {path}/entries", "read", query="limit=3", number=CALLER)
    more = f"limit=50&cursor={page['next']}"
    world.api("timeline", f"GET {path}/entries", "read", query=more, number=CALLER)
    world.api("timeline", f"PUT {path}/entries/{{id}}/heard", "send", number=CALLER, id=CALL)
    nonsense = {"query": "cursor=nonsense", "refused": 400}
    world.api("timeline", f"GET {path}/entries", "read", number=CALLER, **nonsense)


def console_call(world: World):
    key = {"idempotency-key": "00000000-0000-4000-8000-00000000000c"}
    for _ in range(2):
        placed = world.api("call-start", "POST /api/calls", "call", {"to": CALLER}, key)
    world.webhook("call-bridge", CallSid=placed["call_sid"])
    world.webhook("call-bridge", CallSid=placed["call_sid"], Digits="1")
    ended = form_of(EVENTS["call-bridge"]) | {"CallSid": placed["call_sid"], "CallStatus": "completed"}
    world.webhook("status-callback", EVENTS["call-bridge"]["rawQueryString"], **ended)


def queue(world: World):
    world.api("queues", "GET /api/queues", "read")
    world.webhook("queue-wait", "queue=support")
    returns = EVENTS["return-call"]["rawQueryString"]
    for step in ("answered", "asked", "ended"):
        world.webhook("return-call", returns.replace("answered", step), Digits="1")
    world.webhook("task-assignment", EVENTS["task-assignment"]["rawQueryString"])
    of_task = EVENTS["task-events"]["rawQueryString"]
    worker = {"WorkerAttributes": form_of(EVENTS["task-assignment"])["WorkerAttributes"]}
    for kind, age in (
        ("task.created", "0"),
        ("task-queue.entered", "0"),
        ("reservation.accepted", "12"),
        ("reservation.wrapup", "40"),
        ("reservation.wrapup", "40"),
        ("worker.activity.update", "40"),
    ):
        told = {"WorkerActivityName": "Available", "TaskAge": age, **worker}
        world.webhook("task-events", of_task, EventType=kind, **told)
    world.deliver("deliver")


def conference(world: World):
    people = [{"phone_number": CALLER, "join": "dial_in"}, {"phone_number": AGENT, "join": "dial_out"}]
    order = {"participants": people, "code_digits": 8}
    key = {"idempotency-key": "00000000-0000-4000-8000-00000000000d"}
    for _ in range(2):
        made = world.api("conference-create", "POST /api/conferences", "call", order, key)
    # Eight digits are nowhere else.
    world.words[made["code"]] = "<code>"
    world.deliver("deliver")
    wrong = "1" * 8 if made["code"] != "1" * 8 else "2" * 8
    first, second = (f"CA{number:032x}" for number in (0xF1, 0xF2))
    for attempt, digits in ((1, wrong), (2, made["code"]), (2, made["code"])):
        world.webhook("conference-join", f"attempt={attempt}", CallSid=first, Digits=digits)
    second_caller = {"CallSid": second, "From": PARTNER, "Caller": PARTNER}
    world.webhook("conference-join", "attempt=1", Digits=made["code"], **second_caller)
    of_room = {"FriendlyName": made["id"], "ConferenceSid": ROOM}
    for number, sid in enumerate((first, second, second)):
        world.webhook("conference-status", CallSid=sid, SequenceNumber=str(number + 1), **of_room)
    world.webhook("conference-announcement", **of_room)
    path = "/api/conferences/{id}"
    world.api("conference-read", "GET /api/conferences", "read", query="limit=10")
    world.api("conference-read", f"GET {path}", "read", id=made["id"])
    more = {"participants": [{"phone_number": OWNER, "join": "dial_out"}]}
    world.api("conference-invite", f"POST {path}/participants", "call", more, id=made["id"])
    world.deliver("deliver")
    one = f"{path}/participants/{{call_sid}}"
    # Twilio knows of no such room.
    muted = {"id": made["id"], "call_sid": first, "refused": 422}
    world.api("conference-moderate", f"PATCH {one}", "call", {"muted": True}, **muted)
    left = {"StatusCallbackEvent": "participant-leave", "ReasonParticipantLeft": "participant_hung_up"}
    world.webhook("conference-status", CallSid=second, SequenceNumber="4", **left, **of_room)
    due = {"conference_id": made["id"], "at": int(time.time() * 1000) - 1000, "alarm": "end"}
    world.message("conference-timer", due)
    for _ in range(2):
        world.api("conference-end", f"DELETE {path}", "call", id=made["id"])
    world.webhook("conference-join", "attempt=2", CallSid=LATER_CALL, Digits=made["code"])
    world.invoke("conference-expire", expiry(made["id"]))
    world.api("conference-read", f"GET {path}", "read", id=made["id"])


def expiry(conference: str) -> dict:
    """The stream's record of the removal of a conference's time to live."""
    return json.loads(json.dumps(EVENTS["conference-expire"]).replace(CONFERENCE, conference))


def reconcile(world: World):
    """Once all calls are over at Twilio."""
    until(world.twilio.is_quiet)
    for _ in range(2):
        world.invoke("reconcile", EVENTS["reconcile"])
        world.deliver("deliver", "recording-copy")
    world.api("call-history", "GET /api/calls", "read", query="limit=60")


def erasure(world: World):
    path = "/api/contacts/{number}"
    for refused in (0, 404):
        world.api("contacts", f"DELETE {path}", "admin", number=CALLER, refused=refused)
        world.deliver("erase")
    world.api("timeline", f"GET {path}/entries", "read", number=CALLER, refused=404)
    world.api("contacts", "GET /api/contacts", "read")


def overview(world: World):
    world.api("overview", "GET /api/overview", "read")
    world.api("overview", "GET /api/overview", "read", query="from=2026-11-01&to=2026-11-02")
    world.api("overview", "GET /api/overview", "read", query="from=2026-01-01&to=2026-11-02", refused=422)


def live(world: World):
    """A console that is open is told what has changed."""
    # Around the end of a minute it is two queries, and the other world may be past it.
    while not 6 <= time.gmtime().tm_sec < 50:
        time.sleep(0.1)
    begun = world.api("live", "GET /api/live", "read")
    assert begun["changes"] == [] and begun["complete"], begun
    world.invoke("changes", EVENTS["changes"])
    told = world.api("live", "GET /api/live", "read", query=f"since={begun['next']}")
    assert {"kind": "call", "id": CALL} in told["changes"], told
    world.api("live", "GET /api/live", "read", query="since=nonsense", refused=400)
