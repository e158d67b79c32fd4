"""A reverse proxy (Caddy) before several copies, on a free port of this machine, ended with the test."""

import pathlib
import subprocess
import tempfile
import time
import urllib.request

from server import free_port

PROGRAM = pathlib.Path(__file__).parents[2] / ".build" / "venv" / "bin" / "caddy"
SETTINGS = """
{
    admin off
    auto_https off
    persist_config off
}
http://127.0.0.1:%d {
    reverse_proxy %s {
        lb_policy round_robin
        lb_try_duration 10s
        lb_try_interval 50ms
        health_uri /readyz
        health_interval 500ms
        health_timeout 5s
        fail_duration 1s
    }
}
"""


class Proxy:
    """Knows where it listens before the copies start, so that they can say so in their addresses."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, *ports):
        self.folder = tempfile.TemporaryDirectory()
        file = pathlib.Path(self.folder.name) / "Caddyfile"
        file.write_text(SETTINGS % (self.port, " ".join(f"127.0.0.1:{port}" for port in ports)))
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--config", file, "--adapter", "caddyfile"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={"HOME": self.folder.name})
        deadline = time.monotonic() + 30
        while True:
            try:
                return urllib.request.urlopen(self.url + "/livez", timeout=5).close()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.folder.cleanup()
