"""The command line: what is printed where, exit status, settings, Ctrl-C."""

import json
import os
import pathlib
import pty
import signal
import struct
import subprocess
import time
import unittest
import zlib

from limn_case import LIMN, LimnCase


def _png(width=8, height=8):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress((b"\0" + bytes(3 * width)) * height)) + chunk(b"IEND", b""))


GOOD_PNG = _png()


class Output(LimnCase):
    def test_stdout_carries_paths_only(self):
        outcome = self.limn("generate", "a fox", env=self.environment("billing-402", "ok"))
        self.assert_status(outcome, 0)
        lines = outcome.stdout.splitlines()
        self.assertEqual(len(lines), 1)
        self.assertTrue(pathlib.Path(lines[0]).is_absolute())
        self.assert_png(lines[0])
        self.assertIn("billing", outcome.stderr, "the report says why a gateway was left")

    def test_quiet_says_nothing_on_success(self):
        outcome = self.limn("generate", "--quiet", "a fox", env=self.environment("billing-402", "ok"))
        self.assertEqual(outcome.stderr, "")

    def test_global_options_stand_before_or_after_the_command(self):
        for args in (["--json", "discover"], ["discover", "--json"]):
            self.assert_valid(self.limn(*args, env=self.environment("ok")).json, "discover")

    def test_events_are_json_lines_on_stderr(self):
        outcome = self.limn("generate", "--events", "--json", "a fox", env=self.environment("billing-402", "ok"))
        events = [json.loads(line)["event"] for line in outcome.stderr.splitlines()]
        self.assertEqual(events, ["verifying", "attempt_started", "attempt_ended", "verifying", "attempt_started", "image_saved",
                                  "attempt_ended"])

    def test_a_pipe_gets_no_control_codes_and_a_terminal_gets_a_progress_line(self):
        env = self.environment("slow-1000", TERM="xterm")
        self.assertNotIn("\x1b", self.limn("generate", "a fox", env=env).stderr)
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"this machine has no pseudo terminals: {error}")
        process = subprocess.Popen([LIMN, "generate", "a fox"], env=env, cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:
            pass  # the terminal's other end is closed
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn("openai · openai_images".encode(), seen)
        self.assertIn(b"\r\x1b[K", seen)

    def test_verbose_shows_headers_without_the_key(self):
        outcome = self.limn("generate", "-v", "a fox", env=self.environment("ok"))
        self.assertIn("> Authorization: [redacted]", outcome.stderr)

    def test_a_key_that_the_gateway_echoes_is_not_shown(self):
        outcome = self.limn("generate", "a fox", env=self.environment("echo-key"))
        self.assert_status(outcome, 4)
        self.assertIn("[redacted]", outcome.stderr)

    def test_stdout_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            status = subprocess.run([LIMN, "discover"], env=self.environment("ok"), stdout=full, stderr=subprocess.DEVNULL).returncode
        self.assertEqual(status, 1)


class CommandLine(LimnCase):
    def test_what_makes_no_sense_is_a_usage_error_with_the_nearest_name(self):
        for args, expected in ((["genrate", "x"], "generate"), (["generate"], "prompt"), (["generate", "-s", "big", "x"], "1024x1024"),
                               (["generate", "--remember", "x"], "directory"), (["generate", "  "], "empty"),
                               (["generate", "--gateway", "opnai", "x"], "openai"), (["config", "get", "timeot"], "timeout")):
            with self.subTest(args):
                outcome = self.limn(*args, env=self.environment("ok"))
                self.assert_status(outcome, 2)
                self.assertIn(expected, outcome.stderr)
                as_json = self.limn(*args, "--json", env=self.environment("ok"))
                self.assert_valid(as_json.json, "failure")
                self.assertEqual(as_json.json["error"]["class"], "usage")

    def test_no_gateway_says_what_to_do(self):
        outcome = self.limn("generate", "a fox")
        self.assert_status(outcome, 3)
        self.assertIn("OPENAI_BASE_URL", outcome.stderr)

    def test_the_prompt_can_come_from_standard_input(self):
        self.assert_status(self.limn("generate", "-", env=self.environment("ok"), stdin="a fox\n"), 0)
        asked = [r for r in self.sandbox.get("/_log") if r["path"].endswith("/images/generations")]
        self.assertEqual(asked[-1]["body"]["prompt"], "a fox")

    def test_only_what_was_asked_for_is_sent(self):
        self.limn("generate", "a fox", env=self.environment("ok"))
        asked = [r for r in self.sandbox.get("/_log") if r["path"].endswith("/images/generations")]
        self.assertEqual(asked[-1]["body"], {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x1024"})

    def test_every_option_of_a_job_reaches_the_wire(self):
        self.limn("generate", "-n", "2", "-q", "low", "--background", "opaque", "--format", "webp", "--compression", "70", "--moderation",
                  "low", "-s", "1536x1024", "a fox", env=self.environment("ok"))
        asked = [r for r in self.sandbox.get("/_log") if r["path"].endswith("/images/generations")]
        self.assertEqual(asked[-1]["body"], {"model": "gpt-image-2", "prompt": "a fox", "size": "1536x1024", "n": 2, "quality": "low",
                                             "background": "opaque", "output_format": "webp", "output_compression": 70,
                                             "moderation": "low"})

    def test_a_format_that_did_not_come_is_told(self):
        outcome = self.limn("generate", "--format", "webp", "-q", "low", "a fox", env=self.environment("ok"))
        self.assertIn("format webp was asked for, and png came", outcome.stderr)
        self.assertNotIn("quality", outcome.stderr)

    def test_a_prompt_that_is_no_text_is_refused_before_anything_is_asked(self):
        env = self.environment("ok")
        for given, reason in ((b"caf\xe9", "byte 4 is 0xe9"), (b"\xc0\x80", "byte 1"), (b"\xed\xa0\x80", "byte 1"), (b"fox \xf0\x9f\xa6", "byte 5"),
                              ("a fox".encode("utf-16"), "UTF-16"), (b"a\0fox", "NUL"), (b"x" * 200_000, "128 KiB")):
            with self.subTest(given[:20]):
                piped = subprocess.run([LIMN, "generate", "-"], input=given, env=env, cwd=self.work, capture_output=True, timeout=60)
                self.assertEqual(piped.returncode, 2, piped.stderr)
                self.assertIn(reason, piped.stderr.decode())
                (self.work / "items").write_bytes(b'"a bear"\n"' + given + b'"\n')
                batch = self.limn("batch", "items", env=env)
                self.assert_status(batch, 2)
                if b"\0" not in given and len(given) < 1000:
                    argument = subprocess.run([LIMN, "generate", given], env=env, cwd=self.work, capture_output=True, timeout=60)
                    self.assertEqual(argument.returncode, 2, argument.stderr)
                    self.assertIn(reason, argument.stderr.decode())
                    self.assertIn(reason, batch.stderr)
        for half, reason in (('"\\ud83e fox"', "half of a character"), ('{"prompt": "\\udd8a"}', "half of a character")):
            self.assertIn(reason, self.limn("batch", "-", env=env, stdin=half).stderr)
        self.assertIn("quality is not UTF-8", self.limn("generate", "-q", b"\xff".decode("utf-8", "surrogateescape"), "x", env=env).stderr)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_a_mark_before_a_prompt_is_no_part_of_it(self):
        for text in ("\ufeffa fox\r\n", "a fox"):
            self.assert_status(self.limn("generate", "-", env=self.environment("ok"), stdin=text), 0)
        asked = [r["body"]["prompt"] for r in self.sandbox.get("/_log") if r["path"].endswith("/images/generations")]
        self.assertEqual(asked, ["a fox", "a fox"])

    def test_an_input_that_cannot_be_one_is_called_what_it_is_before_anything_is_asked(self):
        ftyp = lambda brand: struct.pack(">I", 16) + b"ftyp" + brand + bytes(4)
        for content, reason in ((b"", "is empty (0 bytes)"), (b"%PDF-1.7 x", "it is a PDF"), (b"II*\0" + bytes(99), "it is a TIFF"), (b"BM" + bytes(99), "it is a BMP"),
                                (ftyp(b"heic"), "is heic"), (ftyp(b"avif"), "is avif"), (ftyp(b"qt  "), "it is a video"),
                                (b"<!DOCTYPE html><p>", "it is a web page"), (b"data:image/png;base64,iVBO", "it is a data URL"), (b"hello there", "no image in a known format (11 bytes)")):
            with self.subTest(reason):
                (self.work / "in.png").write_bytes(content)
                for args in (("-i", "in.png"), ("-i", "good.png", "--mask", "in.png")):
                    (self.work / "good.png").write_bytes(GOOD_PNG)
                    outcome = self.limn("generate", *args, "x", env=self.environment("ok"))
                    self.assert_status(outcome, 2)
                    self.assertIn(reason, outcome.stderr)
                    self.assertIn("in.png", outcome.stderr)
        os.mkfifo(self.work / "pipe")
        (self.work / "folder").mkdir()
        for name, reason in (("absent.png", "there is no file"), ("folder", "is a folder"), ("pipe", "is a pipe"), ("/dev/zero", "is a device"), ("-", "standard input is empty")):
            with self.subTest(name):
                outcome = self.limn("generate", "-i", name, "x", env=self.environment("ok"), timeout=20)
                self.assert_status(outcome, 2)
                self.assertIn(reason, outcome.stderr)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_an_input_may_have_any_name(self):
        for name in ("new\nline.png", 'quo"te.png', b"caf\xe9.png".decode("utf-8", "surrogateescape"), "\x1b[31m.png", "\udcff" * 250 + ".png", "no extension", "." * 9):
            with self.subTest(name):
                (self.work / name).write_bytes(GOOD_PNG)
                self.assert_status(self.limn("generate", "-i", name, "x", env=self.environment("ok")), 0)

    def test_items_may_come_through_a_pipe(self):
        pipe = self.work / "pipe"
        os.mkfifo(pipe)
        writer = subprocess.Popen(["sh", "-c", "echo '\"a fox\"' > pipe"], cwd=self.work)
        self.assert_status(self.limn("batch", "pipe", env=self.environment("ok"), timeout=60), 0)
        writer.wait()
        for name in ("/dev/stdin", "-"):
            self.assert_status(self.limn("batch", name, env=self.environment("ok"), stdin='"a bear"\n'), 0)

    def test_no_file_of_limns_own_is_waited_for(self):
        state = self.home / ".local/state/limn"
        env = self.environment("ok")
        self.assert_status(self.limn("generate", "a fox", env=env), 0)
        for name in ("learnt.json", "history.db", "history.lines", "history.lines.aside", "history.db-journal", "history.db-wal", "history.db-shm", "recovered/pipe", "manifest", "manifest.journal"):
            with self.subTest(name):
                path = self.work / name if name.startswith("manifest") else state / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                os.mkfifo(path)
                for args in (["generate", "a fox"], ["recover"], ["history"], ["batch", "-", "--manifest", "manifest", "--dry-run"], ["batch", "-", "--manifest", "manifest"]):
                    self.limn(*args, env=env, stdin='"a fox"', timeout=20)
                path.unlink(missing_ok=True)

    def test_an_unset_terminal_or_odd_prompt_does_no_harm(self):
        for prompt in ('quote " and \\ backslash', "漢字 и кириллица 🦊", "new\nline", "../../etc/passwd", "-" * 3000):
            outcome = self.limn("generate", "--json", "--", prompt, env=self.environment("ok"))
            self.assert_status(outcome, 0)
            self.assertEqual(pathlib.Path(outcome.json["images"][0]["path"]).parent, self.work)

    def test_dry_run_asks_nobody(self):
        outcome = self.limn("generate", "--dry-run", "--json", "-s", "2048x1024", "a fox", env=self.environment("ok"))
        self.assert_valid(outcome.json, "dry_run")
        self.assertEqual([(s["provider"], s["size"]) for s in outcome.json["plan"]],
                         [("openai_images", "2048x1024"), ("openai_images", "1024x1024"), ("responses_api", "2048x1024"),
                          ("responses_api", "1024x1024")])
        self.assertEqual(self.sandbox.get("/_log"), [])

    def test_help_and_version(self):
        self.assert_status(self.limn("--help"), 0)
        self.assert_status(self.limn("generate", "--help"), 0)
        self.assertRegex(self.limn("--version").stdout, r"^limn \d+\.\d+\.\d+\n$")

    def test_the_help_tells_every_exit_status_that_its_page_does(self):
        page = pathlib.Path(__file__).resolve().parents[2].joinpath("docs/exit-statuses.md").read_text()
        rows = page.split("| exit status | |")[1].split("\n\n")[0].splitlines()[2:]
        statuses = [status for row in rows for status in row.split("|")[1].replace(" ", "").split(",")]
        self.assertGreater(len(statuses), 15)
        told = self.limn("--help").stdout
        for status in statuses:
            self.assertRegex(told, rf"[ \n]{status}(, \d+)? +[a-z]")

    def test_a_misspelt_command_is_told_from_the_value_of_an_option(self):
        self.assertIn("'genrate' is no command: did you mean 'generate'?", self.limn("--config", "x.yaml", "genrate", "a fox").stderr)
        outcome = self.limn("--config", "x.yaml", "generate", "--sise", "1x1", "a fox")
        self.assert_status(outcome, 2)
        self.assertNotIn("no command", outcome.stderr)
        self.assertIn("limn generate --help", outcome.stderr)
        self.assertIn("limn plugins new --help", self.limn("plugins", "new").stderr)
        self.assertIn("'--sise' is no option", self.limn("--sise", "1x1").stderr)

    def test_no_size_was_sent_where_auto_was_asked_for(self):
        outcome = self.limn("generate", "--json", "-s", "auto", "a fox", env=self.environment("ok"))
        self.assertEqual((outcome.json["size"]["asked"], outcome.json["size"]["sent"]), ("auto", None))
        self.assertNotIn("asked auto", self.limn("generate", "-s", "auto", "a fox", env=self.environment("ok")).stderr)

    def test_the_embedded_sandbox_draws_without_any_gateway(self):
        outcome = self.limn("generate", "--sandbox", "--json", "a lighthouse at dusk")
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.json["gateway"]["origin"], "--sandbox")
        self.assertEqual(outcome.json["cost"], {"usd": 0, "basis": "usage"})
        self.assertEqual(outcome.stderr, "", "nothing went wrong")
        told = self.limn("generate", "--sandbox", "a lighthouse at dusk").stderr
        self.assertIn("costs nothing", told)
        self.assertNotIn("$", told)
        self.assertEqual(self.limn("generate", "--sandbox", "--dry-run", "--json", "a fox").json["cost"], {"usd": 0, "basis": "usage"})
        self.assertIn("costs nothing", self.limn("generate", "--sandbox", "--dry-run", "a fox").stdout)
        self.assert_png(outcome.json["images"][0]["path"])
        self.assertFalse((self.home / ".local/state/limn/learnt.json").exists(), "a sandbox teaches nothing")

    def test_doctor_walks_six_points(self):
        env = self.environment("ok")
        outcome = self.limn("doctor", "--generate", "--json", env=env)
        self.assert_status(outcome, 0)
        self.assert_valid(outcome.json, "doctor")
        self.assertEqual([p["verdict"] for p in outcome.json["points"]], ["good"] * 6)
        free = self.limn("doctor", "--json", env=env)
        self.assertEqual([p["verdict"] for p in free.json["points"]], ["good"] * 3 + ["skipped"] * 3)
        self.assertEqual(self.sandbox.billable(), 1)
        self.assert_status(self.limn("doctor", env=self.environment("unauthorized")), 4)


class Interrupt(LimnCase):
    def test_ctrl_c_cancels_cleanly(self):
        process = subprocess.Popen([LIMN, "generate", "--json", "--events", "a fox"], env=self.environment("slow-30000"), cwd=self.work,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if "attempt_started" in line:
                break
        while self.sandbox.billable() == 0:  # the request is there; there is no event for that
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        envelope = json.loads(stdout)
        self.assertEqual(envelope["error"]["class"], "cancelled")
        self.assertTrue(envelope["attempts"][0]["may_have_cost"])
        self.assertEqual(list(self.work.iterdir()), [])


class Settings(LimnCase):
    def write_settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)
        (folder / "limn.yaml").chmod(0o600)

    def test_the_order_of_providers_is_the_users(self):
        self.write_settings("providers: [responses_api, openai_images]\n")
        self.assertEqual(self.generate("a fox", env=self.environment("ok")).json["provider"], "responses_api")

    def test_a_typo_is_an_error_with_line_column_and_the_nearest_name(self):
        self.write_settings("model: gpt-image-2\nprovidres: [openai_images]\n")
        outcome = self.limn("generate", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertIn("limn.yaml:2:1", outcome.stderr)
        self.assertIn("providers", outcome.stderr)

    def test_a_word_of_ones_own_tells_a_class_and_so_what_follows(self):
        """The gateway says in words that nobody knows that it is too expensive today."""
        env = self.environment("error-of-odd-words", "ok")
        self.assertEqual([a["class"] for a in self.generate("a fox", env=env).json["attempts"]], ["unclear", "unclear", "ok"])
        self.write_settings("plugins: {isolate: [openai_images]}\n")  # which hears the word of the contract
        self.assertEqual([a["class"] for a in self.generate("a fox", env=env).json["attempts"]], ["unclear", "unclear", "ok"])
        self.write_settings("fallback: {unclear: stop}\n")
        stopped = self.generate("a fox", env=env)
        self.assert_status(stopped, 13)
        self.assertEqual([(a["class"], a["may_have_cost"]) for a in stopped.json["attempts"]], [("unclear", False)])
        self.assertEqual(stopped.json["error"]["message"], "Das Malen ist uns heute zu teuer.")
        for failures, classes in (('{billing: {words: ["zu teuer * malen"]}}', ["unclear", "unclear", "ok"]),  # in this order they are not there
                                  ('{billing: {words: ["malen ist * zu teuer"]}}', ["billing", "ok"]),
                                  ('{content: {words: ["zu teuer"]}}', ["content"])):
            with self.subTest(failures):
                self.limn("forget", "openai", env=env)
                self.write_settings(f"failures: {failures}\n")
                self.assertEqual([a["class"] for a in self.generate("a fox", env=env).json["attempts"]], classes)

    def test_a_code_or_a_type_of_ones_own_goes_before_those_that_are_built_in(self):
        for behaviour, failures, classes in (("new-api-validation", "{codes: [invalid_request]}", ["model", "model", "ok"]),
                                             ("new-api-validation", "{types: [new_api_error]}", ["model", "model", "ok"]),
                                             ("new-api-validation", "{codes: [other]}", ["invalid_request"])):
            with self.subTest(failures):
                self.write_settings(f"failures: {{model: {failures}}}\n")
                outcome = self.generate("a fox", env=self.environment(behaviour, "ok"))
                self.assertEqual([a["class"] for a in outcome.json["attempts"]], classes)

    def test_what_is_known_already_is_not_written_again(self):
        env = self.environment("ok")
        self.generate("one", env=env)
        memory = self.home / ".local/state/limn/learnt.json"
        before = memory.stat().st_ino
        self.generate("two", env=env)
        self.assertEqual(memory.stat().st_ino, before)

    def test_a_row_of_the_policy_can_be_overridden(self):
        self.write_settings("fallback: {billing: stop}\n")
        outcome = self.generate("a fox", env=self.environment("billing-402", "ok"))
        self.assert_status(outcome, 5)

    def test_a_remembered_directory_is_the_default_from_then_on(self):
        folder = self.home / "Pictures/x"
        self.limn("generate", "-d", folder, "--remember", "one", env=self.environment("ok"))
        self.limn("generate", "two", env=self.environment("ok"))
        self.assertEqual(len(self.images_in(folder)), 2)
        self.assertEqual(self.limn("config", "get", "output.directory").stdout.strip(), str(folder))
        self.assertIn("preferences.yaml", self.limn("config", "list").stdout)
        self.limn("config", "unset", "output.directory")
        self.limn("generate", "three", env=self.environment("ok"))
        self.assertEqual(len(self.images_in(self.work)), 1)

    def test_the_settings_file_can_be_named(self):
        other = self.work / "other.yaml"
        other.write_text("providers: [responses_api]\n")
        outcome = self.limn("generate", "--json", "--config", other, "a fox", env=self.environment("ok"))
        self.assertEqual(outcome.json["provider"], "responses_api")
        self.assert_status(self.limn("generate", "--config", self.work / "absent.yaml", "a fox"), 2)


if __name__ == "__main__":
    unittest.main()
