"""A proxy that notes what functions ask AWS and what they are answered."""

import http.client
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from runtime import Server

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Asked:
    """One request: `DynamoDB_20120810.GetItem` or `PUT /bucket/key`, its JSON, and its answer."""

    operation: str
    request: dict
    status: int
    answer: dict = field(default_factory=dict)

    @property
    def error(self) -> str:
        """AWS's name for what was wrong, or nothing."""
        return self.answer.get("__type", "").rpartition("#")[2] if self.status >= 400 else ""


class Recorder:
    """Passes all on to `upstream`, an address, unchanged: also the Host that was signed."""

    def __init__(self, upstream: str):
        self.upstream = upstream.removeprefix("http://")
        self.asked: list[Asked] = []
        self._server = Server(("127.0.0.1", 0), self._proxy())
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        self.address = "http://{}:{}".format(*self._server.server_address)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _note(self, method, path, headers, body, status, answered):
        target = headers.get("X-Amz-Target")
        operation = target or f"{method} {path.partition('?')[0]}"
        asked = Asked(operation, json.loads(body) if target else {}, status)
        if target and answered:
            asked.answer = json.loads(answered)
        self.asked.append(asked)

    def _proxy(self):
        recorder = self

        class Proxy(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upstream = http.client.HTTPConnection(recorder.upstream, timeout=30)
                upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        upstream.putheader(name, value)
                if body or self.command in ("POST", "PUT"):
                    upstream.putheader("Content-Length", str(len(body)))
                upstream.endheaders(body)
                answer = upstream.getresponse()
                answered = answer.read()
                # Before the function hears of it, so that what it does then comes after.
                recorder._note(self.command, self.path, self.headers, body, answer.status, answered)
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                length = answer.headers.get("Content-Length", "0")
                self.send_header("Content-Length", length if self.command == "HEAD" else str(len(answered)))
                self.end_headers()
                self.wfile.write(answered)
                upstream.close()

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        return Proxy
