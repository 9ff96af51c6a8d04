"""More than anybody wants to hold or to wait for, and the limits that say how much that is."""

import base64
import itertools
import json
import time
import unittest
import zlib

from network_case import BODY, BODY_LIMIT, IMAGE, IS_SANITIZED, KIB, MIB, NetworkCase
from scripted_server import MODELS, Authority, ScriptedServer, answer, chunk, endless, head, image_answer, png, png_chunk, repeated

# Each takes as long under a sanitizer as ten without.
EVENTS = 100_000 if IS_SANITIZED else 1_000_000


class Floods(NetworkCase):
    """More than anybody wants to hold."""

    def test_a_body_without_end(self):
        self.limits(max_body_size=BODY_LIMIT)
        events = head(content_type="text/event-stream")
        for name, begin, piece, limit in (
            ("blanks", head(), b" " * 256 * KIB, "max_body_size"),
            ("text", head(), b"x" * 256 * KIB, "max_body_size"),
            ("base64", head() + b'{"data":[{"b64_json":"', b"AAAA" * 64 * KIB, "max_body_size"),
            ("a string", head() + b'{"error":"', b"- " * 128 * KIB, "max_message_size"),
            ("comments", events, b": x\n" * 64 * KIB, "max_body_size"),
            ("one comment", events + b":", b"x" * 256 * KIB, "max_body_size"),
            ("the name of an event", events + b"event:", b"x" * 256 * KIB, "max_body_size"),
            ("the name of a field", events + b"data", b"x" * 256 * KIB, "max_body_size"),
            ("empty lines of data", events, b"data:\n" * 50 * KIB, "max_message_size"),
        ):
            with self.subTest(name):
                self.assert_limit(self.ask(self.serve(lambda request: endless(begin, piece))), limit)
                chunks = head("Transfer-Encoding: chunked", content_type="text/event-stream") + chunk(begin.partition(b"\r\n\r\n")[2] or b" ")
                self.assert_limit(self.ask(self.serve(lambda request: endless(chunks, chunk(piece)))), limit)

    def test_headers_without_end(self):
        lines = b"X: y\r\n" * 1000
        for name, begin, piece in (("many", b"HTTP/1.1 200 OK\r\n", lines), ("informational", b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)):
            with self.subTest(name):
                self.assert_limit(self.ask(self.serve(lambda request: endless(begin, piece))), "max_header_size")
        with self.subTest("100000"):
            server = self.serve(lambda request: itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(lines, 100), [b"\r\n", BODY]))
            self.assert_limit(self.ask(server), "max_header_size")
        with self.subTest("one"):  # libcurl gives up first
            server = self.serve(lambda request: endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 64 * KIB))
            self.assert_class(self.ask(server), "outcome_unknown", 9, "header")

    def test_a_bomb_of_gzip_that_nobody_asked_for(self):
        self.limits(max_body_size=BODY_LIMIT)
        self.assert_limit(self.ask(self.serve(lambda request: bomb(1100))), "max_body_size")

    def test_brackets(self):
        for name, body in (("two million open", b"[" * 2_000_000), ("a million closed", b'{"data":' + b"[" * 10**6 + b"]" * 10**6 + b"}"),
                           ("ten thousand objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000)):
            with self.subTest(name):
                self.assert_limit(self.ask(self.serve(lambda request: answer(body))), "max_json_depth")
                events = head(content_type="text/event-stream") + b"data: " + body + b"\n\n"
                self.assert_limit(self.ask(self.serve(lambda request: events)), "max_json_depth")

    def test_events_without_a_word(self):
        for name, event in (("nothing", b"data: {}\n\n"), ("text", b"data: x\n\n"), ("keep-alive", b"event: keepalive\ndata:\n\n")):
            with self.subTest(name):
                events = itertools.chain([head(content_type="text/event-stream")], itertools.repeat(event * 1000, EVENTS // 1000))
                self.assert_class(self.ask(self.serve(lambda request: events)), "outcome_unknown", 9)

    def test_an_event_of_300_mib(self):
        self.assert_image(self.ask(self.serve(lambda request: big_image(300))))
        text = itertools.chain([head(content_type="text/event-stream"), b'data: {"a":"'], repeated(b"- " * 128 * KIB, 300 * MIB), [b'"}\n\n'])
        self.assert_limit(self.ask(self.serve(lambda request: text)), "max_message_size")

    def test_a_list_of_models_without_end_is_none(self):
        for name, begin, piece, limit in (
            ("blanks", head(), b" " * 256 * KIB, "max_models_size"), ("headers", b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000, "max_header_size"),
        ):
            with self.subTest(name):
                outcome = self.ask(self.serve(models=lambda request: endless(begin, piece)))
                self.assert_image(outcome)
                self.assertIn(f"limits.{limit}", outcome.stderr)
        with self.subTest("brackets"):
            outcome = self.ask(self.serve(models=lambda request: answer(b"[" * 10_000 + b"]" * 10_000)))
            self.assert_image(outcome)
            self.assertIn("limits.max_json_depth", outcome.stderr)

    def test_an_error_stays_one_however_long_it_is(self):
        self.limits(max_message_size="4KiB")
        for body in (b'{"error":{"message":"' + b"- " * 10_000 + b'"}}', b"[" * 1000):
            outcome = self.ask(self.serve(lambda request: answer(body, "401 Unauthorized")))
            self.assert_class(outcome, "auth", 4, "limits.")

    def test_what_drips_ends_with_the_time(self):
        for name, begin, piece in (("body", head(), b" "), ("headers", b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), ("status line", b"HT", b"")):
            with self.subTest(name):
                outcome = self.ask(self.serve(lambda request: dripping(begin, piece)), timeout=1)
                self.assert_class(outcome, "outcome_unknown", 9, "within 1 s")
                self.assertIn("--timeout", outcome.json["error"]["hint"])

    def test_bytes_one_at_a_time_are_an_answer(self):
        self.assert_image(self.ask(self.serve(lambda request: (bytes([byte]) for byte in image_answer()))))

    def test_more_images_than_anybody_asked_for(self):
        """Each would be a file, and an open one while it is drawn."""
        self.limits(max_images=3)
        good, bad = json.dumps({"b64_json": IMAGE.decode()}), json.dumps({"b64_json": "A" * 2000})
        address = json.dumps({"url": "https://10.0.0.1/x"})
        for name, item, status in (("whole", good, 0), ("broken", bad, 11), ("addresses", address, 9)):
            with self.subTest(name):
                for path in self.work.iterdir():
                    path.unlink()
                body = f'{{"data":[{",".join([item] * 3000)}]}}'.encode()
                outcome = self.ask(self.serve(lambda request: answer(body)))
                self.assert_status(outcome, status)
                files = [path for path in self.home.rglob("*") if path.suffix in (".png", ".part")]
                self.assertLessEqual(len(files), 6)
                self.assertIn("(limits.max_images)", outcome.stdout + outcome.stderr)
                self.assertLess(len(outcome.stdout + outcome.stderr), 10_000)


class Limits(NetworkCase):
    """Each can be lowered until it trips, and raised until it does not."""

    def test_every_limit_is_a_setting(self):
        deep = json.loads("[" * 70 + "]" * 70)
        long_text = "- " * 5000
        padded = answer(b" " * 100_000 + BODY)
        for name, low, high, generation in (
            ("max_header_size", "1KiB", "256KiB", lambda request: answer(BODY, headers=[f"X: {'x' * 2000}"])),
            ("max_body_size", "64KiB", "1MiB", lambda request: padded),
            ("max_message_size", "4KiB", "1MiB", lambda request: image_answer(comment=long_text)),
            ("max_json_depth", "64", "100", lambda request: image_answer(comment=deep)),
        ):
            with self.subTest(name):
                self.limits(**{name: low})
                self.assert_limit(self.ask(self.serve(generation)), name)
                env = self.environment()
                self.assert_status(self.limn("config", "set", f"limits.{name}", high, env=env), 0)
                self.assertIn(f"limits.{name}", self.limn("config", "list", env=env).stdout)
                self.assert_image(self.ask(self.serve(generation)))
                self.limn("config", "unset", f"limits.{name}", env=env)

    def test_the_time_to_connect(self):
        class Slow(ScriptedServer):
            def meet(self, connection):
                time.sleep(1)  # before it says a word of TLS
                super().meet(connection)

        authority = Authority(self.home, "authority")
        slow = Slow(tls=authority.context("slow", "IP:127.0.0.1"))
        self.addCleanup(slow.stop)
        env = self.environment(slow.base_url("https"), SSL_CERT_FILE=str(authority.file))
        self.limits(connect_timeout="200ms")
        outcome = self.generate("a fox", env=env)
        self.assert_class(outcome, "unreachable", 8, "within 0.2 s (limits.connect_timeout)")
        self.assertIn("limn config set limits.connect_timeout ", outcome.json["error"]["hint"])
        self.limits(connect_timeout="1m")
        self.assert_image(self.generate("a fox", env=env))

    def test_a_list_of_models_that_is_longer_than_its_limit(self):
        self.limits(max_models_size="4KiB")
        outcome = self.ask(self.serve(models=lambda request: answer(MODELS + b" " * 5000)))
        self.assert_image(outcome)
        self.assertIn("limits.max_models_size", outcome.stderr)


# --- What the servers of this file say ---


def dripping(begin, piece):
    yield begin
    while True:
        time.sleep(0.02)  # the pace of the drip; nothing waits for it
        yield piece


def bomb(mib):
    """As many MiB of zeros in gzip, about a thousandth of them on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(b"0")
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return itertools.chain([head("Content-Encoding: gzip") + b"\x1f\x8b\x08\0\0\0\0\0\0\xff"], itertools.repeat(block, mib), [packer.flush()])


def big_image(mib):
    """One event with a PNG whose base64 has so many MiB."""
    picture = png()
    begin, end = picture[:33], picture[33:]
    filler = base64.b64encode(png_chunk(b"tEXt", b"x" * (3 * MIB // 4 - 12)))
    yield head(content_type="text/event-stream")
    yield b'event: image_generation.completed\ndata: {"type":"image_generation.completed","b64_json":"'
    yield base64.b64encode(begin)
    yield from itertools.repeat(filler, mib)
    yield base64.b64encode(end)
    yield b'"}\n\n'


if __name__ == "__main__":
    unittest.main()
