"""What people write on a command line, and what they are told where it makes no sense."""

import os
import pty
import re
import subprocess
import unittest

from limn_case import LIMN, LimnCase


class CommandLineCase(LimnCase):
    def asked(self):
        return [r["body"] for r in self.sandbox.get("/_log") if r["path"].endswith("/images/generations")]

    def draw(self, *args, behaviour="ok", **more):
        """What the gateway was asked for."""
        outcome = self.limn("generate", *args, env=self.environment(behaviour), **more)
        self.assert_status(outcome, 0)
        return self.asked()[-1], outcome

    def refused(self, *args, status=2, env=None, **more):
        outcome = self.limn(*args, env=env or self.environment("ok"), **more)
        self.assert_status(outcome, status)
        self.assertEqual(self.sandbox.get("/_log"), [], "somebody was asked")
        return outcome.stderr

    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)


class Sizes(CommandLineCase):
    def test_a_size_is_taken_as_people_write_it(self):
        for text, sent in (("1024*1536", "1024x1536"), ("1536 X 1024", "1536x1024"), ("1024×1024", "1024x1024"), ("16:9", "1536x864"),
                           ("portrait", "1024x1536"), ("2k@16:9", "2048x1152"), ("4K", "3840x2160")):
            with self.subTest(text):
                self.assertEqual(self.plan("-s", text), sent)

    def plan(self, *args):
        return self.limn("generate", "--dry-run", "--json", *args, "x", env=self.environment("ok")).json["plan"][0]["size"]

    def test_a_ratio_is_drawn_in_its_size(self):
        body, outcome = self.draw("-s", "16:9", "--json", "a fox")
        self.assertEqual(body["size"], "1536x864")
        self.assert_png(outcome.json["images"][0]["path"], (1536, 864))

    def test_a_size_that_gpt_image_2_does_not_draw_is_refused_with_the_nearest_that_it_does(self):
        self.assertIn("1920x1080 is no size of gpt-image-2: both edges are multiples of 16; the nearest is 1920x1088",
                      self.refused("generate", "-s", "1920x1080", "x"))
        self.assertIn("the nearest is 1088x608", self.refused("generate", "-s", "1024x576", "x"))
        self.assertIn("'1920x1080!' asks for it all the same", self.refused("generate", "-s", "1920x1080", "x"))
        items = '{"prompt":"a","size":"16:9"}\n{"prompt":"b","size":"1920x1080"}\n'
        self.assertIn("standard input:2: 1920x1080 is no size of gpt-image-2", self.refused("batch", "-", stdin=items))
        self.assertIn("standard input:2: 1920x1080 is no size", self.refused("batch", "-", "--sandbox", stdin=items))
        self.assertIn("1920x1080 is no size", self.refused("generate", "--sandbox", "-s", "1920x1080", "x"))

    def test_who_knows_better_is_believed(self):
        self.assertEqual(self.plan("-s", "1920x1080!"), "1920x1080")
        self.assertEqual(self.plan("-s", "1920x1080", "-m", "flux-x"), "1920x1080")
        self.assertEqual(self.plan("-s", "1920x1080", "-m", "gpt-image-2,flux-x"), "1920x1080")
        self.settings("model: dall-e-3\n")
        self.assertEqual(self.plan("-s", "1920x1080"), "1920x1080")
        self.assertIn("no size of openai/gpt-image-2", self.refused("generate", "-s", "1920x1080", "-m", "openai/gpt-image-2", "x"))

    def test_a_gateway_with_a_model_of_its_own_is_asked_for_what_that_takes(self):
        self.settings(f"gateways: [{{name: own, base_url: '{self.sandbox.base_url('ok')}', api_key: none, model: flux-x}}]\n")
        env = self.environment()
        self.assertEqual(self.limn("generate", "--dry-run", "--json", "-s", "1920x1080", "x", env=env).json["plan"][0]["size"], "1920x1080")

    def test_limn_yaml_reads_sizes_as_the_command_line_does(self):
        self.settings("fallback: {sizes: [16:9, 1024*1024]}\n")
        self.assertIn("fallback.sizes = [1536x864, 1024x1024]", self.limn("config", "list").stdout)

    def test_what_is_no_size(self):
        for text, said in (("big", "'big' is no size"), ("4:1", "a ratio is from 1:3 to 3:1"), ("1024", "write it like 1024x1024, 16:9, 2K or auto")):
            with self.subTest(text):
                self.assertIn(said, self.refused("generate", "-s", text, "x"))


class Words(CommandLineCase):
    def test_words_are_read_in_any_case(self):
        body, _ = self.draw("-q", "HIGH", "--format", "JPG", "--background", "Opaque", "x")
        self.assertEqual((body["quality"], body["output_format"], body["background"]), ("high", "jpeg", "opaque"))

    def test_hd_is_high_and_that_is_said_once(self):
        body, outcome = self.draw("-q", "hd", "x")
        self.assertEqual(body["quality"], "high")
        self.assertEqual(outcome.stderr.count("the quality hd is called high by gpt-image-2"), 1)
        items = self.limn("batch", "-", env=self.environment("ok"), stdin='{"prompt":"a","quality":"standard"}\n' * 3)
        self.assert_status(items, 0)
        self.assertEqual([b["quality"] for b in self.asked()[1:]], ["medium"] * 3)
        self.assertEqual(items.stderr.count("is called medium"), 1)

    def test_dall_e_takes_hd_as_it_is(self):
        self.limn("generate", "-q", "hd", "-m", "dall-e-3", "--verify", "never", "x", env=self.environment("ok"))
        self.assertEqual(self.asked()[0]["quality"], "hd")

    def test_a_word_nobody_knows_is_sent_and_a_misspelt_one_is_not(self):
        self.assertIn("quality: 'hihg' is not known: did you mean 'high'?", self.refused("generate", "-q", "hihg", "x"))
        self.assertIn("format: 'jepg' is not known: did you mean 'jpeg'?", self.refused("batch", "-", stdin='{"prompt":"a","format":"jepg"}'))
        self.limn("generate", "-q", "ultra", "x", env=self.environment("ok"))
        self.assertEqual(self.asked()[0]["quality"], "ultra")

    def test_the_name_of_the_file_asks_for_its_format(self):
        for name, sent in (("a.jpg", "jpeg"), ("a.jpeg", "jpeg"), ("a.webp", "webp"), ("a.png", "png"), ("a", None)):
            with self.subTest(name):
                body, _ = self.draw("-o", name, "x")
                self.assertEqual(body.get("output_format"), sent)
        body, outcome = self.draw("-o", "b.jpg", "--format", "png", "x")
        self.assertEqual(body["output_format"], "png")
        self.assertIn("png was asked for, whatever the name b.jpg says", outcome.stderr)
        self.assert_png(self.work / "b.png")
        self.limn("batch", "-", env=self.environment("ok"), stdin='{"prompt":"c","output":"c.webp"}')
        self.assertEqual(self.asked()[-1]["output_format"], "webp")

    def test_what_a_format_cannot_do_is_refused(self):
        self.assertIn("jpeg has no transparent background", self.refused("generate", "--background", "transparent", "-o", "a.jpg", "x"))
        self.assertIn("png takes no compression", self.refused("generate", "--format", "png", "--compression", "70", "x"))
        _, outcome = self.draw("--compression", "70", "x")
        self.assertIn("no format was asked for", outcome.stderr)

    def test_durations_are_combined_and_lists_may_be_of_names(self):
        self.assert_status(self.limn("generate", "--dry-run", "--timeout", "1h30m", "--wait", "2 min", "--gateway", "openai,clawto", "x",
                                     env=self.environment("ok", "ok")), 0)
        self.assertIn("1h30m", self.refused("generate", "--timeout", "30m1h", "x"))
        self.settings("timeout: 1m 30s\n")
        self.assertEqual(self.limn("config", "get", "timeout").stdout, "90s\n")
        env = self.environment("ok", "ok")
        self.assertEqual(len(self.limn("verify", "openai,clawto", env=env).stdout.splitlines()), 2)


class Prompts(CommandLineCase):
    def test_words_without_quotes_are_one_prompt(self):
        body, _ = self.draw("a", "fox", "in", "the", "snow", "-s", "1:1", "at", "night")
        self.assertEqual(body["prompt"], "a fox in the snow at night")
        self.assertIn("brackets", self.refused_after("a", "[red]", "fox"))
        body, _ = self.draw("[a, b] and, c")
        self.assertEqual(body["prompt"], "[a, b] and, c")
        body, _ = self.draw("[a, b]")
        self.assertEqual(body["prompt"], "[a, b]")

    def refused_after(self, *args):
        before = len(self.asked())
        outcome = self.limn("generate", *args, env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertEqual(len(self.asked()), before)
        return outcome.stderr

    def test_words_that_are_commands_too_are_words(self):
        body, _ = self.draw("batch", "of", "config", "files", "help")
        self.assertEqual(body["prompt"], "batch of config files help")
        body, _ = self.draw("--", "help")
        self.assertEqual(body["prompt"], "help")

    def test_a_prompt_is_read_from_a_file(self):
        (self.work / "fox.txt").write_text("\ufeffa fox\nin the snow\n")
        body, _ = self.draw("--prompt-file", "fox.txt")
        self.assertEqual(body["prompt"], "a fox\nin the snow")
        body, _ = self.draw("--prompt-file", "-", stdin="a bear\n")
        self.assertEqual(body["prompt"], "a bear")
        self.sandbox.reset()
        self.assertIn("there are two prompts", self.refused("generate", "--prompt-file", "fox.txt", "a bear"))
        self.assertIn("cannot read nowhere", self.refused("generate", "--prompt-file", "nowhere"))
        self.assertIn("is a folder", self.refused("generate", "--prompt-file", "."))
        self.assertIn("the name is empty", self.refused("generate", "--prompt-file", ""))

    def test_what_is_piped_in_is_the_prompt_where_there_is_no_other(self):
        body, _ = self.draw(stdin="a fox\n")
        self.assertEqual(body["prompt"], "a fox")
        body, _ = self.draw("a bear", stdin="a fox\n")
        self.assertEqual(body["prompt"], "a bear")
        (self.work / "fox.txt").write_text("a wolf")
        with open(self.work / "fox.txt") as file:
            subprocess.run([LIMN, "generate"], env=self.environment("ok"), cwd=self.work, stdin=file, check=True, capture_output=True)
        self.assertEqual(self.asked()[-1]["prompt"], "a wolf")
        self.sandbox.reset()
        self.assertIn("the prompt is empty", self.refused("generate", stdin=""))

    def test_no_prompt_at_all_is_told_with_an_example(self):
        said = self.refused("generate")
        self.assertIn("there is no prompt", said)
        self.assertIn('limn generate "a fox in the snow"', said)

    def test_a_terminal_is_told_that_it_is_waited_for_and_how_that_ends(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([LIMN, "generate", "-"], env=self.environment("ok"), cwd=self.work, stdin=theirs,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.close(theirs)
        self.assertIn("Ctrl-D on a line of its own ends it", process.stderr.readline())
        os.write(ours, b"a fox\n\x04")
        self.assertEqual(process.wait(timeout=60), 0, process.stderr.read())
        process.stdout.close()
        process.stderr.close()
        os.close(ours)
        self.assertEqual(self.asked()[-1]["prompt"], "a fox")

    def test_a_terminal_without_a_prompt_is_not_waited_for(self):
        ours, theirs = pty.openpty()
        told = subprocess.run([LIMN, "generate"], env=self.environment("ok"), cwd=self.work, stdin=theirs, capture_output=True, text=True,
                              timeout=60)
        os.close(ours)
        os.close(theirs)
        self.assertEqual(told.returncode, 2)
        self.assertIn("there is no prompt", told.stderr)


class Mistakes(CommandLineCase):
    def test_a_misspelt_option_is_told_with_the_nearest_at_every_command(self):
        for args, said in ((("generate", "--sise", "1024x1024", "fox"), "'--sise' is no option of generate: did you mean '--size'?"),
                           (("generate", "--sise=1024x1024", "fox"), "'--sise' is no option of generate: did you mean '--size'?"),
                           (("batch", "--job", "3", "x"), "'--job' is no option of batch: did you mean '--jobs'?"),
                           (("verify", "--modle", "x"), "'--modle' is no option of verify: did you mean '--model'?"),
                           (("discover", "--jsn"), "'--jsn' is no option of discover: did you mean '--json'?"),
                           (("plugins", "new", "--knid", "provider"), "'--knid' is no option of plugins new: did you mean '--kind'?"),
                           (("--jsno", "discover"), "did you mean '--json'?"),
                           (("generate", "-size", "1024x1024", "fox"), "'-size' is no option of generate: did you mean '--size'?"),
                           (("generate", "-z", "fox"), "'-z' is no option of generate"),
                           (("generate", "-n", "two", "fox"), "--count: 'two' is no whole number")):
            with self.subTest(args):
                self.assertIn(said, self.refused(*args))

    def test_a_misspelt_command_and_one_that_is_missing(self):
        for args, said in ((("genrate", "fox"), "'genrate' is no command: did you mean 'generate'?"),
                           (("config", "lst"), "'lst' is no command of config: did you mean 'list'?"),
                           (("a fox",), "'a fox' is no command: did you mean `limn generate 'a fox'`?"),
                           (("a", "fox"), "'a' is no command: did you mean `limn generate a fox`?"),
                           ((), 'limn generate "a fox in the snow"'),
                           (("skill",), "limn skill needs one of its commands: print, install"),
                           (("discover", "openai"), "discover takes no 'openai'")):
            with self.subTest(args):
                self.assertIn(said, self.refused(*args))

    def test_q_is_the_quality_and_nothing_else(self):
        for args in (("-q", "discover"), ("-q", "generate", "x"), ("discover", "-q"), ("-q", "low", "generate", "x")):
            with self.subTest(args):
                said = self.refused(*args)
                self.assertIn("'-q' is the quality of a picture", said)
                self.assertIn("--quiet", said)
        body, _ = self.draw("-q", "low", "x")
        self.assertEqual(body["quality"], "low")


class Help(CommandLineCase):
    COMMANDS = (("generate",), ("edit",), ("again",), ("batch",), ("history",), ("show",), ("open",), ("spend",), ("discover",), ("verify",), ("models",), ("forget",), ("doctor",), ("recover",), ("plugins",), ("plugins", "check"),
                ("plugins", "new"), ("config",), ("config", "set"), ("config", "edit"), ("init",), ("sandbox",), ("mcp",), ("mcp", "config"), ("mcp", "check"), ("skill",), ("skill", "install"), ("skill", "print"),
                ("completion",),
                ("serve",), ("serve", "key"), ("serve", "key", "new"), ("serve", "key", "list"), ("serve", "key", "revoke"), ("queue",), ("queue", "init"), ("queue", "add"), ("queue", "status"), ("queue", "list"), ("queue", "cancel"),
                ("queue", "requeue"), ("queue", "resolve"), ("queue", "drain"), ("work",), ("help",))

    def test_every_command_is_told_of_in_three_ways(self):
        for words in self.COMMANDS:
            with self.subTest(words):
                told = self.limn(*words, "--help").stdout
                self.assertTrue(told.startswith(f"limn {' '.join(words)}: "), told[:80])
                self.assertEqual(self.limn("help", *words).stdout, told)
                if words != ("help",):
                    self.assertEqual(self.limn(*words, "help").stdout, told)
        self.assertEqual(self.limn("help").stdout, self.limn("--help").stdout)

    def test_help_is_eighty_columns_wide_ends_with_an_example_and_has_the_options_of_every_command_once(self):
        for words in ((), *self.COMMANDS):
            with self.subTest(words):
                told = self.limn(*words, "--help").stdout
                self.assertLessEqual(max(map(len, told.splitlines())), 80)
                self.assertEqual([line for line in told.splitlines() if line != line.rstrip()], [])
                self.assertEqual(told.count("With every command:"), 1)
                self.assertEqual(told.count(" --json "), 1)
                self.assertEqual(told.count(" --help "), 1)
                if words:
                    self.assertRegex(told, r"\nExamples:\n(  limn .*\n)+$")

    def test_what_the_examples_show_is_taken(self):
        """Every example of generate and batch is a command line that is read."""
        (self.work / "fox.txt").write_text("a fox")
        (self.work / "prompts.txt").write_text("a fox\n")
        (self.work / "items.jsonl").write_text('"a fox"\n')
        for command in ("generate", "batch"):
            examples = re.findall(r"^  (limn .*)$", self.limn(command, "--help").stdout.split("Examples:")[1], re.MULTILINE)
            self.assertGreaterEqual(len(examples), 2)
            for example in examples:
                with self.subTest(example):
                    ran = subprocess.run(["sh", "-c", example.replace("limn", LIMN, 1) + " --dry-run"], env=self.environment("ok"), cwd=self.work,
                                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
                    self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_options_are_in_groups_with_limits_units_and_defaults(self):
        told = self.limn("generate", "--help").stdout
        groups = [line[:-1] for line in told.splitlines() if re.fullmatch(r"[A-Z][a-z ]+:", line)]
        self.assertEqual(groups, ["Arguments", "The picture", "Where it goes", "Who draws it", "When and how much", "With every command", "Examples"])
        flat = re.sub(r"\s+", " ", told)
        for words in ("1 to 100 (default: defaults.n, 1)", "(default: defaults.size of limn.yaml, 1024x1024)", "(default: auto)", "128 KiB", "up to 24h", "600s)", "0 to 100", "1:3 to 3:1"):
            self.assertIn(words, flat)

    def test_other_topics(self):
        self.assertIn("  7         content refused\n", self.limn("help", "exit-status").stdout)
        self.assertIn("there is no help about 'genrate': did you mean 'generate'?", self.refused("help", "genrate"))
        self.assertIn("there is no help about 'st': did you mean 'set'?", self.refused("help", "config", "st"))
        self.assertEqual(self.limn("-V").stdout, self.limn("--version").stdout)


class MaxCost(CommandLineCase):
    def test_nothing_is_asked_that_could_cost_more(self):
        said = self.refused("generate", "--max-cost", "0.10", "x")
        self.assertIn("this costs at most $0.211 (estimate), and --max-cost allows $0.1\n", said)
        self.assertIn("a lower quality", said)
        self.assertIn("--max-cost", self.refused("generate", "-q", "low", "-n", "20", "--max-cost", "0.10", "x"))
        self.draw("-q", "low", "--max-cost", "0.10", "x")

    def test_what_nobody_knows_the_cost_of_is_above_every_limit(self):
        said = self.refused("generate", "-m", "nobody-knows", "--max-cost", "100", "x")
        self.assertIn("what it costs is not known beforehand", said)
        self.assertIn("prices:", said)

    def test_the_limit_holds_for_a_dry_run_and_for_the_doctor_and_not_for_the_sandbox(self):
        self.refused("generate", "--dry-run", "--max-cost", "0.01", "x")
        outcome = self.limn("doctor", "--generate", "--max-cost", "0.01", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertEqual(self.sandbox.billable(), 0)
        self.assert_status(self.limn("generate", "--sandbox", "--max-cost", "0", "x"), 0)

    def test_what_is_no_amount(self):
        self.assertIn("max-cost: 'much' is no amount of US dollars", self.refused("generate", "--max-cost", "much", "x"))


class PromptFiles(CommandLineCase):
    def test_a_batch_takes_a_prompt_a_line(self):
        (self.work / "prompts.txt").write_text('a fox\n\n# not this one\na "red" bear\n')
        outcome = self.limn("batch", "prompts.txt", "--json", "--manifest", "m.jsonl", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual(sorted(b["prompt"] for b in self.asked()), ['a "red" bear', "a fox"])
        self.assertEqual(sorted(r["id"] for r in outcome.json["results"]), ["1", "4"])
        again = self.limn("batch", "prompts.txt", "--manifest", "m.jsonl", "--resume", env=self.environment("ok"))
        self.assert_status(again, 0)
        self.assertEqual(len(self.asked()), 2, "what is done is not drawn again")
        (self.work / "prompts.txt").write_text('"a fox"\n\n\n"a \\"red\\" bear"\n')  # the same items, as JSON
        self.assert_status(self.limn("batch", "prompts.txt", "--manifest", "m.jsonl", "--resume", env=self.environment("ok")), 0)
        self.assertEqual(len(self.asked()), 2)

    def test_prompts_and_json_are_not_mixed(self):
        (self.work / "items").write_text('a fox\n{"prompt": "a bear"}\n')
        self.assertIn("items:2: JSON among prompts", self.refused("batch", "items"))
        (self.work / "items").write_text('"a fox"\na bear\n')
        self.assertIn("items:2: no valid JSON", self.refused("batch", "items"))
        (self.work / "items").write_text('[{"prompt": "a fox"},\n{"prompt": "a bear"}]\n')
        self.assertIn("items:1: ", self.refused("batch", "items"))


if __name__ == "__main__":
    unittest.main()
