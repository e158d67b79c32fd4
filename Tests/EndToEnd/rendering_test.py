"""A client that sends many or slow photos does not delay other accounts."""

import concurrent.futures
import os
import subprocess
import unittest

from disk import usage
from server import FIXTURES, ServerTest, Server, wait_until

# The number of photos that are rendered concurrently.
SLOTS = os.cpu_count()
ATTACKERS = 3
POSTS = 8


class RenderingTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.photo = (FIXTURES / "cat.png").read_bytes()
        self.pool = concurrent.futures.ThreadPoolExecutor(60)
        self.addCleanup(self.pool.shutdown)

    def slow_photo(self, side):
        """Makes a small file that is slow to decode, because it is interlaced."""
        picture, photo = self.data.parent / "slow.v", self.data.parent / "slow.png"
        subprocess.run(["vips", "black", picture, str(side), str(side), "--bands", "3"], check=True)
        subprocess.run(["vips", "pngsave", picture, photo, "--interlace"], check=True)
        self.assertLess(photo.stat().st_size, 200_000)
        return photo.read_bytes()

    def post(self, token, photo, ended):
        """Posts a photo and appends the status of the response to `ended`."""
        response = self.server.post(token, photo, caption="x")
        ended.append(response.status)
        return response

    def test_ben_posts_while_three_accounts_send_slow_photos(self):
        ben = self.server.register("ben")
        attackers = [self.server.register(f"eve{number}") for number in range(ATTACKERS)]
        ended = []
        slow = self.slow_photo(4000)
        attack = [
            self.pool.submit(self.post, token, slow, ended) for token in attackers for _ in range(POSTS)]
        # All photos of the attack are waiting, being rendered, or done.
        wait_until(lambda: self.arrived(len(slow)) + len(ended) >= len(attack), "an attack")
        before = len(ended)
        response = self.server.post(ben, self.photo, caption="x")
        overtaking = len(ended) - before
        self.assertEqual(response.status, 201, response.body)
        # Ben may be overtaken by the photos in progress, one of each other account, those rendered
        # concurrently, and a few whose responses arrive in the meantime.
        self.assertLessEqual(overtaking, SLOTS + ATTACKERS + SLOTS + 6)
        self.assertEqual({post.result().status for post in attack}, {201})
        wait_until(lambda: usage(self.data / "uploads") == (0, 0), "an empty upload folder")

    def arrived(self, byte_count):
        """Returns the number of complete uploads of the given size."""
        count = 0
        for path in (self.data / "uploads").iterdir():
            try:
                count += path.is_file() and path.stat().st_size == byte_count
            except FileNotFoundError:
                pass
        return count

    def test_eve_gets_429_for_too_many_waiting_posts_and_ben_does_not(self):
        ben = self.server.register("ben")
        eve = self.server.register("eve")
        slow = self.slow_photo(6000)
        ended = []
        attack = [self.pool.submit(self.post, eve, slow, ended) for _ in range(30)]
        wait_until(lambda: 429 in ended or len(ended) == len(attack), "a refusal")
        self.assertEqual(self.server.post(ben, self.photo, caption="x").status, 201)
        responses = [post.result() for post in attack]
        self.assertEqual({response.status for response in responses}, {201, 429})
        refused = next(response for response in responses if response.status == 429)
        self.assertGreater(int(refused.headers["Retry-After"]), 0)
        self.assertIn("Wait until", refused.json()["detail"])
        self.assertGreaterEqual(sum(response.status == 201 for response in responses), 10)

    def test_a_post_of_ten_photos_takes_one_place_in_the_queue(self):
        ben = self.server.register("ben")
        eve = self.server.register("eve")
        ended = []
        slow = self.slow_photo(3000)
        attack = [self.pool.submit(self.server.post, eve, *[slow] * 10, caption="x") for _ in range(2)]
        wait_until(lambda: self.arrived(len(slow)) >= 20 or any(post.done() for post in attack), "two posts")
        # Ten posts may wait. Twenty photos are only two of them, so five more are accepted.
        more = [self.pool.submit(self.post, eve, self.photo, ended) for _ in range(5)]
        self.assertEqual(self.server.post(ben, self.photo, caption="x").status, 201)
        self.assertEqual({post.result().status for post in more + attack}, {201})

    def test_the_administrator_sees_in_the_log_how_rendering_is_sandboxed(self):
        self.assertEqual(self.server.stop(), 0)
        self.server = Server(self.data, "--log-level", "notice")
        self.assertEqual(self.server.stop(), 0)
        log = (self.data.parent / "data.log").read_text()
        self.assertIn("system calls are filtered", log)
        self.assertIn("Landlock", log)


if __name__ == "__main__":
    unittest.main()
