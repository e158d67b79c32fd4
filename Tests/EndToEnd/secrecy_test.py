"""Only the administrator can read the files of the server, and its log contains no secrets."""

import os
import re
import stat
import unittest

from server import FIXTURES, PASSWORD, DataTest, Server

PHOTO = FIXTURES / "cat.jpg"


class SecrecyTest(DataTest):
    def use_server(self, *options, inspect=lambda: None):
        """Sends requests with secrets, calls `inspect`, stops the server, and returns the secrets."""
        server = Server(self.data, *options)
        token = server.register("ada")
        post = server.post(token, PHOTO, caption="hello").json()
        offer = server.json(
            "POST", "/api/uploads/presigned-url", {"contentType": "image/jpeg", "byteCount": 5}, token).json()
        for url in [post["imageUrl"], post["imageUrl"] + "x", post["imageUrl"] + "?q"]:
            server.request("GET", url.removeprefix(server.url))
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhello\r\n--x--\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        server.request("POST", offer["url"].removeprefix(server.url), form, headers)
        server.json("POST", "/api/posts", {"mediaIds": [offer["mediaId"]]}, token)
        server.json("POST", "/api/auth/login", {"login": "ada", "password": PASSWORD + "x"})
        server.request("GET", "/api/me", headers={"Authorization": f"Bearer {token}x"})
        inspect()
        self.assertEqual(server.stop(), 0)
        names = [re.search(r"[0-9a-f]{32}", url)[0] for url in (post["imageUrl"], offer["url"])]
        return [token, PASSWORD, *names]

    def test_only_the_administrator_can_read_the_files_with_any_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        modes = {}

        def inspect():
            for path in [self.data, *self.data.rglob("*")]:
                modes[str(path.relative_to(self.data))] = stat.S_IMODE(path.lstat().st_mode)

        self.use_server(inspect=inspect)
        self.assertEqual({name: f"{mode:o}" for name, mode in modes.items() if mode & 0o077}, {})
        for name in ["isntgram.sqlite", "isntgram.sqlite-wal", "lock"]:
            self.assertEqual(modes[name], 0o600, name)
        self.assertIn("control.sock", modes)

    def test_the_administrator_finds_no_token_and_no_photo_path_in_the_log(self):
        for level in ["info", "trace"]:
            with self.subTest(level):
                secrets = self.use_server("--log-level", level, "--data", str(self.data / level))
                log = (self.data.parent / "data.log").read_text()
                self.assertIn("GET /media/", log)
                self.assertIn("POST /api/uploads/", log)
                for secret in secrets:
                    self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
