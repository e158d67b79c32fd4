"""A server of the tests' own that speaks as S3 does (moto), on a free port of this machine, ended with the test."""

import os
import pathlib
import subprocess
import urllib.error
import urllib.request

from server import PATIENCE, free_port, wait_until

PROGRAM = pathlib.Path(__file__).parents[2] / ".build" / "venv" / "bin" / "moto_server"
KEY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Bucket:
    """One bucket on a server of its own."""

    def __init__(self):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.url = f"s3://photos/community?endpoint={self.endpoint}"
        self.environment = {**KEY, "ISNTGRAM_MEDIA_URL": self.url}
        self.start()
        self.ask("PUT", "/photos")

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "-H", "127.0.0.1", "-p", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.process.poll() is not None or self.answers(), "S3")
        assert self.process.poll() is None, "moto did not start"

    def answers(self):
        try:
            return bool(self.ask("GET", "/moto-api/"))
        except OSError:
            return False

    def ask(self, method, path):
        request = urllib.request.Request(self.endpoint + path, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def keys(self):
        text = self.ask("GET", "/photos?list-type=2").decode()
        return [part.split("</Key>")[0] for part in text.split("<Key>")[1:]]

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
