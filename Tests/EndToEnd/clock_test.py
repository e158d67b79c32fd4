"""The server starts with a clock that is behind its data, or explains why it does not."""

import sqlite3
import subprocess
import time
import unittest

from server import FIXTURES, PROGRAM, TIMEOUT, DataTest, free_port

DAY = 24 * 60 * 60
# 2025-01-01, at which ids begin.
EPOCH = 1_735_689_600


class ClockTest(DataTest):
    def refused(self):
        return subprocess.run(
            [PROGRAM, "serve", "--data", str(self.data), "--port", str(free_port())], capture_output=True,
            text=True, timeout=TIMEOUT)

    def move_follow(self, seconds):
        """Gives the only follow an id of another time, as if the clock had been wrong when it was made."""
        id = int((time.time() + seconds - EPOCH) * 1000) << 22
        database = sqlite3.connect(self.data / "isntgram.sqlite")
        with database:
            self.assertEqual(database.execute("UPDATE follows SET id = ?", [id]).rowcount, 1)
        database.close()
        return id

    def log(self):
        return (self.data.parent / "data.log").read_text()

    def test_the_server_continues_after_the_newest_id(self):
        server = self.serve()
        ada, grace = server.register("ada"), server.register("grace")
        self.assertEqual(server.json("POST", "/api/users/ada/follow", token=grace).status, 204)
        ids = [server.post(ada, FIXTURES / "cat.jpg").json()["id"]]
        self.assertEqual(server.stop(), 0)
        self.assertNotIn("behind the newest data", self.log())
        newest = 0
        for hours in [2, 20]:
            newest = self.move_follow(hours * 60 * 60 + 60)
            server = self.serve()
            self.assertIn("hours behind the newest data", self.log())
            ready = server.request("GET", "/readyz")
            self.assertEqual(ready.status, 200)
            self.assertRegex(ready.body.decode(), r"^ready\nThe clock is \d+ hours? behind the newest data\.")
            for _ in range(3):
                ids.append(server.post(ada, FIXTURES / "cat.jpg").json()["id"])
                self.assertGreater(int(ids[-1]), newest)
            self.assertEqual(server.stop(), 0)
        server = self.serve()
        listed = server.json("GET", "/api/users/ada/posts", token=ada).json()["items"]
        self.assertEqual([post["id"] for post in listed], ids[::-1])
        self.assertEqual(server.stop(), 0)

    def test_the_server_refuses_a_clock_that_is_more_than_a_day_behind(self):
        server = self.serve()
        ada, grace = server.register("ada"), server.register("grace")
        self.assertEqual(server.json("POST", "/api/users/ada/follow", token=grace).status, 204)
        self.assertEqual(server.stop(), 0)
        for days in [2, 400]:
            newest = self.move_follow(days * DAY + 60)
            run = self.refused()
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(f"{days} days behind the newest data", run.stderr)
            self.assertIn("--force-clock (ISNTGRAM_FORCE_CLOCK=on)", run.stderr)
            # The administrator's commands still work.
            self.assertIn("ada", server.command("user", "list").stdout)
            for options, environment in [(["--force-clock"], {}), ([], {"ISNTGRAM_FORCE_CLOCK": "on"})]:
                server = self.serve(*options, **environment)
                post = server.post(ada, FIXTURES / "cat.jpg")
                self.assertEqual(post.status, 201)
                self.assertGreater(int(post.json()["id"]), newest)
                self.assertEqual(server.stop(), 0)

    def test_a_community_may_be_idle_for_a_year(self):
        server = self.serve()
        ada, grace = server.register("ada"), server.register("grace")
        self.assertEqual(server.json("POST", "/api/users/ada/follow", token=grace).status, 204)
        self.assertEqual(server.stop(), 0)
        database = sqlite3.connect(self.data / "isntgram.sqlite")
        with database:
            database.execute("PRAGMA foreign_keys = OFF")
            for table in ["accounts", "follows", "notifications", "jobs"]:
                database.execute(f"UPDATE {table} SET id = id - ?", [365 * DAY * 1000 << 22])
            for column in ["follows SET follower_id = follower_id", "follows SET followee_id = followee_id",
                           "credentials SET account_id = account_id", "notifications SET actor_id = actor_id",
                           "notifications SET account_id = account_id"]:
                database.execute(f"UPDATE {column} - ?", [365 * DAY * 1000 << 22])
        database.close()
        server = self.serve()
        self.assertEqual(server.request("GET", "/readyz").body, b"ready\n")
        self.assertEqual(server.post(ada, FIXTURES / "cat.jpg").status, 201)
        self.assertEqual(server.stop(), 0)
        self.assertNotIn("behind the newest data", self.log())


if __name__ == "__main__":
    unittest.main()
