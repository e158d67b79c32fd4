"""The server works with extreme settings and broken logs, or explains why it does not start."""

import os
import subprocess
import unittest

from server import PASSWORD, PROGRAM, TIMEOUT, DataTest, Server, free_port, wait_until

KINDS = ["sign-in", "register", "anonymous", "session", "token", "photo-files", "health-checks", "uploads",
         "posts", "comments", "likes", "follows", "searches", "exports", "new-tokens", "failed-sign-ins",
         "account-failed-sign-ins", "wrong-passwords"]


class ExtremesTest(DataTest):
    def use(self, server):
        """Sends requests that are subject to rate limits."""
        name = f"ada{server.port}"
        token = server.register(name)
        responses = [
            server.json("POST", "/api/auth/login", {"login": name, "password": PASSWORD}),
            server.json("GET", "/api/me", token=token), server.json("GET", "/api/search?q=a", token=token),
            server.request("GET", "/explore"), server.request("GET", "/livez"),
        ]
        self.assertEqual([response.status for response in responses], [200] * len(responses))

    def test_the_server_works_with_extreme_rate_limits(self):
        for limit in ["1000000/1s", "100000/1m", "1000000/86400h"]:
            names = {f"ISNTGRAM_LIMIT_{kind.upper().replace('-', '_')}": limit for kind in KINDS}
            server = self.serve("--rate-limits", "on", **names)
            self.use(server)
            self.assertEqual(server.stop(), 0)

    def test_the_server_does_not_start_with_an_invalid_rate_limit(self):
        for limit in ["0/1s", "1000001/1s", "10/0m", "10/86401h", "-1/5m", "10/5m "]:
            run = subprocess.run(
                [PROGRAM, "serve", "--data", str(self.data), "--port", str(free_port())], capture_output=True,
                text=True, timeout=TIMEOUT, env={**os.environ, "ISNTGRAM_LIMIT_LIKES": limit})
            self.assertNotEqual(run.returncode, 0, limit)
            self.assertIn("ISNTGRAM_LIMIT_LIKES", run.stderr)

    def test_the_server_works_with_a_data_directory_that_others_may_read(self):
        self.data.mkdir(mode=0o755)
        server = self.serve()
        self.use(server)
        self.assertEqual(server.stop(), 0)

    def start(self, **streams):
        """Starts a server with other standard streams."""
        port = free_port()
        process = subprocess.Popen(
            [PROGRAM, "serve", "--data", str(self.data), "--port", str(port), "--log-level", "trace"],
            **streams)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        server = Server.__new__(Server)
        super(Server, server).__init__(f"http://127.0.0.1:{port}")
        server.port, server.ready, server.process = port, "/readyz", process
        wait_until(lambda: process.poll() is not None or server.is_ready(), "a server that is ready")
        self.assertIsNone(process.poll())
        return server

    def end(self, server):
        server.process.terminate()
        self.assertEqual(server.process.wait(timeout=TIMEOUT), 0)

    def test_the_server_works_when_standard_error_is_closed(self):
        server = self.start(preexec_fn=lambda: [os.close(number) for number in (0, 1, 2)])
        self.use(server)
        self.end(server)
        # The log was not written to a file that was opened with the file descriptor of standard error.
        for file in self.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(b'"level":"', file.read_bytes(), file)

    def test_the_server_works_when_the_log_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            server = self.start(stderr=full)
            self.use(server)
            self.end(server)

    def test_the_server_works_when_the_reader_of_the_log_has_exited(self):
        reader, writer = os.pipe()
        server = self.start(stderr=writer)
        os.close(writer)
        os.close(reader)
        self.use(server)
        self.end(server)

    def test_the_server_works_when_the_reader_of_the_log_has_stopped_reading(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        server = self.start(stderr=writer)
        os.close(writer)
        # A pipe holds 64 KiB; at this log level a few hundred requests write more.
        for _ in range(400):
            self.assertEqual(server.request("GET", "/livez").status, 200)
        self.use(server)
        self.end(server)


if __name__ == "__main__":
    unittest.main()
