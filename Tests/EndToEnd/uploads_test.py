"""Uploads use a limited amount of disk space, and leave no files behind."""

import contextlib
import socket
import unittest

from disk import UsageMonitor, peak_memory, usage
from server import FIXTURES, TIMEOUT, ServerTest, Server, wait_until

PART = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n\r\n'
# The size of a form with ten of the largest photos, and the part of it that an attacker sends here.
FORM_SIZE = 249_000_000
SENT = 4_000_000


class UploadsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.uploads = self.data / "uploads"
        self.token = self.server.register("ada")

    def begin(self, path, body, byte_count, token=None):
        """Sends the beginning of a form, as far as the server accepts it, and returns the connection."""
        head = (f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                f"Content-Length: {byte_count}\r\n"
                + (f"Authorization: Bearer {token}\r\n" if token else "") + "\r\n")
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=TIMEOUT)
        self.addCleanup(connection.close)
        with contextlib.suppress(ConnectionError):
            connection.sendall(head.encode() + body)
        return connection

    def status(self, connection):
        """Returns the status of a response that arrives before the end of the form."""
        with contextlib.suppress(ConnectionError):
            response = connection.recv(4096)
            return int(response.split()[1]) if response else None
        return None

    def assert_others_are_served(self):
        response = self.server.json("GET", "/api/users/ada", token=self.token)
        self.assertEqual(response.status, 200)

    def test_an_attacker_writes_no_file_to_an_unknown_upload_url(self):
        before = peak_memory(self.server.process)
        form = PART % b"file" + bytes(SENT)
        with UsageMonitor(self.uploads) as usage_monitor:
            connections = [
                self.begin(f"/api/uploads/{number:032x}", form, FORM_SIZE) for number in range(10)]
            self.assert_others_are_served()
            self.assertEqual([self.status(connection) for connection in connections], [404] * 10)
        self.assertEqual((usage_monitor.files, usage_monitor.bytes), (0, 0))
        self.assertLess(peak_memory(self.server.process) - before, 100_000_000)

    def test_an_attacker_writes_no_more_than_the_declared_size(self):
        offer = {"contentType": "image/jpeg", "byteCount": 1000}
        url = self.server.json("POST", "/api/uploads/presigned-url", offer, self.token).json()["url"]
        path = url.removeprefix(self.server.url)
        with UsageMonitor(self.uploads) as usage_monitor:
            attacker = self.begin(path, PART % b"file" + bytes(SENT), FORM_SIZE)
            self.assertIn(self.status(attacker), [413, 422])
        self.assertLessEqual(usage_monitor.files, 1)
        self.assertLessEqual(usage_monitor.bytes, 1000)
        # Of two concurrent uploads, the second gets 429, and the first continues.
        first = self.begin(path, PART % b"file" + bytes(500), 5_000)
        wait_until(lambda: usage(self.uploads)[0] == 1, "a file of the upload")
        second = self.begin(path, PART % b"file" + bytes(500), 5_000)
        self.assertEqual(self.status(second), 429)
        first.close()
        wait_until(lambda: usage(self.uploads)[0] == 0, "an end of the upload")

    def test_an_attacker_creates_no_files_with_empty_parts(self):
        form = PART % b"image" + b"\r\n"
        for parts in [form * 50_000, form.replace(b'"a"', b'""') * 50_000]:
            with UsageMonitor(self.uploads) as usage_monitor:
                attacker = self.begin("/api/posts", parts + b"--x--\r\n", len(parts) + 7, self.token)
                self.assertIn(self.status(attacker), [400, 422])
                self.assert_others_are_served()
            self.assertLessEqual(usage_monitor.files, 10)

    def test_ada_leaves_no_upload_file_after_a_cancelled_request_or_a_crash(self):
        form = PART % b"image" + (FIXTURES / "cat.jpg").read_bytes()[:2000]
        cancelled = self.begin("/api/posts", form, 100_000, self.token)
        wait_until(lambda: usage(self.uploads)[0] == 1, "a file of the upload")
        cancelled.close()
        wait_until(lambda: usage(self.uploads)[0] == 0, "an end of the upload")
        self.begin("/api/posts", form, 100_000, self.token)
        wait_until(lambda: usage(self.uploads)[0] == 1, "a file of the upload")
        self.server.kill()
        self.server = Server(self.data)
        self.assertEqual(usage(self.uploads), (0, 0))
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
