"""The examples in the section “API by example” of Sources/API/README.md work."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from server import FIXTURES, TIMEOUT, Server

README = pathlib.Path(__file__).parent.parent.parent / "Sources" / "API" / "README.md"


class ReadmeTest(unittest.TestCase):
    def test_a_developer_runs_the_api_examples(self):
        section = README.read_text().split("## API by example")[1].split("\n## ")[0]
        examples = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
        self.assertGreaterEqual(len(examples), 4)
        with tempfile.TemporaryDirectory() as folder:
            server = Server(pathlib.Path(folder) / "data")
            script = "set -euo pipefail\n" + "\n".join(examples)
            environment = {**os.environ, "ISNTGRAM": server.url, "PHOTO": str(FIXTURES / "cat.jpg")}
            run = subprocess.run(
                ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=TIMEOUT)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertIn('"caption":"Hello"', run.stdout)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
