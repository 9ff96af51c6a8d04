"""`limn serve --pass-through`: what asks for no picture goes to one gateway, once, with its key, as it comes and as it is taken."""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import threading
import unittest

from limn_case import CANARY, all_below, content_of
from scripted_server import Listener
from serve_test import CLIENT_KEY, ServeCase

CHAT = "/v1/chat/completions"


class Upstream(Listener):
    """A gateway that a test scripts: `talk(request, connection)` gets the head of each POST, and a file to read its body from."""

    def __init__(self, talk):
        self.talk = talk
        self.heads = []
        self.faults = []
        super().__init__()

    def serve(self, connection):
        file = connection.makefile("rb")
        lines = []
        while (line := file.readline()) not in (b"\r\n", b""):
            lines.append(line.decode().rstrip("\r\n"))
        if not lines:
            return
        if lines[0].startswith("GET"):
            body = b'{"object":"list","data":[{"id":"gpt-image-2"}]}'
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            return
        head = {"line": lines[0], **{name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}}
        self.heads.append(head)
        self.talk(head, file, connection)

    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"


def body_of(head, file):
    """Its pieces, as they were sent."""
    if "content-length" in head:
        left = int(head["content-length"])
        while left and (piece := file.read(min(left, 65536))):
            left -= len(piece)
            yield piece
        return
    while size := int(file.readline(), 16):
        yield file.read(size)
        file.readline()
    file.readline()


def say(connection, body, status="200 OK", *headers, kept=False):
    """Each request has a connection of its own, unless it is said to be kept."""
    headers = headers if kept else ("connection: close", *headers)
    connection.sendall("\r\n".join([f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]).encode() + body)


class PassThroughCase(ServeCase):
    def upstream(self, talk):
        upstream = Upstream(talk)
        self.addCleanup(upstream.stop)
        return upstream

    def passing(self, talk):
        """A server that passes on, and where to."""
        upstream = self.upstream(talk)
        self.configure(upstream.base_url())
        return self.server("--no-key", "--pass-through", "one"), upstream

    def post(self, server, path=CHAT, body=b'{"model":"m"}', timeout=60, **headers):
        headers = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.ask(server, "POST", path, body, headers, timeout)

    def open(self, server, size=None, path=CHAT):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.addCleanup(connection.close)
        length = f"content-length: {size}" if size is not None else "transfer-encoding: chunked"
        connection.sendall(f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\ncontent-type: application/json\r\n{length}\r\n\r\n".encode())
        return connection

    def peak(self, server):
        lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


class Through(PassThroughCase):
    def test_a_request_arrives_with_the_gateways_key_and_no_other_and_the_answer_comes_back(self):
        def talk(head, file, connection):
            head["body"] = b"".join(body_of(head, file))
            say(connection, b'{"id":"x"}', "200 OK", "content-type: application/json", "x-mine: 1", "set-cookie: a=b", "keep-alive: 5")

        server, upstream = self.passing(talk)
        for path in (CHAT, "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/audio/transcriptions"):
            answer = self.post(server, path, b'{"a":1}', authorization=f"Bearer {CLIENT_KEY}", cookie="c=d", x_api_key="other", accept="text/x")
            self.assertEqual((answer.status, answer.body, answer.headers.get("x-mine")), (200, b'{"id":"x"}', "1"))
            self.assertFalse({"set-cookie", "keep-alive"} & set(answer.headers))
            head = upstream.heads[-1]
            self.assertEqual(head["line"], f"POST {path} HTTP/1.1")
            self.assertEqual((head["authorization"], head["body"], head["accept"]), (f"Bearer {CANARY}one", b'{"a":1}', "text/x"))
            self.assertEqual(head["x-limn-hops"], "1")
            self.assertFalse({"cookie", "x-api-key"} & set(head))
            self.assertNotIn(CLIENT_KEY, str(head))
        self.assertEqual(len(upstream.heads), 5)

    def test_the_key_goes_where_the_gateways_provider_has_it(self):
        def talk(head, file, connection):
            for _ in body_of(head, file):
                pass
            say(connection, b"{}")

        upstream = self.upstream(talk)
        self.configure(upstream.base_url(), more="providers: [azure_images]\n")
        server = self.server("--no-key", "--pass-through", "one")
        self.assertEqual(self.post(server, authorization=f"Bearer {CLIENT_KEY}", api_key="other").status, 200)
        head = upstream.heads[0]
        self.assertEqual(head["api-key"], f"{CANARY}one")
        self.assertNotIn("authorization", head)

    def test_statuses_and_bodies_are_the_gateways_own(self):
        def talk(head, file, connection):
            for _ in body_of(head, file):
                pass
            say(connection, b"what it says \xff", "429 Too Many Requests", "retry-after: 7", "content-type: text/plain")

        server, upstream = self.passing(talk)
        answer = self.post(server)
        self.assertEqual((answer.status, answer.body, answer.headers["retry-after"]), (429, b"what it says \xff", "7"))
        self.assertEqual(len(upstream.heads), 1, "it was sent again")

    def test_both_ways_stream(self):
        """Each side says something only once it has heard the other."""
        def talk(head, file, connection):
            first = file.readline()  # the size of a chunk
            head["first"] = file.read(int(first, 16))
            file.readline()
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            connection.sendall(b"9\r\ndata: a\n\n\r\n")
            head["rest"] = b"".join(body_of(head, file))
            connection.sendall(b"9\r\ndata: b\n\n\r\n0\r\n\r\n")

        server, upstream = self.passing(talk)
        connection = self.open(server)
        connection.sendall(b"5\r\nfirst\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        self.assertEqual(response.getheader("content-type"), "text/event-stream")
        self.assertEqual(response.readline(), b"data: a\n")
        connection.sendall(b"4\r\nrest\r\n0\r\n\r\n")
        self.assertEqual(response.read(), b"\ndata: b\n\n")
        self.assertEqual((upstream.heads[0]["first"], upstream.heads[0]["rest"]), (b"first", b"rest"))

    @unittest.skipIf(os.environ.get("LIMN_SANITIZED"), "a sanitizer keeps what was freed")
    def test_memory_does_not_grow_with_what_goes_through_and_a_slow_side_holds_the_other_up(self):
        size = 48 << 20
        begun, go_on = threading.Event(), threading.Event()

        def talk(head, file, connection):
            if head["content-length"] == "2":
                return say(connection, b"{}")
            begun.set()
            go_on.wait(60)
            digest = hashlib.sha256()
            for piece in body_of(head, file):
                digest.update(piece)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
            piece = b"y" * 65536
            for _ in range(size // len(piece)):
                connection.sendall(piece)
            head["sha256"] = digest.hexdigest()

        server, upstream = self.passing(talk)
        self.post(server, body=b"{}")
        before = self.peak(server)
        connection = self.open(server, size)
        piece, sent = b"x" * 65536, 0
        self.assertTrue(begun.wait(60))
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while sent < size:
                sent += connection.send(piece[:size - sent])
        # The gateway reads nothing yet: what is sent waits in the buffers of the kernel.
        connection.settimeout(60)
        go_on.set()
        while sent < size:
            sent += connection.send(piece[:size - sent])
        response = http.client.HTTPResponse(connection)
        response.begin()
        received = 0
        while got := response.read(65536):
            received += len(got)
        self.assertEqual(received, size)
        self.wait_until(lambda: "sha256" in upstream.heads[-1])
        self.assertEqual(upstream.heads[-1]["sha256"], hashlib.sha256(b"x" * size).hexdigest())
        self.assertLess(self.peak(server) - before, 8000, "in kilobytes")

    def test_a_client_that_does_not_read_holds_the_gateway_up(self):
        """What is between them is the kernel's: some megabytes at each side, and no more, whatever the gateway has."""
        size = 256 << 20
        sent = []

        def talk(head, file, connection):
            b"".join(body_of(head, file))
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
            piece = b"y" * 65536
            with contextlib.suppress(OSError):
                for _ in range(size // len(piece)):
                    connection.settimeout(2)  # nobody takes it
                    connection.sendall(piece)
                    sent.append(len(piece))
            stopped.set()

        stopped = threading.Event()
        server, _ = self.passing(talk)
        connection = self.open(server, 2)
        connection.sendall(b"{}")
        self.assertTrue(stopped.wait(60))
        self.assertLess(sum(sent), size // 2)

    def test_a_response_without_a_picture_goes_through_and_one_with_a_picture_is_drawn(self):
        def talk(head, file, connection):
            say(connection, b"".join(body_of(head, file)))

        server, upstream = self.passing(talk)
        body = b'{"input":"a","tools":[{"type":"web_search"}]}'
        answer = self.post(server, "/v1/responses", body)
        self.assertEqual((answer.status, answer.body), (200, body))
        drawn = self.post(server, "/v1/responses", b'{"input":"a","tools":[{"type":"image_generation"}]}')
        self.assertNotEqual(drawn.status, 200)  # what comes back is no picture
        self.assertIn("/images/generations", upstream.heads[1]["line"])
        self.assert_refused(self.post(server, "/v1/responses", b'{"input":"a","tools":[{"type":"image_generation"}],"store":true}'), 400, "unsupported_parameter")
        self.assert_refused(self.post(server, "/v1/responses", b"{"), 400, "invalid_json")
        self.assertEqual(sum("/v1/responses" in head["line"] for head in upstream.heads), 1)


class Settings(PassThroughCase):
    def test_limn_yaml_names_the_gateway_too(self):
        upstream = self.upstream(lambda head, file, connection: say(connection, b"".join(body_of(head, file))))
        self.configure(upstream.base_url(), more="serve: {pass_through: one}\n")
        self.assertEqual(self.post(self.server("--no-key"), body=b'{"model":"m"}').body, b'{"model":"m"}')

    def test_another_gateway_holds_after_a_hang_up_and_so_does_none(self):
        first = self.upstream(lambda head, file, connection: say(connection, b"first"))
        second = self.upstream(lambda head, file, connection: say(connection, b"second"))
        self.configure(first.base_url(), second.base_url(), more="serve: {pass_through: one}\n")
        server = self.server("--no-key")
        self.assertEqual(self.post(server).body, b"first")
        for name, told in (("two", lambda: self.post(server).body == b"second"), ("none", lambda: self.post(server).status == 404), ("one", lambda: self.post(server).body == b"first")):
            with self.subTest(name):
                self.configure(first.base_url(), second.base_url(), more=f"serve: {{pass_through: {name}}}\n")
                server.process.send_signal(signal.SIGHUP)
                self.wait_until(told)

    def test_a_key_with_a_budget_passes_nothing_on(self):
        upstream = self.upstream(lambda head, file, connection: say(connection, b"{}"))
        self.configure(upstream.base_url())
        key = self.limn("serve", "key", "new", "a-program", "--budget", "5", "--json").json["local_key"]
        answer = self.post(self.server("--pass-through", "one"), authorization=f"Bearer {key}")
        self.assert_refused(answer, 402, "limn_budget_exceeded")
        self.assertEqual(upstream.heads, [])

    def test_a_key_that_is_for_some_models_passes_nothing_on(self):
        """Nobody here looks which model a request is about."""
        upstream = self.upstream(lambda head, file, connection: say(connection, b"{}"))
        self.configure(upstream.base_url())
        key = self.limn("serve", "key", "new", "a-program", "--models", "gpt-image-2").stdout.strip()
        server = self.server("--pass-through", "one")
        for path in (CHAT, "/v1/responses"):
            self.assert_refused(self.post(server, path, body=b'{"model":"gpt-image-2","input":"a"}', authorization=f"Bearer {key}"), 403, "restricted_key")
        self.assertEqual(upstream.heads, [])


class Recorded(PassThroughCase):
    """What was asked, of whom and how it ended; never what was said."""

    def passed(self, count):
        listed = lambda: self.limn("history", "--passed", "--json").json["entries"]
        self.wait_until(lambda: len([one for one in listed() if one["outcome"] != "under_way"]) == count)
        return listed()

    def test_the_history_tells_of_it_apart_from_pictures_and_without_contents(self):
        def talk(head, file, connection):
            for _ in body_of(head, file):
                pass
            say(connection, b"a secret answer")

        server, _ = self.passing(talk)
        self.assertEqual(self.post(server, body=b'{"a secret": "question"}').status, 200)
        entry, = self.passed(1)
        self.assertEqual((entry["outcome"], entry["door"], entry["prompt"], entry["gateway"], entry["cost"], entry["may_have_cost"]),
                         ("passed_on", "pass_through", f"POST {CHAT}", "one", None, True))
        self.assertEqual(self.limn("history", "--json").json["entries"], [])
        self.assertIn("passed on", self.limn("history", "--passed").stdout)
        self.assertIn("passed on", self.limn("show", entry["id"]).stdout + self.limn("history", "--passed").stdout)
        self.assert_status(self.limn("again", entry["id"]), 2)  # it asked for no picture
        self.assertEqual(self.sandbox.billable(), 0)
        server.end()
        for path in all_below(self.home / ".local/state/limn"):
            self.assertNotIn(b"secret", content_of(path), path)

    def test_spending_counts_it_as_unknown(self):
        server, _ = self.passing(lambda head, file, connection: say(connection, b"".join(body_of(head, file))))
        for _ in range(3):
            self.post(server)
        self.passed(3)
        spent = self.limn("spend", "--json").json["spent"]
        self.assertEqual((spent["requests"], spent["unknown"]), (3, 3))

    def test_what_costs_nothing_leaves_nothing(self):
        server, _ = self.passing(lambda head, file, connection: say(connection, b"no", "400 Bad Request"))
        self.assertEqual(self.post(server).status, 400)
        self.wait_until(lambda: self.limn("history", "--passed", "--json").json["entries"] == [])

    def test_one_whose_client_went_may_have_cost(self):
        came = threading.Event()
        self.addCleanup(came.set)

        def talk(head, file, connection):
            head["came"] = True
            came.wait(60)

        server, upstream = self.passing(talk)
        connection = self.open(server, size=2)
        connection.sendall(b"{}")
        self.wait_until(lambda: any("came" in head for head in upstream.heads))
        connection.close()
        entry, = self.passed(1)
        self.assertEqual((entry["outcome"], entry["class"], entry["may_have_cost"]), ("failed", "cancelled", True))


class Refused(PassThroughCase):
    def test_nothing_else_goes_through(self):
        server, upstream = self.passing(lambda head, file, connection: say(connection, b"{}"))
        for path in ("/v1/files", "/v1/chat", "/v1/chat/completions/x", "/v1/audio/../files", "/v1/audio//x", "/v1/audio/%2e%2e/files"):
            with self.subTest(path):
                self.assertEqual(self.post(server, path).status, 404)
        for method in ("GET", "DELETE", "PUT"):
            with self.subTest(method):
                self.assertEqual(self.ask(server, method, CHAT).status, 405)
        self.assert_refused(self.post(server, content_type="text/plain"), 415, "unsupported_media_type")
        self.assertEqual(self.post(server, origin="https://evil.example").status, 403)
        self.assertEqual(upstream.heads, [])

    def test_without_the_option_there_is_no_such_path(self):
        self.configure("ok")
        self.assert_refused(self.post(self.server()), 404, "unknown_url")

    def test_a_gateway_that_does_not_exist_is_told_at_once(self):
        self.configure("ok")
        outcome = self.limn("serve", "--no-key", "--port", "0", "--pass-through", "nobody")
        self.assert_status(outcome, 2)
        self.assertIn("nobody", outcome.stderr)


class Lost(PassThroughCase):
    def test_what_was_sent_and_not_answered_is_unknown_and_not_sent_again(self):
        server, upstream = self.passing(lambda head, file, connection: [*body_of(head, file)])
        self.assert_refused(self.post(server), 424, "outcome_unknown")
        self.assertEqual(len(upstream.heads), 1)

    def test_a_kept_connection_that_breaks_is_no_reason_to_send_it_again(self):
        def talk(head, file, connection):
            b"".join(body_of(head, file))
            say(connection, b"{}", kept=True)
            second = [line for line in iter(file.readline, b"\r\n") if line]
            if second:
                upstream.heads.append({"line": second[0].decode()})

        upstream = self.upstream(talk)
        self.configure(upstream.base_url())
        server = self.server("--no-key", "--pass-through", "one")
        self.assertEqual(self.post(server).status, 200)
        self.assert_refused(self.post(server), 424, "outcome_unknown")
        self.assertEqual(len(upstream.heads), 2)

    def test_what_was_not_sent_may_be_sent_again(self):
        upstream = self.upstream(lambda head, file, connection: None)
        self.configure(upstream.base_url())
        server = self.server("--no-key", "--pass-through", "one")
        upstream.stop()
        self.assert_refused(self.post(server), 503, "upstream_unreachable")

    def test_an_answer_that_is_cut_is_cut_for_the_client_too(self):
        def talk(head, file, connection):
            b"".join(body_of(head, file))
            connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n")

        server, upstream = self.passing(talk)
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            self.post(server)
        self.assertEqual(len(upstream.heads), 1)

    def test_a_client_that_goes_ends_the_transfer(self):
        gone = threading.Event()

        def talk(head, file, connection):
            b"".join(body_of(head, file))
            connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n")
            connection.settimeout(60)
            with contextlib.suppress(OSError):
                if connection.recv(1) == b"":
                    gone.set()

        server, _ = self.passing(talk)
        connection = self.open(server, 2)
        connection.sendall(b"{}")
        response = http.client.HTTPResponse(connection)
        response.begin()
        self.assertEqual(response.read(4), b"part")
        response.close()
        connection.close()
        self.assertTrue(gone.wait(60), "the gateway goes on for nobody")


if __name__ == "__main__":
    unittest.main()
