"""The commands of whoever runs the server, with the server running and not."""

import pathlib
import subprocess
import tempfile
import unittest

from server import PASSWORD, PROGRAM, Server


class CommandsTest(unittest.TestCase):
    def test_accounts_and_tokens_while_the_server_runs_and_not(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            server = Server(data)
            create = ["user", "create", "--email", "ada@example.org", "--full-name", "Ada", "ada"]
            self.assertEqual(server.command(*create, stdin=PASSWORD + "\n").stdout, "Made the account ada.\n")
            refused = server.command(*create, stdin=PASSWORD + "\n")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("is taken", refused.stderr)
            token = server.command("token", "create", "ada").stdout.strip()
            self.assertEqual(server.json("GET", "/api/me", token=token).json()["username"], "ada")
            self.assertIn("Revoked", server.command("token", "revoke", token).stdout)
            self.assertEqual(server.json("GET", "/api/me", token=token).status, 401)
            self.assertEqual(server.command("health", "--port", str(server.port)).stdout, "ready\n")
            second = subprocess.run(
                [PROGRAM, "serve", "--data", str(data), "--port", "0"], capture_output=True, text=True, timeout=30)
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(f"in use by process {server.process.pid}", second.stderr)
            self.assertEqual(server.stop(), 0)
            self.assertIn("ada\tAda", server.command("user", "list").stdout)
            self.assertIn("Set the password", server.command("user", "set-password", "ada", stdin="another horse\n").stdout)
            self.assertIn("no password", server.command("user", "set-password", "ada").stderr.lower())
            self.assertIn("Nothing was deleted", server.command("user", "delete", "ada", stdin="no\n").stderr)
            self.assertIn("Deleted ada", server.command("user", "delete", "ada", "--yes").stdout)
            self.assertIn("schema", server.command("migrate").stdout)
            self.assertEqual(server.command("user", "list").stdout, "")
            self.assertNotEqual(server.command("token", "revoke").returncode, 0)
            self.assertIn("Revoked 0", self.revoke_all(server))

    def revoke_all(self, server):
        server.command("user", "create", "--email", "b@example.org", "bob", stdin=PASSWORD + "\n")
        return server.command("token", "revoke", "--all-of", "bob").stdout

    def test_wrong_settings_stop_the_start_in_words(self):
        for arguments, words in [
            (["--port", "many"], "is not a number"), (["--log-level", "loud"], "loud"), (["--base-url", "x"], "base URL"),
            (["--env-file", "/nonexistent"], "cannot be read"),
        ]:
            run = subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, text=True, timeout=30)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(words, run.stderr)
        shown = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, timeout=30).stdout
        for setting in ["ISNTGRAM_HOST", "ISNTGRAM_PORT", "ISNTGRAM_BASE_URL", "ISNTGRAM_DATA", "ISNTGRAM_LOG_LEVEL"]:
            self.assertIn(setting, shown)

    def test_a_planted_community_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            seed = [PROGRAM, "seed", "--accounts", "5", "--posts", "20", "--follows", "2", "--data", folder]
            self.assertEqual(subprocess.run(seed, timeout=60).returncode, 0)
            measured = subprocess.run([*seed, "--measure-feed"], capture_output=True, text=True, timeout=60)
            self.assertGreater(float(measured.stdout), 0)


if __name__ == "__main__":
    unittest.main()
