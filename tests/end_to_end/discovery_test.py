"""Which gateways are found, in which order, with which key, and what they list."""

import unittest

from limn_case import CANARY, LimnCase


class Discovery(LimnCase):
    def hermes(self, text):
        folder = self.home / ".hermes"
        folder.mkdir()
        (folder / "config.yaml").write_text(text)
        (folder / "config.yaml").chmod(0o600)

    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def discover(self, env=None):
        outcome = self.limn("discover", "--json", env=env)
        self.assert_valid(outcome.json, "discover")
        return outcome.json["gateways"]

    def test_both_gateways_of_an_ai_hosts_file_are_found_in_order_with_their_origins(self):
        self.hermes(f"""
model:
  base_url: https://one.example/v1
  api_key: {CANARY}1
auxiliary:
  vision:
    base_url: https://two.example/v1
    api_key: {CANARY}2
""")
        found = self.discover()
        self.assertEqual([(g["base_url"], g["origins"]) for g in found],
                         [("https://one.example/v1", ["~/.hermes/config.yaml#model"]),
                          ("https://two.example/v1", ["~/.hermes/config.yaml#auxiliary.vision"])])

    def test_sources_come_in_their_order(self):
        self.hermes(f"model: {{base_url: 'https://hermes.example/v1', api_key: {CANARY}}}\n")
        self.settings(f"gateways:\n  - name: own\n    base_url: https://own.example/v1\n    api_key: {CANARY}\n")
        env = self.environment("https://first.example/v1", "https://second.example/v1")
        self.assertEqual([g["base_url"] for g in self.discover(env)],
                         ["https://first.example/v1", "https://second.example/v1", "https://own.example/v1", "https://hermes.example/v1"])
        self.settings("sources: [config_yaml]\n")
        self.assertEqual([g["base_url"] for g in self.discover(env)], ["https://hermes.example/v1"])

    def test_a_key_alone_goes_to_its_own_makers_only(self):
        found = self.discover(self.environment(OPENAI_API_KEY=CANARY))
        self.assertEqual([g["base_url"] for g in found], ["https://api.openai.com/v1"])
        self.assertEqual(self.discover(self.environment(CLAWTO_API_KEY=CANARY)), [])

    def test_a_key_never_meets_the_url_of_another_scope(self):
        env = self.environment("ok", OPENAI_API_KEY=CANARY + "A", CLAWTO_BASE_URL=self.sandbox.base_url("billing-402"),
                               CLAWTO_API_KEY=CANARY + "B")
        prints = {g["base_url"]: g["key"] for g in self.discover(env)}
        self.limn("verify", env=env)
        for request in self.sandbox.get("/_log"):
            base = f"http://127.0.0.1:{self.sandbox.port}/{request['behaviour']}/v1"
            self.assertEqual(request["key"], prints[base])

    def test_an_unresolved_variable_is_an_absent_key_and_is_never_sent(self):
        self.hermes("model: {base_url: 'https://one.example/v1', api_key: '${NOT_SET_ANYWHERE}'}\n")
        found = self.discover()
        self.assertIn("NOT_SET_ANYWHERE", found[0]["problem"])
        self.assertIn("NOT_SET_ANYWHERE", self.limn("generate", "a fox").stderr)

    def test_the_same_gateway_found_twice_is_one_with_two_origins(self):
        self.hermes(f"model: {{base_url: 'https://same.example/v1/', api_key: {CANARY}}}\n")
        env = self.environment(OPENAI_BASE_URL="https://SAME.example/v1/images/generations", OPENAI_API_KEY=CANARY)
        found = self.discover(env)
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["origins"], ["env:OPENAI_BASE_URL", "~/.hermes/config.yaml#model"])

    def test_what_limn_yaml_says_of_a_gateway_holds_where_the_environment_names_it_too(self):
        url = self.sandbox.base_url("ok")
        self.settings(f"gateways:\n  - {{name: work, base_url: '{url}', api_key_env: OPENAI_API_KEY, providers: [responses_api]}}\n")
        env = self.environment("ok")
        outcome = self.generate("--gateway", "work", "a fox", env=env)
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["provider"], "responses_api")
        self.assertEqual(len(self.discover(env)), 1)

    def test_a_wrapped_key_is_a_problem_and_is_never_sent(self):
        env = self.environment(OPENAI_BASE_URL=self.sandbox.base_url("ok"), OPENAI_API_KEY="abcdefgh\nX-Injected: yes")
        self.assertIn("control character", self.discover(env)[0]["problem"])

    def test_keys_of_own_gateways_come_from_a_variable_or_a_file(self):
        key = self.home / "key"
        key.write_text(CANARY + "\n")
        key.chmod(0o600)
        url = self.sandbox.base_url("ok")
        self.settings(f"""
gateways:
  - {{name: by-variable, base_url: '{url}', api_key_env: SOME_KEY}}
  - {{name: by-file, base_url: '{url}', api_key_file: {key}}}
  - {{name: local, base_url: '{self.sandbox.base_url("sse")}', api_key: none}}
""")
        found = self.discover(self.environment(SOME_KEY=CANARY + "x"))
        self.assertEqual([g["problem"] for g in found], [None, None, None])
        self.assertEqual(found[2]["key"], "not needed")
        self.assertNotEqual(found[0]["key"], found[1]["key"])

    def test_any_file_with_any_pair_of_fields_can_be_read(self):
        other = self.home / "other/config.yaml"
        other.parent.mkdir()
        other.write_text(f"services:\n  - llm: {{endpoint: 'https://other.example/v1', token: {CANARY}}}\n")
        other.chmod(0o600)
        self.settings(f"""
settings:
  config_yaml:
    files:
      - path: {other}
        fields:
          - {{base_url: 'services[0].llm.endpoint', api_key: 'services[0].llm.token'}}
""")
        found = self.discover()
        self.assertEqual([g["base_url"] for g in found], ["https://other.example/v1"])

    def test_of_a_doubled_block_of_an_ai_hosts_file_the_last_one_counts_and_it_is_told(self):
        self.hermes(f"""custom_providers:
- {{name: old, base_url: '{self.sandbox.base_url("ok")}', api_key: {CANARY}old}}
custom_providers:
- {{name: new, base_url: '{self.sandbox.base_url("sse")}', api_key: {CANARY}new}}
""")
        outcome = self.limn("generate", "--json", "a fox")
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["gateway"]["name"], "new")
        self.assertEqual(self.sandbox.billable("ok"), 0)
        self.assertIn("~/.hermes/config.yaml:3: custom_providers was there before (line 1); the last one counts", outcome.stderr)

    def test_a_key_is_sent_without_what_was_copied_along(self):
        url = self.sandbox.base_url("ok")
        keys = [CANARY, f'"{CANARY}"', f"Bearer {CANARY}", "\ufeff" + CANARY + "\u200b", f" '{CANARY}'\n"]
        prints = {self.discover(self.environment(OPENAI_BASE_URL=f"'{url}/'", OPENAI_API_KEY=key))[0]["key"] for key in keys}
        self.assertEqual(len(prints), 1)
        self.assert_status(self.generate("a fox", env=self.environment(OPENAI_BASE_URL=f'"{url}"', OPENAI_API_KEY=keys[3])), 0)

    def test_a_broken_file_is_a_warning_and_the_rest_is_found(self):
        self.hermes("model: [unclosed\n")
        outcome = self.limn("discover", env=self.environment("https://one.example/v1"))
        self.assert_status(outcome, 0)
        self.assertIn("config.yaml", outcome.stderr)


class Verification(LimnCase):
    def states(self, *behaviours):
        outcome = self.limn("verify", "--json", env=self.environment(*behaviours))
        self.assert_valid(outcome.json, "verify")
        return [g["models"]["state"] for g in outcome.json["gateways"]], outcome.status

    def test_each_state_is_told_at_no_cost(self):
        for behaviours, expected in ((("ok", "no-models-list"), (["listed", "no_list"], 0)), (("model-not-listed",), (["not_listed"], 6)),
                                     (("unauthorized",), (["auth"], 4)), (("http://127.0.0.1:1/v1", "ok"), (["unreachable", "listed"], 8))):
            with self.subTest(behaviours):
                self.assertEqual(self.states(*behaviours), expected)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_a_missing_v1_is_found_out(self):
        env = self.environment(self.sandbox.base_url("ok").removesuffix("/v1"))
        outcome = self.generate("a fox", env=env)
        self.assert_status(outcome, 0)
        self.assertTrue(outcome.json["gateway"]["base_url"].endswith("/v1"))

    def test_forget_forgets_all_that_was_learnt_of_a_gateway(self):
        env = self.environment(self.sandbox.base_url("ok").removesuffix("/v1"))
        self.generate("a fox", env=env)
        self.assertGreater(len(self.limn("discover", "--json", env=env).json["gateways"][0]["learnt"]), 2)
        self.limn("forget", "openai", env=env)
        self.assertEqual(self.limn("discover", "--json", env=env).json["gateways"][0]["learnt"], [])

    def test_the_list_is_asked_for_once_a_day(self):
        env = self.environment("ok")
        for _ in range(2):
            self.generate("a fox", env=env)
        asked = [r["path"] for r in self.sandbox.get("/_log") if r["path"].endswith("/models")]
        self.assertEqual(len(asked), 1)
        self.generate("--verify", "always", "a fox", env=env)
        asked = [r["path"] for r in self.sandbox.get("/_log") if r["path"].endswith("/models")]
        self.assertEqual(len(asked), 2)


if __name__ == "__main__":
    unittest.main()
