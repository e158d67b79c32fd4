"""How the server stops while requests are in progress."""

import contextlib
import socket
import time
import unittest

from server import FIXTURES, TIMEOUT, ServerTest, Server, wait_until

# Seconds that requests in progress have to finish.
GRACE = 10


class ShutdownTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.token = self.server.register("ada")

    def start_upload(self, byte_count=None):
        """Sends the beginning of an upload and returns the connection and the rest of the body.

        The declared length is that of the body, or `byte_count`.
        """
        photo = (FIXTURES / "cat.jpg").read_bytes()
        body = (b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
                + photo + b"\r\n--x--\r\n")
        head = (f"POST /api/posts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n"
                f"Content-Length: {byte_count or len(body)}\r\n\r\n").encode()
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=TIMEOUT)
        connection.sendall(head + body[:2000])
        # The file on disk shows that the request is in progress.
        wait_until(lambda: list((self.data / "uploads").iterdir()), "an upload file")
        return connection, body[2000:]

    def refuses_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.server.port), timeout=TIMEOUT).close()
            return False
        except ConnectionRefusedError:
            return True

    def test_ada_finishes_an_upload_while_the_server_stops(self):
        for _ in range(20):
            start = time.monotonic()
            response = self.finish_during_shutdown()
            if b" 201 " in response or time.monotonic() - start < GRACE:
                break
            # The machine was so busy that the time limit ended the request; this proves nothing.
            self.server = Server(self.data)
        self.assertIn(b" 201 ", response)
        again = Server(self.data)
        self.addCleanup(again.stop)
        self.assertNotEqual(again.json("GET", "/api/users/ada/posts").json()["items"], [])

    def finish_during_shutdown(self):
        """Finishes an upload after the server has stopped listening, and returns the response."""
        connection, rest = self.start_upload()
        with connection:
            self.server.process.terminate()
            wait_until(self.refuses_connections, "a server that refuses connections")
            try:
                connection.sendall(rest)
                response = connection.recv(4096)
            except ConnectionError:
                response = b""
        self.assertEqual(self.server.stop(), 0)
        return response

    def test_a_client_that_never_finishes_is_disconnected(self):
        # At an accepted rate, a body of this length takes many minutes.
        connection, _ = self.start_upload(byte_count=20_000_000)
        start = time.monotonic()
        with connection:
            self.server.process.terminate()
            while self.server.process.poll() is None:
                self.assertLess(time.monotonic() - start, TIMEOUT)
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
