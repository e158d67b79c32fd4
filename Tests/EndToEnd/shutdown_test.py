"""How the program ends while somebody is in the middle of something."""

import pathlib
import socket
import tempfile
import time
import unittest

from server import FIXTURES, Server


class ShutdownTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = pathlib.Path(self.folder.name) / "data"
        self.server = Server(self.data)
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())
        self.token = self.server.register("ada")

    def upload_in_two(self):
        """A connection with half an upload sent, and the other half."""
        photo = (FIXTURES / "cat.jpg").read_bytes()
        body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + photo + b"\r\n--x--\r\n"
        head = (f"POST /api/posts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
                f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
        connection.sendall(head + body[:2000])
        # The file on disk shows that the request is in hand.
        deadline = time.monotonic() + 10
        while not list((self.data / "uploads").iterdir()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return connection, body[2000:]

    def refuses_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.server.port), timeout=5).close()
            return False
        except ConnectionRefusedError:
            return True

    def test_a_request_in_hand_is_finished(self):
        connection, rest = self.upload_in_two()
        self.server.process.terminate()
        deadline = time.monotonic() + 5
        while not self.refuses_connections():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        with connection:
            connection.sendall(rest)
            self.assertIn(b" 201 ", connection.recv(4096))
        self.assertEqual(self.server.stop(), 0)
        again = Server(self.data)
        self.addCleanup(again.stop)
        self.assertEqual(len(again.json("GET", "/api/users/ada/posts").json()["items"]), 1)

    def test_who_never_finishes_holds_it_ten_seconds_at_most(self):
        connection, _ = self.upload_in_two()
        start = time.monotonic()
        with connection:
            self.server.process.terminate()
            self.assertEqual(self.server.process.wait(timeout=20), 0)
        self.server.log.close()
        self.assertLess(time.monotonic() - start, 14)
        self.assertGreater(time.monotonic() - start, 8)
        again = Server(self.data)
        self.addCleanup(again.stop)
        self.assertEqual(again.json("GET", "/api/users/ada/posts").json()["items"], [])
        self.assertEqual([*(self.data / "uploads").iterdir()], [])


if __name__ == "__main__":
    unittest.main()
