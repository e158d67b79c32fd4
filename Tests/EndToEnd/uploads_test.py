"""Uploads take no more of the disk than they may, whoever sends them, and leave nothing there."""

import contextlib
import socket
import unittest

from disk import Watch, peak_memory, usage
from server import FIXTURES, PATIENCE, ServedTest, Server, wait_until

PART = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n\r\n'
# What a form of ten of the largest photos has, and what an attacker sends of it here.
WHOLE_FORM = 249_000_000
SENT = 4_000_000


class UploadsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.uploads = self.data / "uploads"
        self.token = self.server.register("ada")

    def begin(self, path, body, byte_count, token=None):
        """A connection with the beginning of a form sent, as much of it as the server takes."""
        head = (f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                f"Content-Length: {byte_count}\r\n"
                + (f"Authorization: Bearer {token}\r\n" if token else "") + "\r\n")
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        with contextlib.suppress(ConnectionError):
            connection.sendall(head.encode() + body)
        return connection

    def status(self, connection):
        """The status that comes although the form has not ended."""
        with contextlib.suppress(ConnectionError):
            answer = connection.recv(4096)
            return int(answer.split()[1]) if answer else None
        return None

    def assert_others_are_served(self):
        answer = self.server.json("GET", "/api/users/ada", token=self.token)
        self.assertEqual(answer.status, 200)

    def test_nothing_is_written_for_an_address_that_takes_nothing(self):
        before = peak_memory(self.server.process)
        form = PART % b"file" + bytes(SENT)
        with Watch(self.uploads) as watch:
            connections = [
                self.begin(f"/api/uploads/{number:032x}", form, WHOLE_FORM) for number in range(10)]
            self.assert_others_are_served()
            self.assertEqual([self.status(connection) for connection in connections], [404] * 10)
        self.assertEqual((watch.files, watch.bytes), (0, 0))
        self.assertLess(peak_memory(self.server.process) - before, 100_000_000)

    def test_an_address_takes_no_more_than_was_offered(self):
        offer = {"contentType": "image/jpeg", "byteCount": 1000}
        address = self.server.json("POST", "/api/uploads/presigned-url", offer, self.token).json()["url"]
        path = address.removeprefix(self.server.url)
        with Watch(self.uploads) as watch:
            attacker = self.begin(path, PART % b"file" + bytes(SENT), WHOLE_FORM)
            self.assertIn(self.status(attacker), [413, 422])
        self.assertLessEqual(watch.files, 1)
        self.assertLessEqual(watch.bytes, 1000)
        # One photo at a time: the second of two is sent away, and the first is not disturbed.
        first = self.begin(path, PART % b"file" + bytes(500), 5_000)
        wait_until(lambda: usage(self.uploads)[0] == 1, "a file of the upload")
        second = self.begin(path, PART % b"file" + bytes(500), 5_000)
        self.assertEqual(self.status(second), 429)
        first.close()
        wait_until(lambda: usage(self.uploads)[0] == 0, "an end of the upload")

    def test_empty_parts_are_no_way_to_make_files(self):
        form = PART % b"image" + b"\r\n"
        for parts in [form * 50_000, form.replace(b'"a"', b'""') * 50_000]:
            with Watch(self.uploads) as watch:
                attacker = self.begin("/api/posts", parts + b"--x--\r\n", len(parts) + 7, self.token)
                self.assertIn(self.status(attacker), [400, 422])
                self.assert_others_are_served()
            self.assertLessEqual(watch.files, 10)

    def test_files_go_with_their_request_and_with_the_process(self):
        form = PART % b"image" + (FIXTURES / "cat.jpg").read_bytes()[:2000]
        left = self.begin("/api/posts", form, 100_000, self.token)
        wait_until(lambda: usage(self.uploads)[0] == 1, "a file of the upload")
        left.close()
        wait_until(lambda: usage(self.uploads)[0] == 0, "an end of the upload")
        self.begin("/api/posts", form, 100_000, self.token)
        wait_until(lambda: usage(self.uploads)[0] == 1, "a file of the upload")
        self.server.kill()
        self.server = Server(self.data)
        self.assertEqual(usage(self.uploads), (0, 0))
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
