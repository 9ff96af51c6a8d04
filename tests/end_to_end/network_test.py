"""The network as an enemy: whatever a server sends, the command ends in a defined way, within its memory, and pays once."""

import base64
import gzip
import json
import pathlib
import re
import socket
import threading
import unittest
import zlib

from limn_case import CANARY
from network_case import BODY, BODY_LIMIT, IMAGE, KIB, MIB, NetworkCase
from scripted_server import MODELS, ScriptedServer, answer, chunk, endless, head, image_answer, png, png_chunk, url_answer


class Bare(NetworkCase):
    """Answers that are the image itself."""

    def test_they_are_images_like_any_other(self):
        image = png(64, 64) + bytes(300)  # some garbage behind the end is tolerated
        large = png()[:33] + png_chunk(b"tEXt", b"x" * (8 * MIB)) + png()[33:]
        for picture in (png(), image, large):
            text = base64.b64encode(picture)
            for name, said in (
                ("bytes", answer(picture, content_type="image/png")),
                ("bytes, chunked and labelled otherwise", head("Transfer-Encoding: chunked") + chunk(picture) + b"0\r\n\r\n"),
                ("bytes until the connection breaks", head(f"Content-Length: {len(picture) + 10}", content_type="image/png") + picture),
                ("base64", answer(text + b"\n", content_type="text/plain")),
                ("a data URL", answer(b"data:image/png;base64," + text, content_type="text/plain")),
                ("a data URL, labelled as a stream", answer(b"data:image/png;base64," + text, content_type="text/event-stream")),
                ("a data URL in JSON", answer(json.dumps("data:image/png;base64," + text.decode()).encode())),
                ("base64 in JSON", answer(json.dumps(text.decode()).encode())),
                ("a data URL in an event", head(content_type="text/event-stream") + b'data: "data:image/png;base64,' + text + b'"\n\n'),
            ):
                for provider in ("openai_images", "responses_api"):
                    with self.subTest(name, size=len(picture), provider=provider):
                        server = self.serve(lambda request: said)
                        outcome = self.ask(server, "--provider", provider)
                        self.assert_status(outcome, 0)
                        path = pathlib.Path(outcome.json["images"][0]["path"])
                        self.assertEqual(path.read_bytes(), picture)
                        path.unlink()
                        self.assertEqual(server.billable, 1)

    def test_one_that_is_cut_is_kept(self):
        picture = png(64, 64)[:-6]
        for said in (answer(picture, content_type="image/png"), answer(base64.b64encode(picture), content_type="text/plain")):
            outcome = self.ask(self.serve(lambda request: said), following=["ok"])
            self.assert_class(outcome, "bad_image", 11, "recovered")
            kept = list((self.home / ".local/state/limn/recovered").iterdir())
            self.assertEqual([path.read_bytes() for path in kept], [picture])
            kept[0].unlink()

    def test_one_that_comes_with_an_error_is_delivered_and_the_error_told(self):
        server = self.serve(lambda request: answer(png(512, 512), "500 Internal Server Error", content_type="image/png"))
        outcome = self.ask(server)
        self.assert_image(outcome)
        self.assertIn("HTTP 500", outcome.stderr)
        self.assertNotIn("@limn", outcome.stdout + outcome.stderr)

    def test_words_in_quotes_are_words(self):
        for words in ("I cannot draw that.", "sorry", "抱歉" * 60):
            outcome = self.ask(self.serve(lambda request: answer(json.dumps(words).encode())))
            self.assert_class(outcome, "no_image", 11, words[:20])


class Redirects(NetworkCase):
    def setUp(self):
        super().setUp()
        self.other = self.serve()
        self.target = self.other.base_url() + "/models"

    def redirect(self, status):
        return lambda request: answer(b"", f"{status} Elsewhere", headers=[f"Location: {self.target}"])

    def test_a_generation_is_never_taken_to_another_address(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                outcome = self.ask(self.serve(self.redirect(status)))
                # A 303 says that the work was done: what it drew may have been charged.
                self.assert_class(outcome, *(("outcome_unknown", 9) if status == 303 else ("endpoint", 6)), self.target)
                self.assertEqual(self.other.connections, 0)

    def test_the_question_for_models_is_not_either(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                outcome = self.ask(self.serve(models=self.redirect(status)))
                self.assert_image(outcome)
                self.assertIn(self.target, outcome.stderr)
                verified = self.limn("verify", "--json", env=self.environment(self.serve(models=self.redirect(status)).base_url()))
                self.assertIn(self.target, verified.stdout)
                self.assertEqual(self.other.connections, 0)


class Addresses(NetworkCase):
    """Addresses that a gateway hands out instead of images."""

    def setUp(self):
        super().setUp()
        self.inside = self.serve(models=lambda request: answer(png(), content_type="image/png"))

    def hands_out(self, url, location=None):
        def get(request):
            if request.target == "/v1/models":
                return answer(MODELS)
            if location:
                return answer(b"", "302 Found", headers=[f"Location: {location}"])
            return answer(png(), content_type="image/png")

        server = self.serve(lambda request: url_answer(url(server) if callable(url) else url), get)
        return server

    def assert_not_fetched(self, server, *words):
        outcome = self.ask(server)
        self.assert_class(outcome, "not_saved", 10, *words)
        self.assertEqual(server.billable, 1)
        self.assertEqual(self.inside.connections, 0)

    def test_the_gateways_own_origin_is_asked_without_the_key(self):
        server = self.hands_out(lambda server: f"http://127.0.0.1:{server.port}/files/a.png")
        self.assert_image(self.ask(server))
        fetched = [request for request in server.requests if request.target == "/files/a.png"]
        self.assertEqual(len(fetched), 1)
        self.assertNotIn("authorization", fetched[0].headers)

    def test_an_address_without_scheme_or_host_is_one_at_the_gateway(self):
        for url in ("/files/a.png", lambda server: f"//127.0.0.1:{server.port}/files/a.png"):
            server = self.hands_out(url)
            self.assert_image(self.ask(server))
            self.assertEqual([request.target for request in server.requests].count("/files/a.png"), 1)
        self.assert_not_fetched(self.hands_out(f"//10.0.0.1:{self.inside.port}/x"), f"http://10.0.0.1:{self.inside.port}/x")

    def test_an_address_is_read_as_browsers_read_it(self):
        for url, target in (("files/a.png", "/files/a.png"), ("a.png", "/a.png"), ("./a.png", "/a.png"), ("../a.png", "/a.png"),
                            (" /a.png\n", "/a.png"), ("/my files/a b.png", "/my%20files/a%20b.png"), ("my files/a.png", "/my%20files/a.png"),
                            ("files\\a.png", "/files/a.png"), ("/a.png#top", "/a.png"), ("/a.png?size=1 2", "/a.png?size=1%202"),
                            ("/图.png", "/%E5%9B%BE.png"), ("/a%20b.png", "/a%20b.png"), ("/a\nb.png", "/ab.png"),
                            (lambda server: f"![a fox](http://127.0.0.1:{server.port}/a.png)", "/a.png"),
                            (lambda server: f"<http://127.0.0.1:{server.port}/a.png>", "/a.png"),
                            (lambda server: f"`http://127.0.0.1:{server.port}/a.png`", "/a.png"),
                            (lambda server: f" HTTP://127.0.0.1:{server.port}/a b.png#c ", "/a%20b.png"),
                            (lambda server: f"http:\\\\127.0.0.1:{server.port}\\a.png", "/a.png")):
            with self.subTest(target, url=url):
                server = self.hands_out(url)
                self.assert_image(self.ask(server))
                self.assertEqual([request.target for request in server.requests].count(target), 1)

    def test_a_list_with_nothing_around_it_holds_addresses_as_any_other(self):
        server = self.serve(lambda request: answer(b'[{"url": "/api/v1/files/7/content"}]'),
                            lambda request: answer(MODELS) if request.target == "/v1/models" else answer(png(), content_type="image/png"))
        self.assert_image(self.ask(server))

    def wants_key(self, status, key=f"Bearer {CANARY}openai", **more):
        """A gateway that gives its images only to who has its key."""
        def get(request):
            if request.target == "/v1/models":
                return answer(MODELS)
            if request.headers.get("authorization") != key:
                return answer(b"{}", status)
            return more["to"](server) if "to" in more else answer(png(), content_type="image/png")

        server = self.serve(lambda request: url_answer(f"http://127.0.0.1:{server.port}/a.png"), get)
        return server

    def test_where_the_gateways_own_origin_wants_the_key_it_gets_it(self):
        for status in ("401 Unauthorized", "403 Forbidden"):
            server = self.wants_key(status)
            self.assert_image(self.ask(server))
            asked = ["authorization" in request.headers for request in server.requests if request.target == "/a.png"]
            self.assertEqual(asked, [False, True])

    def test_no_other_origin_gets_the_key(self):
        heard = []

        def other(request):
            heard.append(dict(request.headers))
            return answer(b"{}", "401 Unauthorized")

        stranger = self.serve(models=other)
        url = f"http://127.0.0.1:{stranger.port}/a.png"
        led_there = self.wants_key("401 Unauthorized", to=lambda server: answer(b"", "302 Found", headers=[f"Location: {url}"]))
        for server in (self.hands_out(url), self.hands_out(lambda server: f"http://127.0.0.1:{server.port}/a.png", url), led_there):
            outcome = self.ask(server)
            self.assert_class(outcome, "not_saved", 10, "HTTP 401")
        self.assertGreater(len(heard), 3)
        self.assertFalse([headers for headers in heard if "authorization" in headers])

    def test_a_key_that_another_origin_led_to_is_not_given(self):
        def elsewhere(request):
            return answer(b"", "302 Found", headers=[f"Location: http://127.0.0.1:{server.port}/a.png"])

        stranger = self.serve(models=elsewhere)
        server = self.wants_key("401 Unauthorized")
        server.generation = lambda request: url_answer(f"http://127.0.0.1:{stranger.port}/x.png")
        self.assert_class(self.ask(server), "not_saved", 10, "HTTP 401")

    def test_another_port_of_a_private_gateway_is_asked_without_the_key(self):
        for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "LOCALHOST"):
            with self.subTest(host):
                self.inside.requests.clear()
                self.assert_image(self.ask(self.hands_out(f"http://{host}:{self.inside.port}/x.png")))
                self.assertEqual([("authorization" in request.headers, request.target) for request in self.inside.requests], [(False, "/x.png")])

    def test_what_is_neither_an_image_nor_an_address_is_told(self):
        for told, shown in (("see your \u202einbox.", "see your inbox"), ("look into a.png", "look into a.png"), ("x." * 450, "x." * 80)):
            with self.subTest(told):
                server = self.hands_out(told)
                outcome = self.ask(server)
                self.assert_class(outcome, "bad_image", 11, f'"{shown}')
                self.assertLess(len(outcome.json["error"]["message"]), 800)

    def test_base64_of_an_unknown_format_is_kept(self):
        for size in (300, 3000):
            for prefix in ("", "data:image/bmp;base64,"):
                with self.subTest(prefix, size=size):
                    picture = b"BM" + bytes(size)
                    outcome = self.ask(self.hands_out(prefix + base64.b64encode(picture).decode()))
                    self.assert_class(outcome, "bad_image", 11, f"the {size + 2} bytes that came", "recovered")
                    kept, = (self.home / ".local/state/limn/recovered").iterdir()
                    self.assertEqual(kept.read_bytes(), picture)
                    kept.unlink()

    def test_base64_that_begins_with_a_slash_is_no_address(self):
        jpeg = b"\xff\xd8\xff\xe0" + b"\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + (
            b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00" + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x2a\xff\xd9")
        encoded = base64.b64encode(jpeg).decode()
        self.assertTrue(encoded.startswith("/9j/"))
        outcome = self.ask(self.hands_out(encoded))
        self.assert_status(outcome, 0)
        self.assertEqual(pathlib.Path(outcome.json["images"][0]["path"]).read_bytes(), jpeg)

    def test_no_other_private_address_is_asked_however_it_is_spelled(self):
        port = self.inside.port
        for url in (f"https://localhost.:{port}/x", f"http://0.0.0.0:{port}/x", f"http://[::ffff:127.0.0.1]:{port}/x",
                    f"http://[::ffff:7f00:1]:{port}/x", f"http://[::127.0.0.1]:{port}/x", f"http://[64:ff9b::7f00:1]:{port}/x",
                    "https://10.0.0.1/x", "https://192.168.0.1/x", "https://172.16.0.1/x", "http://169.254.169.254/latest/meta-data",
                    "https://100.64.0.1/x", "https://[fe80::1]/x", "https://[fd00::1]/x"):
            with self.subTest(url):
                self.assert_not_fetched(self.hands_out(url), url)

    def test_the_loopback_of_ipv6_is_the_same_machine(self):
        try:
            pictures = ScriptedServer(models=lambda request: answer(png(), content_type="image/png"), family=socket.AF_INET6, host="::1")
        except OSError:
            self.skipTest("this machine has no IPv6")
        self.addCleanup(pictures.stop)
        self.assert_image(self.ask(self.hands_out(f"http://[::1]:{pictures.port}/x")))

    def test_a_name_is_judged_by_what_it_means(self):
        def here(name):
            try:
                found = {info[4][0] for info in socket.getaddrinfo(name, None)}
            except OSError:
                return False
            return bool(found) and all(re.match(r"127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cde]", a) for a in found)

        names = [name for name in (socket.gethostname(), "ip6-localhost", "ip6-loopback", "localhost.localdomain") if here(name)]
        if not names:
            self.skipTest("no name in /etc/hosts means this machine")
        for name in names:
            with self.subTest(name):
                self.assert_not_fetched(self.hands_out(f"https://{name}:{self.inside.port}/x"), "not on the public internet")

    def test_other_schemes_are_told_and_not_read(self):
        for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/_x", "FILE:///etc/passwd", "dict://127.0.0.1:11211/stat"):
            with self.subTest(url):
                self.assert_not_fetched(self.hands_out(url), url)

    def test_the_gateways_own_origin_leads_nowhere_else(self):
        port = self.inside.port
        for location in (f"http://10.0.0.1:{port}/x", f"//10.0.0.1:{port}/x", f"https://localhost.:{port}/x", "file:///etc/passwd",
                         "http://169.254.169.254/latest/meta-data"):
            with self.subTest(location):
                self.assert_not_fetched(self.hands_out(lambda server: f"http://127.0.0.1:{server.port}/a.png", location))

    def test_redirects_have_an_end(self):
        server = self.hands_out(lambda server: f"http://127.0.0.1:{server.port}/a.png", "/again.png")
        self.assert_not_fetched(server, "redirects")
        self.assertLess(len(server.requests), 10)

    def fetched(self, *answers):
        """Hands out an address that answers like this, the last for ever; returns the outcome, how often it was asked, what is kept."""
        left = list(answers)

        def get(request):
            return answer(MODELS) if request.target == "/v1/models" else left.pop(0) if len(left) > 1 else left[0]

        server = self.serve(lambda request: url_answer("/a.png"), get)
        outcome = self.ask(server)
        self.assert_class(outcome, "not_saved", 10, f"http://127.0.0.1:{server.port}/a.png")
        folder = self.home / ".local/state/limn/recovered"
        kept = [path.read_bytes() for path in folder.glob("*") if path.suffix != ".json"] if folder.exists() else []
        return outcome, [request.target for request in server.requests].count("/a.png"), kept

    def test_a_file_in_an_unknown_format_is_kept_and_not_asked_for_again(self):
        bitmap = b"BM" + bytes(500)
        outcome, tries, kept = self.fetched(answer(bitmap, content_type="image/bmp"))
        self.assertEqual((tries, kept), (1, [bitmap]))
        self.assertIn("recovered", outcome.json["error"]["message"])

    def test_the_address_of_what_cannot_be_fetched_is_kept_whole(self):
        """Its token is shown nowhere, and without it nobody gets what was paid for."""
        address = "/files/a.png?token=abc123DEF456ghi789&x=1"
        server = self.serve(lambda request: url_answer(address),
                            lambda request: answer(MODELS) if request.target == "/v1/models" else answer(b"", "500 Oops"))
        outcome = self.ask(server)
        self.assert_class(outcome, "not_saved", 10, "/files/a.png?token=[redacted]&x=1", "the answer with its address is in")
        kept, = (self.home / ".local/state/limn/recovered").iterdir()
        self.assertIn(str(kept), outcome.json["error"]["message"])
        self.assertEqual(json.loads(kept.read_text())["data"][0]["url"], address)
        self.assertEqual(kept.parent.stat().st_mode & 0o777, 0o700)
        listed = self.limn("recover", env=self.environment())
        self.assertRegex(listed.stdout, r"answer +text .* bytes +" + str(kept))
        self.limn("recover", kept.name, "-d", self.work / "moved", env=self.environment())
        self.assertEqual([path.suffix for path in (self.work / "moved").iterdir()], [".json"])

    def test_the_most_that_any_try_brought_is_kept(self):
        image = png(64, 64)
        gone = answer(b"gone", "404 Not Found")
        _, tries, kept = self.fetched(answer(image[:40]), answer(image[:-5]), answer(image[:30]), gone)
        self.assertEqual((tries, kept), (4, [image[:-5]]))

    def test_a_download_ends_with_the_time(self):
        def silent():
            yield head(content_type="image/png") + png()[:20]
            waiting.wait(60)

        waiting = threading.Event()
        self.addCleanup(waiting.set)
        server = self.serve(lambda request: url_answer("/a.png"),
                            lambda request: answer(MODELS) if request.target == "/v1/models" else silent())
        outcome = self.ask(server, timeout=2)
        self.assert_class(outcome, "not_saved", 10, f"http://127.0.0.1:{server.port}/a.png within 2 s (--timeout)", "recovered")
        self.assertEqual([request.target for request in server.requests].count("/a.png"), 1)

    def test_a_file_without_end_is_left(self):
        self.limits(max_body_size=BODY_LIMIT)

        def get(request):
            return answer(MODELS) if request.target == "/v1/models" else endless(head(content_type="image/png") + png()[:8], bytes(256 * KIB))

        server = self.serve(lambda request: url_answer(f"http://127.0.0.1:{server.port}/a.png"), get)
        self.assert_not_fetched(server, "(limits.max_body_size)")
        self.assertEqual(len(server.requests), 3)


class BadHttp(NetworkCase):
    """Answers that are no HTTP, or bad HTTP."""

    NO_HTTP = {
        "HTTP/0.9": b"<html>hello",
        "HTTP/0.9 with an image": BODY,
        "no number": b"HTTP/1.1 abc OK\r\n\r\n" + BODY,
        "a large number": b"HTTP/1.1 99999 OK\r\n\r\n" + BODY,
        **{f"the status {status}": f"HTTP/1.1 {status} OK\r\n\r\n".encode() + BODY
           for status in ("000", "042", "42", "099", "600", "700", "999", "1000", "2000", "2x0", "0x200", "+200", "")},
        "a second head in the first": b"HTTP/1.1 400 No\r\nHTTP/1.1 200 OK\r\n\r\n" + BODY,
        "a negative number": b"HTTP/1.1 -200 OK\r\n\r\n" + BODY,
        "nothing but a version": b"HTTP/1.1\r\n\r\n" + BODY,
        "a version of its own": b"HTTP/9.9 200 OK\r\n\r\n" + BODY,
        "another protocol": b"ICY 200 OK\r\n\r\n" + BODY,
        "another protocol, politely": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + BODY,
        "another protocol, and nothing of it": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "only informational": b"HTTP/1.1 100 Continue\r\n\r\n",
        "nothing": b"",
        "NULs": bytes(1000),
        "NUL in a header": b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + BODY,
        "a length below zero": head("Content-Length: -1") + BODY,
        "a length in words": head("Content-Length: many") + BODY,
        "gzip that is cut": head("Content-Encoding: gzip") + gzip.compress(BODY)[:-40],
        "gzip that is damaged": head() + gzip.compress(BODY)[:-40] + b"\xff" * 100,
        "an unknown framing": head("Transfer-Encoding: martian") + BODY,
        "chunks without size": head("Transfer-Encoding: chunked") + b"zz\r\n" + BODY,
        "a chunk beyond all": head("Transfer-Encoding: chunked") + b"f" * 17 + b"\r\n" + BODY,
    }

    def test_to_a_generation_they_leave_the_outcome_unknown(self):
        for name, said in self.NO_HTTP.items():
            with self.subTest(name):
                server = self.serve(lambda request: said)
                self.assert_class(self.ask(server, following=["ok"]), "outcome_unknown", 9, "127.0.0.1")
                self.assertEqual(server.billable, 1)
                self.assertEqual(self.sandbox.billable(), 0)

    def test_to_the_question_for_models_they_lead_to_the_next_gateway(self):
        for name, said in self.NO_HTTP.items():
            with self.subTest(name):
                server = self.serve(models=lambda request: said)
                outcome = self.ask(server, following=["ok"])
                self.assert_image(outcome)
                self.assertEqual(outcome.json["attempts"][0]["class"], "unreachable", outcome)
                self.assertEqual(server.billable, 0)

    def test_an_image_that_is_whole_is_taken_whatever_the_frame_says(self):
        size = len(BODY)
        for name, said in (
            ("a length that is too long", head(f"Content-Length: {size + 10}") + BODY),
            ("a length beyond 64 bits", head(f"Content-Length: {10**30}") + BODY),
            ("the longest length", head(f"Content-Length: {2**63 - 1}") + BODY),
            ("a length and chunks", head("Content-Length: 5", "Transfer-Encoding: chunked") + chunk(BODY) + b"0\r\n\r\n"),
            ("a chunk that is cut", head("Transfer-Encoding: chunked") + b"ffff\r\n" + BODY),
            ("no last chunk", head("Transfer-Encoding: chunked") + chunk(BODY)),
            ("trailers", head("Transfer-Encoding: chunked") + chunk(BODY) + b"0\r\nX: y\r\nHTTP/1.1 500 no\r\n\r\n"),
            ("trailers without end", endless(head("Transfer-Encoding: chunked") + chunk(BODY) + b"0\r\n", b"X: y\r\n" * 1000)),
            ("informational answers before it", b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + image_answer()),
            ("nothing but an end of line", b"HTTP/1.1 200 OK\n\n" + BODY),
        ):
            with self.subTest(name):
                server = self.serve(lambda request: said)
                self.assert_image(self.ask(server))
                self.assertEqual(server.billable, 1)

    def test_a_coding_is_told_by_the_bytes_and_not_by_its_label(self):
        packer = zlib.compressobj(wbits=-15)
        deflate = packer.compress(BODY) + packer.flush()
        codings = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "identity", "none", "utf-8", "martian", "gzip, br", "aws-chunked", "")
        bodies = {"plain": BODY, "gzip": gzip.compress(BODY), "zlib": zlib.compress(BODY), "twice": gzip.compress(gzip.compress(BODY)),
                  "zlib, hardly": zlib.compress(BODY, 0), "gzip and garbage": gzip.compress(BODY) + bytes(100)}
        rows = [(name, coding, body) for name, body in bodies.items() for coding in codings] + [("deflate", "deflate", deflate)]
        for name, coding, body in rows:
            with self.subTest(name, coding=coding):
                server = self.serve(lambda request: head(f"Content-Encoding: {coding}") + body)
                self.assert_image(self.ask(server))
                self.assertEqual(server.billable, 1)

    def test_an_image_behind_an_address_may_be_packed_or_only_say_so(self):
        for coding, body in (("gzip", png()), ("br", png()), ("deflate", png()), ("gzip", gzip.compress(png())), ("none", gzip.compress(png()))):
            with self.subTest(coding, size=len(body)):
                get = lambda request: answer(MODELS) if request.target == "/v1/models" else head(f"Content-Encoding: {coding}") + body  # noqa: E731
                self.assert_image(self.ask(self.serve(lambda request: url_answer("/a.png"), get)))

    def test_a_refusal_that_is_packed_without_a_word_is_understood(self):
        error = json.dumps({"error": {"message": "You have insufficient credit.", "code": "insufficient_quota"}}).encode()
        for packed in (gzip.compress(error), zlib.compress(error)):
            self.assert_class(self.ask(self.serve(lambda request: answer(packed, "400 Bad Request"))), "billing", 5, "insufficient credit")

    def test_a_length_that_is_too_short_cuts_the_answer(self):
        for said in (head(f"Content-Length: {len(BODY) - 10}") + BODY, head("Content-Length: 0") + BODY):
            server = self.serve(lambda request: said)
            outcome = self.ask(server, following=["ok"])
            self.assertIn(outcome.json["error"]["class"], ("outcome_unknown", "no_image"))
            self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_of_two_lengths_any_may_count_but_nothing_is_asked_twice(self):
        for lengths in ((len(BODY), 5), (5, len(BODY))):
            server = self.serve(lambda request: head(*(f"Content-Length: {length}" for length in lengths)) + BODY)
            self.assertIn(self.ask(server, following=["ok"]).status, (0, 9))  # libcurl's versions differ
            self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))


class BadText(NetworkCase):
    """Words that are none, or that a terminal would obey."""

    EVIL = "\x1b[31mred\x1b]52;c;aGk=\x07\x1b]8;;http://evil.example\x1b\\link\x9b31m\u202egnp.exe\u2066\r\x08\x7f\x00"

    def answers(self):
        evil = json.dumps(self.EVIL)
        yield "error", answer(f'{{"error":{{"message":{evil},"type":{evil},"code":{evil},"param":{evil}}}}}'.encode(), "400 Bad Request")
        yield "error in a success", answer(f'{{"error":{{"message":{evil}}}}}'.encode())
        yield "raw text", answer(self.EVIL.encode(), "500 Internal Server Error", "text/plain")
        yield "title of a page", answer(f"<html><title>{self.EVIL}</title>".encode(), "502 Bad Gateway", "text/html")
        yield "raw in JSON", answer(f'{{"error":{{"message":"{self.EVIL}"}}}}'.encode(), "400 Bad Request")
        yield "headers", (f"HTTP/1.1 500 {self.EVIL}\r\nx-request-id: {self.EVIL}\r\nContent-Type: {self.EVIL}\r\n\r\n{{}}"
                          .replace("\x00", "").replace("\r\x08", "").encode())
        yield "a redirect", answer(b"", "302 Found", headers=[f"Location: http://evil.example/{self.EVIL}".replace("\x00", "").replace("\r", "")])
        yield "an address", url_answer(f"https://127.0.0.1/{self.EVIL}")
        yield "what was drawn", answer(json.dumps({"data": [{"b64_json": IMAGE.decode(), "revised_prompt": self.EVIL}]}).encode())
        yield "bad UTF-8", answer(b'{"error":{"message":"a\xff\xfe\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xc0\x80b","type":"\xff"}}', "400 Bad Request")
        yield "half a character", answer(b'{"error":{"message":"\\ud83d"}}', "400 Bad Request")

    def test_neither_output_holds_what_a_terminal_would_obey(self):
        for name, said in self.answers():
            for args in (("--json",), (), ("-v",), ("--events",)):
                with self.subTest(name, args=args):
                    env = self.environment(self.serve(lambda request: said).base_url())
                    outcome, _ = self.run_limn("generate", *args, "a fox", env=env)
                    if "--json" in args:
                        self.assert_valid(outcome.json, "generate")
                    if "--events" in args:
                        for line in outcome.stderr.splitlines():
                            if not line.startswith("limn: "):
                                json.loads(line)
                    self.assertNotIn(outcome.status, (1, -6, -11))

    def test_nor_does_what_verify_says(self):
        models = json.dumps({"data": [{"id": self.EVIL}, {"id": "gpt-image-2" + self.EVIL}]}).encode()
        for said in (answer(models), answer(self.EVIL.encode(), "500 Internal Server Error"), *(said for _, said in self.answers())):
            env = self.environment(self.serve(models=lambda request: said).base_url())
            for args in ((), ("--json",), ("-v",)):
                self.run_limn("verify", *args, env=env)

    def test_nul_in_json_is_text_like_any_other_where_it_may_stand(self):
        body = json.dumps({"error": {"message": "top\0up", "code": "insufficient_quota"}}).encode()
        self.assert_class(self.ask(self.serve(lambda request: answer(body, "400 Bad Request"))), "billing", 5)

    def test_a_raw_nul_in_an_image_spoils_it_and_the_answer_is_kept(self):
        server = self.serve(lambda request: answer(b'{"data":[{"b64_json":"\0' + IMAGE + b'"}]}'))
        self.assert_class(self.ask(server, following=["ok"]), "bad_image", 11, "what arrived is in")
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))


if __name__ == "__main__":
    unittest.main()
