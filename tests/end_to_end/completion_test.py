"""Shells complete command lines of limn: the real shells, with what is installed for them, and the real limn."""

import os
import pathlib
import re
import subprocess
import unittest

import command_line_test
import shells
from limn_case import CANARY, LIMN, LimnCase, skip_for

COMMANDS = command_line_test.Help.COMMANDS
HIDDEN = {"complete", "manual-pages", "work-on-jobs"}


class CompletionCase(LimnCase):
    def setUp(self):
        super().setUp()
        self.settings("gateways:\n"
                      f"  - {{name: work, base_url: {self.sandbox.base_url('ok')}, api_key: {CANARY}}}\n"
                      f"  - {{name: home, base_url: {self.sandbox.base_url('ok')}, api_key: {CANARY}2}}\n")
        self.env = self.environment(PATH=f"{pathlib.Path(LIMN).parent}:{os.environ['PATH']}", XDG_DATA_DIRS=f"{shells.SHARE}:/usr/share")

    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def draw(self, prompt):
        self.assert_status(self.limn("generate", "--sandbox", "--", prompt, env=self.env), 0)
        return self.limn("history", "--json", env=self.env).json["entries"][0]["id"]


class Asked(CompletionCase):
    """What limn answers its scripts."""

    def ask(self, *words):
        outcome = self.limn("complete", "words", *words, env=self.env)
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stderr, "")
        files, _, *told = outcome.stdout.splitlines()
        return files, dict(zip(told[::2], told[1::2]))

    def test_a_line_is_read_as_its_shell_would_and_nothing_in_it_is_run(self):
        for line, word in (("limn batch ", ""), ("limn batch fo", "fo"), ("limn\tbatch  fo", "fo"), ("limn batch my\\ f", "my f"), ("limn batch my\\", "my"), ("limn batch 'my f", "my f"),
                           ("limn batch 'my '\"fox", "my fox"), ('limn batch "a \\"b\\$\\c', 'a "b$\\c'), ("limn batch ''", ""), ("limn batch $(id>ran)`id>ran`", "$(id>ran)`id>ran`"), ("limn batch 漢", "漢")):
            outcome = self.limn("complete", "line", line, env=self.env)
            self.assert_status(outcome, 0)
            self.assertEqual(outcome.stdout, f"files\n{word}\n", line)
        self.assertEqual(list(self.work.iterdir()), [])

    def test_a_call_that_no_script_makes_is_answered_with_nothing(self):
        for words in ((), ("line",), ("words",), ("line", ""), ("nonsense", "x")):
            outcome = self.limn("complete", *words, env=self.env)
            self.assert_status(outcome, 0)
            self.assertEqual(outcome.stderr, "")

    def test_every_command_and_every_option_of_it_is_there_as_the_help_has_it(self):
        for words in ((), *COMMANDS):
            with self.subTest(words):
                told = self.limn(*words, "--help", env=self.env).stdout
                options = set(re.findall(r"^  (?:-\w, |    )(--[\w-]+)", told, re.MULTILINE))
                self.assertEqual(options, set(self.ask(*words, "--")[1]))
                below = {one[len(words)] for one in COMMANDS if len(one) > len(words) and one[:len(words)] == words}
                self.assertLessEqual(below, set(self.ask(*words, "")[1]))

    def test_limns_own_commands_are_not_shown(self):
        self.assertEqual(HIDDEN & set(self.ask("")[1]), set())

    def test_what_comes_behind_words_of_a_prompt_is_no_command(self):
        self.assertEqual(self.ask("generate", "a", "fox", "")[1], {})
        self.assertEqual(self.ask("config", "set", "timeout", "")[1], {})
        self.assertEqual(self.ask("generate", "--", "--qua")[1], {})

    def test_values_stand_behind_a_blank_an_equals_sign_a_comma_or_nothing(self):
        self.assertEqual(set(self.ask("generate", "--verify", "")[1]), {"auto", "always", "never"})
        self.assertIn("--verify=never", self.ask("generate", "--verify=")[1])
        self.assertIn("-qhigh", self.ask("generate", "-qh")[1])
        self.assertIn("work,home", self.ask("generate", "--gateway", "work,")[1])
        self.assertIn("--gateway=work,home", self.ask("generate", "--gateway=work,")[1])
        self.assertEqual(set(self.ask("--color", "")[1]), {"auto", "always", "never"})
        self.assertIn("submit_poll", self.ask("generate", "--provider", "")[1])
        self.assertIn("output.directory", self.ask("config", "set", "")[1])
        self.assertIn("check", self.ask("help", "plugins", "")[1])

    def test_files_are_told_of_where_they_belong(self):
        for words, files in (("batch", ""), "files"), (("generate", "-o", ""), "files"), (("generate", "-d", ""), "folders"), \
                (("generate", "--mask="), "files"), (("generate", ""), "none"), (("generate", "-q", ""), "none"), (("show", ""), "none"):
            self.assertEqual(self.ask(*words)[0], files, words)

    def test_what_discovery_found_is_remembered_without_its_sources(self):
        env = self.env
        self.env = {**env, "OPENAI_BASE_URL": self.sandbox.base_url("ok"), "OPENAI_API_KEY": CANARY + "3"}
        self.assert_status(self.limn("discover", env=self.env), 0)
        self.env = env
        self.assertLessEqual({"openai", "work", "home"}, set(self.ask("verify", "")[1]))
        self.assert_status(self.limn("discover", env=env), 0)
        self.assertNotIn("openai", self.ask("verify", "")[1])

    def test_models_that_were_listed_are_remembered(self):
        listed = self.limn("models", "--json", env=self.env).json["gateways"]
        drawing = {model["id"] for gateway in listed for model in gateway["models"] if model["draws"]}
        self.assertGreater(len(drawing), 0)
        self.assertLessEqual(drawing, set(self.ask("generate", "-m", "")[1]))

    def test_entries_of_the_history_have_their_prompts(self):
        first, second = self.draw("a fox"), self.draw("a bear")
        told = self.ask("show", "")[1]
        self.assertEqual((told[first], told[second]), ("a fox", "a bear"))
        self.assertEqual(list(told), ["last", second, first])
        self.assertIn(first, self.ask("generate", "-i", "")[1])
        self.assertIn(first, self.ask("forget", "--history", "")[1])
        self.assertNotIn(first, self.ask("forget", "")[1])

    def test_no_key_and_nothing_that_fools_a_terminal_is_told(self):
        self.settings(f"gateways: [{{name: {CANARY}, base_url: {self.sandbox.base_url('ok')}, api_key: {CANARY}}}]\n")
        self.draw("a \x1b[31mred\x07 \u202efox")
        for words in (("verify", ""), ("show", ""), ("generate", "--gateway", "")):
            files, told = self.ask(*words)  # which looks for the key
            self.assertNotRegex("".join([files, *told, *told.values()]), "[\x00-\x1f\x7f\u202e]")

    def test_where_settings_or_memory_are_broken_nothing_is_said(self):
        self.settings("gateways: [\n")
        state = self.home / ".local/state/limn"
        state.mkdir(parents=True)
        (state / "names.json").write_text("{")
        (state / "history.db").write_text("no database, but long enough to look like one" * 100)
        self.assertEqual(self.ask("verify", "")[1], {})
        self.assertEqual(set(self.ask("show", "")[1]), {"last"})
        self.assertIn("--quality", self.ask("generate", "--q")[1])

    def test_no_plugin_is_loaded_for_it(self):
        for words in (("verify", ""), ("generate", "--provider", "")):
            ran = subprocess.run([LIMN, "complete", "words", *words], env={**self.env, "LD_DEBUG": "files"}, capture_output=True, text=True, timeout=60)
            self.assertIn("libc.so", ran.stderr)
            self.assertNotIn("limn/plugins/", ran.stderr)

    def test_an_unknown_shell_is_refused(self):
        self.assert_status(self.limn("completion", "tcsh", env=self.env), 2)

    def test_what_is_printed_is_what_is_installed(self):
        for shell, path in ("bash", "bash-completion/completions/limn"), ("zsh", "zsh/site-functions/_limn"), ("fish", "fish/vendor_completions.d/limn.fish"):
            self.assertEqual(self.limn("completion", shell, env=self.env).stdout, (shells.SHARE / path).read_text())


class InShell:
    """The same of each shell; a class below each names it."""

    SHELL = None

    def setUp(self):
        super().setUp()
        skip_for(self.SHELL.why_not())
        for name in ("prompts.txt", "my file.txt", "fox.png"):
            (self.work / name).write_text("a fox\n")
        (self.work / "pictures").mkdir()

    def shell(self):
        shell = self.SHELL(self.env, self.work)
        self.addCleanup(shell.close)
        return shell

    def test_commands_and_options(self):
        shell = self.shell()
        commands = shell.candidates("limn ")
        self.assertEqual(commands & HIDDEN, set())
        self.assertEqual({words[0] for words in COMMANDS} - commands, set())
        self.assertEqual(shell.completed("limn gen"), "limn generate ")
        self.assertEqual(shell.candidates("limn serve key "), {"new", "list", "revoke"})
        self.assertEqual(shell.completed("limn generate --qua"), "limn generate --quality ")
        self.assertEqual(shell.candidates("limn history --f"), {"--failed"})

    def test_values_of_options(self):
        shell = self.shell()
        self.assertEqual(shell.candidates("limn generate --verify "), {"auto", "always", "never"})
        self.assertEqual(shell.completed("limn generate --quality=hig").rstrip(), "limn generate --quality=high")
        self.assertEqual(shell.completed("limn --color nev"), "limn --color never ")
        self.assertEqual(shell.completed("limn generate -s 1536"), "limn generate -s 1536x1024 ")
        self.assertEqual(shell.completed("limn generate -s 16:"), "limn generate -s 16:9 ")

    def test_gateways(self):
        shell = self.shell()
        self.assertEqual(shell.completed("limn verify wo"), "limn verify work ")
        self.assertEqual(shell.completed("limn generate --gateway work,ho"), "limn generate --gateway work,home ")
        self.assertEqual(shell.completed('limn generate "a fox in the snow" --gateway ho'), 'limn generate "a fox in the snow" --gateway home ')

    def test_entries_of_the_history(self):
        entry = self.draw("a fox")
        shell = self.shell()
        self.assertEqual(shell.completed(f"limn show {entry[:6]}"), f"limn show {entry} ")
        self.assertEqual(shell.candidates("limn show "), {"last", entry})

    def test_files(self):
        shell = self.shell()
        self.assertEqual(shell.completed("limn batch pro"), "limn batch prompts.txt ")
        self.assertEqual(shell.completed("limn batch my\\ f"), "limn batch my\\ file.txt ")
        self.assertEqual(shell.completed('limn batch "my f'), 'limn batch "my file.txt" ')
        self.assertEqual(shell.completed("limn generate -d pic"), "limn generate -d pictures/")
        self.assertEqual(shell.completed("limn generate --mask=fo").rstrip(), "limn generate --mask=fox.png")
        self.assertEqual(shell.completed("limn edit x -i fox"), "limn edit x -i fox.png ")


class InBash(InShell, CompletionCase):
    SHELL = shells.Bash


class InZsh(InShell, CompletionCase):
    SHELL = shells.Zsh


class InFish(InShell, CompletionCase):
    SHELL = shells.Fish

    def test_prompts_stand_beside_entries(self):
        entry = self.draw("a fox in the snow")
        self.assertEqual(self.shell().told("limn show ")[entry], "a fox in the snow")


if __name__ == "__main__":
    unittest.main()
