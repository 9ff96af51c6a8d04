"""What --dry-run lists is what the engine does next, whatever it has learnt."""

import json
import unittest

from limn_case import LimnCase

# Each pair of gateways, and what is asked of them.
SCENES = (
    ("billing-402", "ok", ()),
    ("ok", "billing-402", ()),
    ("size-1024-only", "ok", ("-s", "2048x1024")),
    ("no-images-endpoint", "ok", ()),
    ("no-responses-endpoint", "ok", ()),
    ("no-models-list", "ok", ()),
    ("vendor-prefix", "ok", ()),
    ("unknown-parameter", "ok", ("-q", "low")),
)


class DryRun(LimnCase):
    def plan(self, *args, env):
        outcome = self.limn("generate", "--dry-run", "--json", *args, "a fox", env=env)
        self.assert_status(outcome, 0)
        self.assert_valid(outcome.json, "dry_run")
        return outcome.json["plan"]

    @staticmethod
    def steps(entries):
        return [(e["gateway"], e["provider"], e["model"], e.get("size")) for e in entries if e["provider"]]

    def test_it_lists_what_the_engine_does_next(self):
        known = {line.split()[0] for line in self.limn("sandbox", "--list").stdout.splitlines()}
        for first, second, args in SCENES:
            self.assertIn(first, known)
            with self.subTest(first=first, second=second):
                self.limn("forget", env=self.environment(first, second))
                env = self.environment(first, second)
                self.generate(*args, "a fox", env=env)
                plan = self.steps(self.plan(*args, env=env))
                done = self.steps(self.generate(*args, "a fox", env=env).json["attempts"])
                self.assertEqual(plan[0], done[0])
                rest = iter(plan)
                self.assertTrue(all(step in rest for step in done), f"{done} is not in the order of {plan}")

    def test_a_gateway_without_credit_is_listed_last_and_told(self):
        env = self.environment("billing-402", "ok")
        self.assertEqual([s[0] for s in self.steps(self.plan(env=env))], ["openai", "openai", "clawto", "clawto"])
        self.generate("a fox", env=env)
        outcome = self.limn("generate", "--dry-run", "a fox", env=env)
        self.assertEqual([line.split()[0] for line in outcome.stdout.splitlines()], ["clawto", "clawto", "openai", "openai"])
        self.assertIn("openai was out of credit a while ago and is asked last", outcome.stderr)

    def test_a_provider_that_cannot_work_from_images_is_not_listed(self):
        self.generate("-o", "one.png", "a fox", env=self.environment("ok"))
        one_by_one = {id: self.limn("generate", "--dry-run", "--json", "--provider", id, "-i", "one.png", "a fox",
                                    env=self.environment("ok")).status for id in ("openai_images", "submit_poll", "nobody")}
        done = self.generate("--provider", "submit_poll", "-i", "one.png", "a fox", env=self.environment("ok"))
        self.assertEqual(one_by_one["openai_images"], 0)
        self.assertNotEqual(one_by_one["nobody"], 0)
        self.assertEqual(one_by_one["submit_poll"] == 0, done.status == 0)

    def test_it_remembers_nothing(self):
        env = self.environment("ok")
        self.plan(env=env)
        self.assertEqual(list((self.home / ".local").rglob("*.json")) if (self.home / ".local").exists() else [], [])


if __name__ == "__main__":
    unittest.main()
