"""A Lambda Runtime API for one process of a function, written from AWS's page and nothing of ours.

<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
"""

import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RUNTIME = "/2018-06-01/runtime/"


class Failed(Exception):
    """The function did not start, reported an error, ended or was too slow; with what it printed."""


class Server(ThreadingHTTPServer):
    """Whose clients may go at any time."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Function:
    """A process of a function's binary, which is handed one event after the other.

    `environment` is all that it sees, and the address of its Runtime API. Between events it is
    stopped, as Lambda freezes it: what it has put off until after its answer is not done.
    """

    def __init__(self, binary: Path, environment: dict[str, str], timeout: float):
        self.name, self.timeout = binary.name, timeout
        self._events: queue.Queue = queue.Queue()
        self._told: queue.Queue = queue.Queue()
        self._server = Server(("127.0.0.1", 0), self._runtime_api())
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        self._log = tempfile.NamedTemporaryFile("w")
        host, port = self._server.server_address
        own = {"AWS_LAMBDA_RUNTIME_API": f"{host}:{port}", "_HANDLER": "bootstrap"}
        self._process = subprocess.Popen(
            [binary],
            env=environment | own,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def invoke(self, event) -> object:
        """The function's answer to an event; raises [`Failed`] if there is none."""
        request = str(uuid.uuid4())
        self._events.put((request, json.dumps(event).encode()))
        self._process.send_signal(signal.SIGCONT)
        until = time.monotonic() + self.timeout
        while time.monotonic() < until:
            try:
                what, of, body = self._told.get(timeout=0.02)
            except queue.Empty:
                if self._process.poll() is not None:
                    raise self._failed(f"ended with status {self._process.returncode}") from None
                continue
            if (what, of) != ("response", request):
                raise self._failed(f"{what}: {body.decode()}")
            self._process.send_signal(signal.SIGSTOP)
            return json.loads(body)
        raise self._failed(f"no answer within {self.timeout} s")

    def log(self) -> str:
        """What the process has printed."""
        return Path(self._log.name).read_text()

    def close(self):
        self._process.kill()
        self._process.wait()
        # Whoever still waits for an event.
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._log.close()

    def _failed(self, why: str) -> Failed:
        return Failed(f"{self.name}: {why}\n{self.log()}".rstrip())

    def _runtime_api(self):
        function = self

        class RuntimeApi(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path != RUNTIME + "invocation/next":
                    return self.answer(404, b"{}")
                if (delivery := function._events.get()) is None:
                    return None
                request, event = delivery
                deadline = int((time.time() + function.timeout) * 1000)
                self.answer(
                    200,
                    event,
                    {
                        "Lambda-Runtime-Aws-Request-Id": request,
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:"
                        f"000000000000:function:{function.name}",
                    },
                )

            def do_POST(self):
                body = self.body()
                self.answer(202, b'{"status": "OK"}')
                *_, of, what = self.path.removeprefix(RUNTIME).split("/")
                # invocation/…/response, invocation/…/error, init/error
                function._told.put((f"{of} {what}" if of == "init" else what, of, body))

            def body(self) -> bytes:
                if length := self.headers["Content-Length"]:
                    return self.rfile.read(int(length))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def answer(self, status, body, headers=None):
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return RuntimeApi
