"""HTTP/2: a request goes out once, whatever the server says of it, and what came whole is taken."""

import base64
import json
import shutil
import tempfile
import unittest

from http2_server import CANCEL, ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM, Http2Server, answer, data, goaway, headers, reset
from network_case import BODY, NetworkCase
from scripted_server import Authority, image_answer, png, png_chunk


class Http2(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="limn-http2-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder, "own")
        cls.tls = cls.authority.context("here", "IP:127.0.0.1")

    def ask_over_http2(self, generation, following=(), window=65535):
        """Generates over a server that draws at once for who comes back with HTTP/1.1."""
        server = Http2Server(self.tls, generation, lambda request: image_answer(), window)
        self.addCleanup(server.stop)
        env = self.environment(server.base_url("https"), *following, SSL_CERT_FILE=str(self.authority.file))
        outcome, _ = self.run_limn("generate", "--json", "--timeout", "20", "a fox", env=env)
        self.assert_valid(outcome.json, "generate")
        return outcome, server

    def test_an_answer_is_an_answer(self):
        outcome, server = self.ask_over_http2(lambda stream: answer(stream, BODY))
        self.assert_image(outcome)
        self.assertEqual((server.billable, server.connections), (1, 1))

    def test_a_request_has_one_head_whatever_becomes_of_its_stream(self):
        for name, generation in (
            ("HTTP/1.1 wanted", lambda stream: reset(stream, HTTP_1_1_REQUIRED)),
            ("HTTP/1.1 wanted, behind a head", lambda stream: headers(stream, (":status", "200")) + reset(stream, HTTP_1_1_REQUIRED)),
            ("refused", lambda stream: reset(stream, REFUSED_STREAM)),
            ("too much", lambda stream: reset(stream, ENHANCE_YOUR_CALM)),
            ("no error", lambda stream: reset(stream, NO_ERROR)),
            ("the server goes and has seen none", lambda stream: goaway(0)),
            ("the server goes and has seen it", lambda stream: goaway(stream) + reset(stream, HTTP_1_1_REQUIRED)),
            ("closed", lambda stream: None),
        ):
            for window in (65535, 0):  # with its body on the way, and before a byte of that
                with self.subTest(name, window=window):
                    outcome, server = self.ask_over_http2(generation, following=["ok"], window=window)
                    self.assert_class(outcome, "outcome_unknown", 9, "127.0.0.1")
                    self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_what_came_whole_before_its_stream_broke_is_an_image(self):
        large = png()[:33] + png_chunk(b"tEXt", b"x" * 500_000) + png()[33:]
        for body in (BODY, json.dumps({"data": [{"b64_json": base64.b64encode(large).decode()}]}).encode()):
            for name, end in (
                ("internal error", lambda stream: reset(stream, INTERNAL_ERROR)),
                ("cancelled", lambda stream: reset(stream, CANCEL)),
                ("HTTP/1.1 wanted", lambda stream: reset(stream, HTTP_1_1_REQUIRED)),
                ("no error", lambda stream: reset(stream, NO_ERROR)),
                ("the server goes and has seen none", lambda stream: goaway(0)),
                ("closed", lambda stream: None),
            ):
                with self.subTest(name, size=len(body)):
                    outcome, server = self.ask_over_http2(
                        lambda stream: [headers(stream, (":status", "200")) + data(stream, body), end(stream)], following=["ok"])
                    self.assert_image(outcome)
                    self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))


if __name__ == "__main__":
    unittest.main()
