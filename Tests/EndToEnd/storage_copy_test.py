"""A community moves from SQLite and disk to PostgreSQL and S3 and back, and its responses stay the same."""

import concurrent.futures
import io
import os
import pathlib
import random
import subprocess
import tempfile
import unittest
import urllib.parse
import zipfile

from bucket import KEY, Bucket
from postgres import Postgres
from server import FIXTURES, PROGRAM, Server

POSTS = 1000
PEOPLE = ["ada", "ben", "cleo", "dora", "eve"]
TAGS = ["turin", "dawn", "čaj"]


class StorageCopyTest(unittest.TestCase):
    def test_members_see_the_same_community_after_moving_there_and_back(self):
        with tempfile.TemporaryDirectory() as folder, Postgres() as postgres, Bucket() as bucket:
            folder = pathlib.Path(folder)
            server = Server(folder / "first", "--base-url", "http://photos.example.org")
            tokens = fill_community(server, folder)
            before = all_responses(server, tokens)
            self.assertGreater(len(before), 3 * POSTS)
            self.assertEqual(server.stop(), 0)

            self.copy("storage", folder / "first", postgres.url)
            self.copy("media", folder / "first", bucket.url)
            moved = {"ISNTGRAM_DATABASE_URL": postgres.url, **bucket.environment}
            server = Server(folder / "second", "--base-url", "http://photos.example.org", environment=moved)
            self.compare(before, all_responses(server, tokens))
            photo = server.json("GET", "/api/explore?limit=1").json()["items"][0]["imageUrl"]
            path = urllib.parse.urlparse(photo).path
            self.assertEqual(server.request("GET", path).body, (folder / "first" / path[1:]).read_bytes())
            self.assertEqual(server.stop(), 0)

            self.copy("storage", postgres.url, folder / "third")
            self.copy("media", bucket.url, folder / "third")
            server = Server(folder / "third", "--base-url", "http://photos.example.org")
            self.compare(before, all_responses(server, tokens))
            self.assertEqual(server.stop(), 0)
            self.assertEqual(files(folder / "first" / "media"), files(folder / "third" / "media"))

    def copy(self, kind, source, target):
        """Copies twice; the second copy changes nothing."""
        for turn in range(2):
            done = subprocess.run(
                [PROGRAM, kind, "copy", "--from", str(source), "--to", str(target)], capture_output=True,
                text=True, env={**os.environ, **KEY})
            self.assertEqual(done.returncode, 0, done.stderr)
            if turn == 1 and kind == "storage":
                changes = {line.split("\t")[2] for line in done.stdout.splitlines()[:-1]}
                self.assertEqual(changes, {"0 changed"})
            if turn == 1 and kind == "media":
                self.assertIn("; 0 photos copied now", done.stdout)

    def compare(self, before, after):
        self.assertEqual(before.keys(), after.keys())
        for route, response in before.items():
            self.assertEqual(response, after[route], route)


def fill_community(server, folder):
    """Creates members, posts and relationships, and returns the members' tokens."""
    generator = random.Random(7)
    photo = folder / "small.jpg"
    subprocess.run(["vipsthumbnail", FIXTURES / "cat.jpg", "-s", "48", "-o", str(photo)], check=True)
    bytes_ = photo.read_bytes()
    tokens = {name: server.register(name) for name in PEOPLE}

    def post(number):
        caption = f"Post {number} #{generator.choice(TAGS)} of @{generator.choice(PEOPLE)}"
        author = PEOPLE[number % 5]
        response = server.post(tokens[author], bytes_, caption=caption, altText=f"cat dawn {number % 10}")
        assert response.status == 201, response.body
        return response.json()["id"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        posts = list(pool.map(post, range(POSTS)))
    for name, token in tokens.items():
        for other in generator.sample(PEOPLE, 3):
            if other != name:
                server.json("POST", f"/api/users/{other}/follow", token=token)
        for post_id in generator.sample(posts, 20):
            server.json("POST", f"/api/posts/{post_id}/like", token=token)
            server.json("POST", f"/api/posts/{post_id}/save", token=token)
            comments = f"/api/posts/{post_id}/comments"
            comment = server.json("POST", comments, {"text": "nice"}, token).json()["id"]
            server.json("POST", f"/api/comments/{comment}/like", token=token)
            server.json("POST", comments, {"text": "yes", "replyToId": comment}, token)
    server.json("PUT", "/api/profile", {"isPrivate": True}, tokens["eve"])
    server.json("POST", "/api/users/dora/block", token=tokens["ben"])
    server.json("POST", "/api/users/cleo/mute", token=tokens["ada"])
    server.json("POST", "/api/users/eve/follow", token=tokens["dora"])
    return tokens


def all_responses(server, tokens):
    """Returns the responses of all documented GET routes, page by page, for two members and a visitor."""
    documented = server.json("GET", "/api/openapi.json").json()["paths"]
    routes = [path for path, operations in documented.items() if "get" in operations]
    searches = [f"?q={text}&type={kind}" for text in ["d", "dawn", "cat", "post", "ada", "7"]
                for kind in ["users", "tags", "posts"]]
    responses = {}
    for viewer in [None, "ada", "dora"]:
        token = tokens.get(viewer)
        ids = set()
        for page in pages(server, "/api/explore?limit=100", token):
            ids |= {post["id"] for post in page["items"]}
        for name in PEOPLE:
            for page in pages(server, f"/api/users/{name}/posts?limit=100", token):
                ids |= {post["id"] for post in page.get("items", [])}
        values = {"{username}": PEOPLE, "{id}": sorted(ids), "{tag}": TAGS}
        for route in routes:
            if route == "/events":
                continue
            for path in paths(route, values):
                for query in searches if route == "/search" else [""]:
                    responses[viewer, path + query] = list(pages(server, "/api" + path + query, token))
    return responses


def paths(route, values):
    name = next((name for name in values if name in route), None)
    return [route.replace(name, urllib.parse.quote(value)) for value in values[name]] if name else [route]


def pages(server, path, token):
    cursor = None
    while True:
        joined = path + ("&" if "?" in path else "?") + f"cursor={cursor}" if cursor else path
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = server.request("GET", joined, headers=headers)
        if response.headers["Content-Type"] == "application/zip":
            yield archive(response.body)
            return
        body = response.json()
        # These fields differ in each response: the request id, and the time when a token was last used.
        body.pop("requestId", None)
        for item in body.get("items", []):
            item.pop("usedAt", None)
        yield body
        cursor = body.get("nextCursor")
        if not cursor:
            return


def archive(body):
    with zipfile.ZipFile(io.BytesIO(body)) as archive_:
        return {name: archive_.read(name) for name in archive_.namelist() if "sessions" not in name}


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


if __name__ == "__main__":
    unittest.main()
