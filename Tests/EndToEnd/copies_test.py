"""Two copies of the program over one PostgreSQL and one S3, behind a reverse proxy."""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

from bucket import Bucket
from postgres import Postgres
from proxy import Proxy
from server import FIXTURES, PASSWORD, PATIENCE, Client, Server, free_port, wait_until


class CopiesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.postgres = self.enterContext(Postgres())
        self.bucket = self.enterContext(Bucket())
        self.proxy = self.enterContext(Proxy())
        # They start together over an empty database: one of them makes the tables.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.copies = list(pool.map(self.start, ["one", "two"], [free_port(), free_port()]))
        self.addCleanup(lambda: [copy.kill() for copy in self.copies if copy.process.poll() is None])
        self.proxy.start(*(copy.port for copy in self.copies))
        self.site = Client(self.proxy.url)

    def start(self, name, port):
        return Server(
            self.folder / name, "--base-url", self.proxy.url, "--trusted-proxies", "127.0.0.1", port=port,
            environment={"ISNTGRAM_DATABASE_URL": self.postgres.url, **self.bucket.environment})

    def test_one_is_killed_and_nothing_is_lost(self):
        one, two = self.copies
        ada, ben = self.site.register("ada"), self.site.register("ben")
        small = self.folder / "small.jpg"
        subprocess.run(["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "64", "-o", str(small)], check=True)
        first = self.site.post(ada, small.read_bytes(), caption="first").json()["id"]
        session = sign_in(self.site, "ben")

        with Events(two, ada) as events:
            self.assertEqual(events.next(), 0)
            self.assertEqual(one.json("POST", f"/api/posts/{first}/like", token=ben).status, 204)
            self.assertEqual(events.next(), 1, "what happened at one copy is heard at the other")

        comments, posts, failures = [], [], []
        stop = threading.Event()

        def comment(number):
            while not stop.is_set():
                try:
                    answer = self.site.json("POST", f"/api/posts/{first}/comments", {"text": f"from {number}"}, ben)
                    (comments if answer.status == 201 else failures).append(answer)
                except OSError as error:
                    failures.append(error)

        def post():
            while not stop.is_set():
                try:
                    answer = self.site.post(ada, small.read_bytes(), caption="x")
                    (posts if answer.status == 201 else failures).append(answer)
                except OSError as error:
                    failures.append(error)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for number in range(5):
                pool.submit(comment, number)
            for _ in range(3):
                pool.submit(post)
            wait_until(lambda: len(comments) > 50 and len(posts) > 10)
            one.kill()
            (before_c, before_p) = (len(comments), len(posts))
            wait_until(lambda: len(comments) > before_c + 50 and len(posts) > before_p + 10)
            stop.set()

        # What was asked of the killed copy when it died may have failed, and nothing else.
        self.assertLessEqual(len(failures), 8, [getattr(f, "body", f) for f in failures])
        self.assertEqual(self.whoami(session), "ben")
        known = {int(row) for row in self.postgres.sql("SELECT id FROM comments")}
        self.assertLessEqual({int(answer.json()["id"]) for answer in comments}, known)
        self.assertLessEqual(len(known), len(comments) + 8)
        rows = {row for row in self.postgres.sql("SELECT id FROM posts")}
        self.assertLessEqual({answer.json()["id"] for answer in posts}, rows)
        for answer in posts[-5:] + posts[:5]:
            path = urllib.parse.urlparse(answer.json()["imageUrl"]).path
            self.assertEqual(self.site.request("GET", path).status, 200)
        # Every photo of a row is there; what else is there is known as unclaimed.
        kept = {key.removeprefix("community/").rpartition("/")[0] for key in self.bucket.keys()
                if not key.endswith("/.community")}
        claimed = set(self.postgres.sql("SELECT files FROM photos"))
        self.assertLessEqual(claimed, kept)
        self.assertLessEqual(kept - claimed, set(self.postgres.sql("SELECT files FROM unclaimed_files")))
        report = two.command("maintain", "--database-url", self.postgres.url, "--media-url", self.bucket.url)
        self.assertIn("\n0\tcounters mended", report.stdout, report.stdout + report.stderr)

        one = self.copies[0] = self.start("one", one.port)
        with Events(one, ada) as events:
            unread = events.next()
            self.site.json("POST", "/api/notifications/read", token=ada)
            self.assertEqual(events.next(), 0)
            self.assertGreater(unread, 0)
            self.assertEqual(two.json("POST", f"/api/posts/{first}/comments", {"text": "again"}, ben).status, 201)
            self.assertEqual(events.next(), 1)

        # A photo that one copy holds in memory is served by neither after the other deleted it.
        path = urllib.parse.urlparse(posts[0].json()["imageUrl"]).path
        self.assertEqual(two.request("GET", path).status, 200)
        self.assertEqual(one.json("DELETE", f"/api/posts/{posts[0].json()['id']}", token=ada).status, 204)
        wait_until(lambda: two.request("GET", path).status == 404)
        # Nor is a token good that the other ended.
        self.assertEqual(two.json("GET", "/api/me", token=ben).status, 200)
        self.assertEqual(one.json("POST", "/api/auth/logout", token=ben).status, 204)
        wait_until(lambda: two.json("GET", "/api/me", token=ben).status == 401)
        self.assertEqual([copy.stop() for copy in self.copies], [0, 0])

    def whoami(self, cookies):
        page = self.site.request("GET", "/settings/profile", headers={"Cookie": cookies}).body.decode()
        return "ben" if 'href="/ben"' in page else None


def sign_in(site, name):
    """The cookies of a browser that signed in."""
    page = site.request("GET", "/login")
    cookies = [page.headers["Set-Cookie"].partition(";")[0]]
    token = re.search(r'name="(\w+)" value="([^"]+)"', page.body.decode())
    form = urllib.parse.urlencode({token[1]: token[2], "login": name, "password": PASSWORD}).encode()
    request = urllib.request.Request(site.url + "/login", data=form, method="POST", headers={
        "Cookie": cookies[0], "Origin": site.url, "Content-Type": "application/x-www-form-urlencoded"})
    answer = urllib.request.build_opener(NoRedirect).open(request, timeout=PATIENCE)
    return "; ".join(value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie"))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_303(self, request, answer, code, message, headers):
        return answer


class Events:
    """A page that is open."""

    def __init__(self, site, token):
        request = urllib.request.Request(site.url + "/api/events", headers={"Authorization": f"Bearer {token}"})
        self.answer = urllib.request.urlopen(request, timeout=PATIENCE)

    def next(self):
        """How many are unread, when it changes."""
        while True:
            line = self.answer.readline()
            if line.startswith(b"data:"):
                return json.loads(line[5:])["unreadCount"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()


if __name__ == "__main__":
    unittest.main()
