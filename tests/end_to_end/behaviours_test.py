"""Every behaviour of the sandbox: how it ends, what it costs, and what is on disk afterwards."""

import unittest

from limn_case import LimnCase

# behaviour: exit status, classes of the attempts in order, billable requests, images. One gateway, the default order.
TABLE = {
    "ok": (0, ["ok"], 1, 1),
    "billing-400": (5, ["billing"], 1, 0),
    "billing-402": (5, ["billing"], 1, 0),
    "quota-429": (5, ["billing"], 1, 0),
    "quota-403": (5, ["billing"], 1, 0),
    "quota-200": (5, ["billing"], 1, 0),
    "unauthorized": (4, ["auth"], 0, 0),
    "unverified": (4, ["access"], 1, 0),
    "no-models-list": (0, ["ok"], 1, 1),
    "model-not-listed": (6, ["model"], 0, 0),
    "no-channel-503": (6, ["model", "model"], 2, 0),
    "no-images-endpoint": (0, ["endpoint", "ok"], 2, 1),
    "size-1024-only": (0, ["ok"], 1, 1),
    "moderated": (7, ["content"], 1, 0),
    "rate-limited": (0, ["rate_limited", "ok"], 2, 1),
    "server-500": (8, ["server", "server"], 2, 0),
    "gateway-504": (9, ["outcome_unknown"], 1, 0),
    "html-200": (6, ["endpoint", "endpoint"], 2, 0),
    "hang-up": (9, ["outcome_unknown"], 1, 0),
    "cut-mid-image": (9, ["outcome_unknown"], 1, 0),
    "truncated-png": (11, ["bad_image"], 1, 0),
    "url-result": (0, ["ok"], 1, 1),
    "data-uri": (0, ["ok"], 1, 1),
    "escaped-slashes": (0, ["ok"], 1, 1),
    "wrapped-base64": (0, ["ok"], 1, 1),
    "url-safe-base64": (0, ["ok"], 1, 1),
    "keep-alive-whitespace": (0, ["ok"], 1, 1),
    "sse": (0, ["ok"], 1, 1),
    "sse-crlf": (0, ["ok"], 1, 1),
    "responses-incomplete-output": (0, ["ok"], 1, 1),
    "no-image-200": (11, ["no_image"], 1, 0),
    "echo-key": (4, ["auth"], 0, 0),
    "slow-250": (0, ["ok"], 1, 1),
    "big-1": (0, ["ok"], 1, 1),
    "base-resp-200": (5, ["billing"], 1, 0),
    "no-auth": (0, ["ok"], 1, 1),
    "redirect": (6, ["endpoint", "endpoint"], 2, 0),
    "vendor-prefix": (0, ["ok"], 1, 1),
    "no-responses-endpoint": (0, ["ok"], 1, 1),
    "moderated-output": (7, ["content"], 1, 0),
    "retry-after-date": (0, ["rate_limited", "ok"], 2, 1),
    "rate-limited-long": (12, ["rate_limited"], 1, 0),
    "gateway-524": (9, ["outcome_unknown"], 1, 0),
    "cut-mid-image-chunked": (9, ["outcome_unknown"], 1, 0),
    "keep-alive-then-error": (8, ["server", "server"], 2, 0),
    "url-beside-empty-base64": (0, ["ok"], 1, 1),
    "url-elsewhere": (10, ["not_saved"], 1, 0),
    "url-flaky": (0, ["ok"], 1, 1),
    "url-redirected": (0, ["ok"], 1, 1),
    "sse-odd": (0, ["ok"], 1, 1),
    "sse-error": (8, ["server", "server"], 2, 0),
    "sse-ends-too-early": (9, ["outcome_unknown"], 1, 0),
    "json-not-sse": (0, ["ok"], 1, 1),
    "unknown-parameter": (0, ["ok"], 1, 1),
}


class Behaviours(LimnCase):
    def test_each_behaviour_ends_as_documented(self):
        for behaviour, (status, classes, billable, images) in TABLE.items():
            with self.subTest(behaviour):
                self.setUp()
                outcome = self.generate("a fox in the snow", env=self.environment(behaviour))
                self.assert_status(outcome, status)
                envelope = outcome.json
                self.assertEqual([a["class"] for a in envelope["attempts"]], classes, outcome)
                self.assertEqual(self.sandbox.billable(behaviour), billable, "billable requests")
                self.assertEqual(len(self.images_in(self.work)), images, "images on disk")
                self.assertEqual(envelope["ok"], status == 0)
                for image in envelope.get("images", []):
                    self.assert_png(image["path"], None if behaviour.startswith("big") else (1024, 1024))
                self.doCleanups()

    def test_every_behaviour_that_the_sandbox_has_is_in_the_table(self):
        listed = {b["name"] for b in self.limn("sandbox", "--list", "--json").json["behaviours"]}
        covered = set(TABLE) | {"slow", "big"}  # with a number behind them
        self.assertEqual(listed - covered, set())

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
        for provider in ("openai_images", "responses_api"):
            with self.subTest(provider):
                outcome = self.generate("--provider", provider, "-i", first, "-i", first, "--mask", first, "make it night", env=env)
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
