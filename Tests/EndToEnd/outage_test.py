"""PostgreSQL stops and restarts under load; S3 rejects connections or does not respond."""

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

    def test_members_lose_no_comment_when_postgres_restarts(self):
        with Postgres() as postgres:
            server = self.start(ISNTGRAM_DATABASE_URL=postgres.url)
            token = server.register("ada")
            post = server.post(token, self.small.read_bytes()).json()["id"]
            accepted, refused = [], []
            stop = threading.Event()

            def comment():
                while not stop.is_set():
                    response = server.json("POST", f"/api/posts/{post}/comments", {"text": "x"}, token)
                    (accepted if response.status == 201 else refused).append(response)

            with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
                clients = [pool.submit(comment) for _ in range(CLIENTS)]
                try:
                    for mode in ["fast", "immediate"]:
                        before = len(accepted)
                        wait_until(lambda: len(accepted) > before + 100)
                        postgres.stop(mode)
                        before = len(refused)
                        wait_until(lambda: len(refused) > before + CLIENTS)
                        wait_until(
                            lambda: server.request("GET", "/readyz").status == 503,
                            "a server that is not ready")
                        self.assertEqual(server.request("GET", "/livez").status, 200)
                        page = server.request("GET", "/explore")
                        self.assertEqual(page.status, 503)
                        self.assertEqual(page.headers["Content-Type"], "text/html; charset=utf-8")
                        postgres.start()
                        before = len(accepted)
                        wait_until(lambda: len(accepted) > before + 100)
                        wait_until(server.is_ready, "a server that is ready")
                finally:
                    stop.set()
                for client in clients:
                    client.result()
            for response in refused:
                self.assertEqual((response.status, response.headers["Retry-After"]), (503, "5"))
                self.assertEqual(response.headers["Content-Type"], "application/problem+json")
            known = {row for row in postgres.sql("SELECT id FROM comments")}
            self.assertLessEqual({response.json()["id"] for response in accepted}, known)
            # A client may get an error although its transaction was committed.
            self.assertLessEqual(len(known) - len(accepted), 2 * CLIENTS)
            self.assertIn("\n0\tcounters corrected", server.command("maintain").stdout)
            self.assertEqual(server.stop(), 0)

    def test_ada_cannot_post_while_s3_is_unavailable_or_empty(self):
        with Postgres() as postgres, Bucket() as bucket:
            server = self.start(ISNTGRAM_DATABASE_URL=postgres.url, **bucket.environment)
            token = server.register("ada")
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)
            wait_until(server.is_ready, "a server that is ready")

            # S3 accepts connections and does not respond.
            bucket.process.send_signal(signal.SIGSTOP)
            # The result of the check is cached for five seconds.
            wait_until(lambda: server.request("GET", "/readyz").status == 503, "a server that is not ready")
            self.check_refused(server, token, postgres)
            bucket.process.send_signal(signal.SIGCONT)
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)

            # S3 refuses connections.
            bucket.stop()
            self.check_refused(server, token, postgres)
            bucket.start()
            # S3 has lost the bucket with all photos. The server accepts no photo until the administrator
            # adopts the empty bucket.
            for bucket_exists in [False, True]:
                if bucket_exists:
                    bucket.request("PUT", "/photos")
                response = server.post(token, self.small.read_bytes())
                self.assertEqual(response.status, 503)
                self.assertNotIn(b"NoSuchBucket", response.body)
                self.assertIn("the photo storage of this site is not available", response.json()["detail"])
            self.assertEqual(postgres.sql("SELECT count(*) FROM photos"), ["2"])
            self.assertIn("now belong to this community", server.command("media", "adopt").stdout)
            self.assertEqual(server.post(token, self.small.read_bytes()).status, 201)
            self.assertEqual(postgres.sql("SELECT count(*), min(posts_count) FROM accounts, photos"), ["3|3"])
            self.assertEqual(list((self.folder / "data" / "uploads").iterdir()), [])
            self.assertEqual(server.stop(), 0)

    def test_ada_deletes_a_post_and_her_account_without_waiting_for_s3(self):
        with Bucket() as bucket:
            server = self.start(**bucket.environment)
            ada, ben = server.register("ada"), server.register("ben")
            posts = [server.post(ada, self.small.read_bytes()).json() for _ in range(3)]
            remaining = server.post(ben, self.small.read_bytes()).json()
            path = urllib.parse.urlparse(posts[0]["imageUrl"]).path
            self.assertEqual(server.request("GET", path).status, 200)
            bucket.process.send_signal(signal.SIGSTOP)
            start = time.monotonic()
            self.assertEqual(server.json("DELETE", f"/api/posts/{posts[0]['id']}", token=ada).status, 204)
            self.assertEqual(server.json("DELETE", "/api/me", {"password": PASSWORD}, ada).status, 204)
            # Each deletion would take twenty seconds if it waited for S3.
            self.assertLess(time.monotonic() - start, 30)
            for post in posts:
                path = urllib.parse.urlparse(post["imageUrl"]).path
                self.assertEqual(server.request("GET", path).status, 404)
            self.assertEqual(server.json("GET", "/api/posts", token=ada).status, 401)
            self.assertIn("remove-photo-files", server.command("jobs", "list").stdout)
            # The server is killed before the files are removed, and restarted while S3 is unavailable.
            server.kill()
            server = self.start(ready="/livez", **bucket.environment)
            self.assertEqual(server.request("GET", path).status, 404)
            bucket.process.send_signal(signal.SIGCONT)
            remaining = {urllib.parse.urlparse(remaining["imageUrl"]).path.split("/")[3]}
            wait_until(
                lambda: {key.split("/")[2] for key in bucket.keys() if key.count("/") == 3} == remaining)
            self.assertEqual(server.stop(), 0)

    def test_ada_uses_the_server_which_starts_while_s3_is_unavailable(self):
        with Bucket() as bucket:
            server = self.start(**bucket.environment)
            token = server.register("ada")
            post = server.post(token, self.small.read_bytes()).json()
            files = "/".join(urllib.parse.urlparse(post["imageUrl"]).path.split("/")[2:4])
            self.assertEqual(server.stop(), 0)
            with contextlib.closing(sqlite3.connect(self.folder / "data" / "isntgram.sqlite")) as database:
                # The state that a server leaves when it is killed while it stores a post.
                database.execute("DELETE FROM photos")
                database.execute("INSERT INTO unclaimed_files (files, since) VALUES (?, 0)", [files])
                database.commit()
            bucket.process.send_signal(signal.SIGSTOP)
            start = time.monotonic()
            server = self.start(ready="/livez", **bucket.environment)
            # The start would take twenty seconds if it waited for S3.
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(server.json("GET", "/api/me", token=token).status, 200)
            bucket.process.send_signal(signal.SIGCONT)
            wait_until(lambda: not any(files in key for key in bucket.keys()))
            self.assertEqual(server.stop(), 0)

    def check_refused(self, server, token, postgres):
        before = postgres.sql("SELECT count(*) FROM photos"), postgres.sql("SELECT count(*) FROM posts")
        response = server.post(token, self.small.read_bytes())
        self.assertEqual(response.status, 503)
        self.assertEqual(response.headers["Retry-After"], "5")
        self.assertIn("photo", response.json()["detail"].lower())
        after = postgres.sql("SELECT count(*) FROM photos"), postgres.sql("SELECT count(*) FROM posts")
        self.assertEqual(before, after)


if __name__ == "__main__":
    unittest.main()
