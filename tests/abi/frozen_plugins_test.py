"""Plugins that were compiled against the contract as it was at 1.0 and at 1.1, by several compilers, in today's command."""

import base64
import json
import os
import pathlib
import re
import unittest

from limn_case import CANARY, LimnCase
from scripted_server import ScriptedServer, answer, png

FROZEN = pathlib.Path(os.environ["LIMN_FROZEN_PLUGINS"])
BROKEN = pathlib.Path(os.environ["LIMN_BROKEN_PLUGINS"])


class FrozenCase(LimnCase):
    def plugin(self, id):
        file = FROZEN / f"{id}.so"
        if not file.exists():
            self.skipTest(f"the compiler of {id} is not installed")
        return file

    def record(self, file, id):
        outcome = self.limn("--plugin", file, "plugins", "--json")
        self.assert_status(outcome, 0)
        return next(r for r in outcome.json["components"] if r["file"] == str(file) and r["id"] in (id, None))



class PluginsOf10(FrozenCase):
    def check_generation(self, id):
        plugin = self.plugin(id)
        self.assertEqual(self.record(plugin, id)["state"], "ready")
        outcome = self.generate("--plugin", plugin, "--provider", id, "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["provider"], id)
        self.assertEqual(outcome.json["images"][0]["revised_prompt"], "frozen")
        self.assertEqual(outcome.json["usage"]["output_image_tokens"], 1056)
        self.assert_png(outcome.json["images"][0]["path"])
        self.assertEqual(self.sandbox.billable("ok"), 1)

    def check_errors(self, id):
        outcome = self.generate("--plugin", self.plugin(id), "--provider", id, "a fox", env=self.environment("billing-402", "ok"))
        self.assert_status(outcome, 0)
        self.assertEqual([attempt["class"] for attempt in outcome.json["attempts"]], ["billing", "ok"])

    def check_config_source(self, id):
        plugin = self.plugin(id)
        settings = self.home / ".config/limn/limn.yaml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"sources: [{id}_source]\n")
        settings.chmod(0o600)
        key = self.home / "frozen-key"
        key.write_text("a-key-of-the-test")
        key.chmod(0o600)
        env = self.environment(FROZEN_URL=self.sandbox.base_url("ok"))
        outcome = self.limn("--plugin", plugin, "discover", "--json", env=env)
        self.assert_status(outcome, 0)
        (gateway,) = outcome.json["gateways"]
        self.assertEqual((gateway["name"], gateway["origins"]), (id, ["env:FROZEN_URL"]))
        self.assertNotIn("a-key-of-the-test", outcome.stdout + outcome.stderr)
        outcome = self.limn("--plugin", plugin, "generate", "--json", "a fox", env=env)
        self.assert_status(outcome, 0)

    def check_edit(self, id):
        plugin = self.plugin(id)
        drawn = self.generate("a fox", env=self.environment("ok")).json["images"][0]["path"]
        self.sandbox.reset()
        outcome = self.generate("--plugin", plugin, "--provider", id, "-i", drawn, "with a hat", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assert_png(outcome.json["images"][0]["path"])
        request = self.sandbox.get("/_log")[-1]
        self.assertEqual(request["path"].split("/v1")[1], "/images/edits")
        self.assertTrue(request["content_type"].startswith("multipart/form-data"), request)

    def check_refusal(self, id):
        plugin = self.plugin(id)
        drawn = self.generate("a fox", env=self.environment("ok")).json["images"][0]["path"]
        outcome = self.generate("--plugin", plugin, "--provider", id, "--provider", "openai_images", "-i", drawn,
                                "refuse this", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["provider"], "openai_images")

    def test_c11_by_gcc_generates(self):
        self.check_generation("c11_gcc")

    def test_c11_by_clang_generates(self):
        self.check_generation("c11_clang")

    def test_c11_by_gcc_reports_errors_that_the_policy_understands(self):
        self.check_errors("c11_gcc")

    def test_c11_by_clang_reports_errors_that_the_policy_understands(self):
        self.check_errors("c11_clang")

    def test_c11_by_gcc_finds_gateways(self):
        self.check_config_source("c11_gcc")

    def test_c11_by_clang_finds_gateways(self):
        self.check_config_source("c11_clang")

    def test_cpp20_by_gcc_edits(self):
        self.check_edit("cpp20_gcc")

    def test_cpp20_by_clang_edits(self):
        self.check_edit("cpp20_clang")

    def test_an_exception_inside_of_cpp20_by_gcc_is_a_refusal(self):
        self.check_refusal("cpp20_gcc")

    def test_an_exception_inside_of_cpp20_by_clang_is_a_refusal(self):
        self.check_refusal("cpp20_clang")



class PluginsOf11(FrozenCase):
    """All that came after 1.0: where a key goes and is, what lists the models, a target, a part of a source, a base URL as it stands."""

    KEY = CANARY + "frozen"
    PICTURE = base64.b64encode(png()).decode()

    def setUp(self):
        super().setUp()
        self.server = ScriptedServer(generation=lambda request: answer(b'{"target":"/api/tasks/7"}'), models=self.get)
        self.addCleanup(self.server.stop)
        (self.home / "frozen").mkdir()
        key = self.home / "frozen/one.key"
        key.write_text(self.KEY + "\n")
        key.chmod(0o600)

    def get(self, request):
        if request.target.startswith("/frozen/catalogue"):
            return answer(json.dumps({"data": [{"id": "another"}], "page": {"items": [{"id": "x", "title": "gpt-image-2"}]}}).encode())
        return answer(f'{{"preview":"{self.PICTURE}","image":"{self.PICTURE}"}}'.encode())

    def settings(self, text):
        file = self.home / ".config/limn/limn.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)

    def env(self, **more):
        return self.environment(FROZEN_URL=f"http://127.0.0.1:{self.server.port}/frozen", **more)

    def assert_key_went_where_it_belongs(self):
        self.assertTrue(self.server.requests)
        for request in self.server.requests:
            self.assertEqual([(name, value) for name, value in request.headers.items() if self.KEY in value],
                             [("x-frozen-key", "Key " + self.KEY)])

    def check_generation(self, id):
        plugin = self.plugin(id)
        self.settings(f"gateways:\n  - {{name: work, base_url: 'http://127.0.0.1:{self.server.port}/frozen', api_key_env: FROZEN_KEY, providers: [{id}]}}\n"
                      f"sources: [limn]\n")
        outcome = self.generate("--plugin", plugin, "a fox", env=self.env(FROZEN_KEY=self.KEY))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["images"][0]["revised_prompt"], "frozen at 1.1")
        self.assertEqual([(request.method, request.target) for request in self.server.requests],
                         [("GET", "/frozen/catalogue?all=yes"), ("POST", "/frozen/tasks"), ("GET", "/api/tasks/7")])
        self.assert_key_went_where_it_belongs()

    def test_c11_by_gcc_generates(self):
        self.check_generation("c11_gcc_of_1_1")

    def test_c11_by_clang_generates(self):
        self.check_generation("c11_clang_of_1_1")

    def test_a_source_names_the_variable_or_the_file_of_a_key(self):
        id = "c11_gcc_of_1_1"
        plugin = self.plugin(id)
        for source, env in ((f"{id}_source", self.env(FROZEN_KEY=f" {self.KEY}\n")), (f"{id}_source.file", self.env())):
            with self.subTest(source):
                self.server.requests.clear()
                self.settings(f"providers: [{id}]\nsources: [{source}]\n")
                (gateway,) = self.limn("--plugin", plugin, "discover", "--json", env=env).json["gateways"]
                self.assertEqual((gateway["name"], gateway["origins"]), (id, ["env:FROZEN_URL"]))
                outcome = self.generate("--plugin", plugin, "a fox", env=env)
                self.assert_status(outcome, 0)
                self.assert_key_went_where_it_belongs()

    def test_a_key_that_is_not_there_is_told_with_its_place(self):
        id = "c11_gcc_of_1_1"
        plugin = self.plugin(id)
        self.settings(f"sources: [{id}_source, {id}_source.file]\n")
        (self.home / "frozen/one.key").write_text("\n")
        without_variable, without_line = self.limn("--plugin", plugin, "discover", "--json", env=self.env()).json["gateways"]
        self.assertIn("FROZEN_KEY is not set", without_variable["problem"])
        self.assertIn("one.key is empty", without_line["problem"])
        self.assertFalse(self.server.requests)


class OtherMinors(FrozenCase):
    def test_a_header_that_is_no_place_for_a_key_is_refused_before_anybody_is_asked(self):
        server = ScriptedServer()
        self.addCleanup(server.stop)
        outcome = self.generate("--plugin", BROKEN / "asks_for_host_header.so", "--provider", "asks_for_host_header", "a fox",
                                env=self.environment(server.base_url()))
        self.assertEqual({attempt["class"] for attempt in outcome.json["attempts"]}, {"internal"}, outcome)
        self.assertIn('wants the key in the header \\"Host\\", which carries none', outcome.stdout)
        self.assertFalse(server.requests)

    def test_a_plugin_of_a_later_minor_with_larger_structs_is_used(self):
        record = self.record(BROKEN / "newer_minor.so", "newer_minor")
        self.assertEqual(record["state"], "ready", record)

    def test_a_table_that_ends_before_what_is_optional_is_used(self):
        record = self.record(BROKEN / "table_without_cancel.so", "table_without_cancel")
        self.assertEqual(record["state"], "ready", record)

    def test_a_plugin_that_needs_a_later_minor_is_refused_with_both_minors(self):
        record = self.record(BROKEN / "needs_newer_host.so", "needs_newer_host")
        self.assertEqual(record["state"], "failed")
        self.assertRegex(record["reason"], r"needs plugin contract 1\.\d+ or newer, and limn \S+ has 1\.\d+; update limn")

    def test_structs_smaller_than_at_1_0_are_refused_with_their_size(self):
        for id, struct in (("short_entry", "limn_entry"), ("short_component", "limn_component"), ("short_table", "limn_provider_v1")):
            with self.subTest(id):
                record = self.record(BROKEN / f"{id}.so", id)
                self.assertEqual(record["state"], "failed")
                self.assertTrue(re.search(rf"{struct} of \d+ bytes, less than in contract 1\.0", record["reason"]), record)

    def test_a_plugin_of_another_major_is_refused_with_both_majors(self):
        record = self.record(BROKEN / "future_major.so", "future_major")
        self.assertEqual(record["state"], "failed")
        self.assertIn("plugin contract 2", record["reason"])
        self.assertIn("contract 1", record["reason"])


if __name__ == "__main__":
    unittest.main()
