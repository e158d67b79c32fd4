"""One client attacks a running copy, and an honest person is served meanwhile."""

import contextlib
import io
import pathlib
import resource
import socket
import threading
import time
import unittest

from PIL import Image

from server import PASSWORD, PATIENCE, ServedTest, wait_until

# How many connections ask for photos and read nothing, and what the server may grow by meanwhile, in KiB: 256 for each.
# One that holds what it is asked for needs gigabytes.
READERS = 500
GROWTH = READERS * 256


def connect(server, source="127.0.0.1", receive_buffer=None):
    """A connection from one of this machine's own addresses: all of 127.0.0.0/8 are."""
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", server.port))
    return connection


def send(connection, path, headers=""):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode())


def ask(connection, path, headers=""):
    """What comes back until the server closes or has answered once."""
    send(connection, path, headers)
    return connection.recv(65536)


class AbuseTest(ServedTest):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.opened = contextlib.ExitStack()
        self.addCleanup(self.opened.close)
        super().setUp()

    def open(self, *arguments, **options):
        return self.opened.enter_context(connect(self.server, *arguments, **options))

    def memory(self):
        """The resident memory of the server, in KiB."""
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def is_served(self, headers=""):
        """Whether somebody from another address gets an answer."""
        with connect(self.server, "127.0.200.1") as connection:
            answer = ask(connection, "/api/me" if headers else "/livez", headers)
            return answer.startswith(b"HTTP/1.1 200")

    def test_silent_connections_of_one_client_leave_room(self):
        for _ in range(300):
            self.open()
        with connect(self.server) as refused:
            # Over its share, the client is told so before it has asked anything.
            wait_until(lambda: refused.recv(65536, socket.MSG_PEEK) != b"", "an answer")
            self.assertIn(b"503 Service Unavailable", refused.recv(65536))
        self.assertTrue(self.is_served())
        self.opened.close()
        wait_until(lambda: ask_once(self.server, "/livez").startswith(b"HTTP/1.1 200"), "room for the client again")

    def test_silent_connections_of_many_clients_leave_room_for_members(self):
        token = self.server.register("ada")
        for number in range(3900):
            self.open(f"127.0.{number // 200}.1")
        # So many are there that only the reserve is left: strangers are sent away, with a reason.
        wait_until(lambda: b" 503 " in ask_once(self.server, "/explore"), "a full house")
        self.assertTrue(self.is_served(), "whoever watches over the server")
        self.assertTrue(self.is_served(f"Authorization: Bearer {token}\r\n"), "a member")
        self.opened.close()
        wait_until(lambda: ask_once(self.server, "/explore").startswith(b"HTTP/1.1 200"), "room again")

    def test_event_streams_of_one_account_are_few(self):
        token = self.server.register("ada")
        headers = f"Authorization: Bearer {token}\r\n"
        streams = [self.open(f"127.0.{number}.1") for number in range(6)]
        for stream in streams:
            self.assertTrue(ask(stream, "/api/events", headers).startswith(b"HTTP/1.1 200"))
        # A page more takes the place of the oldest, which is told to leave it alone for a while.
        self.assertTrue(ask(self.open(), "/api/events", headers).startswith(b"HTTP/1.1 200"))
        rest = b""
        while not rest.endswith(b"0\r\n\r\n"):
            rest += streams[0].recv(65536)
        self.assertIn(b"retry: 60000", rest)

    def test_requests_that_nobody_reads_the_answers_of_take_little_memory(self):
        token = self.server.register("ada")
        for _ in range(8):
            self.assertEqual(self.server.post(token, noise()).status, 201)
        posts = self.server.json("GET", "/api/users/ada/posts").json()["items"]
        renditions = [rendition for post in posts for rendition in post["media"][0]["renditions"]]
        paths = [rendition["url"][rendition["url"].index("/media/"):] for rendition in renditions
                 if rendition["width"] > 700]
        self.assertGreater(len(self.server.request("GET", paths[0]).body), 300_000)
        before = self.memory()
        for number in range(READERS):
            connection = self.open(f"127.0.{number // 100}.1", receive_buffer=4096)
            for count in range(8):
                send(connection, paths[(number + count) % len(paths)])
        peak = before
        # Whoever watches is answered meanwhile, and by then the server has read what was sent.
        for _ in range(50):
            self.assertTrue(self.is_served())
            peak = max(peak, self.memory())
        self.assertLess(peak - before, GROWTH)
        self.opened.close()
        wait_until(lambda: self.memory() - before < GROWTH / 2, "memory given back")

    def test_bodies_that_never_end_take_little_memory(self):
        token = self.server.register("ada")
        text = b"a" * 65_000
        part = b'--x\r\nContent-Disposition: form-data; name="t"\r\n\r\n' + text + b"\r\n"
        bodies = [
            ("/login", "application/x-www-form-urlencoded", 160_000, b"login=" + text * 3),
            ("/api/auth/login", "application/json", 160_000, b'{"login": "' + text * 3),
            ("/api/media", "multipart/form-data; boundary=x", 4_000_000, part * 60),
            ("/api/media", "multipart/form-data; boundary=x", 96_000, part + part[:30_000]),
        ]
        before = self.memory()
        held = 0
        for number in range(240):
            path, kind, length, body = bodies[number % len(bodies)]
            connection = self.open(f"127.0.{number // 60}.1")
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {length}\r\n\r\n".encode())
            with contextlib.suppress(ConnectionError, TimeoutError):
                # What is over the limit is refused while it is still sent.
                connection.sendall(body[:length - 1])
            held += 1
        peak = before
        for _ in range(50):
            self.assertTrue(self.is_served())
            peak = max(peak, self.memory())
        self.assertLess(peak - before, held * 256)
        self.opened.close()
        wait_until(lambda: self.memory() - before < held * 128, "memory given back")

    def test_guesses_at_one_account_leave_room_for_others(self):
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
            for _ in range(5):
                answer = self.server.json("POST", "/api/auth/login", {"login": "grace", "password": PASSWORD})
                self.assertEqual(answer.status, 200)
        finally:
            stop.set()
            for guesser in guessers:
                guesser.join()


def noise():
    """A photo that no encoder makes small."""
    file = io.BytesIO()
    Image.effect_noise((2000, 2000), 100).save(file, "JPEG", quality=90)
    return file.getvalue()


def ask_once(server, path):
    """A new connection's answer, from an address of its own."""
    with connect(server, "127.0.201.1") as connection:
        return ask(connection, path)


if __name__ == "__main__":
    unittest.main()
