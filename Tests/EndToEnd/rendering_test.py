"""Who sends many photos, or photos that take long to read, makes nobody else wait."""

import concurrent.futures
import os
import subprocess
import unittest

from disk import usage
from server import FIXTURES, ServedTest, Server, wait_until

# Photos rendered at once.
SLOTS = os.cpu_count()
ATTACKERS = 3
POSTS = 8


class RenderingTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.photo = (FIXTURES / "cat.png").read_bytes()
        self.pool = concurrent.futures.ThreadPoolExecutor(60)
        self.addCleanup(self.pool.shutdown)

    def slow_photo(self, side):
        """A small file that takes long: interlaced, it is decoded as a whole."""
        picture, photo = self.data.parent / "slow.v", self.data.parent / "slow.png"
        subprocess.run(["vips", "black", picture, str(side), str(side), "--bands", "3"], check=True)
        subprocess.run(["vips", "pngsave", picture, photo, "--interlace"], check=True)
        self.assertLess(photo.stat().st_size, 200_000)
        return photo.read_bytes()

    def post(self, token, photo, ended):
        """The answer; its status is noted when it comes."""
        answer = self.server.post(token, photo, caption="x")
        ended.append(answer.status)
        return answer

    def test_everybody_has_a_turn(self):
        ben = self.server.register("ben")
        attackers = [self.server.register(f"eve{number}") for number in range(ATTACKERS)]
        ended = []
        slow = self.slow_photo(4000)
        attack = [
            self.pool.submit(self.post, token, slow, ended) for token in attackers for _ in range(POSTS)]
        # All of them wait, or are rendered, or are done.
        wait_until(lambda: self.arrived(len(slow)) + len(ended) >= len(attack), "an attack")
        before = len(ended)
        answer = self.server.post(ben, self.photo, caption="x")
        between = len(ended) - before
        self.assertEqual(answer.status, 201, answer.body)
        # Those that were in the middle, one turn of everybody else, what ran beside, and some while the answers
        # travelled.
        self.assertLessEqual(between, SLOTS + ATTACKERS + SLOTS + 6)
        self.assertEqual({post.result().status for post in attack}, {201})
        wait_until(lambda: usage(self.data / "uploads") == (0, 0), "an empty folder of uploads")

    def arrived(self, byte_count):
        """How many uploads of that size are there as a whole."""
        count = 0
        for path in (self.data / "uploads").iterdir():
            try:
                count += path.is_file() and path.stat().st_size == byte_count
            except FileNotFoundError:
                pass
        return count

    def test_one_account_waits_with_so_many_posts_and_no_more(self):
        ben = self.server.register("ben")
        eve = self.server.register("eve")
        slow = self.slow_photo(6000)
        ended = []
        attack = [self.pool.submit(self.post, eve, slow, ended) for _ in range(30)]
        wait_until(lambda: 429 in ended or len(ended) == len(attack), "a refusal")
        self.assertEqual(self.server.post(ben, self.photo, caption="x").status, 201)
        answers = [post.result() for post in attack]
        self.assertEqual({answer.status for answer in answers}, {201, 429})
        refused = next(answer for answer in answers if answer.status == 429)
        self.assertGreater(int(refused.headers["Retry-After"]), 0)
        self.assertIn("Wait until", refused.json()["detail"])
        self.assertGreaterEqual(sum(answer.status == 201 for answer in answers), 10)

    def test_a_post_of_ten_photos_waits_once(self):
        ben = self.server.register("ben")
        eve = self.server.register("eve")
        ended = []
        slow = self.slow_photo(3000)
        attack = [self.pool.submit(self.server.post, eve, *[slow] * 10, caption="x") for _ in range(2)]
        wait_until(lambda: self.arrived(len(slow)) >= 20 or any(post.done() for post in attack), "two posts")
        # Twenty photos are two posts: eight more are taken.
        more = [self.pool.submit(self.post, eve, self.photo, ended) for _ in range(5)]
        self.assertEqual(self.server.post(ben, self.photo, caption="x").status, 201)
        self.assertEqual({post.result().status for post in more + attack}, {201})

    def test_the_server_says_how_photos_are_confined(self):
        self.assertEqual(self.server.stop(), 0)
        self.server = Server(self.data, "--log-level", "notice")
        self.assertEqual(self.server.stop(), 0)
        log = (self.data.parent / "data.log").read_text()
        self.assertIn("system calls are filtered", log)
        self.assertIn("Landlock", log)


if __name__ == "__main__":
    unittest.main()
