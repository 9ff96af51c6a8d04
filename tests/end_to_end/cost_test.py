"""What a picture costs: told beforehand as an estimate, afterwards from what the gateway counted, and never made up."""

import base64
import json
import re
import unittest

from limn_case import LimnCase
from scripted_server import ScriptedServer, answer, image_answer, png

# Of gpt-image-2, in millionths of a dollar: 196, 1756 and 7024 tokens of 30 for a 1024x1024.
LOW, MEDIUM, HIGH = 5880, 52680, 210720
# Of the 8x8 that a scripted server draws: 129 and 4609 tokens.
TINY_LOW, TINY_HIGH = 3870, 138270
PROMPT = "a fox"
# It is so many tokens: a quarter of its bytes, rounded by the sandbox down and by an estimate up, and six around it.
COUNTED_WORDS, ESTIMATED_WORDS, MOST_WORDS = 7 * 5, 8 * 5, 11 * 5


def usd(millionths, basis):
    return {"usd": millionths / 1_000_000, "basis": basis}


class Cost(LimnCase):
    def serve(self, generation):
        server = ScriptedServer(generation=generation)
        self.addCleanup(server.stop)
        return server.base_url()

    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def cost(self, gateway, *args):
        return self.generate(*args, PROMPT, env=self.environment(gateway)).json["cost"]

    # --- Afterwards ---

    def test_what_the_gateway_counted_is_what_it_costs(self):
        for args, millionths in ((("-q", "medium"), MEDIUM + COUNTED_WORDS), (("-q", "high"), HIGH + COUNTED_WORDS),
                                 (("-q", "low", "-n", "3"), 3 * LOW + COUNTED_WORDS), ((), LOW + COUNTED_WORDS)):
            with self.subTest(args):
                self.assertEqual(self.cost("ok", *args), usd(millionths, "usage"))

    def test_the_number_is_exact_and_not_that_of_a_double(self):
        outcome = self.limn("generate", "--json", "-n", "3", "-q", "low", PROMPT, env=self.environment("ok"))
        self.assertIn('"cost":{"usd":0.017675,"basis":"usage"}', outcome.stdout)

    def test_a_dated_id_and_one_with_a_vendor_cost_what_the_model_costs(self):
        self.assertEqual(self.cost("vendor-prefix", "-q", "medium"), usd(MEDIUM + COUNTED_WORDS, "usage"))

    def test_a_gateway_that_says_what_it_charged_is_believed(self):
        self.assertEqual(self.cost("ok", "--provider", "chat_completions"), usd(38700, "usage"))

    def test_without_a_count_of_the_image_it_is_an_estimate(self):
        """By the size that came, the quality that was told, or else asked for."""
        zeros = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        estimate = usd(TINY_LOW + ESTIMATED_WORDS, "estimate")
        for name, gateway, args, expected in (
                ("the chat model is counted", "ok", ("--provider", "responses_api", "-q", "medium"),
                 usd(MEDIUM + ESTIMATED_WORDS, "estimate")),
                ("the same, of three requests", "ok", ("--provider", "responses_api", "-q", "medium", "-n", "3"),
                 usd(3 * (MEDIUM + ESTIMATED_WORDS), "estimate")),
                ("nothing is told", self.serve(lambda request: image_answer()), ("-q", "low"), estimate),
                ("zeros are told", self.serve(lambda request: image_answer(usage=zeros)), ("-q", "low"), estimate),
                ("a quality is told", self.serve(lambda request: image_answer(quality="low")), (), estimate),
                ("no quality is known", self.serve(lambda request: image_answer()), (), usd(TINY_HIGH + MOST_WORDS, "bound"))):
            with self.subTest(name):
                self.assertEqual(self.cost(gateway, *args), expected)

    def test_a_quality_that_was_left_out_is_not_what_it_costs(self):
        refusal = {"error": {"message": "Unknown parameter: 'quality'.", "type": "invalid_request_error", "param": "quality",
                             "code": "unknown_parameter"}}

        def draw(request):
            if b"quality" in request.body:
                return answer(json.dumps(refusal).encode(), status="400 Bad Request")
            return image_answer()

        self.assertEqual(self.cost(self.serve(draw), "-q", "low"), usd(TINY_HIGH + MOST_WORDS, "bound"))

    def test_previews_that_came_are_in_an_estimate(self):
        picture = base64.b64encode(png()).decode()
        events = [{"type": "image_generation.partial_image", "b64_json": picture, "partial_image_index": i} for i in range(2)]
        events.append({"type": "image_generation.completed", "b64_json": picture})
        body = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
        gateway = self.serve(lambda request: answer(body, content_type="text/event-stream"))
        self.assertEqual(self.cost(gateway, "-q", "low"), usd(TINY_LOW + 2 * 100 * 30 + ESTIMATED_WORDS, "estimate"))

    def test_a_model_without_a_price_has_no_cost_rather_than_none(self):
        gateway = self.serve(lambda request: image_answer())
        args = ("--verify", "never", "-m", "sd-turbo", PROMPT)
        outcome = self.generate(*args, env=self.environment(gateway))
        self.assert_status(outcome, 0)
        self.assertIsNone(outcome.json["cost"])
        self.assertRegex(self.limn("generate", *args, env=self.environment(gateway)).stderr, r" · unknown cost\n")

    def test_a_refusal_costs_nothing(self):
        for gateway in ("billing-402", "unauthorized", "server-500"):
            with self.subTest(gateway):
                self.assertEqual(self.cost(gateway), usd(0, "usage"))
        refused = self.limn("generate", PROMPT, env=self.environment("billing-402"))
        self.assertNotIn("cost:", refused.stderr)
        drawn = self.generate("-q", "medium", PROMPT, env=self.environment("billing-402", "ok"))
        self.assertEqual(drawn.json["cost"], usd(MEDIUM + COUNTED_WORDS, "usage"))

    def test_an_image_that_may_have_been_charged_and_did_not_come_is_in_the_cost(self):
        lost = MEDIUM + ESTIMATED_WORDS
        for gateway, expected in (("hang-up", usd(lost, "estimate")), ("no-image-200", usd(lost, "estimate")),
                                  ("truncated-png", usd(MEDIUM + COUNTED_WORDS, "usage"))):  # what was counted came, and is damaged
            with self.subTest(gateway):
                self.assertEqual(self.cost(gateway, "-q", "medium"), expected)
        outcome = self.limn("generate", "-q", "medium", PROMPT, env=self.environment("hang-up"))
        self.assertIn("cost: about $0.0527 (estimate)\n", outcome.stderr)
        env = self.environment("hang-up", "ok")
        outcome = self.generate("-q", "medium", "--allow-duplicate-charge", PROMPT, env=env)
        self.assertEqual([a["class"] for a in outcome.json["attempts"]], ["outcome_unknown", "outcome_unknown", "ok"])
        self.assertEqual(outcome.json["cost"], usd(2 * lost + MEDIUM + COUNTED_WORDS, "estimate"))

    def test_the_report_ends_with_the_cost_and_how_it_is_known(self):
        for args, end in ((("-q", "medium"), " · $0.0527\n"), (("-q", "high", "--provider", "responses_api"), " · about $0.211 (estimate)\n"),
                          (("-q", "high", "-n", "10"), " · $2.11\n")):
            with self.subTest(args):
                outcome = self.limn("generate", *args, PROMPT, env=self.environment("ok"))
                self.assertTrue(outcome.stderr.endswith(end), outcome)

    # --- Prices ---

    def test_prices_of_limn_yaml_are_respected(self):
        for prices, args, expected in (
                ("{gpt-image-2: {image_out: 15}}", ("-q", "low"), usd(LOW // 2 + COUNTED_WORDS, "usage")),
                ("{gpt-image-2: {image: 0.04}}", ("-n", "2"), usd(80000, "usage")),
                ("{gpt-image-2-2026-04-21: {image: 0.04}}", ("-q", "low"), usd(LOW + COUNTED_WORDS, "usage"))):
            with self.subTest(prices):
                self.settings(f"prices: {prices}\n")
                self.assertEqual(self.cost("ok", *args), expected)

    def test_prices_are_listed_with_their_origin_and_belong_into_limn_yaml(self):
        self.settings("prices:\n  flux-x: {image: 0.04}\n")
        listed = self.limn("config", "list").stdout
        self.assertIn("prices.flux-x = {image: 0.04}  (limn.yaml:2)\n", listed)
        self.assertIn("prices.gpt-image-2 = {text_in: 5, image_in: 8, text_out: 10, image_out: 30}  (default)\n", listed)
        outcome = self.limn("config", "set", "prices.gpt-image-2", "{image: 0}")
        self.assert_status(outcome, 2)
        self.assertIn("can be set in limn.yaml only", outcome.stderr)
        self.settings("prices:\n  flux-x: {imag: 0.04}\n")
        outcome = self.limn("config", "list")
        self.assert_status(outcome, 2)
        self.assertIn("limn.yaml:2:12: unknown key 'imag': did you mean 'image'?", outcome.stderr)

    # --- Beforehand ---

    def dry_run(self, *args):
        outcome = self.limn("generate", "--dry-run", "--json", *args, PROMPT, env=self.environment("ok"))
        self.assert_valid(outcome.json, "dry_run")
        self.assertEqual(self.sandbox.get("/_log"), [], "somebody was asked")
        return outcome.json

    def test_a_dry_run_estimates_and_asks_nobody(self):
        for args, expected in (
                (("-q", "medium"), usd(MEDIUM + ESTIMATED_WORDS, "estimate")),
                (("-q", "low", "-n", "4"), usd(4 * (LOW + ESTIMATED_WORDS), "estimate")),
                (("-q", "low", "-m", "gpt-image-1-mini"), usd(272 * 8 + 8 * 2, "estimate")),
                ((), usd(HIGH + MOST_WORDS, "bound")),
                (("-q", "low", "-s", "auto"), usd(397 * 30 + MOST_WORDS, "bound")),
                (("-m", "sd-turbo"), None)):
            with self.subTest(args):
                self.assertEqual(self.dry_run(*args)["cost"], expected)

    def test_a_dry_run_estimates_each_size_on_its_own(self):
        told = self.dry_run("-q", "low", "-s", "2048x1152")
        self.assertEqual([(s["size"], s["cost"]) for s in told["plan"][:2]],
                         [("2048x1152", usd(157 * 30 + ESTIMATED_WORDS, "estimate")), ("1024x1024", usd(LOW + ESTIMATED_WORDS, "estimate"))])
        self.assertEqual(told["cost"], told["plan"][0]["cost"])

    def test_a_dry_run_says_in_words_that_it_estimates(self):
        for args, end in ((("-q", "medium"), "about $0.0527 (estimate)"), ((), "at most $0.211 (estimate)"), (("-m", "sd-turbo"), "unknown cost")):
            with self.subTest(args):
                outcome = self.limn("generate", "--dry-run", *args, PROMPT, env=self.environment("ok"))
                for line in outcome.stdout.splitlines():
                    self.assertRegex(line, f" · 1024x1024(, medium)? · {re.escape(end)}$")

    def test_inputs_and_prices_of_limn_yaml_are_in_the_estimate(self):
        first = self.generate("-q", "low", PROMPT, env=self.environment("ok")).json["images"][0]["path"]
        self.sandbox.reset()
        self.assertEqual(self.dry_run("-q", "low", "-i", first)["cost"], usd(LOW + ESTIMATED_WORDS + 1536 * 8, "estimate"))
        self.settings("prices: {gpt-image-2: {image: 0.04}}\n")
        self.assertEqual(self.dry_run("-n", "3", "-i", first)["cost"], usd(120000, "estimate"))


if __name__ == "__main__":
    unittest.main()
