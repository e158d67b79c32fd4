"""Two instances of the server with one PostgreSQL and one S3, behind a reverse proxy."""

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
from server import FIXTURES, PASSWORD, TIMEOUT, Client, Server, free_port, wait_until


class InstancesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.postgres = self.enterContext(Postgres())
        self.bucket = self.enterContext(Bucket())
        self.proxy = self.enterContext(Proxy())
        # Both start at the same time with an empty database, and one of them creates the tables.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.instances = list(pool.map(self.start, ["one", "two"], [free_port(), free_port()]))
        self.addCleanup(lambda: [server.kill() for server in self.instances if server.process.poll() is None])
        self.proxy.start(*(server.port for server in self.instances))
        self.site = Client(self.proxy.url)

    def start(self, name, port):
        return Server(
            self.folder / name, "--base-url", self.proxy.url, "--trusted-proxies", "127.0.0.1", port=port,
            environment={"ISNTGRAM_DATABASE_URL": self.postgres.url, **self.bucket.environment})

    def test_members_lose_nothing_when_one_instance_is_killed(self):
        one, two = self.instances
        ada, ben = self.site.register("ada"), self.site.register("ben")
        small = self.folder / "small.jpg"
        subprocess.run(["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "64", "-o", str(small)], check=True)
        first = self.site.post(ada, small.read_bytes(), caption="first").json()["id"]
        session = sign_in(self.site, "ben")

        with Events(two, ada) as events:
            self.assertEqual(events.next(), 0)
            self.assertEqual(one.json("POST", f"/api/posts/{first}/like", token=ben).status, 204)
            self.assertEqual(events.next(), 1, "an event of one instance reaches the other")

        comments, posts, failures = [], [], []
        stop = threading.Event()

        def comment(number):
            while not stop.is_set():
                try:
                    body = {"text": f"from {number}"}
                    response = self.site.json("POST", f"/api/posts/{first}/comments", body, ben)
                    (comments if response.status == 201 else failures).append(response)
                except OSError as error:
                    failures.append(error)

        def post():
            while not stop.is_set():
                try:
                    response = self.site.post(ada, small.read_bytes(), caption="x")
                    (posts if response.status == 201 else failures).append(response)
                except OSError as error:
                    failures.append(error)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for number in range(5):
                pool.submit(comment, number)
            for _ in range(3):
                pool.submit(post)
            wait_until(lambda: len(comments) > 50 and len(posts) > 10)
            one.kill()
            comments_before, posts_before = len(comments), len(posts)
            wait_until(lambda: len(comments) > comments_before + 50 and len(posts) > posts_before + 10)
            stop.set()

        # Only requests to the killed instance, at most one for each client, may have failed.
        self.assertLessEqual(len(failures), 8, [getattr(f, "body", f) for f in failures])
        self.assertEqual(self.signed_in_user(session), "ben")
        known = {int(row) for row in self.postgres.sql("SELECT id FROM comments")}
        self.assertLessEqual({int(response.json()["id"]) for response in comments}, known)
        self.assertLessEqual(len(known), len(comments) + 8)
        rows = {row for row in self.postgres.sql("SELECT id FROM posts")}
        self.assertLessEqual({response.json()["id"] for response in posts}, rows)
        for response in posts[-5:] + posts[:5]:
            path = urllib.parse.urlparse(response.json()["imageUrl"]).path
            self.assertEqual(self.site.request("GET", path).status, 200)
        # The photos of all rows exist, and all other files are listed as unclaimed.
        stored = {key.removeprefix("community/").rpartition("/")[0] for key in self.bucket.keys()
                  if not key.endswith("/.community")}
        claimed = set(self.postgres.sql("SELECT files FROM photos"))
        self.assertLessEqual(claimed, stored)
        self.assertLessEqual(stored - claimed, set(self.postgres.sql("SELECT files FROM unclaimed_files")))
        report = two.command("maintain", "--database-url", self.postgres.url, "--media-url", self.bucket.url)
        self.assertIn("\n0\tcounters corrected", report.stdout, report.stdout + report.stderr)

        one = self.instances[0] = self.start("one", one.port)
        with Events(one, ada) as events:
            unread = events.next()
            self.site.json("POST", "/api/notifications/read", token=ada)
            self.assertEqual(events.next(), 0)
            self.assertGreater(unread, 0)
            again = two.json("POST", f"/api/posts/{first}/comments", {"text": "again"}, ben)
            self.assertEqual(again.status, 201)
            self.assertEqual(events.next(), 1)

        # No instance serves a deleted photo, not even from its cache.
        path = urllib.parse.urlparse(posts[0].json()["imageUrl"]).path
        self.assertEqual(two.request("GET", path).status, 200)
        self.assertEqual(one.json("DELETE", f"/api/posts/{posts[0].json()['id']}", token=ada).status, 204)
        wait_until(lambda: two.request("GET", path).status == 404)
        # A revoked token is invalid on both instances.
        self.assertEqual(two.json("GET", "/api/me", token=ben).status, 200)
        self.assertEqual(one.json("POST", "/api/auth/logout", token=ben).status, 204)
        wait_until(lambda: two.json("GET", "/api/me", token=ben).status == 401)
        self.assertEqual([server.stop() for server in self.instances], [0, 0])

    def signed_in_user(self, cookies):
        page = self.site.request("GET", "/settings/profile", headers={"Cookie": cookies}).body.decode()
        return "ben" if 'href="/ben"' in page else None


def sign_in(site, name):
    """Signs in with a form and returns the cookies."""
    page = site.request("GET", "/login")
    cookies = [page.headers["Set-Cookie"].partition(";")[0]]
    token = re.search(r'name="(\w+)" value="([^"]+)"', page.body.decode())
    form = urllib.parse.urlencode({token[1]: token[2], "login": name, "password": PASSWORD}).encode()
    request = urllib.request.Request(site.url + "/login", data=form, method="POST", headers={
        "Cookie": cookies[0], "Origin": site.url, "Content-Type": "application/x-www-form-urlencoded"})
    response = urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT)
    return "; ".join(value.partition(";")[0] for value in response.headers.get_all("Set-Cookie"))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_303(self, request, response, code, message, headers):
        return response


class Events:
    """An event stream of a member."""

    def __init__(self, site, token):
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(site.url + "/api/events", headers=headers)
        self.response = urllib.request.urlopen(request, timeout=TIMEOUT)

    def next(self):
        """Waits for the next event and returns its unread count."""
        while True:
            line = self.response.readline()
            if line.startswith(b"data:"):
                return json.loads(line[5:])["unreadCount"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.response.close()


if __name__ == "__main__":
    unittest.main()
