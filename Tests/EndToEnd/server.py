"""Starts and stops the built program, and sends requests to it."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid

PROGRAM = os.environ["PROGRAM"]
FIXTURES = pathlib.Path(__file__).parent.parent / "ImagingTests" / "Fixtures"
PASSWORD = "correct horse battery"
# Seconds before a wait counts as a hang. The value is large, because the machine may be busy.
TIMEOUT = 180


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what="the condition", seconds=TIMEOUT):
    """Waits until a condition is true; `what` names it in the error message."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} seconds for {what}")
        time.sleep(0.02)


class Client:
    """A client of the API."""

    def __init__(self, url):
        self.url = url

    def request(self, method, path, body=None, headers=None, timeout=TIMEOUT):
        """Sends a request and returns the response, whatever its status."""
        request = urllib.request.Request(self.url + path, data=body, headers=headers or {}, method=method)
        try:
            return Response(urllib.request.urlopen(request, timeout=timeout))
        except urllib.error.HTTPError as error:
            return Response(error)

    def json(self, method, path, value=None, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps(value).encode() if value is not None else None
        return self.request(method, path, body, headers)

    def register(self, name):
        """Registers a member and returns a token."""
        form = {"email": f"{name}@example.org", "fullName": name, "username": name, "password": PASSWORD}
        return self.json("POST", "/api/auth/register", form).json()["token"]

    def post(self, token, *photos, **fields):
        boundary = uuid.uuid4().hex
        body = b""
        disposition = f"--{boundary}\r\nContent-Disposition: form-data; name="
        for name, value in fields.items():
            body += f'{disposition}"{name}"\r\n\r\n{value}\r\n'.encode()
        for photo in photos:
            data = photo if isinstance(photo, bytes) else pathlib.Path(photo).read_bytes()
            body += f'{disposition}"image"; filename="a"\r\n\r\n'.encode()
            body += data + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        headers = {"Authorization": f"Bearer {token}",
                   "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.request("POST", "/api/posts", body, headers)


class Server(Client):
    """A running `isntgram serve` on a free local port. The tests connect to `address`."""

    def __init__(self, folder, *options, environment=None, port=None, ready="/readyz", address="127.0.0.1"):
        self.folder = pathlib.Path(folder)
        self.port = port or free_port()
        super().__init__(f"http://{address}:{self.port}")
        self.ready = ready
        self.log = open(self.folder.parent / f"{self.folder.name}.log", "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(self.port), "--data", str(self.folder), "--log-level", "warning",
             "--rate-limits", "off", *options],
            stderr=self.log, env={**os.environ, **(environment or {})})
        try:
            # The photos of the demo community alone take about twelve seconds of CPU time.
            wait_until(
                lambda: self.process.poll() is not None or self.is_ready(), "a server that is ready",
                5 * TIMEOUT)
        except AssertionError:
            self.kill()
            raise
        if self.process.poll() is not None:
            raise RuntimeError(f"the server did not start: {self.process.poll()}")

    def is_ready(self):
        try:
            return self.request("GET", self.ready).status == 200
        except OSError:
            return False

    def command(self, *arguments, stdin=""):
        return subprocess.run(
            [PROGRAM, *arguments, "--data", str(self.folder)], input=stdin, capture_output=True, text=True,
            timeout=TIMEOUT)

    def stop(self):
        """Stops the server with SIGTERM and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=TIMEOUT)
        self.log.close()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=TIMEOUT)
        self.log.close()


class DataTest(unittest.TestCase):
    """A test case with a new data directory for each test, on which the test starts servers."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = pathlib.Path(self.folder.name) / "data"

    def serve(self, *options, **environment):
        """Starts a server, which ends with the test."""
        server = Server(self.data, *options, environment=environment)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server


class ServerTest(DataTest):
    """A test case with a server and a new data directory for each test."""

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        # A test may have replaced the server.
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())


class Response:
    def __init__(self, response):
        with contextlib.closing(response):
            self.status = response.status
            self.headers = response.headers
            self.body = response.read()

    def json(self):
        return json.loads(self.body)
