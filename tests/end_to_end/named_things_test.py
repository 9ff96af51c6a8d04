"""Files and components that the command line and the settings name, and that are not there or not what they should be: told before anybody is asked."""

import os
import shutil
import unittest

from limn_case import CANARY, TEST_PLUGINS, LimnCase


class NamedCase(LimnCase):
    def settings(self, text, name="limn.yaml"):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
        return folder / name

    def refused(self, *args, env=None, **more):
        outcome = self.limn(*args, env=env if env is not None else self.environment("ok"), **more)
        self.assert_status(outcome, 2)
        self.assertEqual(self.sandbox.get("/_log"), [], outcome)
        return outcome.stderr


class Files(NamedCase):
    def test_a_plugin_that_is_none_is_a_usage_error(self):
        text = self.home / "text.so"
        text.write_text("no library\n")
        whole = (TEST_PLUGINS / "test_c11.so").read_bytes()
        (self.home / "cut.so").write_bytes(whole[:5000])
        (self.home / "folder.so").mkdir()
        os.mkfifo(self.home / "pipe.so")
        (self.home / "empty.so").write_bytes(b"")
        (self.home / "plugin.dll").write_bytes(whole)
        (self.home / "others.so").write_bytes(whole)
        (self.home / "others.so").chmod(0o666)
        libc = next(path for path in ("/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6") if os.path.exists(path))
        shutil.copy(libc, self.home / "libc.so")
        for name, reason in (("absent.so", "there is no such file"), ("folder.so", "it is a folder"), ("pipe.so", "not a regular file"), ("text.so", ""), ("cut.so", ""),
                             ("empty.so", ""), ("plugin.dll", "does not end in .so"), ("libc.so", "not a limn plugin"), ("others.so", "other users may write")):
            for command in (["generate", "a fox"], ["batch", "-"], ["discover"], ["verify"], ["doctor"], ["config", "list"]):
                with self.subTest((name, command)):
                    told = self.refused("--plugin", self.home / name, *command, stdin='"a fox"', timeout=30)
                    self.assertIn(f"--plugin {self.home / name}: ", told)
                    self.assertIn(reason, told)

    def test_certificates_that_are_none_are_a_usage_error(self):
        (self.home / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkq\n-----END PRIVATE KEY-----\n")
        (self.home / "text.pem").write_text("trust me\n")
        (self.home / "cut.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIBVgIBADANBgkq\n")
        (self.home / "der.crt").write_bytes(b"\x30\x82\x03\x0a" + bytes(100))
        (self.home / "empty.pem").write_text("")
        (self.home / "folder").mkdir()
        os.mkfifo(self.home / "pipe")
        for name, reason in (("absent.pem", "is not there"), ("key.pem", "has no certificate in it"), ("cut.pem", "has no certificate"), ("text.pem", "is no PEM"),
                             ("der.crt", "openssl x509 -inform der"), ("empty.pem", "is empty"), ("folder", "is a folder"), ("pipe", "is a pipe")):
            for command in (["generate", "a fox"], ["discover"], ["doctor"]):
                with self.subTest((name, command)):
                    told = self.refused("--cacert", self.home / name, *command, timeout=30)
                    self.assertIn(f"--cacert: {self.home / name} ", told)
                    self.assertIn(reason, told)

    def test_a_key_file_that_is_missing_is_told_where_another_gateway_draws(self):
        self.settings(f"gateways: [{{name: work, base_url: 'https://work.example/v1', api_key_file: {self.home}/no-such-key}}]\n")
        outcome = self.limn("generate", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertIn(f"gateway work is left out: its key file {self.home}/no-such-key: No such file", outcome.stderr)


class Components(NamedCase):
    COMMANDS = (["generate", "a fox"], ["generate", "--dry-run", "a fox"], ["generate", "--sandbox", "a fox"], ["batch", "-"], ["doctor"], ["config", "list"])

    def test_one_that_is_not_there_is_an_error_with_its_place_and_the_nearest(self):
        for text, place, reason in (
                ("providers: [openai_images, response_api]\n", "1:28: providers[1]: ", "there is no provider \"response_api\": did you mean 'responses_api'?"),
                ("timeout: 5s\nproviders:\n  - opnai_images\n", "3:5: providers[0]: ", "did you mean 'openai_images'?"),
                ("providers: opnai_images, responses_api\n", "1:12: providers[0]: ", "did you mean 'openai_images'?"),
                ("providers: [env]\n", "1:13: providers[0]: ", "there is no provider \"env\""),
                ("sources: [env, config_yml]\n", "1:16: sources[1]: ", "there is no config-source \"config_yml\": did you mean 'config_yaml'?"),
                ("plugins:\n  isolate: [chat_completion]\n", "2:13: plugins.isolate[0]: ", "did you mean 'chat_completions'?"),
                ("gateways: [{base_url: 'https://x.example', api_key: none, providers: [openai_image]}]\n", "1:71: gateways[0].providers[0]: ", "did you mean 'openai_images'?"),
                ("settings:\n  responsesapi: {stream: false}\n", "2:3: settings.responsesapi: ", "did you mean 'responses_api'?"),
                ("settings:\n  config_yml:\n", "2:3: settings.config_yml: ", "did you mean 'config_yaml'?"),
        ):
            file = self.settings(text)
            for command in self.COMMANDS:
                with self.subTest((text, command)):
                    told = self.refused(*command, stdin='"a fox"')
                    self.assertIn(f"{file}:{place}", told)
                    self.assertIn(reason, told)

    def test_a_setting_that_it_does_not_know_is_an_error_with_its_place_and_the_nearest(self):
        for text, place, reason in (
                ("settings:\n  responses_api: {host_modle: gpt-5.5}\n", "2:19: settings.responses_api.host_modle: ", "did you mean 'host_model'?"),
                ("settings:\n  chat_completions:\n    stream: false\n    modalitys: image\n", "4:5: settings.chat_completions.modalitys: ", "did you mean 'modalities'?"),
                ("settings:\n  chat_completions:\n    modalities: picture\n", "3:5: settings.chat_completions.modalities: ", "not 'picture'"),
                ("settings: {openai_images: {quality: low}}\n", "1:28: settings.openai_images.quality: ", "no setting 'quality'"),
                ("settings: {env: {prefix: X}}\n", "1:18: settings.env.prefix: ", "no setting 'prefix'"),
                ("settings: {submit_poll: {poll_longst: 5}}\n", "1:26: settings.submit_poll.poll_longst: ", "did you mean 'poll_longest'?"),
                ("settings: {config_yaml: {files: [{path: /x, fields: [{base_url: u, api_kye: k}]}]}}\n",
                 "settings.config_yaml.files.0.fields.0.api_kye: ", "did you mean 'api_key'?"),
        ):
            file = self.settings(text)
            for command in self.COMMANDS:
                with self.subTest((text, command)):
                    told = self.refused(*command, stdin='"a fox"')
                    self.assertIn(f"{file}:", told)
                    self.assertIn(place, told)
                    self.assertIn(reason, told)

    def test_what_is_remembered_and_what_is_typed_are_looked_at_too(self):
        file = self.settings("providers: [opnai_images]\n", "preferences.yaml")
        self.assertIn(f"{file}:1:13: providers[0]: ", self.refused("generate", "a fox"))
        file.unlink()
        self.assertIn("--provider: there is no provider \"typo\"", self.refused("generate", "--provider", "openai_images", "--provider", "typo", "a fox"))
        self.assertIn("--isolate: \"opnai_images\" is to be isolated", self.refused("generate", "--isolate", "opnai_images", "a fox"))
        self.assertIn("there is no provider \"typo\"", self.refused("batch", "-", stdin='{"prompt": "a", "provider": "typo"}'))

    def test_what_a_later_file_replaces_is_not_looked_at(self):
        self.settings("providers: [opnai_images]\n")
        self.settings("providers: [openai_images]\n", "preferences.yaml")
        self.assert_status(self.limn("generate", "a fox", env=self.environment("ok")), 0)

    def test_a_source_that_is_not_there_is_an_error_for_those_who_look_for_gateways(self):
        self.settings("sources: [envy, limn]\n")
        for command in (["discover"], ["verify"]):
            self.assertIn(":1:11: sources[0]: there is no config-source \"envy\"", self.refused(*command))
        self.settings("providers: [typo]\nsettings: {typo: {a: b}}\n")
        self.assert_status(self.limn("discover", env=self.environment("ok")), 0)
        for command in (["recover"], ["plugins"], ["config", "path"], ["config", "get", "timeout"], ["--no-plugins", "config", "list"]):
            self.assert_status(self.limn(*command), 0)

    def test_a_provider_whose_file_cannot_be_loaded_is_not_passed_over(self):
        folder = self.home / "plugins"
        folder.mkdir()
        (folder / "acme.so").write_bytes((TEST_PLUGINS / "test_c11.so").read_bytes()[:5000])
        env = self.environment("ok", LIMN_PLUGIN_PATH=str(folder))
        file = self.settings("providers: [acme, openai_images]\n")
        told = self.refused("generate", "a fox", env=env)
        self.assertIn(f"{file}:1:13: providers[0]: provider acme cannot be used: {folder}/acme.so: ", told)
        file.unlink()
        told = self.refused("generate", "--provider", "acme", "--provider", "openai_images", "a fox", env=env)
        self.assertIn(f"--provider: provider acme cannot be used: {folder}/acme.so: ", told)

    def test_where_all_are_there_no_more_is_loaded_than_is_used(self):
        self.settings("providers: [openai_images, responses_api, chat_completions]\nsources: [env, limn, config_yaml]\n"
                      "gateways: [{name: later, base_url: 'https://later.example/v1', api_key: none, providers: [submit_poll]}]\n")
        outcome = self.limn("-v", "generate", "--gateway", "openai", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        ready = [line for line in outcome.stderr.splitlines() if line.endswith(": ready")]
        self.assertEqual(sum("provider " in line for line in ready), 1, ready)

    def test_no_key_is_in_what_is_told(self):
        self.settings(f"settings: {{config_yaml: {{token: {CANARY}}}}}\n")
        self.assertIn("settings.config_yaml.token: ", self.refused("generate", "a fox"))


if __name__ == "__main__":
    unittest.main()
