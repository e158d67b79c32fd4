"""A full disk: changes are refused with a sentence, reading goes on, and nothing is lost or half-written."""

import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import time
import unittest

from server import FIXTURES, Server, wait_until

SENTENCE = "The server’s disk is full. Try again later."


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name) / "data"
        self.data.mkdir()
        mount = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(self.data)], capture_output=True,
            text=True)
        if mount.returncode != 0:
            self.skipTest(f"a small file system cannot be mounted here: {mount.stderr}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.data)], check=True)
        self.filler = self.data / "filler"

    def serve(self, **settings):
        server = Server(self.data, "--min-free-space", "2MB", **settings)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def fill(self, leave=0):
        """Fills the file system except for some bytes."""
        with open(self.filler, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                status = os.statvfs(self.data)
                free = status.f_bavail * status.f_frsize - leave
                if free <= 0:
                    return
                file.write(bytes(min(free, 1 << 20)))

    def log_count(self, message):
        lines = (self.data.parent / "data.log").read_text().splitlines()
        return sum(json.loads(line)["message"].startswith(message) for line in lines)

    def comment(self, server, token, post, text):
        return server.json("POST", f"/api/posts/{post}/comments", {"text": text}, token)

    def delete(self, server, token, posted):
        response = server.json("DELETE", f"/api/posts/{posted.json()['id']}", token=token)
        self.assertEqual(response.status, 204)

    def stored(self):
        """The files of photos and uploads, without markers."""
        files = [file for name in ["media", "uploads"] for file in (self.data / name).rglob("*")]
        return sorted(str(file) for file in files if file.is_file() and not file.name.startswith("."))

    def check_refused(self, response):
        self.assertEqual((response.status, response.json()["detail"]), (503, SENTENCE))
        self.assertGreater(int(response.headers["Retry-After"]), 0)

    def check_reading(self, server, token, post, photo):
        for path in ["/", "/ada", f"/p/{post['code']}", "/api/explore", "/livez", photo]:
            self.assertEqual(server.request("GET", path).status, 200, path)
        for path in ["/api/posts", "/api/me", f"/api/posts/{post['id']}/comments"]:
            self.assertEqual(server.json("GET", path, token=token).status, 200, path)

    def test_a_full_disk_refuses_changes_and_loses_nothing(self):
        start = time.monotonic()
        server = self.serve()
        token = server.register("ada")
        post = server.post(token, FIXTURES / "cat.jpg", caption="before").json()
        media = self.data / "media"
        photo = "/media/" + str(next(media.rglob("thumb.jpg")).relative_to(media))
        comments = [f"before {number}" for number in range(3)]
        for text in comments:
            self.assertEqual(self.comment(server, token, post["id"], text).status, 201)
        files = self.stored()

        self.fill()
        wait_until(lambda: server.request("GET", "/readyz").status == 503, "a red readiness")
        self.assertIn("free space", server.request("GET", "/readyz").body.decode())
        for round_number in range(3):
            # The write-ahead log may have room for a few comments.
            for number in range(1000):
                text = f"full {round_number} {number}"
                response = self.comment(server, token, post["id"], text)
                if response.status != 201:
                    break
                comments.append(text)
            self.check_refused(response)
            for fixtures in [["cat.jpg"], ["cat.jpg"] * 3]:
                self.check_refused(server.post(token, *[FIXTURES / name for name in fixtures]))
            self.check_refused(server.json("PUT", "/api/profile", {"bio": "x" * 100}, token))
            self.check_reading(server, token, post, photo)
            self.assertEqual(self.stored(), files)

        # With room for the upload, the renditions or the records may be what does not fit.
        for kilobytes in [64, 128, 256, 400, 512, 700, 900, 1200]:
            self.filler.unlink()
            self.fill(leave=kilobytes * 1024)
            response = server.post(token, FIXTURES / "cat.jpg", caption=f"{kilobytes}")
            if response.status == 201:
                self.delete(server, token, response)
            else:
                self.check_refused(response)
            wait_until(lambda: self.stored() == files, "the removal of files")
        minutes = int((time.monotonic() - start) / 60) + 1
        for message in ["The disk is full", "Not ready. The data directory"]:
            self.assertIn(self.log_count(message), range(1, minutes + 1), message)
        # No other message is written for each request either.
        self.assertLess(self.log_count(""), 10 * minutes)

        # After a restart on the full disk, people can read too.
        self.fill()
        server.kill()
        server = self.serve(ready="/livez")
        self.check_reading(server, token, post, photo)
        self.check_refused(server.post(token, FIXTURES / "cat.jpg"))
        server.kill()
        self.filler.unlink()
        server = self.serve()
        self.check_all(server, token, post, comments, files)

    def test_the_server_works_again_when_there_is_space(self):
        server = self.serve()
        token = server.register("ada")
        post = server.post(token, FIXTURES / "cat.jpg", caption="before").json()
        comments = []
        for round_number in range(3):
            self.fill()
            response = server.post(token, FIXTURES / "cat.jpg")
            self.check_refused(response)
            wait_until(lambda: server.request("GET", "/readyz").status == 503, "a red readiness")
            self.filler.unlink()
            wait_until(server.is_ready, "a green readiness")
            comments.append(f"after {round_number}")
            self.assertEqual(self.comment(server, token, post["id"], comments[-1]).status, 201)
            new = server.post(token, FIXTURES / "cat.jpg")
            self.assertEqual(new.status, 201)
            self.delete(server, token, new)
        self.check_all(server, token, post, comments, None)

    def test_the_write_ahead_log_fills_the_disk(self):
        server = self.serve()
        token = server.register("ada")
        post = server.post(token, FIXTURES / "cat.jpg", caption="before").json()
        # A reader keeps the log from being reset, so it grows until the disk is full.
        reader = sqlite3.connect(self.data / "isntgram.sqlite", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM comments").fetchone()
        self.fill(leave=3_000_000)
        comments = []
        while True:
            text = f"{len(comments)} " + "long " * 400
            response = self.comment(server, token, post["id"], text.strip())
            if response.status != 201:
                break
            comments.append(text.strip())
        self.check_refused(response)
        self.assertGreater(len(comments), 10)
        self.assertEqual(server.json("GET", f"/api/posts/{post['id']}", token=token).status, 200)
        reader.close()
        self.filler.unlink()
        comments.append("after")
        self.assertEqual(self.comment(server, token, post["id"], "after").status, 201)
        self.check_all(server, token, post, comments, None)

    def check_all(self, server, token, post, comments, files):
        """Everything that was acknowledged is there, and nothing else."""
        found, path = [], f"/api/posts/{post['id']}/comments?limit=100"
        while path:
            page = server.json("GET", path, token=token)
            found += [comment["text"] for comment in page.json()["items"]]
            link = page.headers["Link"]
            path = link and link.split(">")[0].removeprefix("<").removeprefix(server.url)
        self.assertEqual(sorted(found), sorted(comments))
        listed = server.json("GET", "/api/users/ada/posts", token=token).json()["items"]
        self.assertEqual([item["id"] for item in listed], [post["id"]])
        self.assertEqual(server.request("GET", "/readyz").status, 200)
        if files is not None:
            wait_until(lambda: self.stored() == files, "the removal of files")
        self.assertEqual(server.stop(), 0)
        database = sqlite3.connect(self.data / "isntgram.sqlite")
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        self.assertEqual(database.execute("SELECT count(*) FROM unclaimed_files").fetchone(), (0,))
        database.close()


if __name__ == "__main__":
    unittest.main()
