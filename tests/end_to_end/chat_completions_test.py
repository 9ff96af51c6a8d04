"""Chat models that answer with images, wherever an answer holds them."""

import base64
import json
import unittest

from limn_case import LimnCase
from scripted_server import ScriptedServer, answer, png, png_chunk

DRAWING = ("ok", "chat-null-content", "chat-markdown", "chat-markdown-url", "chat-bare-url", "chat-parts", "chat-candidates", "chat-data",
           "chat-top-images", "data-uri", "url-result")


class ChatCompletions(LimnCase):
    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def ask(self, *behaviours, more=()):
        return self.generate("--provider", "chat_completions", *more, "a fox", env=self.environment(*behaviours))

    def asked(self):
        return [entry["body"] for entry in self.sandbox.get("/_log") if entry["path"].endswith("/chat/completions")]

    def test_an_image_is_found_wherever_the_answer_holds_it(self):
        for stream in ("false", "true"):
            for behaviour in DRAWING:
                with self.subTest(behaviour, stream=stream):
                    self.setUp()
                    self.settings(f"settings: {{chat_completions: {{stream: {stream}}}}}\n")
                    outcome = self.ask(behaviour)
                    self.assert_status(outcome, 0)
                    self.assertEqual([i["path"] for i in outcome.json["images"]], [str(i) for i in self.images_in(self.work)])
                    self.assertEqual(len(outcome.json["images"]), 1)
                    self.assert_png(outcome.json["images"][0]["path"], (1024, 1024))
                    self.assertEqual(self.sandbox.billable(), 1)
                    self.assertEqual(self.asked()[0]["stream"], stream == "true")
                    self.doCleanups()

    def test_events_that_nobody_asked_for_are_read_all_the_same(self):
        for behaviour in ("sse", "sse-crlf", "sse-odd"):
            with self.subTest(behaviour):
                self.setUp()
                self.assert_status(self.ask(behaviour), 0)
                self.doCleanups()

    def test_what_is_no_image_is_told_and_never_asked_for_again(self):
        self.settings("fallback: {late_error: 60s}\n")
        for behaviour, status, words in (("no-image-200", 11, "Lots of people"), ("chat-refusal", 7, "I cannot draw that"),
                                         ("chat-filtered", 7, "finish_reason: content_filter"), ("sse-ends-too-early", 9, "ended before the image"),
                                         ("moderated", 7, "safety system")):
            with self.subTest(behaviour):
                self.sandbox.reset()
                outcome = self.ask(behaviour, "ok")
                self.assert_status(outcome, status)
                self.assertIn(words, outcome.stdout)
                self.assertEqual(self.sandbox.billable(), 1)
                self.assertEqual(self.images_in(self.work), [])

    def test_an_image_in_pieces_that_do_not_fit_together_fails_with_a_way_out(self):
        self.settings("settings: {chat_completions: {stream: true}}\n")
        picture = base64.b64encode(png()[:33] + png_chunk(b"prNO", bytes(range(256)) * 30) + png()[33:]).decode()
        pieces = ["![a](data:image/png;base64," + picture[:101], picture[101:3000], picture[3000:6001], picture[6001:] + ") there"]
        body = "".join(f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n" for piece in pieces) + "data: [DONE]\n\n"
        server = ScriptedServer(generation=lambda request: answer(body.encode(), content_type="text/event-stream"))
        self.addCleanup(server.stop)
        outcome = self.ask(server.base_url(), "ok")
        self.assert_status(outcome, 11)
        self.assertIn("stream: false", outcome.json["error"]["hint"])
        self.assertEqual((server.billable, self.sandbox.billable()), (1, 0))

    def test_what_came_of_an_image_in_long_pieces_is_kept(self):
        self.settings("settings: {chat_completions: {stream: true}}\n")
        outcome = self.ask("chat-long-pieces", "ok")
        self.assert_status(outcome, 11)
        self.assertEqual(self.sandbox.billable(), 1)
        self.assertIn("limn recover", outcome.json["error"]["hint"])
        self.settings("settings: {chat_completions: {stream: false}}\n")
        self.assert_status(self.ask("chat-long-pieces"), 0)

    def test_where_there_is_no_such_endpoint_the_next_provider_is_asked(self):
        self.settings("providers: [chat_completions, openai_images]\n")
        outcome = self.generate("a fox", env=self.environment("no-responses-endpoint"))
        self.assert_status(outcome, 0)
        self.assertEqual([(a["provider"], a["class"]) for a in outcome.json["attempts"]],
                         [("chat_completions", "endpoint"), ("openai_images", "ok")])

    def test_it_is_asked_for_only_where_the_user_names_it(self):
        outcome = self.generate("a fox", env=self.environment("server-500"))
        self.assertEqual([a["provider"] for a in outcome.json["attempts"]], ["openai_images", "responses_api"])

    def test_input_images_go_as_data_urls_and_the_size_as_an_aspect_ratio(self):
        picture = self.work / "in.png"
        picture.write_bytes(png())
        outcome = self.ask("ok", more=("-i", picture, "-s", "1536x1024"))
        self.assert_status(outcome, 0)
        body = self.asked()[0]
        self.assertEqual(body["messages"][0]["content"][1]["image_url"]["url"],
                         "data:image/png;base64," + base64.b64encode(png()).decode())
        self.assertEqual(body["image_config"], {"aspect_ratio": "3:2"})
        self.assert_png(outcome.json["images"][0]["path"], (1536, 1024))

    def test_what_a_gateway_does_not_know_is_left_out(self):
        self.settings("settings: {chat_completions: {modalities: none, image_config: none}}\n")
        self.assert_status(self.ask("ok"), 0)
        self.assertEqual(set(self.asked()[0]), {"model", "messages", "stream"})

    def test_a_wrong_setting_is_told(self):
        for text, words in (("{modalities: video}", "modalities"), ("{stream: maybe}", "stream"), ("{colour: red}", "colour")):
            with self.subTest(text):
                self.settings(f"settings: {{chat_completions: {text}}}\n")
                outcome = self.limn("generate", "--provider", "chat_completions", "a fox", env=self.environment("ok"))
                self.assertNotEqual(outcome.status, 0)
                self.assertIn(words, outcome.stderr)
                self.assertEqual(self.sandbox.billable(), 0)


if __name__ == "__main__":
    unittest.main()
