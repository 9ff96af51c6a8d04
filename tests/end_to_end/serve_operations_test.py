"""`limn serve` as a service: where it listens, what it tells of itself, how it is reloaded and ended."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import stat
import unittest

from limn_case import LIMN
from serve_test import GENERATIONS, Answer, ServeCase, Server


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def has_six():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


class OperationsCase(ServeCase):
    def setUp(self):
        super().setUp()
        self.configure("ok")
        self.path = self.home / "limn.sock"

    def start(self, *args, port=None, **more):
        return Server(self, *args, env={**self.environment(), **more}, port=port)

    def by_socket(self, method, path, body=None, headers=None):
        connection = UnixConnection(self.path)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())

    def draw_by_socket(self, prompt, **headers):
        return self.by_socket("POST", GENERATIONS, json.dumps({"prompt": prompt}), {"content-type": "application/json", **headers})


class Listening(OperationsCase):
    def test_a_socket_alone_is_for_its_user_and_needs_no_key(self):
        server = self.start("--socket", self.path)
        self.assertEqual(server.ready, {"ok": True, "base_url": "http://localhost/v1", "socket": str(self.path)})
        status = self.path.stat()
        self.assertTrue(stat.S_ISSOCK(status.st_mode))
        self.assertEqual(status.st_mode & 0o777, 0o600)
        self.assert_drawn(self.draw_by_socket("a fox"))
        self.assert_drawn(self.draw_by_socket("an owl", authorization="Bearer any-key-at-all"))
        inodes = {os.readlink(f"/proc/{server.process.pid}/fd/{number}") for number in os.listdir(f"/proc/{server.process.pid}/fd")}
        for table in ("tcp", "tcp6"):
            with contextlib.suppress(FileNotFoundError):
                for line in pathlib.Path(f"/proc/{server.process.pid}/net/{table}").read_text().splitlines()[1:]:
                    self.assertNotIn(f"socket:[{line.split()[9]}]", inodes, "it listens at an address")
        self.assertEqual(server.end(), 0)
        self.assertFalse(self.path.exists())

    def test_by_a_socket_any_name_of_a_host_does_and_none(self):
        self.start("--socket", self.path)
        for host in ("localhost", "localhost:1", "evil.example"):
            self.assertEqual(self.by_socket("GET", "/v1/models", headers={"host": host}).status, 200, host)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(self.path))
            connection.sendall(b"GET /v1/models HTTP/1.0\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            self.assertEqual(answer.status, 200)
        self.assert_refused(self.by_socket("GET", "/v1/models", headers={"origin": "https://evil.example"}), 403, "unknown_origin")

    def test_what_a_killed_server_left_is_replaced_and_a_living_one_is_not(self):
        server = self.start("--socket", self.path)
        refused = self.limn("serve", "--socket", self.path)
        self.assert_status(refused, 2)
        self.assertIn(str(self.path), refused.stderr)
        server.process.kill()
        server.process.wait()
        self.assertTrue(self.path.exists())
        self.start("--socket", self.path)
        self.assertEqual(self.by_socket("GET", "/v1/models").status, 200)
        self.assert_status(self.limn("serve", "--socket", ""), 2)

    def test_beside_a_socket_an_address_still_needs_a_key(self):
        server = self.start("--socket", self.path, port=0)
        self.assert_refused(self.ask(server, "GET", "/v1/models"), 401, "invalid_api_key")
        self.assertEqual(self.by_socket("GET", "/v1/models").status, 200)
        key = self.limn("serve", "key", "new", "mine").stdout.strip()
        bearer = {"authorization": f"Bearer {key}"}
        self.assertEqual(self.ask(server, "GET", "/v1/models", headers=bearer).status, 200)
        # One program is known by its key, whichever way it comes.
        body, headers = json.dumps({"prompt": "a fox"}), {"content-type": "application/json", "idempotency-key": "one", **bearer}
        answers = [self.ask(server, "POST", GENERATIONS, body, headers), self.by_socket("POST", GENERATIONS, body, headers)]
        self.assertEqual(len({answer.headers["x-limn-job"] for answer in answers}), 1)
        self.assertEqual(self.sandbox.billable(), 1)

    @unittest.skipUnless(has_six(), "there is no ::1")
    def test_localhost_is_both_of_its_addresses_at_one_port(self):
        for args in ((), ("--listen", "localhost")):
            server = self.start("--no-key", *args, port=0)
            self.assertTrue(server.base_url.startswith("http://127.0.0.1:"))
            for address in ("127.0.0.1", "::1"):
                connection = http.client.HTTPConnection(address, server.port, timeout=60)
                with contextlib.closing(connection):
                    connection.request("GET", "/v1/models")
                    self.assertEqual(Answer(connection.getresponse()).status, 200, address)
        alone = self.start("--no-key", "--listen", "127.0.0.1", port=0)
        with self.assertRaises(OSError):
            socket.create_connection(("::1", alone.port), timeout=60)


if __name__ == "__main__":
    unittest.main()
