"""`limn init` and `limn config edit`: limn.yaml is begun, and changed, without a key in it and without a way to spoil it."""

import os
import pty
import select
import stat
import subprocess
import unittest

from limn_case import CANARY, LIMN, LimnCase
from scripted_server import ScriptedServer


class SettingsCase(LimnCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / ".config/limn"
        self.file = self.folder / "limn.yaml"

    def begin(self, text, mode=0o600):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text)
        self.file.chmod(mode)

    def discovered(self, env):
        """Everything of each gateway but where else it was found."""
        gateways = self.limn("discover", "--json", env=env).json["gateways"]
        return [{key: value for key, value in gateway.items() if key != "origins"} for gateway in gateways]


class Init(SettingsCase):
    def test_what_it_writes_is_read_and_finds_the_same_gateways(self):
        (self.home / ".hermes").mkdir()
        (self.home / ".hermes/config.yaml").write_text(f"model:\n  default: x\n  base_url: https://other.example/v1\n  api_key: {CANARY}other\n")
        (self.home / ".hermes/config.yaml").chmod(0o600)
        env = self.environment("ok", "billing-402", OPENAI_ORG_ID="org-7")
        before = self.discovered(env)
        self.assertEqual(len(before), 3)
        outcome = self.limn("init", env=env)
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stdout, f"{self.file}\n")
        self.assertIn("limn verify", outcome.stderr)
        self.assertEqual(self.discovered(env), before)
        text = self.file.read_text()
        self.assertNotIn(CANARY, text)
        self.assertIn("api_key_env: OPENAI_API_KEY", text)
        self.assertIn("api_key_env: CLAWTO_API_KEY", text)
        self.assertRegex(text, r"# found anyway: .*https://other\.example/v1, from ~/\.hermes/config\.yaml")
        listed = self.limn("config", "list", env=env)
        self.assert_status(listed, 0)
        self.assertEqual(listed.stderr, "")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)

    def test_headers_of_the_environment_are_sent_as_before(self):
        server = ScriptedServer()
        self.addCleanup(server.stop)
        env = self.environment(server.base_url(), OPENAI_ORG_ID="org-7")
        self.assert_status(self.limn("init", env=env), 0)
        self.assert_status(self.limn("verify", env=env), 0)
        self.assertEqual(server.requests[-1].headers["openai-organization"], "org-7")

    def test_it_overwrites_nothing(self):
        self.begin("timeout: 5m\n")
        outcome = self.limn("init", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertIn("limn config edit", outcome.stderr)
        self.assertEqual(self.file.read_text(), "timeout: 5m\n")
        self.file.unlink()
        self.file.symlink_to("nowhere")
        self.assert_status(self.limn("init"), 2)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["limn.yaml"])

    def test_it_prints_instead(self):
        for words in (("--print",), ("-o", "-")):
            outcome = self.limn("init", *words, env=self.environment("ok"))
            self.assert_status(outcome, 0)
            self.assertIn("api_key_env: OPENAI_API_KEY\n", outcome.stdout)
            self.assertFalse(self.file.exists())
        (self.work / "own.yaml").write_text(outcome.stdout)
        self.assertIn("openai", self.limn("discover", "--config", "own.yaml", env=self.environment("ok")).stdout)

    def test_it_goes_where_the_settings_are(self):
        outcome = self.limn("init", "--config", "new/own.yaml", "--json")
        self.assert_status(outcome, 0)
        self.assert_valid(outcome.json, "init")
        self.assertEqual(outcome.json, {"ok": True, "limn_yaml": str(self.work / "new/own.yaml"), "gateways": []})
        self.assertTrue((self.work / "new/own.yaml").exists())
        self.assertFalse(self.file.exists())
        self.assert_status(self.limn("init", "--config", "new/own.yaml"), 2)

    def test_a_key_in_an_address_stays_where_it_is(self):
        env = self.environment(OPENAI_BASE_URL=f"https://user:{CANARY}@gw.example/v1", OPENAI_API_KEY=CANARY + "openai")
        self.assert_status(self.limn("init", env=env), 0)
        self.assertNotIn(CANARY, self.file.read_text())


class Edit(SettingsCase):
    def editor(self, script):
        """A program that does this to the file, which is $1."""
        program = self.home / "an editor"
        program.write_text("#!/bin/sh\nset -e\n" + script + "\n")
        program.chmod(0o755)
        return f"'{program}'"

    def edit(self, script, *words, env=None, **more):
        return self.limn("config", "edit", *words, env=self.environment("ok", EDITOR=self.editor(script), **(env or {})), **more)

    def copies(self):
        return sorted(self.folder.glob("limn-edit-*"))

    def test_what_is_written_is_taken_with_the_mode_it_had(self):
        self.begin("timeout: 5m\n", mode=0o640)
        seen = self.home / "seen"
        outcome = self.edit(f'stat -c %a "$1" > {seen}; dirname "$1" >> {seen}; echo "timeout: 7m" > "$1"')
        self.assert_status(outcome, 0)
        self.assertEqual(self.file.read_text(), "timeout: 7m\n")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        self.assertEqual(seen.read_text().splitlines(), ["600", str(self.folder)])
        self.assertEqual(self.copies(), [])

    def test_a_link_stays_a_link(self):
        real = self.home / "dotfiles/limn.yaml"
        real.parent.mkdir()
        real.write_text("timeout: 5m\n")
        self.folder.mkdir(parents=True)
        self.file.symlink_to(real)
        self.assert_status(self.edit('echo "timeout: 8m" > "$1"'), 0)
        self.assertTrue(self.file.is_symlink())
        self.assertEqual(real.read_text(), "timeout: 8m\n")

    def test_what_cannot_be_read_is_told_and_kept_and_the_file_stays(self):
        self.begin("timeout: 5m\n")
        outcome = self.edit('printf "model: a\\ntimeot: 5m\\n" > "$1"')
        self.assert_status(outcome, 2)
        copy, = self.copies()
        self.assertIn(f"{copy}:2:1: unknown key 'timeot': did you mean 'timeout'?", outcome.stderr)
        self.assertIn(f"kept in {copy}", outcome.stderr)
        self.assertEqual(copy.read_text(), "model: a\ntimeot: 5m\n")
        self.assertEqual(self.file.read_text(), "timeout: 5m\n")

    def test_an_editor_that_fails_changes_nothing(self):
        self.begin("timeout: 5m\n")
        outcome = self.edit("exit 3")
        self.assert_status(outcome, 2)
        self.assertIn("status 3", outcome.stderr)
        self.assertEqual(self.copies(), [])
        outcome = self.edit('echo "timeout: 9m" > "$1"; kill -9 $$')
        self.assert_status(outcome, 2)
        self.assertEqual(self.copies()[0].read_text(), "timeout: 9m\n")  # typed, and saved
        self.assertEqual(self.file.read_text(), "timeout: 5m\n")

    def test_it_begins_with_what_init_writes(self):
        seen = self.home / "seen"
        begun = self.limn("init", "--print", env=self.environment("ok")).stdout
        self.assert_status(self.edit(f'cp "$1" {seen}; echo "timeout: 6m" >> "$1"'), 0)
        self.assertEqual(seen.read_text(), begun)
        self.assertIn("api_key_env: OPENAI_API_KEY", begun)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.limn("config", "get", "timeout", env=self.environment("ok")).stdout, "360s\n")

    def test_it_helps_where_the_settings_are_broken(self):
        self.begin("timeot: 5m\n")
        self.assert_status(self.limn("config", "list"), 2)
        self.assert_status(self.edit('echo "timeout: 5m" > "$1"'), 0)
        self.assert_status(self.limn("config", "list"), 0)

    def test_what_somebody_else_wrote_meanwhile_is_not_replaced(self):
        self.begin("timeout: 5m\n")
        outcome = self.edit(f'echo "timeout: 6m" > "$1"; echo "timeout: 7m" > {self.file}')
        self.assert_status(outcome, 2)
        self.assertEqual(self.file.read_text(), "timeout: 7m\n")
        self.assertEqual(self.copies()[0].read_text(), "timeout: 6m\n")

    def test_visual_goes_before_editor_and_both_may_have_options(self):
        self.begin("timeout: 5m\n")
        outcome = self.edit("exit 1", env={"VISUAL": "sed -i s/5m/4m/"})
        self.assert_status(outcome, 0)
        self.assertEqual(self.file.read_text(), "timeout: 4m\n")

    def test_without_an_editor_that_is_said(self):
        env = self.environment("ok", PATH="/nonexistent")
        outcome = self.limn("config", "edit", env=env)
        self.assert_status(outcome, 2)
        self.assertIn("no editor was found", outcome.stderr)
        self.assertIn("EDITOR", outcome.stderr)

    def test_at_a_terminal_it_asks_whether_to_edit_again(self):
        self.begin("timeout: 5m\n")
        script = 'if grep -q timeot "$1"; then echo "timeout: 3m" > "$1"; else echo "timeot: 3m" > "$1"; fi'
        for answer, status, text in ((b"y\n", 0, "timeout: 3m\n"), (b"n\n", 2, "timeout: 5m\n")):
            with self.subTest(answer):
                self.begin("timeout: 5m\n")
                ours, theirs = pty.openpty()
                env = self.environment("ok", EDITOR=self.editor(script), TERM="xterm")
                process = subprocess.Popen([LIMN, "config", "edit"], env=env, cwd=self.work, stdin=theirs, stdout=theirs, stderr=theirs)
                os.close(theirs)
                seen = b""
                while b"(y/n)" not in seen and select.select([ours], [], [], 60)[0]:
                    seen += os.read(ours, 4096)
                os.write(ours, answer)
                self.assertEqual(process.wait(timeout=60), status)
                os.close(ours)
                self.assertIn(b":1:1: unknown key 'timeot'", seen)
                self.assertEqual(self.file.read_text(), text)
        self.assertEqual(len(self.copies()), 1)


if __name__ == "__main__":
    unittest.main()
