"""The API against its own description, by schemathesis: calls that are made from it, and all that can be checked of the
answers."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from server import FIXTURES, PATIENCE, Server

CONFIGURATION = pathlib.Path(__file__).parent / "schemathesis.toml"
# As many calls as fit into two minutes of a quiet machine.
EXAMPLES = 25
# The stream of events never ends; leaving would end the token that all else is asked with.
LEFT_OUT = ["/events", "/auth/logout", "/me", "/me/password", "/me/email", "/me/tokens/{id}"]


class DescriptionTest(unittest.TestCase):
    def test_schemathesis_finds_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(pathlib.Path(folder) / "data")
            try:
                token, ben = server.register("ada"), server.register("ben")
                server.post(token, FIXTURES / "cat.jpg", caption="hello #cat")
                server.json("POST", "/api/users/ada/follow", token=ben)
                skip = [part for path in LEFT_OUT for part in ("--exclude-path", path)]
                run = subprocess.run(
                    [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", CONFIGURATION, "run",
                     f"{server.url}/api/openapi.json", "--url", f"{server.url}/api", "--header",
                     f"Authorization: Bearer {token}", "--max-examples", str(EXAMPLES), "--seed", "7", "--phases",
                     "examples,coverage,fuzzing,stateful", "--checks", "all", "--continue-on-failure",
                     "--request-timeout", str(PATIENCE), "--max-response-time", str(PATIENCE),
                     "--no-color", *skip],
                    # It keeps notes in the folder it runs in.
                    cwd=folder, capture_output=True, text=True, timeout=10 * PATIENCE)
                self.assertEqual(run.returncode, 0, run.stdout[-12000:] + run.stderr[-2000:])
                self.assertTrue(server.answers())
            finally:
                server.stop()


if __name__ == "__main__":
    unittest.main()
