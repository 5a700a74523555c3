"""The simulator as Twilio: its phones, and Twilio's REST API."""

import json
import time

import requests

from generate import ACCOUNT, CALLER, MAIN, TOKEN

# A picture of one pixel.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNiAAAABgADNjd8qAAAAABJRU5ErkJggg=="


class Twilio:
    """The simulator at an address."""

    def __init__(self, address: str):
        self.address = address
        self.account = f"{address}/2010-04-01/Accounts/{ACCOUNT}"

    def control(self, path: str, body=None, method="POST"):
        """The simulator's own API."""
        answer = requests.request(method, f"{self.address}/simulator/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def rest(self, path: str, form=None):
        """A resource of the account: shown, or made or changed by a form."""
        auth = (ACCOUNT, TOKEN.decode())
        method = "POST" if form else "GET"
        answer = requests.request(method, f"{self.account}/{path}", data=form, auth=auth, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def contact_centre(self) -> dict:
        """Sets up what functions ask TaskRouter for; its SIDs, as the settings keep them."""

        def made(path: str, **form) -> str:
            auth = (ACCOUNT, TOKEN.decode())
            answer = requests.post(f"{self.address}/v1/{path}", data=form, auth=auth, timeout=10)
            assert answer.ok, answer.text
            return answer.json()["sid"]

        workspace = made("Workspaces", FriendlyName="Switchboard")
        within = f"Workspaces/{workspace}"
        doing = {
            name: made(f"{within}/Activities", FriendlyName=name.title() + " to callers", Available=available)
            for name, available in (("available", "true"), ("unavailable", "false"))
        }
        queues = {
            name: made(f"{within}/TaskQueues", FriendlyName=name, TargetWorkers=f'queues HAS "{name}"')
            for name in ("troubleshooting", "support")
        }
        routing = json.dumps({"task_routing": {"default_filter": {"queue": queues["support"]}}})
        workflow = made(f"{within}/Workflows", FriendlyName="Switchboard", Configuration=routing)
        return {"workspace": workspace, "workflow": workflow, "queues": queues, **doing}

    def recording(self) -> str:
        """Records what a caller says; the recording's SID."""
        script = [{"wait_for": "beep"}, {"speak": {"seconds": 2}}, {"hang_up": True}]
        self.control(f"phones/{CALLER}/behavior", {"on_call": "answer", "script": script}, "PUT")
        document = "<Response><Record/></Response>"
        self.rest("Calls.json", {"From": MAIN, "To": CALLER, "Twiml": document})

        def completed():
            all_of_them = self.rest("Recordings.json")["recordings"]
            return [one["sid"] for one in all_of_them if one["status"] == "completed"]

        return until(completed)[0]

    def audio(self, recording: str) -> bytes:
        """A recording as Twilio has it."""
        url = f"{self.account}/Recordings/{recording}.wav"
        return requests.get(url, auth=(ACCOUNT, TOKEN.decode()), timeout=10).content

    def picture(self) -> dict[str, str]:
        """Takes a text with a picture; what Twilio's webhook tells of it."""
        media = [{"content_type": "image/png", "base64": DOT}]
        order = {"to": MAIN, "body": "my router", "media": media}
        self.control(f"phones/{CALLER}/messages", order)

        def arrived():
            texts = self.rest("Messages.json")["messages"]
            return [one["sid"] for one in texts if one["num_media"] == "1"]

        [sid] = until(arrived)
        [file] = self.rest(f"Messages/{sid}/Media.json")["media_list"]
        url = f"{self.account}/Messages/{sid}/Media/{file['sid']}"
        told = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/png", "Body": "my router"}
        return told | {name: sid for name in ("MessageSid", "SmsMessageSid", "SmsSid")}

    def is_quiet(self) -> bool:
        """Whether all calls are over."""
        running = ("queued", "initiated", "ringing", "in-progress")
        return not any(one["status"] in running for one in self.rest("Calls.json")["calls"])


def until(look):
    """What `look` finds as soon as it finds something."""
    for _ in range(400):
        if found := look():
            return found
        time.sleep(0.05)
    raise SystemExit("Twilio's simulator did not do within 20 s what it should")
