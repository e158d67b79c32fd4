"""PostgreSQL goes away and comes back under load; S3 refuses, or does not answer."""

import concurrent.futures
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from bucket import Bucket
from postgres import Postgres
from server import FIXTURES, Server

CLIENTS = 8


class OutageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.small = self.folder / "small.jpg"
        subprocess.run(["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "64", "-o", str(self.small)], check=True)

    def start(self, **environment):
        server = Server(self.folder / "data", environment=environment)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def wait(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

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
                        self.wait(lambda: len(taken) > before + 100)
                        postgres.stop(mode)
                        before = len(refused)
                        self.wait(lambda: len(refused) > before + CLIENTS)
                        self.assertEqual(server.request("GET", "/readyz").status, 503)
                        self.assertEqual(server.request("GET", "/livez").status, 200)
                        page = server.request("GET", "/explore")
                        self.assertEqual((page.status, page.headers["Content-Type"]), (503, "text/html; charset=utf-8"))
                        postgres.start()
                        before = len(taken)
                        self.wait(lambda: len(taken) > before + 100)
                        self.assertEqual(server.request("GET", "/readyz").status, 200)
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
            self.assertEqual(server.request("GET", "/readyz").status, 200)

            # It takes connections and says nothing.
            bucket.process.send_signal(signal.SIGSTOP)
            self.assertEqual(server.request("GET", "/readyz").status, 503)
            self.refused(server, token, postgres)
            bucket.process.send_signal(signal.SIGCONT)
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)

            # Nobody is there.
            bucket.stop()
            self.refused(server, token, postgres)
            bucket.start()
            # It is there, and has lost the bucket: what it says is for the log alone.
            answer = server.post(token, self.small.read_bytes())
            self.assertEqual(answer.status, 500)
            self.assertNotIn(b"NoSuchBucket", answer.body)
            self.assertEqual(postgres.sql("SELECT count(*) FROM photos"), ["2"])
            bucket.ask("PUT", "/photos")
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)
            self.assertEqual(postgres.sql("SELECT count(*), min(posts_count) FROM accounts, photos"), ["3|3"])
            self.assertEqual(list((self.folder / "data" / "uploads").iterdir()), [])
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
