"""`limn models`, what a name that is nearly right is answered with, and where gateways were looked for when there are none."""

import json
import unittest

from limn_case import CANARY, LimnCase
from scripted_server import ScriptedServer, answer
from terminal_test import TerminalCase

MANY = [f"vendor/chat-{number}" for number in range(5000)] + ["gpt-image-1", "flux-pro", "seedream-4", "gpt-image-2"]


def listing(ids):
    return answer(json.dumps({"data": [{"id": id} for id in ids]}).encode())


class ModelsCase(LimnCase):
    def models(self, *words, env, status=0):
        outcome = self.limn("models", "--json", *words, env=env)
        self.assert_status(outcome, status)
        self.assert_valid(outcome.json, "models")
        return outcome.json["gateways"]

    def server(self, ids):
        server = ScriptedServer(models=lambda request: listing(ids))
        self.addCleanup(server.stop)
        return server


class Models(ModelsCase):
    def test_it_lists_what_draws_what_it_costs_and_which_one_would_be_asked_for(self):
        gateway, = self.models(env=self.environment("ok"))
        self.assertEqual((gateway["name"], gateway["state"], gateway["model"]), ("openai", "listed", "gpt-image-2"))
        models = {model["id"]: model for model in gateway["models"]}
        self.assertTrue(all(model["draws"] for model in models.values()))
        self.assertEqual(models["gpt-image-2"]["cost"]["basis"], "bound")
        self.assertNotIn("text-embedding-3-large", models)
        self.assertLess(len(models), gateway["count"])
        text = self.limn("models", env=self.environment("ok")).stdout.splitlines()
        self.assertRegex(text[0], r"^openai: 3 of 5 models draw; gpt-image-2 would be asked for$")
        self.assertEqual([line for line in text if line.startswith("* ")], ["* gpt-image-2             at most $0.211 (estimate)"])
        self.assertEqual(self.sandbox.billable(), 0)

    def test_what_a_picture_costs_goes_by_the_defaults(self):
        self.limn("config", "set", "defaults.quality", "medium")
        self.assertIn("* gpt-image-2             about $0.0527 (estimate)", self.limn("models", env=self.environment("ok")).stdout.splitlines())

    def test_all_of_them(self):
        gateway, = self.models("--all", env=self.environment("ok"))
        self.assertEqual(len(gateway["models"]), gateway["count"])
        self.assertIn({"id": "text-embedding-3-large", "draws": False, "cost": None}, gateway["models"])

    def test_gateways_are_named_and_each_is_told_of(self):
        env = self.environment("no-models-list", "unauthorized")
        outcome = self.limn("models", env=env)
        self.assertEqual(outcome.status, self.limn("verify", env=env).status)
        self.assertRegex(outcome.stdout.splitlines()[0], "^openai: no list of models")
        self.assertRegex(outcome.stdout.splitlines()[1], "^clawto: auth: ")
        listed = self.models("openai", env=env)
        self.assertEqual([(gateway["name"], gateway["state"], gateway["model"]) for gateway in listed], [("openai", "no_list", "gpt-image-2")])
        refused = self.limn("models", "opnai", env=env)
        self.assert_status(refused, 2)
        self.assertIn("did you mean 'openai'?", refused.stderr)

    def test_a_list_without_the_model_is_a_list(self):
        gateway, = self.models(env=self.environment(self.server(["flux-pro", "chat"]).base_url()))
        self.assertEqual((gateway["state"], gateway["model"], [model["id"] for model in gateway["models"]]), ("not_listed", None, ["flux-pro"]))

    def test_a_price_of_limn_yaml_makes_a_model_one_that_draws(self):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True)
        (folder / "limn.yaml").write_text("prices: {house-blend: {image: 0.04}}\n")
        gateway, = self.models(env=self.environment(self.server(["house-blend", "chat"]).base_url()))
        self.assertEqual(gateway["models"], [{"id": "house-blend", "draws": True, "cost": {"usd": 0.04, "basis": "estimate"}}])

    def test_thousands_of_models(self):
        env = self.environment(self.server(MANY).base_url())
        gateway, = self.models(env=env)
        self.assertEqual([model["id"] for model in gateway["models"]], MANY[-4:])
        self.assertEqual(gateway["count"], len(MANY))
        self.assertEqual(len(self.models("--all", env=env)[0]["models"]), len(MANY))

    def test_a_gateway_that_echoes_the_key_as_a_model_shows_none(self):
        env = self.environment(self.server([f"image-{CANARY}openai", "gpt-image-2"]).base_url())
        gateway, = self.models(env=env)
        self.assertEqual([model["id"] for model in gateway["models"]], ["gpt-image-2"])


class Narrow(TerminalCase):
    def test_no_line_is_wider_than_the_terminal(self):
        ids = ["vendor/a-very-long-name-of-a-flux-model-that-nobody-can-remember", "gpt-image-2"]
        server = ScriptedServer(models=lambda request: listing(ids))
        self.addCleanup(server.stop)
        screen, text = self.on_terminal("models", env=self.environment(server.base_url()), columns=48)
        lines = text.replace("\r", "").splitlines()[1:]
        self.assertLessEqual(max(map(len, lines)), 48)
        self.assertRegex(lines[0], "^  vendor/.*….*remember$")
        self.assertRegex(lines[1], r"^\* gpt-image-2 +at most \$0.211 \(estimate\)$")


class NearMisses(ModelsCase):
    IDS = ["gpt-5", "gpt-image-1", "gpt-image-2", "dall-e-3", "flux-pro"]
    TOLD = "gpt-image2 is not listed; nearest: gpt-image-2, gpt-image-1"

    def test_they_are_named_by_generate_verify_and_doctor(self):
        env = self.environment(self.server(self.IDS).base_url())
        for words in (("generate", "a fox"), ("verify",), ("doctor",)):
            with self.subTest(words):
                outcome = self.limn(*words, "-m", "gpt-image2", env=env)
                self.assert_status(outcome, 6)
                self.assertIn(self.TOLD, outcome.stdout + outcome.stderr)

    def test_of_several_each_is_looked_for(self):
        outcome = self.limn("verify", "-m", "gpt-image2,dalle-3", env=self.environment(self.server(self.IDS).base_url()))
        self.assertIn("gpt-image2, dalle-3 are not listed; nearest: gpt-image-2, gpt-image-1, dall-e-3", outcome.stdout)


class NoGateway(LimnCase):
    def test_every_place_is_told_and_the_way_to_one(self):
        for words in (("generate", "a fox"), ("discover",), ("verify",), ("models",), ("doctor",), ("generate", "--dry-run", "a fox")):
            with self.subTest(words):
                outcome = self.limn(*words)
                self.assert_status(outcome, 3)
                told = outcome.stderr + outcome.stdout
                for place in ("env: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_API_BASE, CLAWTO_BASE_URL, CLAWTO_API_KEY are not set",
                              "limn: ~/.config/limn/limn.yaml is not there", "config_yaml: ~/.hermes/config.yaml is not there", "`limn init`"):
                    self.assertIn(place, told)

    def test_a_place_that_has_nothing_usable_is_told_as_such(self):
        (self.home / ".config/limn").mkdir(parents=True)
        (self.home / ".config/limn/limn.yaml").write_text("timeout: 5m\n")
        (self.home / ".hermes").mkdir()
        (self.home / ".hermes/config.yaml").write_text("model: {default: x}\n")
        (self.home / ".hermes/.env").write_text("")
        (self.home / ".hermes/.env").chmod(0o666)
        told = self.limn("generate", "a fox").stderr
        self.assertIn("limn: ~/.config/limn/limn.yaml has no gateways", told)
        self.assertIn("config_yaml: ~/.hermes/config.yaml has no gateway in it", told)
        self.assertIn("config_yaml: ~/.hermes/.env cannot be read", told)

    def test_a_file_that_is_named_is_the_one_that_was_looked_at(self):
        (self.work / "other.yaml").write_text("sources: [limn]\n")
        outcome = self.limn("generate", "--json", "--config", "other.yaml", "a fox")
        self.assert_valid(outcome.json, "failure")
        self.assertEqual(outcome.json["error"]["details"], ["limn: ~/work/other.yaml has no gateways"])


if __name__ == "__main__":
    unittest.main()
