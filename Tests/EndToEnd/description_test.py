"""Schemathesis calls the API according to the OpenAPI document and checks every response against it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from server import FIXTURES, TIMEOUT, Server

CONFIGURATION = pathlib.Path(__file__).parent / "schemathesis.toml"
# The run takes about two minutes on an idle machine.
EXAMPLES = 25
# The event stream never ends; the others would revoke the token that all requests use.
EXCLUDED = ["/events", "/auth/logout", "/me", "/me/password", "/me/email", "/me/tokens/{id}"]


class OpenAPITest(unittest.TestCase):
    def test_schemathesis_finds_no_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(pathlib.Path(folder) / "data")
            try:
                token, ben = server.register("ada"), server.register("ben")
                server.post(token, FIXTURES / "cat.jpg", caption="hello #cat")
                server.json("POST", "/api/users/ada/follow", token=ben)
                skip = [part for path in EXCLUDED for part in ("--exclude-path", path)]
                run = subprocess.run(
                    [pathlib.Path(sys.executable).parent / "schemathesis",
                     "--config-file", CONFIGURATION, "run", f"{server.url}/api/openapi.json",
                     "--url", f"{server.url}/api", "--header", f"Authorization: Bearer {token}",
                     "--max-examples", str(EXAMPLES), "--seed", "7",
                     "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all",
                     # How fast texts are made depends on how busy the machine is.
                     "--continue-on-failure", "--suppress-health-check", "too_slow",
                     "--request-timeout", str(TIMEOUT), "--max-response-time", str(TIMEOUT),
                     "--no-color", *skip],
                    # Schemathesis writes files to its working directory.
                    cwd=folder, capture_output=True, text=True, timeout=10 * TIMEOUT)
                self.assertEqual(run.returncode, 0, run.stdout[-12000:] + run.stderr[-2000:])
                self.assertTrue(server.is_ready())
            finally:
                server.stop()


if __name__ == "__main__":
    unittest.main()
