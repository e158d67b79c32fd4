"""PostgreSQL goes away and comes back under load; S3 refuses, or does not answer."""

import concurrent.futures
import contextlib
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from bucket import Bucket
from postgres import Postgres
from server import FIXTURES, PASSWORD, Server, wait_until

CLIENTS = 8


class OutageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.small = self.folder / "small.jpg"
        subprocess.run(["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "64", "-o", str(self.small)], check=True)

    def start(self, ready="/readyz", **environment):
        server = Server(self.folder / "data", environment=environment, ready=ready)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def test_postgres_stops_and_starts_under_load(self):
        with Postgres() as postgres:
            server = self.start(ISNTGRAM_DATABASE_URL=postgres.url)
            token = server.register("ada")
            post = server.post(token, self.small.read_bytes()).json()["id"]
            taken, refused = [], []
            stop = threading.Event()

            def comment():
                while not stop.is_set():
                    answer = server.json("POST", f"/api/posts/{post}/comments", {"text": "x"}, token)
                    (taken if answer.status == 201 else refused).append(answer)

            with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
                clients = [pool.submit(comment) for _ in range(CLIENTS)]
                try:
                    for mode in ["fast", "immediate"]:
                        before = len(taken)
                        wait_until(lambda: len(taken) > before + 100)
                        postgres.stop(mode)
                        before = len(refused)
                        wait_until(lambda: len(refused) > before + CLIENTS)
                        wait_until(lambda: server.request("GET", "/readyz").status == 503, "a server that is not ready")
                        self.assertEqual(server.request("GET", "/livez").status, 200)
                        page = server.request("GET", "/explore")
                        self.assertEqual((page.status, page.headers["Content-Type"]), (503, "text/html; charset=utf-8"))
                        postgres.start()
                        before = len(taken)
                        wait_until(lambda: len(taken) > before + 100)
                        wait_until(server.answers, "a server that is ready")
                finally:
                    stop.set()
                for client in clients:
                    client.result()
            for answer in refused:
                self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "5"))
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            known = {row for row in postgres.sql("SELECT id FROM comments")}
            self.assertLessEqual({answer.json()["id"] for answer in taken}, known)
            # A client may be refused at the moment of its commit and have commented all the same.
            self.assertLessEqual(len(known) - len(taken), 2 * CLIENTS)
            self.assertIn("\n0\tcounters mended", server.command("maintain").stdout)
            self.assertEqual(server.stop(), 0)

    def test_s3_refuses_and_is_slow(self):
        with Postgres() as postgres, Bucket() as bucket:
            server = self.start(ISNTGRAM_DATABASE_URL=postgres.url, **bucket.environment)
            token = server.register("ada")
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)
            wait_until(server.answers, "a server that is ready")

            # It takes connections and says nothing.
            bucket.process.send_signal(signal.SIGSTOP)
            # A look at it is good for five seconds.
            wait_until(lambda: server.request("GET", "/readyz").status == 503, "a server that is not ready")
            self.refused(server, token, postgres)
            bucket.process.send_signal(signal.SIGCONT)
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)

            # Nobody is there.
            bucket.stop()
            self.refused(server, token, postgres)
            bucket.start()
            # It is there, and has lost the bucket with all photos: none is taken until somebody says that this is so.
            for made in [False, True]:
                if made:
                    bucket.ask("PUT", "/photos")
                answer = server.post(token, self.small.read_bytes())
                self.assertEqual(answer.status, 503)
                self.assertNotIn(b"NoSuchBucket", answer.body)
                self.assertIn("not where they should be", answer.json()["detail"])
            self.assertEqual(postgres.sql("SELECT count(*) FROM photos"), ["2"])
            self.assertIn("this community’s now", server.command("media", "adopt").stdout)
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)
            self.assertEqual(postgres.sql("SELECT count(*), min(posts_count) FROM accounts, photos"), ["3|3"])
            self.assertEqual(list((self.folder / "data" / "uploads").iterdir()), [])
            self.assertEqual(server.stop(), 0)

    def test_deleting_does_not_wait_for_s3(self):
        with Bucket() as bucket:
            server = self.start(**bucket.environment)
            ada, ben = server.register("ada"), server.register("ben")
            posts = [server.post(ada, self.small.read_bytes()).json() for _ in range(3)]
            kept = server.post(ben, self.small.read_bytes()).json()
            path = urllib.parse.urlparse(posts[0]["imageUrl"]).path
            self.assertEqual(server.request("GET", path).status, 200)
            bucket.process.send_signal(signal.SIGSTOP)
            start = time.monotonic()
            self.assertEqual(server.json("DELETE", f"/api/posts/{posts[0]['id']}", token=ada).status, 204)
            self.assertEqual(server.json("DELETE", "/api/me", {"password": PASSWORD}, ada).status, 204)
            # Waiting for S3 would take twenty seconds for each.
            self.assertLess(time.monotonic() - start, 30)
            for post in posts:
                path = urllib.parse.urlparse(post["imageUrl"]).path
                self.assertEqual(server.request("GET", path).status, 404)
            self.assertEqual(server.json("GET", "/api/posts", token=ada).status, 401)
            self.assertIn("remove-photo-files", server.command("jobs", "list").stdout)
            # Killed before the files are gone, and started while S3 is away, it goes on.
            server.kill()
            server = self.start(ready="/livez", **bucket.environment)
            self.assertEqual(server.request("GET", path).status, 404)
            bucket.process.send_signal(signal.SIGCONT)
            kept = {urllib.parse.urlparse(kept["imageUrl"]).path.split("/")[3]}
            wait_until(lambda: {key.split("/")[2] for key in bucket.keys() if key.count("/") == 3} == kept)
            self.assertEqual(server.stop(), 0)

    def test_starts_while_s3_is_away(self):
        with Bucket() as bucket:
            server = self.start(**bucket.environment)
            token = server.register("ada")
            post = server.post(token, self.small.read_bytes()).json()
            files = "/".join(urllib.parse.urlparse(post["imageUrl"]).path.split("/")[2:4])
            self.assertEqual(server.stop(), 0)
            with contextlib.closing(sqlite3.connect(self.folder / "data" / "isntgram.sqlite")) as database:
                # As a server that was killed in the middle of a post leaves it.
                database.execute("DELETE FROM photos")
                database.execute("INSERT INTO unclaimed_files (files, since) VALUES (?, 0)", [files])
                database.commit()
            bucket.process.send_signal(signal.SIGSTOP)
            start = time.monotonic()
            server = self.start(ready="/livez", **bucket.environment)
            # Waiting for S3 would take twenty.
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(server.json("GET", "/api/me", token=token).status, 200)
            bucket.process.send_signal(signal.SIGCONT)
            wait_until(lambda: not any(files in key for key in bucket.keys()))
            self.assertEqual(server.stop(), 0)

    def refused(self, server, token, postgres):
        before = postgres.sql("SELECT count(*) FROM photos"), postgres.sql("SELECT count(*) FROM posts")
        answer = server.post(token, self.small.read_bytes())
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.headers["Retry-After"], "5")
        self.assertIn("photo", answer.json()["detail"].lower())
        after = postgres.sql("SELECT count(*) FROM photos"), postgres.sql("SELECT count(*) FROM posts")
        self.assertEqual(before, after)


if __name__ == "__main__":
    unittest.main()
