"""What the program leaves on the disk and in its log is for its operator alone, and opens nothing."""

import os
import pathlib
import re
import stat
import tempfile
import unittest

from server import FIXTURES, PASSWORD, Server

PHOTO = FIXTURES / "cat.jpg"


class SecrecyTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.data = pathlib.Path(self.place.name) / "data"

    def live(self, *options, look=lambda: None):
        """Registers, brings photos both ways, fails at some, looks around and stops; what must not stand in the log."""
        server = Server(self.data, *options)
        token = server.register("ada")
        post = server.post(token, PHOTO, caption="hello").json()
        offer = server.json(
            "POST", "/api/uploads/presigned-url", {"contentType": "image/jpeg", "byteCount": 5}, token).json()
        for address in [post["imageUrl"], post["imageUrl"] + "x", post["imageUrl"] + "?q"]:
            server.request("GET", address.removeprefix(server.url))
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhello\r\n--x--\r\n'
        server.request(
            "POST", offer["url"].removeprefix(server.url), form, {"Content-Type": "multipart/form-data; boundary=x"})
        server.json("POST", "/api/posts", {"mediaIds": [offer["mediaId"]]}, token)
        server.json("POST", "/api/auth/login", {"login": "ada", "password": PASSWORD + "x"})
        server.request("GET", "/api/me", headers={"Authorization": f"Bearer {token}x"})
        look()
        self.assertEqual(server.stop(), 0)
        names = [re.search(r"[0-9a-f]{32}", address)[0] for address in (post["imageUrl"], offer["url"])]
        return [token, PASSWORD, *names]

    def test_what_is_made_is_for_its_owner_alone_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        modes = {}

        def look():
            for path in [self.data, *self.data.rglob("*")]:
                modes[str(path.relative_to(self.data))] = stat.S_IMODE(path.lstat().st_mode)

        self.live(look=look)
        self.assertEqual({name: f"{mode:o}" for name, mode in modes.items() if mode & 0o077}, {})
        for name in ["isntgram.sqlite", "isntgram.sqlite-wal", "lock"]:
            self.assertEqual(modes[name], 0o600, name)
        self.assertIn("control.sock", modes)

    def test_no_address_and_no_token_stands_in_the_log(self):
        for level in ["info", "trace"]:
            with self.subTest(level):
                secrets = self.live("--log-level", level, "--data", str(self.data / level))
                log = (self.data.parent / "data.log").read_text()
                self.assertIn("GET /media/", log)
                self.assertIn("POST /api/uploads/", log)
                for secret in secrets:
                    self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
