"""A picture in an answer to a request that may be charged has been paid for, whatever else the answer says: it is delivered or kept,
and nobody is asked again. What came along without being drawn changes nothing."""

import base64
import json
import pathlib
import threading
import time
import unittest

from network_case import NetworkCase
from scripted_server import MODELS, answer, head, png

PICTURE = png(1024, 512)
PICTURE64 = base64.b64encode(PICTURE).decode()
SMALL64 = base64.b64encode(png(48, 48)).decode()
REFUSALS = {"401 Unauthorized": "Incorrect API key", "402 Payment Required": "Insufficient Balance", "404 Not Found": "no such thing",
            "429 Too Many Requests": "slow down", "500 Internal Server Error": "it broke", "503 Service Unavailable": "overloaded",
            "400 Bad Request": "Unknown parameter: 'quality'."}


def error(message="it broke", code="server_error", **more):
    return json.dumps({"error": {"message": message, "type": "", "param": None, "code": code}, **more})


def event(data, name=None):
    return (f"event: {name}\n" if name else "") + f"data: {data}\n\n"


def stream(*events, status="200 OK"):
    return head(status=status, content_type="text/event-stream") + "".join(events).encode()


COMPLETED = event(json.dumps({"type": "image_generation.completed", "b64_json": PICTURE64}))
ERROR = event(error(), "error")


class PaidPictures(NetworkCase):
    def setUp(self):
        super().setUp()
        self.take_time()

    def ask_images(self, generation, *args, following=("ok",)):
        server = self.serve(generation if callable(generation) else lambda request: generation)
        outcome = self.ask(server, "--provider", "openai_images", "-s", "1024x1024", *args, following=following)
        return server, outcome

    def assert_delivered(self, generation, *args, said=None):
        """Also: the second gateway is not asked."""
        server, outcome = self.ask_images(generation, *args)
        self.assert_status(outcome, 0)
        self.assertEqual([pathlib.Path(image["path"]).read_bytes() for image in outcome.json["images"]], [PICTURE])
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))
        if said:
            self.assertIn(said, outcome.stderr)
        return outcome

    def assert_second_draws(self, generation, *args):
        """Whatever came with the refusal counts for nothing."""
        self.sandbox.reset()
        server, outcome = self.ask_images(generation, *args)
        self.assert_status(outcome, 0)
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 1))
        self.assertFalse(outcome.json["attempts"][0]["may_have_cost"])
        self.assertFalse(list((self.home / ".local/state/limn").glob("recovered/*")))

    def test_whatever_the_status_says(self):
        for status, message in REFUSALS.items():
            bodies = {
                "beside the error": answer(error(message, "", data=[{"b64_json": PICTURE64}]).encode(), status),
                "under another name": answer(error(message, "", payload={"picture": PICTURE64}).encode(), status),
                "as bytes": answer(PICTURE, status, "image/png"),
                "as base64": answer(PICTURE64.encode(), status, "text/plain"),
                "in an event": stream(COMPLETED, event(error(message, "")), status=status),
                "in an event behind the error": stream(event(error(message, "")), COMPLETED, status=status),
                "without an error": answer(json.dumps({"data": [{"b64_json": PICTURE64}]}).encode(), status),
            }
            for form, body in bodies.items():
                with self.subTest(f"{status}, {form}"):
                    self.assert_delivered(body, said=None if form == "without an error" or form.startswith("as ") else message)
        with self.subTest("a redirect"):
            self.assert_delivered(answer(error(data=[{"b64_json": PICTURE64}]).encode(), "307 Temporary Redirect",
                                         headers=["Location: https://elsewhere.example/v1"]), said="elsewhere.example")

    def test_also_by_its_address(self):
        fetched = {"/a.png": PICTURE, "/small.png": png(48, 48)}

        def get(request):
            picture = fetched.get(request.target)
            return answer(picture, content_type="image/png") if picture else answer(MODELS)

        for status, message in REFUSALS.items():
            for provider, more in {"openai_images": {"data": [{"url": "/a.png"}]}, "responses_api": {"output": [{"result": "/a.png"}]},
                                   "chat_completions": {"choices": [{"message": {"images": [{"image_url": {"url": "/a.png"}}]}}]}}.items():
                with self.subTest(f"{status}, {provider}"):
                    server = self.serve(lambda request: answer(error(message, "", **more).encode(), status), get)
                    outcome = self.ask(server, "--provider", provider, "-s", "1024x1024", following=("ok",))
                    self.assert_status(outcome, 0)
                    self.assertEqual(pathlib.Path(outcome.json["images"][0]["path"]).read_bytes(), PICTURE)
                    self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))
                    self.assertIn(message, outcome.stderr)
        small = self.serve(lambda request: answer(error("no", "insufficient_quota", data=[{"url": "/small.png"}]).encode(), "402 Oops"), get)
        outcome = self.ask(small, "--provider", "openai_images", "-s", "1024x1024", following=("ok",))
        self.assertEqual((outcome.status, self.sandbox.billable()), (0, 1))

    def test_what_a_framework_tells_of_the_request_is_no_address_of_a_picture(self):
        for body in ({"message": "broken", "statusCode": 503, "url": "/v1/images/generations"},
                     {"message": "broken", "data": {"url": "/v1/images/generations", "method": "POST"}},
                     {"error": {"message": "no channel for this model", "url": "https://docs.example/errors"}}):
            self.assert_second_draws(answer(json.dumps(body).encode(), "503 Service Unavailable"))

    def test_before_and_behind_an_error(self):
        self.assert_delivered(stream(COMPLETED, ERROR), said="it broke")
        self.assert_delivered(stream(ERROR, COMPLETED), said="it broke")
        self.assert_delivered(stream(ERROR, event(error("again", "rate_limit_exceeded")), COMPLETED), said="it broke")
        self.assert_delivered(answer(error(result={"image": PICTURE64}).encode()), said="it broke")

    def test_under_a_name_that_nobody_knows(self):
        self.assert_delivered(answer(json.dumps({"ok": True, "painting": {"png": PICTURE64}}).encode()))

    def test_a_small_one_is_kept_where_nothing_was_refused(self):
        server, outcome = self.ask_images(answer(json.dumps({"ok": True, "icon": SMALL64}).encode()))
        self.assert_class(outcome, "no_image", 11, "what arrived is in")
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_of_several_the_largest(self):
        self.assert_delivered(answer(error(thumbnail=base64.b64encode(png(256, 128)).decode(), full=PICTURE64).encode(), "500 Oops"))

    def test_an_error_does_not_end_a_stream_that_goes_on(self):
        def slowly(request):
            yield head(content_type="text/event-stream") + ERROR.encode()
            for _ in range(4):
                time.sleep(1)  # a gateway that goes on drawing
                yield sign.encode()
            yield COMPLETED.encode()

        for sign in (event(json.dumps({"type": "keepalive"})), ": heartbeat\n\n"):
            self.assert_delivered(slowly, said="it broke")

    def test_but_one_that_says_no_more(self):
        def silent(request):
            yield head(content_type="text/event-stream") + ERROR.encode()
            silence.wait()  # whoever waits as well ends by the time of the attempt, with another class

        silence = threading.Event()
        self.addCleanup(silence.set)
        _, outcome = self.ask_images(silent, following=())
        self.assert_class(outcome, "server", 8, "it broke")

    def test_what_is_cut_is_kept_and_nobody_is_asked_again(self):
        for status in ("200 OK", "402 Payment Required", "500 Oops"):
            whole = answer(error(picture=PICTURE64).encode(), status)
            for name, body in {"the connection": whole[:-len(PICTURE64) // 2],
                               "the picture": answer(error(picture=PICTURE64[:len(PICTURE64) // 8 * 4]).encode(), status)}.items():
                with self.subTest(f"{status}, {name}"):
                    server, outcome = self.ask_images(body)
                    self.assert_class(outcome, "outcome_unknown", 9, "what arrived is in")
                    self.assertTrue(outcome.json["attempts"][0]["may_have_cost"])
                    self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_a_preview_is_no_image(self):
        preview = event(json.dumps({"type": "image_generation.partial_image", "b64_json": PICTURE64}))
        for body in (stream(ERROR, preview), stream(preview, ERROR), stream(ERROR, preview, status="429 Too Many Requests")):
            server, outcome = self.ask_images(body)
            self.assert_class(outcome, "outcome_unknown", 9, "what arrived is in")
            self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_an_error_behind_events_of_the_drawing_leaves_the_outcome_open(self):
        for began in ({"type": "response.image_generation_call.in_progress"}, {"type": "response.image_generation_call.generating"},
                      {"type": "response.output_item.added", "item": {"type": "image_generation_call"}}):
            for refusal in (error("no", "insufficient_quota"), error("no", "rate_limit_exceeded"), error("no", "model_not_found")):
                body = stream(event(json.dumps({"type": "response.created", "response": {"status": "in_progress"}})),
                              event(json.dumps(began)), event(refusal, "error"))
                with self.subTest(f"{began} {refusal}"):
                    server = self.serve(lambda request, body=body: body)
                    outcome = self.ask(server, "--provider", "responses_api", following=("ok",))
                    self.assert_class(outcome, "outcome_unknown", 9, "the gateway had begun")
                    self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_an_error_before_them_is_as_good_as_its_word(self):
        body = stream(event(json.dumps({"type": "response.created", "response": {"status": "in_progress"}})),
                      event(error("You exceeded your current quota", "insufficient_quota"), "error"))
        server = self.serve(lambda request: body)
        outcome = self.ask(server, "--provider", "responses_api", following=("ok",))
        self.assert_status(outcome, 0)
        self.assertEqual(server.billable, 1)

    # --- What came along without being drawn ---

    def test_nor_where_a_provider_takes_it_for_the_image(self):
        self.assert_second_draws(answer(error("no", "insufficient_quota", data=[{"b64_json": SMALL64}]).encode()))

    def test_an_input_or_mask_that_comes_back_is_no_picture_of_ours(self):
        (self.work / "in.png").write_bytes(PICTURE)
        mask = bytearray(PICTURE)
        mask[25] = 6  # its colours have an alpha channel; nobody looks into the pixels
        (self.work / "mask.png").write_bytes(mask)
        echo = {"detail": [{"loc": ["body", "size"], "msg": "Input should be '512x512'", "type": "literal_error", "input": PICTURE64}]}
        for body in (json.dumps(echo), error("no credit", "insufficient_quota", input=f"data:image/png;base64,{PICTURE64}")):
            self.assert_second_draws(answer(body.encode(), "422 Unprocessable Entity" if "detail" in body else "402 Payment Required"),
                                     "-i", "in.png", "--mask", "mask.png")

    def test_nor_is_a_picture_of_a_web_page(self):
        page = f"<!DOCTYPE html><html><title>Blocked</title><img src=\"data:image/png;base64,{PICTURE64}\"></html>"
        self.assert_second_draws(answer(page.encode(), "403 Forbidden", "text/html"))
        self.assert_second_draws(answer(error(page, "insufficient_quota").encode(), "402 Payment Required"))
        self.assert_second_draws(answer(page.encode(), "200 OK", "text/html"))

    def test_nor_is_the_small_one_of_a_refusal(self):
        for status, message in REFUSALS.items():
            with self.subTest(status):
                self.sandbox.reset()
                self.assert_second_draws(answer(error(message, "insufficient_quota", logo=SMALL64).encode(), status))
        self.sandbox.reset()
        self.assert_second_draws(stream(event(json.dumps({"logo": SMALL64})), event(error("no", "insufficient_quota"))))


class SeveralAtOnce(NetworkCase):
    def ask_two(self, body):
        server = self.serve(lambda request: body)
        outcome = self.ask(server, "--provider", "openai_images", "-s", "1024x1024", "-q", "low", "-n", 2, following=("ok",))
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 0), outcome)
        self.assertEqual(len(outcome.json["images"]), 1)
        return outcome

    def ask(self, server, *args, **more):  # some of the images have a name although it failed
        env = self.environment(server.base_url(), *more["following"])
        self.limn("forget", env=env)
        return self.generate(*args, "a fox", env=env)

    def test_the_refused_one_of_two_is_told_and_not_asked_for_again(self):
        image = {"b64_json": PICTURE64}
        refused = {"error": {"code": "moderation_blocked", "message": "rejected by the safety system"}}
        for items in ([image, refused], [refused, image]):
            outcome = self.ask_two(answer(json.dumps({"data": items}).encode()))
            self.assert_status(outcome, 7)
            self.assertIn("rejected by the safety system", outcome.json["error"]["message"])

    def test_nor_in_a_stream(self):
        outcome = self.ask_two(stream(COMPLETED, event(error("rejected by the safety system", "moderation_blocked"), "error")))
        self.assert_status(outcome, 7)
        outcome = self.ask_two(stream(COMPLETED, ERROR))
        self.assert_status(outcome, 9)
        self.assertIn("it broke", outcome.json["error"]["message"])

    def test_what_the_gateway_counts_as_drawn_is_not_asked_for_again(self):
        tokens = {"output_tokens": 2 * 135, "output_tokens_details": {"image_tokens": 2 * 135}, "total_tokens": 300}
        for usage in ({"usage": {"generated_images": 2}}, {"usage": {"image_count": 2}}, {"metadata": {"success_count": "2"}}):
            outcome = self.ask_two(answer(json.dumps({"data": [{"b64_json": PICTURE64}], **usage}).encode()))
            self.assert_status(outcome, 9)
            self.assertIn("the gateway counts 2 images, and 1 came", outcome.json["error"]["message"])

    def test_also_where_only_its_tokens_are_those_of_two(self):
        square = base64.b64encode(png(1024, 1024)).decode()
        usage = {"input_tokens": 16, "output_tokens": 392, "total_tokens": 408, "output_tokens_details": {"image_tokens": 392, "text_tokens": 0}}
        outcome = self.ask_two(answer(json.dumps({"data": [{"b64_json": square}], "usage": usage}).encode()))
        self.assert_status(outcome, 9)
        self.assertIn("the gateway counts 2 images, and 1 came", outcome.json["error"]["message"])


class AnswersWithoutAnImage(NetworkCase):
    def test_the_answer_is_told_and_kept(self):
        said = {"note": "your picture waits", "ticket_id": "t-4711", "see": "https://gw.example/pictures/4711"}
        long = {"filler": "x" * 400, **said}
        for body in (said, long):
            server = self.serve(lambda request, body=body: answer(json.dumps(body).encode()))
            outcome = self.ask(server, "--provider", "openai_images", following=("ok",))
            self.assert_class(outcome, "no_image", 11, "t-4711", "https://gw.example/pictures/4711")
            self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))
            kept = [path for path in (self.home / ".local/state/limn/recovered").iterdir() if path.suffix == ".json"]
            self.assertIn(body, [json.loads(path.read_text()) for path in kept])
            self.assertIn(str(kept[0].parent), outcome.json["error"]["message"])

    def test_what_was_no_image_in_it_is_kept_too(self):
        blob = base64.b64encode(b"a format of the day after tomorrow" * 200)
        server = self.serve(lambda request: answer(json.dumps({"painting": blob.decode()}).encode()))
        self.assert_status(self.ask(server, "--provider", "openai_images"), 11)
        kept = [path.read_bytes() for path in (self.home / ".local/state/limn/recovered").iterdir()]
        self.assertIn(base64.b64decode(blob), kept)

    def test_of_a_job_that_nobody_knows_what_it_was_handed_in_with_is_kept(self):
        server = self.serve(lambda request: answer(b'{"task_id": "t-4711", "status": "queued", "note": "see our pages"}', "202 Accepted"),
                            lambda request: answer(MODELS) if request.target == "/v1/models" else answer(error("no").encode(), "404 Gone"))
        outcome = self.ask(server, "--provider", "openai_images", following=("ok",))
        self.assert_class(outcome, "outcome_unknown", 9, "t-4711", "what arrived is in")
        kept, = (self.home / ".local/state/limn/recovered").iterdir()
        self.assertIn("see our pages", kept.read_text())

    def test_a_job_that_was_refused_for_its_content_goes_nowhere_else(self):
        job = {"task_id": "t-4711", "status": "FAILURE", "fail_reason": "Banned prompt detected"}
        server = self.serve(lambda request: answer(b'{"task_id": "t-4711", "status": "queued"}'),
                            lambda request: answer(MODELS) if request.target == "/v1/models" else answer(json.dumps(job).encode()))
        outcome = self.ask(server, "--provider", "openai_images", following=("ok",))
        self.assert_class(outcome, "content", 7, "Banned prompt detected")
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_an_error_that_counts_a_drawing_leaves_the_outcome_open(self):
        for usage in ({"output_tokens": 1756}, {"generated_images": 1}):
            server, outcome = self.asked(answer(error("it broke", usage=usage).encode(), "500 Oops"))
            self.assert_class(outcome, "outcome_unknown", 9, "it broke")
            self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def asked(self, body):
        server = self.serve(lambda request: body)
        return server, self.ask(server, "--provider", "openai_images", following=("ok",))

    def test_no_key_gets_into_it(self):
        server = self.serve(lambda request: answer(json.dumps({"echo": request.headers["authorization"]}).encode()))
        outcome = self.ask(server, "--provider", "openai_images")
        self.assert_status(outcome, 11)  # and the case looks for the key in all files

    def test_a_refusal_that_cost_nothing_is_not_kept(self):
        server = self.serve(lambda request: answer(error("Insufficient Balance", "").encode(), "402 Payment Required"))
        self.assert_status(self.ask(server, "--provider", "openai_images"), 5)
        self.assertFalse(list((self.home / ".local/state/limn").glob("recovered/*")))


if __name__ == "__main__":
    unittest.main()
