"""How the program ends while somebody is in the middle of something."""

import contextlib
import socket
import time
import unittest

from server import FIXTURES, PATIENCE, ServedTest, Server, wait_until

# Seconds that requests in hand have to finish.
GRACE = 10


class ShutdownTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.token = self.server.register("ada")

    def upload_in_two(self, byte_count=None):
        """A connection with the beginning of an upload sent, and the rest; its body is a photo, or this long."""
        photo = (FIXTURES / "cat.jpg").read_bytes()
        body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + photo + b"\r\n--x--\r\n"
        head = (f"POST /api/posts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n"
                f"Content-Length: {byte_count or len(body)}\r\n\r\n").encode()
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        connection.sendall(head + body[:2000])
        # The file on disk shows that the request is in hand.
        wait_until(lambda: list((self.data / "uploads").iterdir()), "a file of the upload")
        return connection, body[2000:]

    def refuses_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE).close()
            return False
        except ConnectionRefusedError:
            return True

    def test_a_request_in_hand_is_finished(self):
        for _ in range(20):
            start = time.monotonic()
            answer = self.finish_while_ending()
            if b" 201 " in answer or time.monotonic() - start < GRACE:
                break
            # The machine had so much else to do that the time for it was over: that says nothing.
            self.server = Server(self.data)
        self.assertIn(b" 201 ", answer)
        again = Server(self.data)
        self.addCleanup(again.stop)
        self.assertNotEqual(again.json("GET", "/api/users/ada/posts").json()["items"], [])

    def finish_while_ending(self):
        """The answer to an upload whose second half comes when the server takes no new connections."""
        connection, rest = self.upload_in_two()
        with connection:
            self.server.process.terminate()
            wait_until(self.refuses_connections, "a server that takes no connections")
            try:
                connection.sendall(rest)
                answer = connection.recv(4096)
            except ConnectionError:
                answer = b""
        self.assertEqual(self.server.stop(), 0)
        return answer

    def test_who_never_finishes_is_cut_off(self):
        # So long a body that it would go on for many minutes, at a rate that is taken.
        connection, _ = self.upload_in_two(byte_count=20_000_000)
        start = time.monotonic()
        with connection:
            self.server.process.terminate()
            while self.server.process.poll() is None:
                self.assertLess(time.monotonic() - start, PATIENCE)
                with contextlib.suppress(OSError):
                    connection.sendall(bytes(8000))
                time.sleep(0.2)
        self.assertEqual(self.server.stop(), 0)
        self.assertGreater(time.monotonic() - start, GRACE - 1)
        again = Server(self.data)
        self.addCleanup(again.stop)
        self.assertEqual(again.json("GET", "/api/users/ada/posts").json()["items"], [])
        self.assertEqual([*(self.data / "uploads").iterdir()], [])


if __name__ == "__main__":
    unittest.main()
