"""What follows what: the ways to an image, falling back, and what is on disk afterwards. How each behaviour ends is in matrix_test.py."""

import json
import pathlib
import unittest

from limn_case import LimnCase

class Behaviours(LimnCase):
    def setUp(self):
        super().setUp()
        self.take_time()

    def test_the_same_images_arrive_through_the_responses_api(self):
        for behaviour in ("ok", "sse", "sse-crlf", "sse-odd", "json-not-sse", "escaped-slashes", "wrapped-base64", "data-uri", "url-safe-base64",
                          "responses-incomplete-output", "keep-alive-whitespace"):
            with self.subTest(behaviour):
                self.setUp()
                outcome = self.generate("--provider", "responses_api", "a fox", env=self.environment(behaviour))
                self.assert_status(outcome, 0)
                self.assertEqual(outcome.json["provider"], "responses_api")
                self.assertEqual(self.sandbox.billable(), 1)
                self.assert_png(outcome.json["images"][0]["path"])
                self.doCleanups()

    def test_an_error_in_a_stream_is_told_by_either_provider(self):
        for provider in ("openai_images", "responses_api"):
            for behaviour, failure_class in (("openrouter-error-in-sse", "outcome_unknown"), ("sse-error", "server"),
                                             ("sse-error-after-partial", "outcome_unknown"), ("sse-ends-too-early", "outcome_unknown")):
                with self.subTest(provider, behaviour=behaviour):
                    self.setUp()
                    outcome = self.generate("--provider", provider, "a fox", env=self.environment(behaviour))
                    self.assertEqual([a["class"] for a in outcome.json["attempts"]], [failure_class], outcome)
                    self.doCleanups()


class Fallback(LimnCase):
    def test_no_credit_moves_on_to_the_next_gateway(self):
        for behaviour in ("billing-400", "billing-402", "quota-429", "quota-403", "quota-200"):
            with self.subTest(behaviour):
                self.setUp()
                outcome = self.generate("a fox", env=self.environment(behaviour, "ok"))
                self.assert_status(outcome, 0)
                self.assertEqual([(a["gateway"], a["class"]) for a in outcome.json["attempts"]],
                                 [("openai", "billing"), ("clawto", "ok")])
                self.assertEqual(len(outcome.json["images"]), 1)
                self.doCleanups()

    def test_a_gateway_without_credit_is_asked_last_the_next_time(self):
        env = self.environment("billing-402", "ok")
        self.generate("one", env=env)
        outcome = self.generate("two", env=env)
        self.assertEqual([a["gateway"] for a in outcome.json["attempts"]], ["clawto"])
        self.limn("forget", "openai", env=env)
        outcome = self.generate("three", env=env)
        self.assertEqual([a["gateway"] for a in outcome.json["attempts"]], ["openai", "clawto"])

    def test_a_refused_size_falls_back_and_says_so(self):
        env = self.environment("size-1024-only")
        outcome = self.generate("-s", "2048x1024", "a fox", env=env)
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["size"], {"asked": "2048x1024", "sent": "1024x1024", "received": "1024x1024"})
        self.assertEqual([a["class"] for a in outcome.json["attempts"]], ["size", "ok"])
        again = self.generate("-s", "2048x1024", "a fox", env=env)
        self.assertEqual([a["class"] for a in again.json["attempts"]], ["ok"], "the refusal was not remembered")

    def test_refused_parameters_are_dropped_one_by_one_and_said(self):
        for provider in ("openai_images", "responses_api"):
            with self.subTest(provider):
                self.setUp()
                outcome = self.limn("generate", "--json", "--events", "--provider", provider, "-q", "low", "--background", "opaque",
                                    "a fox", env=self.environment("unknown-parameter"))
                self.assert_status(outcome, 0)
                self.assertEqual([a["class"] for a in outcome.json["attempts"]], ["parameter", "parameter", "ok"])
                self.assertEqual(outcome.stderr.count('"event":"noticed"'), 2, outcome)
                self.doCleanups()

    def test_a_content_refusal_is_never_taken_to_another_gateway(self):
        outcome = self.generate("something", env=self.environment("moderated", "ok"))
        self.assert_status(outcome, 7)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_an_unknown_outcome_is_never_paid_twice_unless_allowed(self):
        for behaviour in ("hang-up", "gateway-504", "cut-mid-image"):
            with self.subTest(behaviour):
                self.setUp()
                outcome = self.generate("a fox", env=self.environment(behaviour, "ok"))
                self.assert_status(outcome, 9)
                self.assertEqual(self.sandbox.billable(), 1)
                self.assertTrue(outcome.json["attempts"][0]["may_have_cost"])
                allowed = self.generate("--allow-duplicate-charge", "a fox", env=self.environment(behaviour, "ok"))
                self.assert_status(allowed, 0)
                self.doCleanups()

    def test_a_wait_is_shown_and_ends_in_the_image(self):
        outcome = self.limn("generate", "--json", "--events", "a fox", env=self.environment("rate-limited"))
        self.assert_status(outcome, 0)
        waits = [json.loads(line) for line in outcome.stderr.splitlines() if '"waiting"' in line]
        self.assertEqual([w["ms"] for w in waits], [1000])
        self.setUp()
        self.assertIn("waiting 1.0 s: Rate limit", self.limn("generate", "a fox", env=self.environment("rate-limited")).stderr)

    def test_the_user_says_how_long_may_be_waited(self):
        outcome = self.generate("--wait", "0", "a fox", env=self.environment("rate-limited"))
        self.assert_status(outcome, 12)
        self.assertIn("--wait", outcome.json["error"]["hint"])
        long = self.generate("a fox", env=self.environment("rate-limited-long"))
        self.assert_status(long, 12)
        self.assertIn("3600 s", long.json["error"]["hint"])
        self.assertIn("--wait", long.json["error"]["hint"])
        elsewhere = self.generate("--wait", "0", "a fox", env=self.environment("rate-limited-long", "ok"))
        self.assert_status(elsewhere, 0)

    def test_a_server_error_after_the_time_that_drawing_takes_is_not_asked_again(self):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True)
        (folder / "limn.yaml").write_text("fallback: {late_error: 200ms}\n")
        outcome = self.generate("a fox", env=self.environment("late-error-400", "ok"))
        self.assert_status(outcome, 9)
        self.assertEqual(self.sandbox.billable(), 1)
        self.assertIn("fallback.late_error", outcome.json["error"]["message"])

    def test_a_gateway_without_credit_is_asked_first_again_when_it_has_cooled_down(self):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True)
        (folder / "limn.yaml").write_text("fallback: {billing_cool_down: 0s}\n")
        env = self.environment("billing-402", "ok")
        for _ in range(2):
            self.assertEqual([a["gateway"] for a in self.generate("a fox", env=env).json["attempts"]], ["openai", "clawto"])

    def test_a_time_out_says_that_the_image_may_have_been_charged_and_what_to_raise(self):
        outcome = self.generate("--timeout", "0.3", "a fox", env=self.environment("slow-5000", "ok"))
        self.assert_status(outcome, 9)
        self.assertIn("charged", outcome.json["error"]["message"])
        self.assertIn("--timeout", outcome.json["error"]["hint"])

    def test_what_arrived_of_a_cut_image_is_kept(self):
        outcome = self.generate("a fox", env=self.environment("cut-mid-image"))
        kept = list((self.home / ".local/state/limn/recovered").iterdir())
        self.assertEqual(len(kept), 1)
        self.assertIn(str(kept[0]), outcome.json["error"]["message"])

    def test_an_unreachable_gateway_is_left_for_the_next(self):
        outcome = self.generate("a fox", env=self.environment("http://127.0.0.1:1/v1", "ok"))
        self.assert_status(outcome, 0)
        self.assertEqual([a["class"] for a in outcome.json["attempts"]], ["unreachable", "ok"])

    def test_an_image_can_be_worked_on_with_a_mask(self):
        env = self.environment("ok")
        first = self.generate("a cat", env=env).json["images"][0]["path"]
        mask = self.work / "mask.png"
        data = bytearray(pathlib.Path(first).read_bytes())
        data[25] = 6  # its colours have an alpha channel; nobody looks into the pixels
        mask.write_bytes(data)
        for provider in ("openai_images", "responses_api"):
            with self.subTest(provider):
                outcome = self.generate("--provider", provider, "-i", first, "-i", first, "--mask", mask, "make it night", env=env)
                self.assert_status(outcome, 0)
                self.assertEqual(outcome.json["provider"], provider)
        asked = self.sandbox.get("/_log")
        self.assertEqual([(r["path"].split("/v1")[1], r["content_type"].split(";")[0]) for r in asked[-2:]],
                         [("/images/edits", "multipart/form-data"), ("/responses", "application/json")])
        sent = asked[-1]["body"]  # null where it is longer than the log keeps
        self.assertTrue(sent is None or "input_image_mask" in str(sent))

    def test_more_images_than_a_path_draws_at_once_are_asked_for_one_by_one(self):
        for provider, billable in (("openai_images", 1), ("responses_api", 3)):
            with self.subTest(provider):
                self.setUp()
                outcome = self.generate("-n", "3", "--provider", provider, "a fox", env=self.environment("ok"))
                self.assert_status(outcome, 0)
                self.assertEqual(len({i["path"] for i in outcome.json["images"]}), 3)
                self.assertEqual(self.sandbox.billable(), billable)
                self.doCleanups()


if __name__ == "__main__":
    unittest.main()
