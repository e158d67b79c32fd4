"""The demo community, which newcomers see first."""

import os
import pathlib
import tempfile
import unittest

from server import Server


class DemoTest(unittest.TestCase):
    def test_a_newcomer_sees_the_demo_community_which_is_created_once(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            server = Server(data, "--demo")
            seconds = cpu_seconds(server.process.pid)
            self.assertLess(seconds, 60, "CPU time for the demo community and its photos")
            try:
                posts = server.json("GET", "/api/explore?limit=100").json()["items"]
                self.assertEqual(len(posts), 60)
                self.assertEqual(len({post["author"]["username"] for post in posts}), 11)
                self.assertGreater(sum(post["likesCount"] for post in posts), 150)
                self.assertGreater(sum(post["commentsCount"] for post in posts), 60)
                self.assertEqual(len({post["media"][0]["blurhash"] for post in posts}), 60,
                                 "two photos are alike")
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


def cpu_seconds(process):
    """Returns the CPU time of a process and its ended children (proc_pid_stat(5)).

    Unlike wall-clock time, it does not depend on the load of the machine.
    """
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
