"""`limn serve` and /v1/responses: one picture by the tool image_generation, and nothing else that the API has."""

import base64
import json
import unittest

from scripted_server import ScriptedServer, image_answer
from serve_edits_test import ONE, TWO, data_url
from serve_streams_test import Events, PICTURE, PREVIEWS, StreamCase

RESPONSES = "/v1/responses"
TOOL = {"type": "image_generation"}
STEP = "response.image_generation_call."


class Responses(StreamCase):
    def respond(self, server, body=None, tool=None, **headers):
        body = {"model": "gpt-5.5", "input": "a fox", "tools": [{**TOOL, **(tool or {})}], **(body or {})}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(server, "POST", RESPONSES, json.dumps(body), {"content-type": "application/json", **named})

    def test_a_picture_is_the_output_of_the_tool(self):
        self.configure("ok")
        answer = self.respond(self.server(), {"tool_choice": {"type": "image_generation"}, "store": False, "instructions": "Draw."},
                              {"quality": "low", "size": "1024x1024", "model": "gpt-image-2"})
        self.assertEqual(answer.status, 200, answer)
        response = answer.json
        self.assertEqual((response["object"], response["status"], response["model"], response["error"]), ("response", "completed", "gpt-5.5", None))
        self.assertLessEqual({"id", "created_at", "model", "object", "output", "parallel_tool_calls", "tool_choice", "tools"}, set(response))
        self.assertEqual(response["tools"], [{"type": "image_generation", "quality": "low", "size": "1024x1024", "model": "gpt-image-2"}])
        call, = response["output"]
        self.assertEqual((call["type"], call["status"], call["action"], call["quality"], call["output_format"]), ("image_generation_call", "completed", "generate", "low", "png"))
        self.assertEqual([base64.b64decode(call["result"], validate=True)], [file.read_bytes() for file in self.images_in(self.pictures)])
        self.assertEqual(answer.headers["x-limn-dropped"], "instructions")
        self.assertEqual(answer.headers["x-limn-gateway"], "one")
        self.assertGreater(response["usage"]["total_tokens"], 0)

    def test_pictures_of_the_input_are_worked_from(self):
        gateway = ScriptedServer(lambda request: image_answer())
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url())
        content = [{"type": "input_text", "text": "with a hat"}, {"type": "input_image", "image_url": data_url(ONE), "detail": "auto"},
                   {"type": "input_image", "image_url": data_url(TWO)}]
        answer = self.respond(self.server(), {"input": [{"role": "user", "content": content}]}, {"action": "edit"})
        self.assertEqual(answer.json["output"][0]["action"], "edit")
        body, = (request.body for request in gateway.requests if request.method == "POST")
        self.assertIn(b"with a hat", body)
        self.assertLess(body.index(ONE), body.index(TWO))

    def test_a_stream_has_its_events_in_their_order(self):
        drawing = self.drawing()
        server = self.server()
        drawing.go_on(0)
        body = {"model": "gpt-5.5", "input": "a fox", "tools": [{**TOOL, "partial_images": 2}]}
        stream = self.responses_stream(server, body)
        events = [stream.next() for _ in range(6)]
        drawing.go_on()
        events += stream.rest()
        names = ["response.created", "response.in_progress", "response.output_item.added", STEP + "in_progress", STEP + "generating", STEP + "partial_image",
                 STEP + "partial_image", STEP + "completed", "response.output_item.done", "response.completed", None]
        if len(events) == len(names) - 1:  # the second preview came with the picture, and was not there any more
            names.pop(6)
        self.assertEqual([name for name, _ in events], names)
        datas = [data for _, data in events[:-1]]
        self.assertEqual([data["sequence_number"] for data in datas], list(range(len(datas))))
        self.assertEqual([data["type"] for data in datas], names[:-1])
        self.assertEqual(base64.b64decode(datas[5]["partial_image_b64"]), PREVIEWS[0])
        self.assertEqual((datas[0]["response"]["status"], datas[0]["response"]["output"]), ("in_progress", []))
        item, response = datas[-2]["item"], datas[-1]["response"]
        self.assertEqual(base64.b64decode(item["result"]), PICTURE)
        self.assertEqual((response["status"], response["output"]), ("completed", [item]))
        self.assertEqual({data["item_id"] for data in datas if "item_id" in data}, {item["id"]})
        self.assertEqual(events[-1][1], "[DONE]")
        self.assertEqual(drawing.asked[0]["partial_images"], 2)

    def responses_stream(self, server, body):
        return Events(self, server, {"stream": True, **body}, path=RESPONSES)

    def test_an_error_within_a_stream_can_be_read_in_both_shapes(self):
        drawing = self.drawing(end=lambda: b"")
        server = self.server()
        drawing.go_on(0)
        stream = self.responses_stream(server, {"model": "gpt-5.5", "input": "a fox", "tools": [{**TOOL, "partial_images": 1}]})
        for _ in range(6):
            stream.next()
        drawing.go_on()
        *_, (name, data) = stream.rest()
        self.assertEqual((name, data["type"], data["code"], data["error"]["code"]), ("error", "error", "outcome_unknown", "outcome_unknown"))
        self.assertEqual(data["message"], data["error"]["message"])

    def test_errors_have_their_status(self):
        self.configure("moderated")
        self.assert_refused(self.respond(self.server()), 400, "moderation_blocked")

    def test_what_else_the_api_has_is_refused_and_the_plain_way_named(self):
        self.configure("ok")
        server = self.server()
        message = {"role": "user", "content": [{"type": "input_text", "text": "a fox"}]}
        for body, param in (({"tools": []}, "tools"), ({"tools": [TOOL, TOOL]}, "tools"), ({"tools": [{"type": "web_search"}]}, "tools"), ({"tools": None}, "tools"),
                            ({"tools": [{**TOOL, "n": 2}]}, "tools"), ({"store": True}, "store"), ({"background": True}, "background"),
                            ({"previous_response_id": "resp_1"}, "previous_response_id"), ({"tool_choice": "none"}, "tool_choice"), ({"temperature": 1}, "temperature"),
                            ({"input": [message, {"role": "assistant", "content": "Here."}]}, "input"), ({"input": [{"type": "image_generation_call", "id": "ig_1"}]}, "input"),
                            ({"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]}, "input")):
            with self.subTest(body):
                error = self.assert_refused(self.respond(server, body), 400, "unsupported_parameter")
                self.assertEqual(error["param"], param)
                self.assertIn("/v1/images/generations", error["message"])
        image = {"type": "input_image", "image_url": "https://elsewhere.example/a.png"}
        for body, tool, code in (({"input": [{"role": "user", "content": [image]}]}, {}, "invalid_image_url"), ({"input": ""}, {}, "missing_required_parameter"),
                                 ({}, {"action": "edit"}, "missing_required_parameter"), ({}, {"partial_images": 4}, "invalid_value"), ({"stream": "yes"}, {}, "invalid_type")):
            with self.subTest(code):
                self.assert_refused(self.respond(server, body, tool), 400, code)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_a_repeat_is_the_same_picture(self):
        self.configure("ok")
        server = self.server()
        first = self.respond(server)
        again = self.respond(server, x_stainless_retry_count="1")
        self.assertEqual((again.json["output"], again.headers["idempotent-replayed"]), (first.json["output"], "true"))
        self.assertEqual(self.sandbox.billable(), 1)


if __name__ == "__main__":
    unittest.main()
