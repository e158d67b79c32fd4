"""A server that is killed while members post loses no acknowledged post and keeps no data of the others."""

import concurrent.futures
import contextlib
import pathlib
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from server import FIXTURES, TIMEOUT, Server, wait_until

ROUNDS = 10
POSTS = 200


class CrashTest(unittest.TestCase):
    def test_ada_loses_no_acknowledged_post_when_the_server_is_killed(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            photo = data.parent / "small.jpg"
            subprocess.run(
                ["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "64", "-o", str(photo)], check=True)
            server = Server(data)
            token = server.register("ada")
            acknowledged = []
            for round_number in range(ROUNDS):
                kill_after = 10 + 5 * round_number
                acknowledged += self.kill_while_posting(server, token, photo.read_bytes(), kill_after)
                server = Server(data)
                self.check(server, data, token, acknowledged)
            self.assertEqual(server.stop(), 0)
            self.assertGreater(len(acknowledged), 100)

    def kill_while_posting(self, server, token, photo, kill_after):
        """Posts concurrently, kills the server after `kill_after` acknowledged posts, and returns the ids."""
        ids = []
        enough = threading.Event()

        def post():
            try:
                response = server.post(token, photo, caption="x")
                # The queue accepts only some of so many posts.
                while response.status in (429, 503):
                    time.sleep(0.05)
                    response = server.post(token, photo, caption="x")
            except OSError:
                return
            if response.status == 201:
                ids.append(response.json()["id"])
                if len(ids) >= kill_after:
                    enough.set()

        with concurrent.futures.ThreadPoolExecutor(POSTS) as pool:
            posts = [pool.submit(post) for _ in range(POSTS)]
            end = time.monotonic() + TIMEOUT
            while not enough.wait(0.01) and time.monotonic() < end and not all(p.done() for p in posts):
                pass
            server.kill()
        return ids

    def query(self, data, text):
        with contextlib.closing(open_database(data)) as database:
            return database.execute(text).fetchall()

    def check(self, server, data, token, acknowledged):
        # Jobs remove the files of unacknowledged posts after the start of the server.
        query = "SELECT count(*) FROM jobs WHERE kind = 'remove-photo-files'"
        wait_until(lambda: self.query(data, query) == [(0,)])
        for post in acknowledged:
            response = server.json("GET", f"/api/posts/{post}", token=token)
            self.assertEqual(response.status, 200, f"acknowledged post {post} is gone")
        database = open_database(data)
        rows = {files for (files,) in database.execute("SELECT files FROM photos")}
        unclaimed = database.execute("SELECT count(*) FROM unclaimed_files").fetchone()[0]
        integrity = database.execute("PRAGMA integrity_check").fetchall()
        foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        counts = database.execute("SELECT posts_count, (SELECT count(*) FROM posts) FROM accounts").fetchall()
        database.close()
        self.assertEqual(integrity, [("ok",)])
        self.assertEqual(foreign, [])
        self.assertEqual(unclaimed, 0)
        self.assertTrue(all(count == real for count, real in counts))
        media = data / "media"
        stored = {str(p.parent.relative_to(media)) for p in media.rglob("*")
                  if p.is_file() and p.name != ".community"}
        self.assertEqual(stored, rows, "files without a row, or rows without files")
        for files in rows:
            self.assertGreaterEqual(len(list((media / files).iterdir())), 2)
        self.assertEqual(list((data / "uploads").iterdir()), [])


def open_database(data):
    return sqlite3.connect(f"file:{data / 'isntgram.sqlite'}?mode=ro", uri=True)


if __name__ == "__main__":
    unittest.main()
