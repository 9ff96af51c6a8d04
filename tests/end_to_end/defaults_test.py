"""`defaults:` of limn.yaml: what is sent to whom, and that everything that tells of it agrees."""

import json
import unittest

from limn_case import LimnCase

SETTINGS = """\
defaults: {{size: "16:9", quality: high, format: jpg, n: {n}}}
gateways:
  - {{name: poor, base_url: "{poor}", api_key: a-key-of-the-test, defaults: {{quality: low, size: 1024x1024, format: none}}}}
  - {{name: rich, base_url: "{rich}", api_key: a-key-of-the-test}}
"""

class Defaults(LimnCase):
    @property
    def seen(self):
        fields = ("size", "quality", "output_format", "n", "output_compression")
        return [("poor" if "/billing-402/" in entry["path"] else "rich", {key: entry["body"][key] for key in fields if key in entry["body"]})
                for entry in self.sandbox.get("/_log") if entry["path"].endswith("/images/generations")]

    def settings(self, text=SETTINGS, n=1):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text.format(n=n, poor=self.sandbox.base_url("billing-402"), rich=self.sandbox.base_url("ok"))
                                          + "providers: [openai_images]\n")

    def test_each_gateway_is_asked_with_its_own(self):
        self.settings()
        outcome = self.generate("a fox", env=self.environment())
        self.assert_status(outcome, 0)
        self.assertEqual(self.seen, [("poor", {"size": "1024x1024", "quality": "low"}),
                                     ("rich", {"size": "1536x864", "quality": "high", "output_format": "jpeg"})])
        self.assertEqual(outcome.json["size"]["asked"], "1536x864")
        self.assertEqual(outcome.json["size"]["sent"], "1536x864")
        entry = json.loads(self.limn("history", "--json").stdout)["entries"][0]
        self.assertEqual(entry["asked"], {"size": "1536x864", "n": 1, "quality": "high", "format": "jpeg"})

    def test_what_is_said_holds_for_all(self):
        self.settings()
        self.generate("-s", "square", "-q", "medium", "--format", "png", "a fox", env=self.environment())
        said = {"size": "1024x1024", "quality": "medium", "output_format": "png"}
        self.assertEqual(self.seen, [("poor", said), ("rich", said)])

    def test_a_dry_run_tells_what_would_be_sent_and_costs_what_that_does(self):
        self.settings(n=2)
        plan = self.limn("generate", "--dry-run", "--json", "a fox").json["plan"]
        self.assertEqual([(step["gateway"], step["size"], step["quality"]) for step in plan],
                         [("poor", "1024x1024", "low"), ("rich", "1536x864", "high"), ("rich", "1024x1024", "high")])
        said = self.limn("generate", "--dry-run", "--json", "-n", "2", "-s", "16:9", "-q", "high", "--gateway", "rich", "a fox").json
        self.assertEqual(plan[1]["cost"], said["cost"])
        lines = self.limn("generate", "--dry-run", "a fox").stdout.splitlines()
        self.assertIn(" 1024x1024, low ", lines[0])
        self.assertEqual(self.seen, [])

    def test_a_limit_of_costs_counts_the_dearest_default(self):
        self.settings()
        outcome = self.limn("generate", "--max-cost", "0.05", "a fox")
        self.assert_status(outcome, 2)
        self.assertEqual(self.seen, [])
        self.assert_status(self.limn("generate", "--max-cost", "0.05", "-q", "low", "a fox"), 0)

    def test_how_many_is_a_default_too(self):
        self.settings(n=2)
        outcome = self.generate("--gateway", "rich", "a fox", env=self.environment())
        self.assertEqual(len(outcome.json["images"]), 2)
        self.assertEqual(sum(request.get("n", 1) for _, request in self.seen), 2)
        refused = self.limn("generate", "-o", "-", "a fox")
        self.assert_status(refused, 2)
        self.assertIn("defaults.n", refused.stderr)

    def test_a_name_asks_for_its_format_over_the_default(self):
        self.settings()
        self.generate("-o", "fox.png", "--gateway", "rich", "a fox", env=self.environment())
        self.assertEqual(self.seen[0][1]["output_format"], "png")

    def test_a_compression_that_nobody_may_take_is_told(self):
        told = "compression is for jpeg and webp, and no format was asked for"
        self.settings("gateways: [{{name: rich, base_url: \"{rich}\", api_key: a-key-of-the-test}}]\n")
        self.assertIn(told, self.limn("generate", "--dry-run", "--compression", "70", "a fox").stderr)
        self.limn("config", "set", "defaults.format", "webp")
        self.assertNotIn(told, self.limn("generate", "--dry-run", "--compression", "70", "a fox").stderr)

    def test_a_default_size_that_the_model_does_not_draw_is_told_before_anybody_is_asked(self):
        self.settings("defaults: {{size: 1920x1080}}\ngateways: [{{name: rich, base_url: \"{rich}\", api_key: a-key-of-the-test}}]\n")
        outcome = self.limn("generate", "a fox")
        self.assert_status(outcome, 2)
        self.assertIn("defaults.size: 1920x1080 is no size of gpt-image-2", outcome.stderr)
        self.assert_status(self.limn("generate", "-s", "1024x1024", "a fox"), 0)
        self.settings("defaults: {{size: 1920x1080!}}\ngateways: [{{name: rich, base_url: \"{rich}\", api_key: a-key-of-the-test}}]\n")
        self.limn("generate", "a fox")
        self.assertEqual([request["size"] for _, request in self.seen][:2], ["1024x1024", "1920x1080"])

    def test_a_batch_takes_them_and_does_not_read_otherwise_for_them(self):
        self.settings()
        (self.work / "items").write_text('{"prompt":"a fox","gateway":"rich"}\n{"prompt":"a bear","gateway":"rich","quality":"low"}\n')
        words = ("batch", "items", "--manifest", "done.jsonl", "--jobs", "1")
        self.assert_status(self.limn(*words), 0)
        self.assertEqual([request["quality"] for _, request in self.seen], ["high", "low"])
        self.limn("config", "set", "defaults.quality", "medium")
        self.limn("config", "set", "defaults.n", "3")
        again = self.limn(*words, "--resume")
        self.assert_status(again, 0)
        self.assertEqual(len(self.seen), 2)

    def test_config_lists_and_sets_them(self):
        self.settings()
        self.assert_status(self.limn("config", "set", "defaults.quality", "MEDIUM"), 0)
        self.assertEqual(self.limn("config", "get", "defaults.quality").stdout, "medium\n")
        listed = self.limn("config", "list").stdout
        self.assertIn("defaults.size = 1536x864", listed)
        self.assertIn("gateways[0].defaults.quality = low", listed)
        refused = self.limn("config", "set", "defaults.quality", "hgih")
        self.assert_status(refused, 2)
        self.assertIn("did you mean 'high'?", refused.stderr)
        self.limn("generate", "a fox")
        self.assertEqual([request["quality"] for _, request in self.seen], ["low", "medium"])


if __name__ == "__main__":
    unittest.main()
