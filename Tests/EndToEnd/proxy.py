"""A reverse proxy (Caddy) for several instances, on a free local port, stopped at the end of the test."""

import pathlib
import subprocess
import tempfile
import urllib.request

from server import TIMEOUT, free_port, wait_until

PROGRAM = pathlib.Path(__file__).parents[2] / ".build" / "venv" / "bin" / "caddy"
CONFIGURATION = """
{
    admin off
    auto_https off
    persist_config off
}
http://127.0.0.1:%d {
    reverse_proxy %s {
        lb_policy round_robin
        lb_try_duration 120s
        lb_try_interval 50ms
        health_uri /readyz
        health_interval 500ms
        health_timeout 120s
        fail_duration 1s
    }
}
"""


class Proxy:
    """Chooses its port before it starts, so that the instances can use its URL as their base URL."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, *ports):
        self.folder = tempfile.TemporaryDirectory()
        file = pathlib.Path(self.folder.name) / "Caddyfile"
        file.write_text(CONFIGURATION % (self.port, " ".join(f"127.0.0.1:{port}" for port in ports)))
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--config", file, "--adapter", "caddyfile"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={"HOME": self.folder.name})
        wait_until(lambda: self.process.poll() is not None or self.is_ready(), "a proxy that is ready")
        assert self.process.poll() is None, "caddy did not start"

    def is_ready(self):
        try:
            urllib.request.urlopen(self.url + "/livez", timeout=TIMEOUT).close()
            return True
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=TIMEOUT)
            self.folder.cleanup()
