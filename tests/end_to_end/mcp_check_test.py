"""`limn mcp check`: what agents' programs hand on to limn is next to nothing, and what that means is told before an agent finds out."""

import json
import os
import re
import shutil
import unittest

import kernel
from limn_case import CANARY, LimnCase


class McpCheck(LimnCase):
    GATEWAY, SAME, FOLDER = "agents have a gateway", "agents have the gateways of this shell", "images have a folder there"

    def settings(self, text, name="limn.yaml"):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)

    def check(self, status, *words, **more):
        outcome = self.limn("mcp", "check", "--json", *words, **more)
        self.assert_status(outcome, status)
        self.assert_valid(outcome.json, "doctor")
        self.assertEqual(outcome.json["ok"], status == 0)
        points = {point["name"]: point for point in outcome.json["points"]}
        return {name: point["verdict"] for name, point in points.items()}, points

    def begin_well(self):
        (self.home / "key").write_text(CANARY + "file\n")
        (self.home / "key").chmod(0o600)
        self.settings(f"gateways:\n  - {{name: work, base_url: {self.sandbox.base_url('ok')}, api_key_file: ~/key}}\noutput: {{directory: ~/Pictures/limn}}\n")

    def test_a_limn_yaml_with_its_key_in_a_file_is_all_that_it_takes(self):
        self.begin_well()
        verdicts, points = self.check(0)
        self.assertEqual(verdicts, {self.GATEWAY: "good", self.SAME: "good", self.FOLDER: "good"})
        self.assertIn(f"work ({self.sandbox.base_url('ok')})", points[self.GATEWAY]["message"])
        self.assertIn(f"{self.home}/Pictures/limn", points[self.FOLDER]["message"])
        self.assertFalse((self.home / "Pictures").exists(), "it only looks")
        self.assertEqual(self.sandbox.get("/_log"), [], "and asks nobody")

    def test_gateways_of_the_environment_are_missing_there_and_it_says_what_to_do(self):
        self.begin_well()
        verdicts, points = self.check(2, env=self.environment("billing-402"))
        self.assertEqual((verdicts[self.GATEWAY], verdicts[self.SAME]), ("good", "bad"))
        told = " ".join(points[self.SAME]["details"])
        self.assertIn(self.sandbox.base_url("billing-402"), told)
        self.assertNotIn(self.sandbox.base_url("ok"), told)
        for word in ("limn.yaml", "api_key_file", "api_key_keyring", "env"):
            self.assertIn(word, told)

    def test_a_key_that_limn_yaml_takes_from_a_variable_does_not_arrive(self):
        self.settings(f"gateways:\n  - {{name: work, base_url: {self.sandbox.base_url('ok')}, api_key_env: WORK_KEY}}\noutput: {{directory: {self.home}}}\n")
        env = self.environment(WORK_KEY=CANARY + "work")
        self.assertIn("work", self.limn("discover", env=env).stdout)
        verdicts, points = self.check(3, env=env)
        self.assertEqual((verdicts[self.GATEWAY], verdicts[self.SAME]), ("bad", "bad"))
        self.assertIn("WORK_KEY", " ".join(points[self.GATEWAY]["details"]))
        self.assertIn("work", points[self.SAME]["message"])

    def test_the_same_address_with_another_key_is_not_the_same(self):
        self.begin_well()
        verdicts, _ = self.check(2, env=self.environment("ok"))
        self.assertEqual(verdicts[self.SAME], "bad")

    def test_nothing_anywhere(self):
        verdicts, points = self.check(3)
        self.assertEqual(verdicts, {self.GATEWAY: "bad", self.SAME: "skipped", self.FOLDER: "good"})
        self.assertIn(f"{self.home}/Pictures/limn", points[self.FOLDER]["message"])

    def test_a_folder_is_needed_that_can_be_written_to(self):
        self.begin_well()
        (self.home / "Pictures").write_text("no folder")
        verdicts, points = self.check(10)
        self.assertEqual(verdicts[self.FOLDER], "bad")
        self.assertIn(f"{self.home}/Pictures/limn cannot be written", points[self.FOLDER]["message"])
        (self.home / "Pictures").unlink()
        self.settings("output.directory: ~/elsewhere\n", "preferences.yaml")
        self.assertIn("elsewhere", self.check(0)[1][self.FOLDER]["message"])

    @unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
    def test_a_folder_on_a_file_system_that_nobody_may_write_to(self):
        self.begin_well()
        (self.home / "Pictures").mkdir()
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        verdicts, _ = self.check(10, through=["unshare", "-rm", "sh", "-c", mount, str(self.home / "Pictures")])
        self.assertEqual(verdicts[self.FOLDER], "bad")

    def test_variables_that_change_what_limn_does_are_named_where_they_do_not_arrive(self):
        self.begin_well()
        elsewhere = self.home / "elsewhere/limn"
        elsewhere.mkdir(parents=True)
        (elsewhere / "limn.yaml").write_text("gateways: [{name: other, base_url: 'http://127.0.0.1:9/v1', api_key: none}]\n")
        (elsewhere / "limn.yaml").chmod(0o600)
        verdicts, points = self.check(2, env=self.environment(XDG_CONFIG_HOME=str(elsewhere.parent), https_proxy="http://127.0.0.1:9", XDG_SESSION_ID="3", FOO="x"))
        told = points["variables that do not arrive there"]
        self.assertEqual(told["verdict"], "skipped")
        self.assertRegex(told["message"], "^XDG_CONFIG_HOME, https_proxy: ")
        self.assertEqual(verdicts[self.GATEWAY], "good")
        self.assertIn("other", points[self.SAME]["message"])

    def register(self, host, file, change):
        self.limn("mcp", "config", host, "--write")
        path = self.home / file
        path.write_text(change(path.read_text()))

    def test_what_the_env_of_a_registration_names_arrives(self):
        url, key = self.sandbox.base_url("ok"), "sk-registered-0123456789"
        samples = (("codex", "Codex", ".codex/config.toml", lambda text: text + f'[mcp_servers.limn.env]\nOPENAI_BASE_URL = "{url}"\nOPENAI_API_KEY = "{key}"\n'),
                   ("codex", "Codex", ".codex/config.toml", lambda text: text + 'env_vars = ["OPENAI_BASE_URL", "OPENAI_API_KEY"]\n'),
                   ("cursor", "Cursor", ".cursor/mcp.json", lambda text: text.replace('"args"', f'"env": {{"OPENAI_BASE_URL": "{url}", "OPENAI_API_KEY": "${{OPENAI_API_KEY}}"}}, "args"')),
                   ("opencode", "opencode", ".config/opencode/opencode.json",
                    lambda text: text.replace('"command"', f'"environment": {{"OPENAI_BASE_URL": "{url}", "OPENAI_API_KEY": "{key}"}}, "command"')),
                   ("goose", "goose", ".config/goose/config.yaml", lambda text: text + f'    envs: {{OPENAI_BASE_URL: "{url}", OPENAI_API_KEY: {key}}}\n'))
        env = self.environment(OPENAI_BASE_URL=url, OPENAI_API_KEY=key)
        for host, title, file, change in samples:
            with self.subTest(host=host):
                shutil.rmtree((self.home / file).parent, ignore_errors=True)
                self.register(host, file, change)
                verdicts, points = self.check(0, env=env)
                self.assertEqual((verdicts[f"{title} has a gateway"], verdicts[f"{title} has the gateways of this shell"]), ("good", "good"))
                self.assertNotIn(self.GATEWAY, verdicts, "nobody starts it without")
                self.assertEqual(points["programs start limn"]["message"], title)
                told = self.limn("mcp", "check", env=env)
                self.assertNotIn(key, told.stdout + told.stderr)
                (self.home / file).unlink()

    def test_limn_is_not_started_as_a_repository_says(self):
        self.begin_well()
        file = self.work / ".vscode/mcp.json"
        traces = lambda: list(self.work.glob("loaded*"))
        for server in ({"command": "limn", "args": ["mcp"], "env": {"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(self.work / "loaded")}},
                       {"command": "limn", "args": ["--plugin", str(self.work / "any.so"), "mcp"]}):
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps({"servers": {"limn": server}}))
            verdicts, points = self.check(0)
            self.assertEqual(verdicts, {self.GATEWAY: "good", self.SAME: "good", self.FOLDER: "good", "VS Code can start limn": "skipped"})
            self.assertIn(".vscode/mcp.json is of this folder", points["VS Code can start limn"]["message"])
            self.assertEqual(traces(), [], "the loader would write that")
        file.unlink()
        self.limn("mcp", "config", "vscode", "--write")
        _, points = self.check(0)
        self.assertEqual(points["programs start limn"]["message"], "VS Code")

    def test_of_programs_that_start_it_in_the_same_way_it_tells_once(self):
        self.begin_well()
        for host in ("codex", "cursor"):
            self.limn("mcp", "config", host, "--write")
        self.register("goose", ".config/goose/config.yaml", lambda text: text.replace("enabled: true", "enabled: false"))
        verdicts, points = self.check(0)
        self.assertEqual(verdicts, {self.GATEWAY: "good", self.SAME: "good", self.FOLDER: "good", "programs start limn": "good"})
        self.assertEqual(points["programs start limn"]["message"], "Codex, Cursor")
        self.assertIn("goose has it switched off", " ".join(points["programs start limn"]["details"]))

    def test_a_command_that_is_not_there_is_told(self):
        self.begin_well()
        self.register("codex", ".codex/config.toml", lambda text: re.sub('command = ".*"', 'command = "/nonexistent/limn"', text))
        verdicts, points = self.check(2)
        self.assertEqual(verdicts["Codex can start limn"], "bad")
        self.assertIn("/nonexistent/limn", points["Codex can start limn"]["message"])
        self.assertIn("limn mcp config codex --write", points["Codex can start limn"]["message"])

    def test_where_programs_keep_their_files_is_told_when_it_does_not_arrive(self):
        self.begin_well()
        for name in ("CODEX_HOME", "CONTINUE_GLOBAL_DIR", "OPENCLAW_CONFIG_PATH", "CRUSH_GLOBAL_CONFIG", "GOOSE_PATH_ROOT"):
            _, points = self.check(0, env=self.environment(**{name: str(self.home / "elsewhere")}))
            self.assertTrue(points["variables that do not arrive there"]["message"].startswith(f"{name}: "))

    def test_options_that_a_registration_carries_hold_there_too(self):
        (self.work / "own.yaml").write_text(f"gateways: [{{name: own, base_url: '{self.sandbox.base_url('ok')}', api_key: none}}]\noutput: {{directory: {self.home}}}\n")
        verdicts, points = self.check(0, "--config", "own.yaml")
        self.assertIn("own", points[self.GATEWAY]["message"])

    def test_settings_that_cannot_be_read_are_told(self):
        self.settings("timeot: 5m\n")
        outcome = self.limn("mcp", "check")
        self.assert_status(outcome, 2)
        self.assertIn("did you mean 'timeout'", outcome.stderr)

    def test_words_for_people(self):
        self.begin_well()
        outcome = self.limn("mcp", "check", env=self.environment("billing-402"))
        self.assert_status(outcome, 2)
        self.assertTrue(re.search(r"(?m)^1  good     agents have a gateway: work", outcome.stdout), outcome.stdout)
        self.assertTrue(re.search(r"(?m)^2  bad      agents have the gateways of this shell: openai is missing", outcome.stdout), outcome.stdout)


if __name__ == "__main__":
    unittest.main()
