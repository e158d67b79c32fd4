"""The administrator's commands, while the server runs and while it does not."""

import pathlib
import subprocess
import tempfile
import unittest

from server import FIXTURES, PASSWORD, TIMEOUT, PROGRAM, Server


class CommandsTest(unittest.TestCase):
    def test_the_administrator_manages_accounts_with_and_without_a_running_server(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            server = Server(data)
            create = ["user", "create", "--email", "ada@example.org", "--full-name", "Ada", "ada"]
            created = server.command(*create, stdin=PASSWORD + "\n")
            self.assertEqual(created.stdout, "Created the account ada.\n")
            refused = server.command(*create, stdin=PASSWORD + "\n")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("is taken", refused.stderr)
            token = server.command("token", "create", "ada").stdout.strip()
            self.assertEqual(server.json("GET", "/api/me", token=token).json()["username"], "ada")
            self.assertIn("Revoked", server.command("token", "revoke", token).stdout)
            self.assertEqual(server.json("GET", "/api/me", token=token).status, 401)
            self.assertEqual(server.command("health", "--port", str(server.port)).stdout, "ready\n")
            second = subprocess.run(
                [PROGRAM, "serve", "--data", str(data), "--port", "0"], capture_output=True, text=True,
                timeout=TIMEOUT)
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(f"in use by process {server.process.pid}", second.stderr)
            self.assertEqual(server.stop(), 0)
            self.assertIn("ada\tAda", server.command("user", "list").stdout)
            changed = server.command("user", "set-password", "ada", stdin="another horse\n")
            self.assertIn("Set the password", changed.stdout)
            self.assertIn("no password", server.command("user", "set-password", "ada").stderr.lower())
            self.assertIn("Nothing was deleted", server.command("user", "delete", "ada", stdin="no\n").stderr)
            self.assertIn("Deleted ada", server.command("user", "delete", "ada", "--yes").stdout)
            self.assertIn("schema", server.command("migrate").stdout)
            self.assertEqual(server.command("user", "list").stdout, "")
            self.assertNotEqual(server.command("token", "revoke").returncode, 0)
            self.assertIn("Revoked 0", self.revoke_all(server))

    def test_the_administrator_deletes_an_account_and_its_data_is_gone(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            server = Server(data)
            token = server.register("ada")
            self.assertEqual(server.post(token, FIXTURES / "cat.jpg", caption="zanzibar").status, 201)
            self.assertEqual(server.stop(), 0)
            deleted = server.command("user", "delete", "ada", "--yes")
            self.assertEqual((deleted.stdout, deleted.stderr), ("Deleted ada with 1 post.\n", ""))
            self.assertEqual([path.name for path in (data / "media").rglob("*.jpg")], [])
            self.assertEqual(
                [p.name for p in data.rglob("*") if p.is_file() and b"zanzibar" in p.read_bytes()], [])
            self.assertEqual(server.command("jobs", "list").stdout, "")
            self.assertIn("not a job id", server.command("jobs", "retry", "x").stderr)
            self.assertIn("no job 5", server.command("jobs", "drop", "5").stderr)

    def test_the_administrator_loses_no_photo_with_an_empty_database(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            server = Server(data)
            token = server.register("ada")
            self.assertEqual(server.post(token, FIXTURES / "cat.jpg").status, 201)
            self.assertEqual(server.stop(), 0)
            for file in data.glob("isntgram.sqlite*"):
                file.unlink()
            photos = sorted((data / "media").rglob("*.jpg"))
            self.assertGreater(len(photos), 0)
            refused = server.command("maintain", "--remove-strays")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("Nothing was cleaned up", refused.stderr)
            self.assertIn("\tcounters corrected", refused.stdout)
            self.assertEqual(sorted((data / "media").rglob("*.jpg")), photos)

    def revoke_all(self, server):
        server.command("user", "create", "--email", "b@example.org", "bob", stdin=PASSWORD + "\n")
        return server.command("token", "revoke", "--all-of", "bob").stdout

    def test_the_administrator_sees_which_setting_is_invalid(self):
        for arguments, message in [
            (["--port", "many"], "must be a number"), (["--log-level", "loud"], "loud"),
            (["--base-url", "x"], "base URL"),
            (["--env-file", "/nonexistent"], "cannot be read"),
        ]:
            run = subprocess.run(
                [PROGRAM, "serve", *arguments], capture_output=True, text=True, timeout=TIMEOUT)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(message, run.stderr)
        command = [PROGRAM, "serve", "--help"]
        help_text = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT).stdout
        for setting in ["HOST", "PORT", "BASE_URL", "DATA", "LOG_LEVEL"]:
            self.assertIn(f"ISNTGRAM_{setting}", help_text)

    def test_a_developer_fills_a_community_with_test_data(self):
        with tempfile.TemporaryDirectory() as folder:
            seed = [PROGRAM, "seed", "--accounts", "5", "--posts", "20", "--follows", "2", "--data", folder]
            self.assertEqual(subprocess.run(seed, timeout=TIMEOUT).returncode, 0)
            measured = subprocess.run(
                [*seed, "--measure-feed"], capture_output=True, text=True, timeout=TIMEOUT)
            self.assertGreater(float(measured.stdout), 0)


if __name__ == "__main__":
    unittest.main()
