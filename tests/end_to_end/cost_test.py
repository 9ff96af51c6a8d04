"""What a picture costs: told beforehand as an estimate, afterwards from what the gateway counted, and never made up."""

import unittest

from limn_case import LimnCase
from scripted_server import ScriptedServer, image_answer

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

    def test_a_model_without_a_price_has_no_cost_rather_than_none(self):
        gateway = self.serve(lambda request: image_answer())
        args = ("--verify", "never", "-m", "sd-turbo", PROMPT)
        outcome = self.generate(*args, env=self.environment(gateway))
        self.assert_status(outcome, 0)
        self.assertIsNone(outcome.json["cost"])
        self.assertRegex(self.limn("generate", *args, env=self.environment(gateway)).stderr, r" · unknown cost\n")

    def test_a_refusal_costs_nothing(self):
        for gateway in ("billing-402", "unauthorized", "moderated"):
            with self.subTest(gateway):
                outcome = self.generate("-q", "medium", PROMPT, env=self.environment(gateway))
                expected = usd(MEDIUM + ESTIMATED_WORDS, "estimate") if outcome.json["attempts"][0]["may_have_cost"] else usd(0, "usage")
                self.assertEqual(outcome.json["cost"], expected)
        self.assertEqual(self.cost("billing-402"), usd(0, "usage"))
