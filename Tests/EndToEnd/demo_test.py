"""The demo community, as whoever tries the program first meets it."""

import pathlib
import tempfile
import time
import unittest

from server import Server


class DemoTest(unittest.TestCase):
    def test_a_community_is_made_once_in_under_twenty_seconds(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            start = time.monotonic()
            server = Server(data, "--demo")
            self.assertLess(time.monotonic() - start, 20)
            try:
                posts = server.json("GET", "/api/explore?limit=100").json()["items"]
                self.assertEqual(len(posts), 60)
                self.assertEqual(len({post["author"]["username"] for post in posts}), 11)
                self.assertGreater(sum(post["likesCount"] for post in posts), 150)
                self.assertGreater(sum(post["commentsCount"] for post in posts), 60)
                self.assertEqual(len({post["media"][0]["blurhash"] for post in posts}), 60, "no two look alike")
                times = [post["createdAt"] for post in posts]
                self.assertEqual(times, sorted(times, reverse=True))
                found = server.json("GET", "/api/search?q=coffee&type=posts").json()["items"]
                self.assertGreater(len(found), 3)
            finally:
                self.assertEqual(server.stop(), 0)
            again = Server(data, "--demo")
            try:
                self.assertEqual(len(again.json("GET", "/api/explore?limit=100").json()["items"]), 60)
                out = again.command("maintain").stdout
                self.assertTrue(all(line.startswith("0\t") for line in out.splitlines()), out)
            finally:
                self.assertEqual(again.stop(), 0)


if __name__ == "__main__":
    unittest.main()
