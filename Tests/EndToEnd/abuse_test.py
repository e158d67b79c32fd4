"""One client attacks a running server, and other clients are served meanwhile."""

import contextlib
import io
import pathlib
import resource
import socket
import threading
import time
import unittest

from PIL import Image

from server import PASSWORD, TIMEOUT, ServerTest, wait_until

# The number of connections that request photos and read nothing, and the memory that the server may use for
# them, in KiB: 256 for each connection. A server that buffered the responses would need gigabytes.
SILENT_READERS = 500
MEMORY_LIMIT = SILENT_READERS * 256


def connect(server, source="127.0.0.1", receive_buffer=None):
    """Connects from a loopback address; all of 127.0.0.0/8 are loopback addresses."""
    connection = socket.socket()
    connection.settimeout(TIMEOUT)
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", server.port))
    return connection


def send(connection, path, headers=""):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode())


def get(connection, path, headers=""):
    """Sends a GET request and returns the first bytes of the response."""
    send(connection, path, headers)
    return connection.recv(65536)


class AbuseTest(ServerTest):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.connections = contextlib.ExitStack()
        self.addCleanup(self.connections.close)
        super().setUp()

    def open(self, *arguments, **options):
        return self.connections.enter_context(connect(self.server, *arguments, **options))

    def memory(self):
        """Returns the resident memory of the server in KiB."""
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def is_served(self, headers=""):
        """Returns whether a client with another address gets a response."""
        with connect(self.server, "127.0.200.1") as connection:
            response = get(connection, "/api/me" if headers else "/livez", headers)
            return response.startswith(b"HTTP/1.1 200")

    def test_one_client_with_silent_connections_does_not_block_others(self):
        for _ in range(300):
            self.open()
        with connect(self.server) as refused:
            # A client over its connection limit gets 503 before it has sent a request.
            wait_until(lambda: refused.recv(65536, socket.MSG_PEEK) != b"", "a response")
            self.assertIn(b"503 Service Unavailable", refused.recv(65536))
        self.assertTrue(self.is_served())
        self.connections.close()
        wait_until(
            lambda: get_once(self.server, "/livez").startswith(b"HTTP/1.1 200"),
            "free connections for the client")

    def test_many_clients_with_silent_connections_do_not_block_members(self):
        token = self.server.register("ada")
        for number in range(3900):
            self.open(f"127.0.{number // 200}.1")
        # Only the reserved connections are left: visitors get 503.
        wait_until(lambda: b" 503 " in get_once(self.server, "/explore"), "a server without free connections")
        self.assertTrue(self.is_served(), "a health check")
        self.assertTrue(self.is_served(f"Authorization: Bearer {token}\r\n"), "a member")
        self.connections.close()
        wait_until(
            lambda: get_once(self.server, "/explore").startswith(b"HTTP/1.1 200"), "free connections")

    def test_a_seventh_event_stream_of_a_member_ends_the_oldest(self):
        token = self.server.register("ada")
        headers = f"Authorization: Bearer {token}\r\n"
        streams = [self.open(f"127.0.{number}.1") for number in range(6)]
        for stream in streams:
            self.assertTrue(get(stream, "/api/events", headers).startswith(b"HTTP/1.1 200"))
        # One more stream replaces the oldest, which is told to reconnect later.
        self.assertTrue(get(self.open(), "/api/events", headers).startswith(b"HTTP/1.1 200"))
        rest = b""
        while not rest.endswith(b"0\r\n\r\n"):
            rest += streams[0].recv(65536)
        self.assertIn(b"retry: 60000", rest)

    def test_a_client_that_reads_no_responses_takes_little_memory(self):
        token = self.server.register("ada")
        for _ in range(8):
            self.assertEqual(self.server.post(token, noise()).status, 201)
        posts = self.server.json("GET", "/api/users/ada/posts").json()["items"]
        renditions = [rendition for post in posts for rendition in post["media"][0]["renditions"]]
        paths = [rendition["url"][rendition["url"].index("/media/"):] for rendition in renditions
                 if rendition["width"] > 700]
        self.assertGreater(len(self.server.request("GET", paths[0]).body), 300_000)
        before = self.memory()
        for number in range(SILENT_READERS):
            connection = self.open(f"127.0.{number // 100}.1", receive_buffer=4096)
            for count in range(8):
                send(connection, paths[(number + count) % len(paths)])
        peak = before
        # Health checks are answered meanwhile, and give the server time to read the requests.
        for _ in range(50):
            self.assertTrue(self.is_served())
            peak = max(peak, self.memory())
        self.assertLess(peak - before, MEMORY_LIMIT)
        self.connections.close()
        wait_until(lambda: self.memory() - before < MEMORY_LIMIT / 2, "less memory")

    def test_texts_that_are_expensive_to_compare_keep_nobody_waiting(self):
        marks = "\u0345" * 24_000 + "\u0301" * 18_000 + "\u0316" * 18_000 + "\u0334" * 18_000
        flags = "\U0001F1E6" * 32_000
        form, json = "application/x-www-form-urlencoded", "application/json"
        attacks = [
            ("/settings/theme", form, marks + "=1"), ("/login", form, "login=" + flags),
            ("/api/auth/login", json, '{"login": "a@%s", "password": "x"}' % marks[:60_000]),
            ("/api/auth/login", json, '{"%s": 1}' % marks[:60_000]),
            ("/api/auth/login", json, '{"login": "%s"}' % ("\\u0301" * 26_000)),
            ("/api/auth/register", json, '{"email": "a@%s"}' % flags),
        ]
        connections = []
        for number, (path, kind, body) in enumerate(attacks * 2):
            connection = self.open(f"127.0.{number}.1")
            body = body.encode()
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nSec-Fetch-Site: same-origin\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            connections.append(connection)
        start = time.monotonic()
        self.assertTrue(self.is_served())
        for connection in connections:
            self.assertIn(b" 400 ", connection.recv(65536)[:20])
        # Each of them took seconds of a processor, and they froze the server for a minute.
        self.assertLess(time.monotonic() - start, 30)

    def test_a_client_with_bodies_that_never_end_takes_little_memory(self):
        token = self.server.register("ada")
        text = b"a" * 65_000
        part = b'--x\r\nContent-Disposition: form-data; name="t"\r\n\r\n' + text + b"\r\n"
        bodies = [
            ("/login", "application/x-www-form-urlencoded", 192_000, b"login=" + text * 3),
            ("/api/auth/login", "application/json", 192_000, b'{"login": "' + text * 3),
            ("/api/media", "multipart/form-data; boundary=x", 4_000_000, part * 60),
            ("/api/media", "multipart/form-data; boundary=x", 96_000, part + part[:30_000]),
        ]
        before = self.memory()
        held = 0
        for number in range(240):
            path, kind, length, body = bodies[number % len(bodies)]
            connection = self.open(f"127.0.{number // 60}.1")
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode())
            with contextlib.suppress(ConnectionError, TimeoutError):
                # A body over the limit is rejected before it has arrived.
                connection.sendall(body[:length - 1])
            held += 1
        peak = before
        for _ in range(50):
            self.assertTrue(self.is_served())
            peak = max(peak, self.memory())
        self.assertLess(peak - before, held * 256)
        self.connections.close()
        wait_until(lambda: self.memory() - before < held * 128, "less memory")

    def test_grace_signs_in_while_passwords_of_ada_are_guessed(self):
        self.server.register("ada")
        self.server.register("grace")
        stop = threading.Event()

        def guess():
            while not stop.is_set():
                self.server.json("POST", "/api/auth/login", {"login": "ada", "password": "wrong"})

        guessers = [threading.Thread(target=guess) for _ in range(40)]
        for guesser in guessers:
            guesser.start()
        try:
            credentials = {"login": "grace", "password": PASSWORD}
            for _ in range(5):
                response = self.server.json("POST", "/api/auth/login", credentials)
                self.assertEqual(response.status, 200)
        finally:
            stop.set()
            for guesser in guessers:
                guesser.join()


def noise():
    """Returns a photo of random noise, which compresses badly."""
    file = io.BytesIO()
    Image.effect_noise((2000, 2000), 100).save(file, "JPEG", quality=90)
    return file.getvalue()


def get_once(server, path):
    """Sends one request on a new connection, from another address."""
    with connect(server, "127.0.201.1") as connection:
        return get(connection, path)


if __name__ == "__main__":
    unittest.main()
