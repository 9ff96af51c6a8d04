"""What the settings are, where they come from, and that limn.yaml, `config set` and the command line read alike."""

import pathlib
import re
import unittest

from limn_case import CANARY, LimnCase

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/limn-yaml.md"


class ConfigCase(LimnCase):
    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def listed(self, env=None):
        outcome = self.limn("config", "list", "--json", env=env)
        self.assert_status(outcome, 0)
        return {s["key"]: (s["value"], s["origin"]) for s in outcome.json["settings"]}


class Pasted(ConfigCase):
    """The limn.yaml of docs/limn-yaml.md, as it stands there."""

    def setUp(self):
        super().setUp()
        self.text = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.S).group(1)
        self.settings(self.text)

    def test_it_is_taken_without_a_word(self):
        outcome = self.limn("config", "list")
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stderr, "")

    def test_all_its_values_are_listed_with_their_lines(self):
        origins = {origin for _, origin in self.listed().values()}
        for number, line in enumerate(self.text.splitlines(), 1):
            value = line.split(" #")[0].strip()
            if value and not value.startswith("#") and not value.endswith(":"):
                self.assertIn(f"limn.yaml:{number}", origins, line)

    def test_images_are_drawn_with_it(self):
        outcome = self.limn("generate", "--sandbox", "--json", "a fox")
        self.assert_status(outcome, 0)
        self.assert_png(outcome.json["images"][0]["path"])
        self.assertEqual(pathlib.Path(outcome.json["images"][0]["path"]).parent, self.home / "Pictures/limn")

    def test_its_gateway_is_what_would_be_asked(self):
        env = self.environment(WORK_KEY=CANARY)
        outcome = self.limn("generate", "--dry-run", "--json", "a fox", env=env)
        self.assert_status(outcome, 0)
        self.assertEqual({(s["gateway"], s["provider"]) for s in outcome.json["plan"]}, {("work", "responses_api")})
        self.assertEqual([g["name"] for g in self.limn("discover", "--json", env=env).json["gateways"]], ["work"])

    def test_every_plugin_is_ready(self):
        outcome = self.limn("plugins")
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stderr, "")


class Policy(ConfigCase):
    def test_what_follows_from_each_failure_is_listed_where_nothing_was_said_too(self):
        listed = self.listed()
        for failure_class, step in (("billing", "next_gateway"), ("size", "next_size"), ("endpoint", "next_provider"), ("content", "stop"),
                                    ("outcome_unknown", "stop"), ("server", "next_provider"), ("not_saved", "stop")):
            self.assertEqual(listed[f"fallback.{failure_class}"], (step, "default"))
        self.settings("fallback: {billing: stop, allow_duplicate_charge: yes}\n")
        listed = self.listed()
        self.assertEqual(listed["fallback.billing"], ("stop", "limn.yaml:1"))
        self.assertEqual(listed["fallback.outcome_unknown"], ("next_provider", "default"))
        self.assertEqual(self.limn("config", "get", "fallback.server").stdout, "next_provider\n")


class Broken(ConfigCase):
    def test_where_it_lies_is_told_and_preferences_can_be_changed_although_limn_yaml_is_broken(self):
        for text in ("timeout: [\n", "tmeout: 5s\n", "model: {a: b}\n"):
            with self.subTest(text):
                self.settings(text)
                self.assert_status(self.limn("config", "list"), 2)
                for args in (("path",), ("set", "timeout", "5s"), ("unset", "timeout")):
                    outcome = self.limn("config", *args)
                    self.assert_status(outcome, 0)
                    self.assertEqual(outcome.stderr, "")
                self.assertIn(str(self.home / ".config/limn/limn.yaml"), self.limn("config", "path").stdout)

    def test_a_broken_preferences_file_can_be_mended(self):
        self.settings("")
        (self.home / ".config/limn/preferences.yaml").write_text("timeout: soon\n")
        self.assert_status(self.limn("config", "list"), 2)
        self.assert_status(self.limn("config", "unset", "timeout"), 0)
        self.assert_status(self.limn("config", "list"), 0)


class OtherGateways(ConfigCase):
    """Who names a gateway hears of no other."""

    def setUp(self):
        super().setUp()
        self.key = self.home / "key"
        self.key.write_text(CANARY)
        self.key.chmod(0o644)
        (self.home / ".hermes").mkdir()
        (self.home / ".hermes/config.yaml").write_text("model: [broken\n")
        url = self.sandbox.base_url("no-auth")
        self.settings(f"gateways:\n  - {{name: work, base_url: {url}, api_key: none}}\n"
                      f"  - {{name: open, base_url: {url}, api_key_file: {self.key}}}\n"
                      f"  - {{name: unset, base_url: {url}, api_key_env: NOT_SET}}\n")

    def test_its_own_warnings_are_told_and_no_others(self):
        for command in (("generate", "-o", "a.png"), ("generate", "--dry-run"), ("verify",), ("doctor",)):
            names = ("--gateway", "work") if command[0] != "verify" else ("work",)
            outcome = self.limn(*command, *names, *(["a fox"] if command[0] == "generate" else []))
            self.assert_status(outcome, 0)
            self.assertNotIn("warning", outcome.stderr, command)
        outcome = self.limn("generate", "--dry-run", "--gateway", "open", "a fox")
        self.assertEqual(outcome.stderr.count("warning"), 1, outcome)
        self.assertIn("others can read it", outcome.stderr)
        everything = self.limn("generate", "--dry-run", "a fox").stderr
        self.assertIn("others can read it", everything)
        self.assertIn("config.yaml", everything)

    def test_a_name_that_is_not_found_brings_them_all(self):
        outcome = self.limn("generate", "--dry-run", "--gateway", "model", "a fox")
        self.assert_status(outcome, 2)
        self.assertIn("config.yaml", outcome.stderr)

    def test_one_that_cannot_be_used_is_told_alone(self):
        outcome = self.limn("generate", "--gateway", "unset", "a fox")
        self.assert_status(outcome, 3)
        self.assertIn("NOT_SET", outcome.stderr)
        self.assertNotIn("work", outcome.stderr)


class Models(ConfigCase):
    def test_doctor_and_verify_look_for_the_model_that_is_named_at_every_gateway(self):
        env = self.environment("ok", "model-not-listed")
        outcome = self.limn("verify", "-m", "gpt-image-2-2026-04-21", env=env)
        self.assertRegex(outcome.stdout.splitlines()[0], "^openai: listed as gpt-image-2-2026-04-21")
        self.assertRegex(outcome.stdout.splitlines()[1], "^clawto: gpt-image-2-2026-04-21 is not among")
        self.assert_status(outcome, 6)
        outcome = self.limn("doctor", "-m", "nobody-has-it", "--json", env=env)
        self.assert_valid(outcome.json, "doctor")
        self.assert_status(outcome, 6)
        points = [(p["verdict"], p["message"]) for p in outcome.json["points"] if p["name"] == "the model is listed"]
        self.assertEqual([v for v, _ in points], ["bad", "bad"])
        self.assertTrue(points[0][1].startswith("openai: nobody-has-it is not among"), points)
        self.assertTrue(points[1][1].startswith("clawto: nobody-has-it is not among"), points)

    def test_what_is_listed_instead_is_named(self):
        outcome = self.limn("verify", "-m", "nobody-has-it", env=self.environment("ok"))
        self.assertRegex(outcome.stdout, r"such as .*gpt-image-2|: .*gpt-image-2")
        checked = self.limn("verify", "-m", "nobody-has-it", "--json", env=self.environment("ok")).json
        self.assert_valid(checked, "verify")
        self.assertIn("gpt-image-2", checked["gateways"][0]["models"]["likely"])


class OneReading(ConfigCase):
    """tests/unit/one_reading_test.cpp has all settings; here is the command line."""

    def test_durations_are_read_alike_everywhere(self):
        for text, is_one in (("1m", True), ("90s", True), ("1500ms", True), ("0.5h", True), ("60", True), ("1.5", True), ("25h", False),
                             ("1e3", False), ("-1", False), ("nan", False), ("1 m", True), ("1m30s", True), ("1h 30 min", True),
                             ("1d", True), ("2d", False), ("30s1m", False), ("1M", False), ("", False)):
            with self.subTest(text):
                self.settings(f"timeout: {text}\n" if text else "timeout: ''\n")
                status = 0 if is_one else 2
                self.assertEqual(self.limn("config", "list").status, status)
                self.settings("")
                self.assertEqual(self.limn("config", "set", "timeout", "--", text).status, status)
                (self.home / ".config/limn/preferences.yaml").unlink(missing_ok=True)
                for option in ("--timeout", "--wait"):
                    outcome = self.limn("generate", "--dry-run", f"{option}={text}", "a fox", env=self.environment("ok"))
                    self.assertEqual(outcome.status, status, outcome)
                (self.work / "items").write_text('"a fox"\n')
                self.assertEqual(self.limn("batch", "items", "--dry-run", f"--grace={text}", env=self.environment("ok")).status, status)
                (self.work / "items").write_text(f'{{"prompt": "a fox", "timeout": "{text}"}}\n')
                self.assertEqual(self.limn("batch", "items", "--dry-run", env=self.environment("ok")).status, status)

    def test_a_number_of_an_item_is_seconds(self):
        for number, status in (("60", 0), ("0.5", 0), ("-1", 2), ("0", 2), ("true", 2), ("1e9", 2)):
            (self.work / "items").write_text(f'{{"prompt": "a fox", "timeout": {number}}}\n')
            self.assertEqual(self.limn("batch", "items", "--dry-run", env=self.environment("ok")).status, status, number)

    def test_a_list_is_one_text_too(self):
        def providers(*args):
            plan = self.limn("generate", "--dry-run", "--json", *args, "a fox", env=self.environment("ok")).json["plan"]
            return [(s["provider"], s["model"]) for s in plan]

        wanted = [("responses_api", "a"), ("openai_images", "a")]
        self.assertEqual(providers("--provider", "responses_api,openai_images", "-m", "a,b"), wanted)
        self.settings("providers: responses_api, openai_images\nmodel: a, b\n")
        self.assertEqual(providers(), wanted)
        self.settings("")
        self.limn("config", "set", "providers", "responses_api,openai_images")
        self.limn("config", "set", "model", "a,b")
        self.assertEqual(providers(), wanted)
        self.assertEqual(self.listed()["model"], ("[a, b]", "preferences.yaml:2"))


if __name__ == "__main__":
    unittest.main()
