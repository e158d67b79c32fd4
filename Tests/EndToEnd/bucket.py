"""A server that implements the S3 API (moto), on a free local port, stopped at the end of the test."""

import pathlib
import subprocess
import urllib.error
import urllib.request

from server import TIMEOUT, free_port, wait_until

PROGRAM = pathlib.Path(__file__).parents[2] / ".build" / "venv" / "bin" / "moto_server"
KEY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Bucket:
    """A bucket on its own S3 server."""

    def __init__(self):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.url = f"s3://photos/community?endpoint={self.endpoint}"
        self.environment = {**KEY, "ISNTGRAM_MEDIA_URL": self.url}
        self.start()
        self.request("PUT", "/photos")

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.process.poll() is not None or self.is_ready(), "S3")
        assert self.process.poll() is None, "moto did not start"

    def is_ready(self):
        try:
            return bool(self.request("GET", "/moto-api/"))
        except OSError:
            return False

    def request(self, method, path):
        request = urllib.request.Request(self.endpoint + path, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return response.read()

    def keys(self):
        text = self.request("GET", "/photos?list-type=2").decode()
        return [part.split("</Key>")[0] for part in text.split("<Key>")[1:]]

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
