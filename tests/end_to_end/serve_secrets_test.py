"""`limn serve` and gateways that quote the key that they were asked with: no client of any door reads it, in no spelling that a gateway would use."""

import gzip
import json
import socket
import unittest

from limn_case import CANARY
from mcp_case import MODERN
from mcp_http_test import Client
from pass_through_test import PassThroughCase, body_of, say
from scripted_server import ScriptedServer, answer, chunk, head
from secrets_test import pieces_of
from serve_edits_test import BOUNDARY, EDITS, ONE, form, part
from serve_responses_test import RESPONSES
from serve_streams_test import event
from serve_test import GENERATIONS

KEY = CANARY + "one"
PIECES = pieces_of(KEY[3:])
MASKED = f"{KEY[:14]}********{KEY[-6:]}"
JSON = {"content-type": "application/json"}


def quoting(key, kind="invalid_api_key"):
    return json.dumps({"error": {"message": f"Incorrect API key provided: {key}", "type": "invalid_request_error", "param": f"Bearer {key}", "code": kind}}).encode()


class QuotedCase(PassThroughCase):
    def assert_not_quoted(self, text, where):
        together = "".join(text.split())
        self.assertEqual([piece for piece in PIECES if piece in together], [], where)

    def assert_nothing_told(self, answer_, where):
        self.assert_not_quoted(answer_.body.decode("latin-1") + str(answer_.headers), where)


class Drawn(QuotedCase):
    STATUSES = ("401 Unauthorized", "400 Bad Request", "429 Too Many Requests", "500 Internal Server Error")

    def requests(self):
        """A request by each door for programs; the prompt is another one each time."""
        self.number = getattr(self, "number", 0) + 1
        prompt = f"fox {self.number}"
        yield GENERATIONS, json.dumps({"prompt": prompt}), JSON
        yield GENERATIONS, json.dumps({"prompt": prompt + " in a stream", "stream": True, "partial_images": 1}), JSON
        yield EDITS, form(part("prompt", prompt), part("image", ONE, "fox.png")), {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        for stream in (False, True):
            yield RESPONSES, json.dumps({"model": "gpt-5.5", "input": f"{prompt} {stream}", "stream": stream, "tools": [{"type": "image_generation"}]}), JSON

    def test_no_door_for_programs_passes_on_what_a_gateway_quotes(self):
        replies = [answer(quoting(key), status, headers=(f"x-request-id: req-{key}",)) for status in self.STATUSES for key in (KEY, MASKED)]
        replies.append(head(content_type="text/event-stream") + event("error", error={"message": f"No credit for {KEY}", "code": KEY, "type": "server_error"}))
        said = []
        gateway = ScriptedServer(lambda request: said[0])
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url(), more="fallback: {wait: 0}\n")
        file = self.home / ".config/limn/limn.yaml"
        file.write_text(file.read_text().replace("fallback: {late_error: 60s}\n", ""))
        server = self.server()
        for reply in replies:
            said[:] = [reply]
            for path, body, headers in self.requests():
                with self.subTest(reply=reply, path=path, body=body):
                    told = self.ask(server, "POST", path, body, headers)
                    self.assertTrue(told.status >= 400 or b"error" in told.body, told)
                    self.assert_nothing_told(told, path)
        for path in ("/health/ready", "/metrics", "/api/history", "/api/jobs", "/api/gateways"):
            self.assert_nothing_told(self.ask(server, "GET", path), path)
        self.assert_not_quoted(server.kill(), "it said so itself")

    def test_nor_does_an_agent_read_it(self):
        for key in (KEY, MASKED):
            gateway = ScriptedServer(lambda request, key=key: answer(quoting(key), "401 Unauthorized"))
            self.addCleanup(gateway.stop)
            self.configure(gateway.base_url())
            server = self.server()
            client = Client(self, server, era=MODERN)
            message = client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": f"a fox, {len(key)}"}})
            told = client.post(message)
            self.assertIn(b"auth", told.body)
            self.assert_nothing_told(told, "mcp")


class Passed(QuotedCase):
    """An error comes back as it is, but for the key."""

    def test_an_error_that_is_passed_on_quotes_no_key_however_it_comes(self):
        zipped = gzip.compress(quoting(KEY))
        ways = {
            "whole": lambda send: say_all(send, quoting(KEY)),
            "masked": lambda send: say_all(send, quoting(MASKED)),
            "without a length": lambda send: send(b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n" + quoting(KEY)),
            "in pieces": lambda send: [send(piece) for piece in (b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
                                                                 *(chunk(quoting(KEY)[at:at + 7]) for at in range(0, len(quoting(KEY)), 7)), chunk(b""))],
            "in a coding": lambda send: say_all(send, zipped, "content-encoding: gzip"),
            "in a header": lambda send: say_all(send, b"{}", f"x-refused: {KEY}", f"www-authenticate: Bearer realm=\"{MASKED}\""),
        }
        for name, way in ways.items():
            with self.subTest(name):
                def talk(head_, file, connection, way=way):
                    for _ in body_of(head_, file):
                        pass
                    way(connection.sendall)

                server, upstream = self.passing(talk)
                for path, body in (("/v1/chat/completions", b'{"model":"m"}'), ("/v1/responses", b'{"input":"a"}')):
                    told = self.post(server, path, body)
                    self.assertEqual(told.status, 401, told)
                    self.assert_nothing_told(told, name)
                    self.assertEqual(sorted(told.json) if name != "in a header" else ["error"], ["error"], "it is no JSON any more")
                self.assertEqual(len(upstream.heads), 2)
                server.kill()

    def test_an_answer_that_goes_on_as_it_comes_has_stars_for_the_key(self):
        """Many tell an error within a stream that began well, or in a body of a 200."""
        body = b'data: {"id":"sk-"}\n\ndata: ' + quoting(KEY) + b"\n\ndata: [DONE]\n\nsk-canary"
        wanted = body.replace(KEY.encode(), b"*" * len(KEY))
        ways = {"whole": lambda send: send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)}
        for size in (1, 7, 40):
            ways[f"in pieces of {size}"] = lambda send, size=size: [send(piece) for piece in (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
                                                                                             *(chunk(body[at:at + size]) for at in range(0, len(body), size)), chunk(b""))]
        for name, way in ways.items():
            with self.subTest(name):
                def talk(head_, file, connection, way=way):
                    for _ in body_of(head_, file):
                        pass
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    way(connection.sendall)

                server, _ = self.passing(talk)
                told = self.post(server)
                self.assertEqual((told.status, told.body), (200, wanted))
                server.kill()

    def test_an_error_that_is_larger_than_any_is_passed_on_whole(self):
        text = b"Lorem ipsum dolor. " * 20_000

        def talk(head_, file, connection):
            for _ in body_of(head_, file):
                pass
            say(connection, text, "500 Internal Server Error")

        server, _ = self.passing(talk)
        told = self.post(server)
        self.assertEqual((told.status, told.body), (500, text))

    def test_the_key_is_not_told_where_what_is_held_of_a_large_error_ends(self):
        for before in range(65536 - len(KEY), 65536 + 2, 7):
            body = b"x" * before + KEY.encode() + b"y" * 90_000

            def talk(head_, file, connection, body=body):
                for _ in body_of(head_, file):
                    pass
                say(connection, body, "500 Internal Server Error")

            server, _ = self.passing(talk)
            self.assertNotIn(KEY.encode(), self.post(server).body, before)
            server.kill()


def say_all(send, body, *headers):
    send("\r\n".join(["HTTP/1.1 401 Unauthorized", "content-type: application/json", f"content-length: {len(body)}", "connection: close", *headers, "", ""]).encode() + body)


if __name__ == "__main__":
    unittest.main()
