"""The API against its own description, by schemathesis: no server error, no answer that is not described."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from server import FIXTURES, PATIENCE, Server


class DescriptionTest(unittest.TestCase):
    def test_schemathesis_finds_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(pathlib.Path(folder) / "data")
            try:
                token = server.register("ada")
                server.post(token, FIXTURES / "cat.jpg", caption="hello #cat")
                # The stream of events never ends; leaving would end the token that all else is asked with.
                leaving = ["/events", "/auth/logout", "/me", "/me/password", "/me/email", "/me/tokens/{id}"]
                skip = [part for path in leaving for part in ("--exclude-path", path)]
                run = subprocess.run(
                    [pathlib.Path(sys.executable).parent / "schemathesis", "run", f"{server.url}/api/openapi.json", "--url",
                     f"{server.url}/api", "--header", f"Authorization: Bearer {token}", "--max-examples", "12", "--seed", "7",
                     "--phases", "examples,coverage,fuzzing", "--checks",
                     "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                     "--request-timeout", str(PATIENCE), "--no-color", *skip],
                    # It keeps notes in the folder it runs in.
                    cwd=folder, capture_output=True, text=True, timeout=10 * PATIENCE)
                self.assertEqual(run.returncode, 0, run.stdout[-6000:] + run.stderr[-2000:])
                self.assertTrue(server.answers())
            finally:
                server.stop()


if __name__ == "__main__":
    unittest.main()
