"""Answers in which something was drawn though it looks otherwise: nothing is paid for twice, and what is done otherwise than asked is told."""

import base64
import itertools
import json
import threading
import unittest

from limn_case import LimnCase
from scripted_server import MODELS, ScriptedServer, answer, head, image_answer, png, url_answer


def events(*messages):
    return answer("".join(f"data: {json.dumps(m)}\n\n" for m in messages).encode(), content_type="text/event-stream")


class Money(LimnCase):
    def serve(self, generation):
        server = ScriptedServer(generation=generation)
        self.addCleanup(server.stop)
        return server

    def ask(self, server, *args, more=()):
        return self.generate(*args, "a fox", env=self.environment(server.base_url(), *more))

    def test_a_picture_that_came_is_never_asked_for_again(self):
        picture = base64.b64encode(png(1024, 512)).decode()
        for name, reply in {
            "under an unknown event": lambda r: events({"type": "picture.ready", "b64": picture}, {"type": "error", "code": "server_error"}),
            "beside an error": lambda r: answer(json.dumps({"error": {"code": "server_error", "message": "no"}, "payload": {"img": picture}}).encode()),
            "before a rate limit": lambda r: events({"type": "picture.ready", "b64": picture},
                                                    {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "try again in 1s"}}),
        }.items():
            with self.subTest(name):
                server = self.serve(reply)
                outcome = self.ask(server, more=("ok",))
                self.assert_status(outcome, 0)
                self.assertEqual(server.billable, 1)
                self.assertEqual(self.sandbox.billable(), 0)
                self.assertTrue(outcome.json["attempts"][0]["may_have_cost"])

    def test_a_gateway_that_draws_one_at_a_time_is_asked_for_one_at_a_time(self):
        asked = []

        def draw(request):
            asked.append(json.loads(request.body).get("n", 1))
            return answer(json.dumps({"data": [{"b64_json": base64.b64encode(png()).decode()}]}).encode())

        server = self.serve(draw)
        outcome = self.ask(server, "-n", "4")
        self.assert_status(outcome, 0)
        self.assertEqual(asked, [4, 1, 1, 1])
        self.assertIn("each of the others on its own", outcome.stderr)
        asked.clear()
        self.assert_status(self.ask(server, "-n", "4"), 0)
        self.assertEqual(asked, [1, 1, 1, 1], "it was known")

    def test_single_requests_for_several_images_are_under_way_at_the_same_time(self):
        refusal = json.dumps({"error": {"message": "Unknown parameter: 'n'.", "code": "unknown_parameter", "param": "n"}}).encode()
        for what, first in (("ignored", image_answer), ("refused", lambda: answer(refusal, "400 Bad"))):
            with self.subTest(f"n is {what}"):
                wanted = 3 if what == "ignored" else 4
                together = threading.Barrier(wanted)  # nobody gets an answer before all have asked

                def draw(request, first=first, together=together):
                    if "n" in json.loads(request.body):
                        return first()
                    together.wait(timeout=60)
                    return image_answer()

                server = self.serve(draw)
                outcome = self.ask(server, "-n", "4", "--timeout", "60")
                self.assert_status(outcome, 0)
                self.assertEqual(len({image["path"] for image in outcome.json["images"]}), 4)
                self.assertEqual(server.billable, 1 + wanted)
                self.assertEqual(len(outcome.json["attempts"]), 1 + wanted)

    def test_where_one_of_several_requests_fails_no_more_are_begun(self):
        answers = itertools.chain([image_answer()], itertools.repeat(answer(b'{"error":{"message":"no","code":"moderation_blocked"}}', "400 Bad")))
        server = self.serve(lambda request: next(answers))
        outcome = self.ask(server, "-n", "60", "--provider", "openai_images")
        self.assert_status(outcome, 7)
        self.assertEqual(len(outcome.json["images"]), 1)
        self.assertLessEqual(server.billable, 6 + 1)  # six for ten each, and one more where one had come
        self.assertEqual(len(outcome.json["attempts"]), server.billable)

    def test_jobs_of_several_requests_ask_for_the_models_once(self):
        lists = []

        def models(request):
            lists.append(request)
            return answer(MODELS)

        server = ScriptedServer(lambda request: image_answer(), models)
        self.addCleanup(server.stop)
        no_count = b'{"error":{"message":"Unknown parameter: \'n\'.","code":"unknown_parameter","param":"n"}}'
        no_money = b'{"error":{"message":"no money","code":"insufficient_quota"}}'
        broke = self.serve(lambda request: answer(no_count, "400 Bad") if "n" in json.loads(request.body) else answer(no_money, "429 No"))
        outcome = self.ask(broke, "-n", "4", "--provider", "openai_images", more=(server.base_url(),))
        self.assert_status(outcome, 0)
        self.assertEqual((broke.billable, server.billable, len(lists)), (1 + 4, 4, 1), outcome)

    def test_what_was_refused_lately_is_left_out_with_a_word(self):
        def draw(request):
            asked = json.loads(request.body)
            for name in ("background", "size"):
                if name in asked:
                    return answer(json.dumps({"error": {"message": f"Unknown parameter: '{name}'.", "code": "unknown_parameter",
                                                        "param": name}}).encode(), "400 Bad")
            return answer(json.dumps({"data": [{"b64_json": base64.b64encode(png()).decode()}]}).encode())

        server = self.serve(draw)
        for _ in range(2):
            outcome = self.ask(server, "--provider", "openai_images", "--background", "opaque", "-s", "1024x1024")
            self.assert_status(outcome, 0)
            self.assertIn("'background'", outcome.stderr)
            self.assertIn("'size'", outcome.stderr)
            self.assertIsNone(outcome.json["size"]["sent"], "no size was sent")
        self.assertIn("limn forget", outcome.stderr)
        self.assertEqual(len(outcome.json["attempts"]), 1, "the refusals were not remembered")

    def test_an_address_in_a_stream_that_stays_open_is_enough(self):
        def draw(request):
            if request.method == "GET":
                return answer(png(), content_type="image/png")
            yield head(content_type="text/event-stream") + b"data: " + json.dumps(
                {"type": "image_generation.completed", "url": f"http://127.0.0.1:{server.port}/a.png"}).encode() + b"\n\n"
            self.released.wait()

        self.released = threading.Event()
        self.addCleanup(self.released.set)
        server = ScriptedServer(generation=draw, models=lambda r: answer(png(), content_type="image/png") if r.target.endswith(".png")
                                else answer(b'{"data":[{"id":"gpt-image-2"}]}'))
        self.addCleanup(server.stop)
        self.assert_status(self.ask(server, "--timeout", "3000"), 0)  # and not when that is over

    def test_a_broken_gateway_that_is_cut_is_not_believed_and_a_refusal_is(self):
        def cut(status):
            whole = answer(b'{"error":{"message":"overloaded","code":"server_error"}}', status)
            return lambda request: whole[:whole.index(b"\r\n\r\n") + 10]

        for status, expected in (("503 Busy", "outcome_unknown"), ("500 Oops", "outcome_unknown"), ("404 No", "endpoint"), ("401 No", "auth")):
            with self.subTest(status):
                outcome = self.ask(self.serve(cut(status)))
                self.assertEqual(outcome.json["attempts"][0]["class"], expected)

    def test_an_image_that_is_at_another_address_is_not_drawn_again(self):
        self.assert_status(self.ask(self.serve(lambda r: url_answer("https://127.0.0.1:1/gone.png")), more=("ok",)), 10)
        self.assertEqual(self.sandbox.billable(), 0)


if __name__ == "__main__":
    unittest.main()
