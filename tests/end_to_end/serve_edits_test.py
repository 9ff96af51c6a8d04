"""`limn serve` and pictures to work from: forms and JSON, what lies on the disk meanwhile, and what is refused."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import socket
import struct
import unittest
import zlib

from limn_case import all_below
from scripted_server import ScriptedServer, image_answer, png, png_chunk
from serve_streams_test import Drawing, PREVIEWS, StreamCase
from serve_test import Answer

EDITS = "/v1/images/edits"
ONE, TWO, THREE = png(64, 64), png(80, 64), png(96, 64)
BOUNDARY = "limn-test-boundary"


def part(name, content, filename=None, media_type="image/png"):
    lines = [f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")]
    if filename:
        lines.append(f"Content-Type: {media_type}")
    return f"--{BOUNDARY}\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + (content if isinstance(content, bytes) else str(content).encode()) + b"\r\n"


def form(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def data_url(picture, media_type="image/png"):
    return f"data:{media_type};base64,{base64.b64encode(picture).decode()}"


def masked(width=64, height=64):
    """A mask with an alpha channel, all of it transparent."""
    rows = b"".join(b"\0" + b"\0\0\0\0" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


class EditCase(StreamCase):
    def edit(self, server, body, content_type=f"multipart/form-data; boundary={BOUNDARY}", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(server, "POST", EDITS, body, {"content-type": content_type, **named})

    def edit_json(self, server, body, **headers):
        return self.edit(server, json.dumps({"prompt": "with a hat", **body}), "application/json", **headers)

    def gateway(self, reply=lambda request: image_answer()):
        gateway = ScriptedServer(reply)
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url())
        return gateway

    def sent(self, gateway):
        """The bodies of what was asked for."""
        return [request.body for request in gateway.requests if request.method == "POST"]

    @property
    def inputs(self):
        return all_below(self.home / ".local/state/limn/inputs")


class Edits(EditCase):
    def test_a_form_with_a_picture(self):
        gateway = self.gateway()
        server = self.server()
        answer = self.edit(server, form(part("image", ONE, "fox.png"), part("prompt", "with a hat"), part("model", "gpt-image-1.5"), part("n", 1), part("quality", "low"),
                                        part("input_fidelity", "high"), part("response_format", "b64_json")))
        self.assert_drawn(answer)
        self.assertEqual(answer.headers["x-limn-dropped"], "input_fidelity")
        body, = self.sent(gateway)
        self.assertIn(ONE, body)
        self.assertIn(b"with a hat", body)
        self.assertNotIn(b"input_fidelity", body)
        self.wait_until(lambda: not self.inputs)

    def test_a_form_with_several_and_a_mask(self):
        gateway = self.gateway()
        self.assert_drawn(self.edit(self.server(), form(part("prompt", "with a hat"), part("image[]", ONE, "one.png"), part("image[]", TWO, "two.png"),
                                                        part("image[2]", THREE, "three.png", "application/octet-stream"), part("mask", masked(), "mask.png"))))
        body, = self.sent(gateway)
        self.assertEqual(sorted(body.index(one) for one in (ONE, TWO, THREE, masked())), [body.index(one) for one in (ONE, TWO, THREE, masked())])

    def test_json_with_pictures(self):
        gateway = self.gateway()
        server = self.server()
        for number, body in enumerate(({"images": [{"image_url": data_url(ONE)}, {"image_url": data_url(TWO)}], "mask": {"image_url": data_url(masked())}},
                                       {"image": data_url(ONE)}, {"image": [data_url(ONE), data_url(TWO)], "mask": data_url(masked())},
                                       {"images": [{"image_url": data_url(ONE, "IMAGE/PNG")}], "mask": None, "input_fidelity": "high"})):
            self.assert_drawn(self.edit_json(server, {"prompt": f"with a hat {number}", **body}))
        self.assertEqual([[one in body for one in (ONE, TWO, masked())] for body in self.sent(gateway)],
                         [[True, True, True], [True, False, False], [True, True, True], [True, False, False]])
        self.wait_until(lambda: not self.inputs)

    def test_equal_pictures_are_equal_requests_however_they_come(self):
        gateway = self.gateway()
        server = self.server()
        first = self.edit(server, form(part("prompt", "with a hat"), part("image", ONE, "fox.png")))
        again = self.edit_json(server, {"images": [{"image_url": data_url(ONE)}]}, x_stainless_retry_count="1")
        self.assertEqual((again.body, again.headers["idempotent-replayed"]), (first.body, "true"))
        other = self.edit_json(server, {"images": [{"image_url": data_url(TWO)}]}, x_stainless_retry_count="1")
        self.assertNotIn("idempotent-replayed", other.headers)
        self.assertEqual(len(self.sent(gateway)), 2)
        self.wait_until(lambda: not self.inputs)

    def test_what_is_missing_or_wrong_is_told_before_anything_is_paid_for(self):
        gateway = self.gateway()
        server = self.server()
        picture = part("image", ONE, "fox.png")
        for body, status, code, param in ((form(part("prompt", "a hat")), 400, "missing_required_parameter", "image"), (form(picture), 400, "missing_required_parameter", "prompt"),
                                          (form(picture, part("prompt", "a hat"), part("seed", 1)), 400, "unknown_parameter", "seed"),
                                          (form(picture, part("prompt", "a hat"), part("n", "two")), 400, "invalid_type", "n"),
                                          (form(part("image", "text"), part("prompt", "a hat")), 400, "invalid_type", "image"),
                                          (form(part("image", b"no picture", "fox.png"), part("prompt", "a hat")), 400, "invalid_value", None),
                                          (form(part("image", ONE[:-20], "fox.png"), part("prompt", "a hat")), 400, "invalid_value", None),
                                          (form(picture, part("mask", masked(32, 32), "mask.png"), part("prompt", "a hat")), 400, "invalid_value", None),
                                          (form(*[picture] * 17, part("prompt", "a hat")), 413, "request_too_large", None),
                                          (form(part("prompt", "x" * 1_100_000), picture), 413, "request_too_large", None),
                                          (form(picture, part("prompt", "a hat"))[:-20], 400, "invalid_form", None), (b"no form", 400, "invalid_form", None)):
            with self.subTest(code=code, param=param):
                self.assertEqual(self.assert_refused(self.edit(server, body), status, code)["param"], param)
        self.assert_refused(self.edit(server, form(picture), "multipart/form-data"), 400, "invalid_form")
        self.assert_refused(self.edit(server, form(picture), "text/plain"), 415, "unsupported_media_type")
        for body, code in (({}, "missing_required_parameter"), ({"image": "https://elsewhere.example/a.png"}, "invalid_image_url"), ({"image": "data:image/png,abc"}, "invalid_image_url"),
                           ({"image": data_url(ONE) + "*"}, "invalid_image_url"), ({"images": [{"file_id": "file-1"}]}, "unsupported_parameter"), ({"image": 7}, "invalid_image_url"),
                           ({"image": [data_url(ONE)] * 17}, "request_too_large")):
            with self.subTest(code=code):
                self.assert_refused(self.edit_json(server, body), 413 if code == "request_too_large" else 400, code)
        self.assertEqual(gateway.requests, [])
        self.wait_until(lambda: not self.inputs)

    def test_a_picture_that_is_too_large_is_refused_as_it_comes(self):
        self.gateway()
        server = self.server()
        begin = part("image", b"", "fox.png")[:-2]
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(f"POST {EDITS} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\ncontent-type: multipart/form-data; boundary={BOUNDARY}\r\n"
                               f"content-length: 60000000\r\n\r\n".encode() + begin)
            with contextlib.suppress(ConnectionError):
                for _ in range(60):
                    connection.sendall(b"x" * 1_000_000)
            response = http.client.HTTPResponse(connection, method="POST")
            response.begin()
            self.assert_refused(Answer(response), 413, "request_too_large")
        self.wait_until(lambda: not self.inputs)

    @unittest.skipIf(os.environ.get("LIMN_SANITIZED"), "a sanitizer keeps what was freed")
    def test_memory_does_not_grow_with_what_comes(self):
        self.gateway()
        server = self.server()
        large = png(64, 64) + b"x" * 40_000_000  # more than the garbage that is let pass behind a picture

        def peak():
            lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

        self.assert_drawn(self.edit(server, form(part("prompt", "a hat"), part("image", ONE, "fox.png"))))
        before = peak()
        self.assert_refused(self.edit(server, form(part("prompt", "a hat"), part("image", large, "fox.png"))), 400, "invalid_value")
        self.assertLess(peak() - before, 3000, "in kilobytes")

    def test_what_came_lies_there_for_its_user_alone_until_all_is_drawn(self):
        drawing = Drawing(self, "image_edit")
        self.configure(drawing.server.base_url())
        server = self.server()
        drawing.go_on(0)
        stream = self.stream(server, {"partial_images": 2, "image": data_url(ONE)}, path=EDITS)
        name, data = stream.next()
        self.assertEqual((name, base64.b64decode(data["b64_json"])), ("image_edit.partial_image", PREVIEWS[0]))
        folder, file = sorted(self.inputs)
        self.assertEqual((folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777, file.read_bytes()), (0o700, 0o600, ONE))
        drawing.go_on()
        events = stream.rest()
        self.assert_completed([one for one in events if one[0] != "image_edit.partial_image"], kind="image_edit")
        self.wait_until(lambda: not self.inputs)

    def test_a_client_that_goes_away_within_its_body_leaves_nothing(self):
        self.gateway()
        server = self.server()
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(f"POST {EDITS} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\ncontent-type: multipart/form-data; boundary={BOUNDARY}\r\n"
                               f"content-length: 60000000\r\n\r\n".encode() + part("image", b"", "fox.png")[:-2] + b"x" * 1_000_000)
            self.wait_until(lambda: self.inputs)
        self.wait_until(lambda: not self.inputs)

    def test_a_page_of_elsewhere_may_not_send_a_form(self):
        gateway = self.gateway()
        answer = self.edit(self.server(), form(part("prompt", "a hat"), part("image", ONE, "fox.png")), origin="https://evil.example")
        self.assert_refused(answer, 403, "unknown_origin")
        self.assertEqual(gateway.requests, [])

    def test_a_strict_server_takes_no_parameter_that_changes_nothing(self):
        self.gateway()
        server = self.server("--no-key", "--strict")
        refused = self.edit(server, form(part("prompt", "a hat"), part("image", ONE, "fox.png"), part("input_fidelity", "high")))
        self.assertEqual(self.assert_refused(refused, 400, "unknown_parameter")["param"], "input_fidelity")
        self.assertEqual(self.assert_refused(self.draw(server, {"user": "me"}), 400, "unknown_parameter")["param"], "user")
        self.assert_drawn(self.draw(server))


if __name__ == "__main__":
    unittest.main()
