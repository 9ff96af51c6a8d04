"""Plugins that were built elsewhere, and plugins that are broken, as a user of the command meets them."""

import os
import pathlib
import shutil
import unittest

from limn_case import TEST_PLUGINS, LimnCase

BROKEN_PLUGINS = pathlib.Path(os.environ["LIMN_BROKEN_PLUGIN_DIR"])


class Plugins(LimnCase):
    def records(self, *args, env=None):
        outcome = self.limn(*args, "plugins", "--json", env=env)
        self.assert_status(outcome, 0)
        self.assert_valid(outcome.json, "plugins")
        return {r["id"] or r["file"]: r for r in outcome.json["components"]}

    def test_the_in_tree_components_are_ready(self):
        records = self.records()
        self.assertEqual({id: records[id]["state"] for id in ("env", "config_yaml", "openai_images", "responses_api")},
                         dict.fromkeys(("env", "config_yaml", "openai_images", "responses_api"), "ready"))

    def test_a_plugin_given_by_path_is_listed_and_a_job_can_be_routed_to_it(self):
        plugin = TEST_PLUGINS / "test_c11.so"
        self.assertEqual(self.records("--plugin", plugin)["test_c11"]["state"], "ready")
        outcome = self.generate("--plugin", plugin, "--provider", "test_c11", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["provider"], "test_c11")
        self.assert_png(outcome.json["images"][0]["path"])

    def test_a_config_source_of_ones_own_finds_gateways(self):
        settings = self.home / ".config/limn/limn.yaml"
        settings.parent.mkdir(parents=True)
        settings.write_text("sources: [test_source]\n")
        settings.chmod(0o600)
        env = self.environment(TEST_SOURCE_URL=self.sandbox.base_url("ok"), TEST_SOURCE_KEY="a-key-of-the-test")
        outcome = self.limn("--plugin", TEST_PLUGINS / "test_source.so", "generate", "--json", "a fox", env=env)
        self.assert_status(outcome, 0)

    def test_a_plugin_path_in_the_environment_is_searched(self):
        folder = self.home / "plugins"
        folder.mkdir(mode=0o755)
        shutil.copy(TEST_PLUGINS / "test_c11.so", folder)
        self.assertIn("test_c11", self.records(env=self.environment(LIMN_PLUGIN_PATH=str(folder))))

    def test_a_broken_plugin_of_a_folder_is_one_line_and_stops_nothing(self):
        broken = self.home / "plugins/openai_images.so"
        broken.parent.mkdir()
        broken.write_bytes((TEST_PLUGINS / "test_c11.so").read_bytes()[:5000])
        outcome = self.limn("generate", "a fox", env=self.environment("ok", LIMN_PLUGIN_PATH=str(broken.parent)))
        self.assert_status(outcome, 0)
        self.assertEqual(sum(str(broken) in line for line in outcome.stderr.splitlines()), 1, outcome)

    def test_a_provider_that_breaks_the_contract_while_it_describes_itself_is_not_called_unable(self):
        outcome = self.generate("--plugin", BROKEN_PLUGINS / "throws_in_describe.so", "--provider", "throws_in_describe",
                                "--provider", "openai_images", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["attempts"][0]["class"], "internal")
        self.assertIn("broke rule 7 of the plugin contract: describe threw", outcome.json["attempts"][0]["message"])

    def test_a_provider_that_does_not_exist_names_the_nearest(self):
        outcome = self.limn("generate", "--provider", "openai_image", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertIn("openai_images", outcome.stderr)

    def test_without_plugins_the_commands_still_run(self):
        self.assertEqual(self.records("--no-plugins"), {})


if __name__ == "__main__":
    unittest.main()
