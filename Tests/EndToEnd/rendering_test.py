"""How photos are read."""

import pathlib
import tempfile
import unittest

from server import Server


class RenderingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name) / "data"
        self.server = Server(self.data)
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())

    def test_the_server_says_how_photos_are_confined(self):
        self.assertEqual(self.server.stop(), 0)
        self.server = Server(self.data, "--log-level", "notice")
        self.assertEqual(self.server.stop(), 0)
        log = (self.data.parent / "data.log").read_text()
        self.assertIn("system calls are filtered", log)
        self.assertIn("Landlock", log)


if __name__ == "__main__":
    unittest.main()
