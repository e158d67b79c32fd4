"""The server listens on IPv4 and IPv6 addresses, and its links, its forms and its limits work on each."""

import http.client
import http.cookiejar
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from server import FIXTURES, PASSWORD, PROGRAM, TIMEOUT, Client, Response, Server

# A host to listen on, the address to connect to, and the host of the base URL.
HOSTS = [
    ("::", "[::1]", "localhost"), ("::", "127.0.0.1", "localhost"), ("0:0::0", "[::1]", "localhost"),
    ("0.0.0.0", "127.0.0.1", "localhost"), ("::1", "[::1]", "[::1]"), ("[::1]", "[::1]", "[::1]"),
    ("0:0:0:0:0:0:0:1", "[::1]", "[::1]"), ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
]


class Browser:
    """Submits forms as a browser does: with its cookies and the origin of the page."""

    def __init__(self, url):
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def send(self, path, fields=None, origin=None):
        body = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.url + path, body, {"Origin": origin} if origin else {})
        try:
            return Response(self.opener.open(request, timeout=TIMEOUT))
        except urllib.error.HTTPError as error:
            return Response(error)

    def submit(self, page, path, fields, origin):
        token = re.search(r'name="csrf" value="([^"]*)"', self.send(page).body.decode())[1]
        return self.send(path, {**fields, "csrf": token}, origin)


class ListeningTest(unittest.TestCase):
    def serve(self, host, address, *options, **settings):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        server = Server(
            pathlib.Path(folder.name) / "data", "--host", host, *options, address=address, **settings)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def test_people_can_use_the_site_at_each_address(self):
        for host, address, base_host in HOSTS:
            with self.subTest(host=host, address=address):
                server = self.serve(host, address)
                base = f"http://{base_host}:{server.port}"
                ada = Browser(server.url)
                form = {
                    "email": "ada@example.org", "username": "ada", "password": PASSWORD, "fullName": "Ada"}
                self.assertEqual(ada.submit("/register", "/register", form, server.url).status, 200)
                # Forms work at the address in the browser and at the base URL, and nowhere else.
                profile = {"fullName": "Ada", "bio": "x"}
                for origin, status in [
                        (server.url, 200), (base, 200), ("http://[::2]:1", 403), ("http://evil.example", 403),
                        (server.url + "1", 403)]:
                    response = ada.submit("/settings/profile", "/settings/profile", profile, origin)
                    self.assertEqual(response.status, status, origin)
                token = server.json(
                    "POST", "/api/auth/login", {"login": "ada", "password": PASSWORD}).json()["token"]
                first, second = [server.post(token, FIXTURES / "cat.jpg") for _ in range(2)]
                self.assertEqual([first.status, second.status], [201, 201])
                page = server.json("GET", "/api/users/ada/posts?limit=1", token=token)
                self.assertIn(f"<{base}/api/users/ada/posts?", page.headers["Link"])
                post = server.request("GET", f"/p/{first.json()['code']}").body.decode()
                self.assertIn(f'property="og:url" content="{base}/p/', post)
                health = subprocess.run(
                    [PROGRAM, "health", "--host", host, "--port", str(server.port)], capture_output=True,
                    text=True, timeout=TIMEOUT)
                self.assertEqual((health.stdout, health.stderr), ("ready\n", ""))
                self.assertEqual(server.stop(), 0)

    def test_an_ipv4_client_of_an_ipv6_socket_has_its_ipv4_address(self):
        limit = {"ISNTGRAM_LIMIT_SIGN_IN": "2/1h"}
        server = self.serve(
            "::", "127.0.0.1", "--rate-limits", "on", "--trusted-proxies", "127.0.0.1/32", environment=limit)

        def sign_in(client, **headers):
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            body = json.dumps({"login": "ada", "password": "wrong"}).encode()
            return client.request(
                "POST", "/api/auth/login", body, {"Content-Type": "application/json", **names}).status

        direct = Client(f"http://[::1]:{server.port}")
        for client, headers in [
                (server, {"X_Forwarded_For": "203.0.113.1"}), (server, {"Forwarded": "for=203.0.113.2"}),
                (server, {"Forwarded": 'for="[2001:db8::1]:80"'}), (server, {}), (direct, {})]:
            self.assertEqual([sign_in(client, **headers) for _ in range(3)], [401, 401, 429], headers)
        # Another spelling of the same client, and an address that a client invents, are not counted anew.
        for client, headers in [
                (server, {"X_Forwarded_For": "1.2.3.4, 203.0.113.1:99"}),
                (server, {"X_Forwarded_For": "::ffff:203.0.113.1"}),
                (server, {"Forwarded": 'for=1.2.3.4, for="203.0.113.2:99"'}),
                (direct, {"X_Forwarded_For": "203.0.113.9"}), (direct, {"Forwarded": "for=203.0.113.9"})]:
            self.assertEqual(sign_in(client, **headers), 429, headers)

    def test_a_load_balancer_checks_the_health_without_a_host(self):
        server = self.serve("::", "127.0.0.1")
        for request, status in [
                ("GET /livez HTTP/1.0", 200), ("GET /readyz HTTP/1.0", 200), ("HEAD /readyz HTTP/1.0", 200),
                ("GET //livez HTTP/1.0", 200), ("GET /livez/ HTTP/1.0", 200),
                ("GET /%6civez?x=1 HTTP/1.0", 200), ("OPTIONS /livez HTTP/1.0", 204),
                ("GET / HTTP/1.0", 400), ("GET /livez/x HTTP/1.0", 400), ("GET /livezx HTTP/1.0", 400),
                ("GET /readyz HTTP/1.1", 400), ("GET /api/explore HTTP/1.0", 400)]:
            with socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT) as connection:
                connection.sendall(f"{request}\r\n\r\n".encode())
                response = http.client.HTTPResponse(connection, method=request.split()[0])
                response.begin()
                self.assertEqual(response.status, status, request)

    def test_the_server_does_not_start_with_a_host_that_is_no_address(self):
        for host, word in [
                ("a b", "ISNTGRAM_HOST"), (":::", "ISNTGRAM_HOST"), ("2001:db8::1", "no address"),
                ("nobody.invalid", "no address")]:
            with tempfile.TemporaryDirectory() as folder:
                run = subprocess.run(
                    [PROGRAM, "serve", "--host", host, "--port", "0", "--data", folder], capture_output=True,
                    text=True, timeout=TIMEOUT)
            self.assertNotEqual(run.returncode, 0, host)
            self.assertIn(word, run.stderr)


if __name__ == "__main__":
    unittest.main()
