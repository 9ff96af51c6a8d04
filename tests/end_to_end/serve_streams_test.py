"""`limn serve` and streams: previews as they come, comments while nothing does, errors where nothing can be taken back any more."""

import base64
import http.client
import json
import os
import pathlib
import threading
import unittest

from limn_case import CANARY
from scripted_server import ScriptedServer, head, png
from serve_test import GENERATIONS, ServeCase

PREVIEWS = [png(16, 16), png(32, 32)]
PICTURE = png(64, 64)


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


def text_of(picture):
    return base64.b64encode(picture).decode()


class Drawing:
    """A gateway that shows a preview and goes on once it is told to."""

    def __init__(self, case, kind="image_generation", end=None):
        self.kind, self.end = kind, end or (lambda: event(f"{kind}.completed", b64_json=text_of(PICTURE), output_format="png", size="1024x1024",
                                                           usage={"input_tokens": 9, "output_tokens": 200, "total_tokens": 209,
                                                                  "input_tokens_details": {"text_tokens": 9, "image_tokens": 0}}))
        self.steps = [threading.Semaphore(0) for _ in range(3)]
        self.server = ScriptedServer(self.generation)
        case.addCleanup(self.server.stop)
        case.addCleanup(self.go_on)

    def generation(self, request):
        yield head(content_type="text/event-stream")
        for index, preview in enumerate(PREVIEWS):
            self.steps[index].acquire()
            yield event(f"{self.kind}.partial_image", b64_json=text_of(preview), partial_image_index=index, output_format="png", size="1024x1024")
        self.steps[-1].acquire()
        yield self.end()

    def go_on(self, step=None):
        for one in self.steps if step is None else [self.steps[step]]:
            one.release()

    @property
    def asked(self):
        return [json.loads(request.body) for request in self.server.requests if request.method == "POST"]


class Events:
    """The answer to a request, event by event as it comes."""

    def __init__(self, case, server, body, path=GENERATIONS, **headers):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        case.addCleanup(self.connection.close)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("POST", path, json.dumps(body), {"content-type": "application/json", **named})
        self.response = self.connection.getresponse()
        self.headers = {name.lower(): value for name, value in self.response.getheaders()}
        self.status = self.response.status

    def next(self):
        """(name, data), ("", text) for a comment, None at the end."""
        lines = []
        while True:
            line = self.response.readline()
            if not line:
                assert not lines, lines
                return None
            if line == b"\n":
                break
            lines.append(line.decode().rstrip("\n"))
        if lines[0].startswith(":"):
            return "", lines[0]
        fields = dict(line.split(": ", 1) for line in lines)
        data = fields["data"]
        assert CANARY not in data
        return fields.get("event"), data if data == "[DONE]" else json.loads(data)

    def rest(self):
        events = []
        while (one := self.next()) is not None:
            events.append(one)
        return events


class StreamCase(ServeCase):
    def stream(self, server, body=None, **more):
        return Events(self, server, {"prompt": "a fox", "stream": True, **(body or {})}, **more)

    def drawing(self, *args, **more):
        drawing = Drawing(self, *args, **more)
        self.configure(drawing.server.base_url())
        return drawing

    def previews_folder(self):
        return self.home / ".local/state/limn/previews"

    def assert_completed(self, events, picture=PICTURE, kind="image_generation"):
        self.assertEqual([name for name, _ in events], [f"{kind}.completed", None])
        self.assertEqual(events[-1][1], "[DONE]")
        completed = events[0][1]
        self.assertEqual(completed["type"], f"{kind}.completed")
        self.assertEqual(base64.b64decode(completed["b64_json"], validate=True), picture)
        return completed


class Streams(StreamCase):
    def test_previews_are_passed_on_while_the_picture_is_drawn(self):
        drawing = self.drawing()
        server = self.server()
        drawing.go_on(0)
        stream = self.stream(server, {"partial_images": 2, "quality": "low", "size": "1024x1024"})
        self.assertEqual((stream.status, stream.headers["content-type"]), (200, "text/event-stream; charset=utf-8"))
        self.assertTrue(stream.headers["x-limn-job"].startswith("job-"))
        for index, preview in enumerate(PREVIEWS):
            name, data = stream.next()
            self.assertEqual((name, data["type"]), ("image_generation.partial_image",) * 2)
            self.assertEqual(base64.b64decode(data["b64_json"], validate=True), preview)
            self.assertEqual((data["partial_image_index"], data["size"], data["quality"], data["background"], data["output_format"]),
                             (index, "1024x1024", "low", "auto", "png"))
            self.assertGreater(data["created_at"], 1_700_000_000)
            drawing.go_on(index + 1)
        completed = self.assert_completed(stream.rest())
        self.assertEqual((completed["size"], completed["quality"], completed["output_format"]), ("64x64", "low", "png"))
        self.assertEqual(completed["usage"]["total_tokens"], 209)
        self.assertEqual([body["partial_images"] for body in drawing.asked], [2])
        self.assertEqual([file.read_bytes() for file in self.images_in(self.pictures)], [PICTURE])
        self.wait_until(lambda: not list(self.previews_folder().iterdir()))

    def test_without_previews_only_the_picture_comes(self):
        self.configure("ok")
        stream = self.stream(self.server())
        completed = self.assert_completed(stream.rest(), self.images_in(self.pictures)[0].read_bytes())
        self.assertEqual(completed["output_format"], "png")
        self.assertGreater(completed["usage"]["output_tokens"], 0)
        self.assertEqual(stream.headers["x-limn-gateway"], "one")

    def test_several_pictures_are_an_event_each(self):
        self.configure("ok")
        events = self.stream(self.server(), {"n": 3}).rest()
        self.assertEqual([name for name, _ in events], ["image_generation.completed"] * 3 + [None])
        pictures = [base64.b64decode(data["b64_json"], validate=True) for _, data in events[:3]]
        self.assertEqual(sorted(pictures), sorted(file.read_bytes() for file in self.images_in(self.pictures)))
        self.assertEqual(["usage" in data for _, data in events[:3]], [False, False, True])

    def test_what_came_of_several_comes_where_the_rest_failed(self):
        self.configure("five-a-minute", more="providers: [responses_api]\n")
        file = self.home / ".config/limn/limn.yaml"
        file.write_text(file.read_text().replace("late_error: 60s", "late_error: 60s, wait: 0"))
        stream = self.stream(self.server(), {"n": 7})
        self.assertEqual([name for name, _ in stream.rest()], ["image_generation.completed"] * 5 + [None])
        self.assertEqual(stream.headers["x-limn-partial"], "5/7")

    def test_a_gateway_that_draws_one_at_once_is_asked_for_the_rest(self):
        gateway = ScriptedServer()
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url(), more="defaults: {n: 2}\n")
        server = self.server()
        answer = self.draw(server, {"n": 4})
        self.assert_drawn(answer, 4)
        self.assertNotIn("x-limn-partial", answer.headers)
        self.assertEqual(gateway.billable, 4)
        # Who does not say how many means one.
        self.assert_drawn(self.draw(server, {"prompt": "an owl"}), 1)
        self.assertEqual(gateway.billable, 5)

    @unittest.skipIf(os.environ.get("LIMN_SANITIZED"), "a sanitizer keeps what was freed")
    def test_memory_does_not_grow_with_what_goes_through(self):
        self.configure("big-0.1")
        server = self.server()
        self.stream(server).rest()

        def peak():
            lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

        before = peak()
        self.configure("big-20")
        stream = self.stream(server)
        self.assertGreater(sum(len(piece) for piece in iter(lambda: stream.response.read(65536), b"")), 26_000_000)
        self.assertLess(peak() - before, 3000, "in kilobytes")

    def test_an_error_before_anything_was_told_has_its_status(self):
        for behaviour, status, code in (("moderated", 400, "moderation_blocked"), ("billing-402", 402, "insufficient_quota"), ("hang-up", 424, "outcome_unknown")):
            with self.subTest(behaviour):
                self.configure(behaviour)
                answer = self.draw(self.server(), {"prompt": f"a fox and {behaviour}", "stream": True})
                self.assert_refused(answer, status, code)
        server = self.server()
        for body, code, param in (({"partial_images": 4}, "invalid_value", "partial_images"), ({"response_format": "url"}, "unsupported_parameter", "response_format")):
            self.assertEqual(self.assert_refused(self.draw(server, {"stream": True, **body}), 400, code)["param"], param)

    def test_an_error_behind_a_preview_is_an_event(self):
        broken = {"error": {"message": f"no luck with {CANARY}one", "type": "server_error", "code": "image_generation_failed", "param": None}}
        drawing = self.drawing(end=lambda: event("error", **broken))
        server = self.server()
        drawing.go_on(0)
        stream = self.stream(server, {"partial_images": 2})
        self.assertEqual(stream.next()[0], "image_generation.partial_image")
        drawing.go_on()
        *_, (name, data) = stream.rest()
        self.assertEqual((name, data["type"], data["error"]["code"]), ("error", "error", "outcome_unknown"))
        self.assertTrue(data["error"]["limn"]["may_have_been_charged"])
        # Nobody draws it again for those who repeat it.
        again = self.draw(server, {"stream": True, "partial_images": 2}, x_stainless_retry_count="1")
        self.assert_refused(again, 424, "outcome_unknown")
        self.assertEqual(drawing.server.billable, 1)

    def test_a_client_that_goes_away_changes_nothing_and_gets_the_picture_when_it_comes_back(self):
        drawing = self.drawing()
        server = self.server()
        drawing.go_on(0)
        stream = self.stream(server, {"partial_images": 2})
        job = stream.headers["x-limn-job"]
        stream.next()
        stream.response.close()
        stream.connection.close()
        drawing.go_on()
        self.wait_until(lambda: self.pictures.exists() and self.images_in(self.pictures))
        again = self.stream(server, {"partial_images": 2})
        self.assert_completed(again.rest())
        self.assertEqual(again.headers["x-limn-job"], job)
        self.assertEqual(drawing.server.billable, 1)

    def test_a_stream_and_a_plain_request_are_of_one_picture(self):
        drawing = self.drawing()
        server = self.server()
        drawing.go_on(0)
        stream = self.stream(server, {"partial_images": 2}, idempotency_key="one")
        stream.next()
        thread, answers = self.in_background(server, idempotency_key="one")
        drawing.go_on()
        stream.rest()
        thread.join(60)
        self.assertEqual(self.assert_drawn(answers[0]), [PICTURE])
        replayed = self.stream(server, {"partial_images": 2}, idempotency_key="one")
        self.assert_completed(replayed.rest())
        self.assertEqual(replayed.headers["idempotent-replayed"], "true")
        self.assertEqual(drawing.server.billable, 1)

    def test_while_nothing_comes_a_comment_keeps_the_connection_open(self):
        drawing = self.drawing()
        stream = self.stream(self.server(), {"partial_images": 2})  # its head comes with the comment
        self.assertEqual(stream.next(), ("", ": limn"))
        drawing.go_on()
        events = stream.rest()
        self.assert_completed([one for one in events if one[0] != "image_generation.partial_image"])

    def test_a_gateway_that_knows_no_previews_is_asked_without(self):
        self.configure("no-previews")
        self.assert_completed(self.stream(self.server(), {"partial_images": 2}).rest(), self.images_in(self.pictures)[0].read_bytes())


if __name__ == "__main__":
    unittest.main()
