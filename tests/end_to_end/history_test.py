"""What was drawn is found again, whichever way it was asked for, whatever became of the process, and no image waits for it."""

import pathlib
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import kernel
from limn_case import CANARY, LIMN, LimnCase, all_below, content_of


class HistoryCase(LimnCase):
    def setUp(self):
        super().setUp()
        self.state = self.home / ".local/state/limn"

    def history(self, *args):
        outcome = self.limn("history", "--json", *args)
        self.assert_status(outcome, 0)
        self.assert_valid(outcome.json, "history")
        return outcome.json["entries"]

    def paths(self, *args):
        return [entry["image"]["path"] for entry in self.history(*args) if entry["image"]]

    def database(self):
        return sqlite3.connect(self.state / "history.db", isolation_level=None)

    def assert_undamaged(self):
        self.assertEqual(self.database().execute("PRAGMA integrity_check").fetchall(), [("ok",)])


class Entries(HistoryCase):
    def test_what_is_told_of_an_image_is_in_the_history(self):
        env = self.environment("ok")
        one = self.generate("a fox", "--quality", "low", env=env)
        entry = self.history()[0]
        image = one.json["images"][0]
        self.assertEqual(entry["image"]["path"], image["path"])
        self.assertEqual(entry["image"]["sha256"], image["sha256"])
        self.assertEqual(entry["prompt"], "a fox")
        self.assertEqual(entry["door"], "generate")
        self.assertEqual(entry["outcome"], "drawn")
        self.assertEqual(entry["asked"], {"size": "1024x1024", "n": 1, "quality": "low"})
        self.assertEqual(entry["cost"], one.json["cost"])
        self.assertEqual(entry["gateway"], one.json["gateway"]["name"])
        self.assertEqual(entry["request_id"], one.json["attempts"][0]["request_id"])

    def test_each_way_in_writes_it(self):
        env = self.environment("ok")
        self.limn("generate", "--sandbox", "drawn in the sandbox")
        self.limn("generate", "-n", "2", "two of them", env=env)
        (self.work / "items").write_text('"of a batch"\n"and another"\n')
        self.limn("batch", "items", env=env)
        doors = {entry["prompt"]: entry["door"] for entry in self.history()}
        self.assertEqual(doors, {"drawn in the sandbox": "generate", "two of them": "generate", "of a batch": "batch", "and another": "batch"})
        self.assertEqual(len(self.history()), 5)
        self.assertEqual(sorted(self.paths()), sorted(map(str, self.images_in(self.work))))

    def test_a_request_that_may_have_cost_money_is_in_it_and_one_that_did_not_is_not(self):
        self.assert_status(self.limn("generate", "lost", env=self.environment("cut-mid-image")), 9)
        self.assert_status(self.limn("generate", "refused", env=self.environment("billing-402")), 5)
        entries = self.history()
        self.assertEqual([entry["prompt"] for entry in entries], ["lost"])
        self.assertEqual(entries[0]["outcome"], "failed")
        self.assertEqual(entries[0]["class"], "outcome_unknown")
        self.assertIsNone(entries[0]["image"])
        self.assertTrue(entries[0]["may_have_cost"])
        self.assertEqual(len(self.history("--failed")), 1)

    def test_words_time_and_gateway_narrow_the_list(self):
        env = self.environment("ok")
        for prompt in ("a Fox in the snow", "a bear in the snow", "Ärger im Büro"):
            self.limn("generate", prompt, env=env)
        for words, found in ((("fox",), 1), (("SNOW",), 2), (("snow", "bear"), 1), (("ärger",), 1), (("whale",), 0), (("--since", "1h"), 3),
                             (("--since", "2999-01-01"), 0), (("--gateway", "openai"), 3), (("--gateway", "other"), 0), (("--limit", "2"), 2)):
            with self.subTest(words=words):
                self.assertEqual(len(self.history(*words)), found)
        outcome = self.limn("history", "--since", "some day")
        self.assert_status(outcome, 2)
        self.assertIn("'some day' is no time", outcome.stderr)

    def test_show_tells_all_that_is_known(self):
        drawn = self.generate("a fox", env=self.environment("ok")).json["images"][0]
        identity = self.history()[0]["id"]
        for words in ((), ("last",), (identity,), (identity[:4],)):
            with self.subTest(words=words):
                outcome = self.limn("show", *words)
                self.assertEqual(outcome.stdout.splitlines()[0], drawn["path"])
                for text in (identity, "a fox", "gpt-image-2", "openai_images", "1024x1024"):
                    self.assertIn(text, outcome.stdout)
        self.assert_valid(self.limn("show", "--json").json, "history_entry")
        self.assert_status(self.limn("show", "zzzz"), 2)
        pathlib.Path(drawn["path"]).unlink()
        self.assertIn("it is there no more", self.limn("show").stdout)

    def test_what_a_gateway_says_reaches_no_terminal_as_more_than_text(self):
        self.limn("generate", "a fox", env=self.environment("ok"))
        identity = self.history()[0]["id"]
        nasty = "\x1b]0;OWNED\x07\x1b[2J\ncost $0"
        database = self.database()
        database.execute("UPDATE attempt SET gateway = ?, message = ?, request_id = ?, prompt = ?", (nasty,) * 4)
        database.execute("UPDATE image SET revised_prompt = ?", (nasty,))
        database.close()
        for words in (("history",), ("show", identity), ("spend", "--by", "gateway"), ("history", "--json"), ("show", "--json")):
            with self.subTest(words=words):
                outcome = self.limn(*words)
                self.assert_status(outcome, 0)
                self.assertNotIn("\x1b", outcome.stdout)
                self.assertNotIn("\x07", outcome.stdout)
                self.assertNotIn("\ncost $0", outcome.stdout)

    def test_a_process_number_that_came_again_is_not_the_one_that_asked(self):
        self.limn("generate", "a fox", env=self.environment("ok"))
        self.history()
        database = self.database()
        database.execute("UPDATE attempt SET state = 0, process = 1, images = 0, at = 1000")
        database.execute("DELETE FROM image")
        database.close()
        self.assertEqual(self.history()[0]["outcome"], "unknown")

    def test_open_gives_the_image_to_the_desktop(self):
        programs = self.home / "programs"
        programs.mkdir()
        env = self.environment("ok")
        path = self.generate("a fox", env=env).json["images"][0]["path"]
        missing = self.limn("open", env={**env, "PATH": str(programs)})
        self.assert_status(missing, 1)
        self.assertIn("xdg-utils", missing.stderr)
        opener = programs / "xdg-open"
        for status in (0, 4):
            opener.write_text(f'#!/bin/sh\nprintf %s "$1" > "{self.home}/opened"\nexit {status}\n')
            opener.chmod(0o755)
            outcome = self.limn("open", "last", env={**env, "PATH": f"{programs}:{env['PATH']}"})
            self.assert_status(outcome, 1 if status else 0)
            self.assertEqual((self.home / "opened").read_text(), path)
        pathlib.Path(path).unlink()
        self.assert_status(self.limn("open", env=env), 2)

    def test_who_has_told_everything_takes_many_notes_in(self):
        self.state.mkdir(parents=True)
        lines = self.state / "history.lines"
        lines.write_text("\n" * (64 << 10))
        self.assert_status(self.limn("generate", "a fox", env=self.environment("ok")), 0)
        self.assertFalse(lines.exists())
        self.assertEqual(self.database().execute("SELECT prompt FROM attempt").fetchall(), [("a fox",)])

    def test_spend_sums_what_is_known_and_counts_what_is_not(self):
        env = self.environment("ok")
        costs = [self.generate("a fox", env=env).json["cost"]["usd"] for _ in range(3)]
        self.limn("generate", "lost", env=self.environment("cut-mid-image"))
        spent = self.limn("spend", "--json").json["spent"]
        self.assertAlmostEqual(spent["usage_usd"], sum(costs), places=6)
        self.assertEqual((spent["images"], spent["requests"]), (3, 4))
        self.assertTrue(spent["estimate_usd"] + spent["bound_usd"] > 0 or spent["unknown"] == 1, spent)
        for by, names in (("gateway", ["openai"]), ("model", ["gpt-image-2"])):
            self.assertEqual([one["name"] for one in self.limn("spend", "--json", "--by", by).json["by"]], names)
        self.assertEqual(self.limn("spend", "--json", "--since", "2999-01-01").json["spent"]["requests"], 0)

    def test_forgetting_needs_to_be_told_what(self):
        env = self.environment("ok")
        paths = [self.generate(f"fox {i}", env=env).json["images"][0]["path"] for i in range(3)]
        self.assert_status(self.limn("forget", "--history"), 2)
        self.assert_status(self.limn("forget", "--all"), 2)
        self.assertEqual(len(self.history()), 3)
        self.assertEqual(self.limn("forget", "--history", self.history()[0]["id"], "--json").json["forgotten"], 1)
        self.assertEqual(self.limn("forget", "--history", "--before", "1d", "--json").json["forgotten"], 0)
        self.assertEqual(self.limn("forget", "--history", "--all", "--json").json["forgotten"], 2)
        self.assertEqual(self.history(), [])
        for path in paths:
            self.assert_png(path)

    def test_it_is_not_kept_where_the_settings_say_so(self):
        self.limn("config", "set", "history", "off")
        self.limn("generate", "a fox", env=self.environment("ok"))
        self.assertFalse((self.state / "history.db").exists())
        self.assertEqual(self.history(), [])
        for value, status in (("90d", 0), ("on", 0), ("2 weeks", 0), ("5s", 2), ("perhaps", 2)):
            self.assert_status(self.limn("config", "set", "history", value), status)

    def test_no_key_is_in_it(self):
        """The case looks for the canary in every file that a command left."""
        self.limn("generate", f"a fox with {CANARY}openai in its paw", env=self.environment("ok"))
        self.limn("generate", "a fox", env=self.environment("unauthorized"))
        self.assertIn("[redacted]", self.history()[0]["prompt"] + self.history()[-1]["prompt"])
        for file in all_below(self.state):
            if file.is_file():
                self.assertNotIn(CANARY.encode(), content_of(file), file)
                self.assertEqual(file.stat().st_mode & 0o077, 0, file)


class Trouble(HistoryCase):
    """The image comes first."""

    def test_another_process_that_has_it_holds_up_nobody(self):
        env = self.environment("ok")
        self.limn("generate", "first", env=env)
        self.assertEqual(len(self.history()), 1)
        other = self.database()
        other.execute("BEGIN EXCLUSIVE")
        outcome = self.limn("generate", "second", env=env)
        self.assert_status(outcome, 0)
        self.assertNotIn("history", outcome.stderr)
        self.assertTrue((self.state / "history.lines").exists())
        other.execute("ROLLBACK")
        self.assertEqual([entry["prompt"] for entry in self.history()], ["second", "first"])
        self.assertFalse((self.state / "history.lines").exists())

    def test_a_history_that_cannot_be_used_is_one_warning(self):
        env = self.environment("ok")
        self.history()
        self.limn("generate", "first", env=env)
        self.history()
        file = self.state / "history.db"

        def newer():
            self.database().execute("PRAGMA user_version = 99")

        def damaged():
            file.write_bytes(b"no database at all" * 1000)
            for rest in self.state.glob("history.db-*"):
                rest.unlink()

        def folder():
            file.unlink()
            file.mkdir()

        for spoil in (newer, damaged, folder):
            with self.subTest(spoil=spoil.__name__):
                spoil()
                outcome = self.limn("generate", "-n", "2", spoil.__name__, env=env)
                self.assert_status(outcome, 0)
                self.assertEqual(len(outcome.stdout.splitlines()), 2)
                warnings = [line for line in outcome.stderr.splitlines() if "warning" in line]
                self.assertLessEqual(len(warnings), 1, outcome)
                listed = self.limn("history")
                self.assert_status(listed, 1)
                self.assertIn("history.db", listed.stderr)
        file.rmdir()
        for rest in self.state.glob("history.db-*"):
            rest.unlink()
        self.assertEqual(sorted({entry["prompt"] for entry in self.history()}), ["damaged", "folder", "newer"])

    @unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
    def test_a_full_disk_under_it_takes_no_image(self):
        disk = self.home / "disk"
        disk.mkdir()
        namespace = kernel.Namespace()
        self.addCleanup(namespace.close)
        namespace.run(f"mount -t tmpfs -o size=64k none {disk}; head -c 60000 /dev/zero > {disk}/rest")
        env = self.environment("ok", XDG_STATE_HOME=str(disk))
        outcome = self.limn("generate", "a fox", env=env, through=namespace.command())
        self.assert_status(outcome, 0)
        self.assert_png(outcome.stdout.strip())
        self.assertLessEqual(sum("history" in line for line in outcome.stderr.splitlines()), 1, outcome)


class Killed(HistoryCase):
    def test_what_was_reported_is_in_it_whoever_was_killed(self):
        """A hundred processes at once, each killed at a moment of its own."""
        random.seed(20)
        env = self.environment("ok")
        begun = []
        for number in range(100):
            report = open(self.work / f"report-{number}", "wb")
            begun.append((subprocess.Popen([LIMN, "generate", "--size", "64x64!", "-d", self.work / "images", f"number {number}"], env=env, cwd=self.work,
                                           stdin=subprocess.DEVNULL, stdout=report, stderr=subprocess.DEVNULL), report))
            if number % 3 == 0:  # one of those under way
                random.choice(begun)[0].send_signal(signal.SIGKILL)
        for process, report in begun:
            process.wait(timeout=120)
            report.close()
        self.assert_undamaged()
        reported = [line for file in self.work.glob("report-*") for line in file.read_text().splitlines()]
        self.assertGreater(len(reported), 30)
        self.assertEqual(sorted(set(reported) - set(self.paths("--all"))), [])

    def test_what_was_asked_for_when_a_process_was_killed_is_told(self):
        env = self.environment("slow-30000")
        process = subprocess.Popen([LIMN, "generate", "a slow fox"], env=env, cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (entries := self.history()) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(entries[0]["outcome"], "under_way")
        process.kill()
        process.wait()
        entry = self.history()[0]
        self.assertEqual((entry["outcome"], entry["prompt"]), ("unknown", "a slow fox"))
        self.assertIn("look at the gateway's usage page", self.limn("show", entry["id"]).stdout)
        self.assertEqual(self.limn("spend", "--json").json["spent"]["unknown"], 1)


if __name__ == "__main__":
    unittest.main()
