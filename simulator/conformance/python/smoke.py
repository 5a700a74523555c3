"""What Twilio's Python SDK makes of the simulator: REST, TwiML and signatures.

Runs as `smoke.py URL ACCOUNT_SID AUTH_TOKEN`; test/python.test.js starts it.
"""

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

url, account_sid, auth_token = sys.argv[1:]
OFFICE, BOB, CAT = "+15005550190", "+15005550002", "+15005550003"


class App(BaseHTTPRequestHandler):
    hits = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        params = dict(parse_qsl(body, keep_blank_values=True))
        own = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        valid = RequestValidator(auth_token).validate(own, params, self.headers["X-Twilio-Signature"])
        App.hits.append((self.path, params, valid))
        response = VoiceResponse()
        response.say("Hello from Python")
        response.record(max_length=2, timeout=1, action="/recorded") if self.path == "/voice" else response.hangup()
        answer = str(response).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), App)
threading.Thread(target=server.serve_forever, daemon=True).start()
app = f"http://127.0.0.1:{server.server_port}"

client = Client(account_sid, auth_token)
client.api.base_url = url
client.taskrouter.base_url = url

number = client.incoming_phone_numbers.create(phone_number=OFFICE, voice_url=f"{app}/voice")
number = number.update(friendly_name="From Python")
assert number.fetch().friendly_name == "From Python"
assert [it.sid for it in client.incoming_phone_numbers.list(phone_number=OFFICE)] == [number.sid]

events = ["initiated", "ringing", "answered", "completed"]
calls = [
    client.calls.create(
        to=BOB, from_=OFFICE, url=f"{app}/voice", status_callback=f"{app}/status", status_callback_event=events
    )
    for _ in range(3)
]
end = time.monotonic() + 20
while any(call.fetch().status != "completed" for call in calls):
    assert time.monotonic() < end, [call.fetch().status for call in calls]
    time.sleep(0.02)
listed = list(client.calls.stream(to=BOB, page_size=2))
assert {call.sid for call in calls} == {call.sid for call in listed}, listed
assert len(list(client.calls.page(to=BOB, page_size=2))) == 2
assert listed[0].direction == "outbound-api" and listed[0].start_time <= listed[0].end_time

try:
    client.calls("CA" + "0" * 32).fetch()
    raise AssertionError("a call that nobody made was found")
except TwilioRestException as error:
    assert (error.status, error.code) == (404, 20404), error

text = client.messages.create(to=BOB, from_=OFFICE, body="Hello from Python", status_callback=f"{app}/status")
assert (text.status, text.direction, text.num_segments) == ("queued", "outbound-api", "1")
while text.status != "delivered":
    assert time.monotonic() < end, text.status
    time.sleep(0.02)
    text = text.fetch()
assert [it.sid for it in client.messages.list(to=BOB, from_=OFFICE, date_sent_after=text.date_created)] == [text.sid]
assert text.update(body="").body == ""
assert text.delete() and client.messages.list() == []
try:
    client.messages.create(to="12", from_=OFFICE, body="Hello")
    raise AssertionError("a text to nobody was taken")
except TwilioRestException as error:
    assert (error.status, error.code) == (400, 21211), error

events = ["start", "end", "join", "leave", "mute"]
room = client.conferences("From Python").participants
people = [
    room.create(
        to=to, from_=OFFICE, label=label, conference_status_callback=f"{app}/conference", conference_status_callback_event=events
    )
    for to, label in [(BOB, "bob"), (CAT, "cat & co")]
]
conference = client.conferences(people[0].conference_sid)
while conference.fetch().status != "in-progress":
    assert time.monotonic() < end, conference.fetch().status
    time.sleep(0.02)
assert [it.sid for it in client.conferences.list(friendly_name="From Python", status="in-progress")] == [conference.fetch().sid]
assert {it.label for it in conference.participants.list()} == {"bob", "cat & co"}
assert conference.participants("cat & co").update(muted=True).muted
assert [it.call_sid for it in conference.participants.list(muted=True)] == [people[1].call_sid]
assert conference.participants("bob").delete()
over = conference.update(status="completed")
assert (over.status, over.reason_conference_ended) == ("completed", "conference-ended-via-api")
try:
    conference.update(status="completed")
    raise AssertionError("a conference ended twice")
except TwilioRestException as error:
    assert (error.status, error.code) == (400, 16099), error

workspaces = client.taskrouter.v1.workspaces
workspace = workspaces(workspaces.create(friendly_name="From Python", template="FIFO", event_callback_url=f"{app}/events").sid)
(queue,), (workflow,) = workspace.task_queues.list(), workspace.workflows.list()
assert workflow.update(assignment_callback_url=f"{app}/assignment").task_reservation_timeout == 120
(available,) = workspace.activities.list(available="true")
worker = workspace.workers.create(friendly_name="Ada", activity_sid=available.sid, attributes='{"level": 5}')
tasks = [workspace.tasks.create(workflow_sid=workflow.sid, attributes='{"topic": "sales"}', priority=n) for n in range(3)]
assert [it.priority for it in workspace.tasks.list(ordering="Priority:desc")] == [2, 1, 0]
assert len(workspace.tasks.list(task_queue_sid=queue.sid, evaluate_task_attributes="topic == 'sales'")) == 3
(offer,) = workspace.workers(worker.sid).reservations.list(reservation_status="pending")
assert offer.update(reservation_status="accepted").reservation_status == "accepted"
done = workspace.tasks(offer.task_sid).update(assignment_status="completed", reason="sold")
assert (done.assignment_status, done.reason) == ("completed", "sold")
try:
    workspace.task_queues.create(friendly_name="Experts", target_workers="skill-level > 3")
    raise AssertionError("an expression that is none was taken")
except TwilioRestException as error:
    assert (error.status, error.code) == (400, 20001), error
assert workspace.delete()
client.studio.base_url = url
trigger = {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingCall"}], "properties": {"offset": {"x": 0, "y": 0}}}
definition = {"description": "From Python", "initial_state": "Trigger", "flags": {"allow_concurrent_calls": True}, "states": [trigger]}
assert client.studio.v2.flow_validate.update(friendly_name="From Python", status="published", definition=definition).valid
flow = client.studio.v2.flows.create(friendly_name="From Python", status="published", definition=definition)
assert (flow.revision, flow.definition) == (1, definition)
try:
    flow.update(status="published", definition={**definition, "initial_state": "Nowhere"})
    raise AssertionError("a flow that begins nowhere was taken")
except TwilioRestException as error:
    assert (error.status, error.code) == (400, 20001), error
    assert error.details["errors"][0]["property_path"] == "#/initial_state", error.details
assert flow.delete()
help_queue = client.queues.create(friendly_name="help")
assert help_queue.update(max_size=5).max_size == 5 and help_queue.members.list() == [] and help_queue.delete()

recordings = client.recordings.list()
assert recordings and all(it.status == "completed" for it in recordings), recordings
for recording in recordings:
    assert recording.delete()
assert client.recordings.list() == []
assert listed[0].delete() and number.delete()

time.sleep(0.1)
assert App.hits and all(valid for _, _, valid in App.hits), App.hits
statuses = [params["CallStatus"] for path, params, _ in App.hits if path == "/status" and "CallStatus" in params]
in_room = [params["StatusCallbackEvent"] for path, params, _ in App.hits if path == "/conference"]
join, leave = "participant-join", "participant-leave"
assert in_room == [join, join, "conference-start", "participant-mute", leave, leave, "conference-end"], in_room
texted = [params["MessageStatus"] for path, params, _ in App.hits if "MessageStatus" in params]
assert texted == ["sent", "delivered"], texted
assert sorted(statuses) == sorted(3 * ["initiated", "ringing", "in-progress", "completed"]), statuses
print(f"{len(App.hits)} webhooks, all signed as the Python SDK expects")
