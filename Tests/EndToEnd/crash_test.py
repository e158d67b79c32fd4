"""Killed in the middle of many posts, the server loses none that it acknowledged and keeps nothing of the others."""

import concurrent.futures
import contextlib
import pathlib
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from server import FIXTURES, PATIENCE, Server, wait_until

ROUNDS = 10
POSTS = 200


class CrashTest(unittest.TestCase):
    def test_kill_in_the_middle_of_posts(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            photo = data.parent / "small.jpg"
            subprocess.run(
                ["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "64", "-o", str(photo)], check=True)
            server = Server(data)
            token = server.register("ada")
            acknowledged = []
            for round_number in range(ROUNDS):
                acknowledged += self.kill_while_posting(server, token, photo.read_bytes(), 10 + 5 * round_number)
                server = Server(data)
                self.check(server, data, token, acknowledged)
            self.assertEqual(server.stop(), 0)
            self.assertGreater(len(acknowledged), 100)

    def kill_while_posting(self, server, token, photo, kill_after):
        """Posts until so many were acknowledged, kills the server, and gives the codes of those acknowledged."""
        codes = []
        enough = threading.Event()

        def post():
            try:
                answer = server.post(token, photo, caption="x")
                # So many at once have to wait for each other.
                while answer.status in (429, 503):
                    time.sleep(0.05)
                    answer = server.post(token, photo, caption="x")
            except OSError:
                return
            if answer.status == 201:
                codes.append(answer.json()["id"])
                if len(codes) >= kill_after:
                    enough.set()

        with concurrent.futures.ThreadPoolExecutor(POSTS) as pool:
            posts = [pool.submit(post) for _ in range(POSTS)]
            end = time.monotonic() + PATIENCE
            while not enough.wait(0.01) and time.monotonic() < end and not all(p.done() for p in posts):
                pass
            server.kill()
        return codes

    def query(self, data, text):
        with contextlib.closing(sqlite3.connect(f"file:{data / 'isntgram.sqlite'}?mode=ro", uri=True)) as database:
            return database.execute(text).fetchall()

    def check(self, server, data, token, acknowledged):
        # What was not acknowledged is removed by jobs, which begin with the server.
        wait_until(lambda: self.query(data, "SELECT count(*) FROM jobs WHERE kind = 'remove-photo-files'") == [(0,)])
        for post in acknowledged:
            answer = server.json("GET", f"/api/posts/{post}", token=token)
            self.assertEqual(answer.status, 200, f"acknowledged post {post} is gone")
        database = sqlite3.connect(f"file:{data / 'isntgram.sqlite'}?mode=ro", uri=True)
        rows = {files for (files,) in database.execute("SELECT files FROM photos")}
        unclaimed = database.execute("SELECT count(*) FROM unclaimed_files").fetchone()[0]
        integrity = database.execute("PRAGMA integrity_check").fetchall()
        foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        counted = database.execute("SELECT posts_count, (SELECT count(*) FROM posts) FROM accounts").fetchall()
        database.close()
        self.assertEqual(integrity, [("ok",)])
        self.assertEqual(foreign, [])
        self.assertEqual(unclaimed, 0)
        self.assertTrue(all(count == real for count, real in counted))
        media = data / "media"
        kept = {str(p.parent.relative_to(media)) for p in media.rglob("*") if p.is_file() and p.name != ".community"}
        self.assertEqual(kept, rows, "files without a row, or rows without files")
        for files in rows:
            self.assertGreaterEqual(len(list((media / files).iterdir())), 2)
        self.assertEqual(list((data / "uploads").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
