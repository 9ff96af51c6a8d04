"""Requests go out at the rate that their gateway takes, together with those of every other process."""

import json
import subprocess

from limn_case import LIMN, LimnCase


class Rate(LimnCase):
    def settings(self, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(text)

    def begin(self, *args, env):
        process = subprocess.Popen([LIMN, "generate", "--events", *args], env=env, cwd=self.work, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def paid(self):
        return [entry for entry in self.sandbox.get("/_log") if entry["paid"]]

    def test_two_processes_keep_to_one_limit_of_images_a_minute(self):
        self.settings("rate: {images_per_minute: 4}\n")
        env = self.environment("ok")
        processes = [self.begin("-n", "3", "a fox", env=env) for _ in range(2)]
        # One of them draws its three and ends; the other one has to wait: six are more than four.
        waits = ["4 images a minute" in "".join(self.events_until(p, "waiting")) for p in processes]
        self.assertEqual(sorted(waits), [False, True], "six images went out in a minute of four")
        self.assertEqual(processes[waits.index(False)].wait(timeout=60), 0)
        self.assertEqual(sum(entry["body"].get("n", 1) for entry in self.paid()), 3)

    def events_until(self, process, last):
        """The lines up to that event, or all there are."""
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("{") and json.loads(line)["event"] == last:
                break
        return lines

    def test_no_more_are_in_flight_than_the_gateway_takes_and_a_killed_process_frees_its_place(self):
        self.settings("gateways: [{name: one, base_url: \"%s\", api_key_env: OPENAI_API_KEY, max_in_flight: 1}]\n"
                      % self.sandbox.base_url("slow-4000"))
        env = self.environment("slow-4000")
        first = self.begin("a fox", env=env)
        self.assertIn("attempt_started", self.events_until(first, "attempt_started")[-1])
        second = self.begin("a fox", env=env)
        self.assertIn("one takes 1 request at the same time", self.events_until(second, "waiting")[-1])
        first.kill()
        first.wait()
        self.assertEqual(second.wait(timeout=60), 0)

    def test_who_has_got_a_429_closes_the_gateway_for_all(self):
        env = self.environment("rate-limited-long", "ok")
        outcome = self.generate("a fox", env=env)
        self.assert_status(outcome, 0)
        self.assertEqual(self.sandbox.billable("rate-limited-long"), 1)
        again = self.generate("a fox", env=env)
        self.assert_status(again, 0)
        self.assertEqual([a["class"] for a in again.json["attempts"]], ["rate_limited", "ok"])
        self.assertEqual(self.sandbox.billable("rate-limited-long"), 1, "it was asked in its pause")
        alone = self.generate("a fox", env=self.environment("rate-limited-long"))
        self.assert_status(alone, 12)
        self.assertIn("--wait", alone.json["error"]["hint"])
        self.assertEqual(self.sandbox.billable("rate-limited-long"), 1)
        self.assert_status(self.limn("forget", "openai", env=env), 0)
        self.generate("a fox", env=env)
        self.assertEqual(self.sandbox.billable("rate-limited-long"), 2, "the pause was forgotten")

    def test_a_budget_that_is_used_up_is_waited_for(self):
        env = self.environment("budget-used-up")
        self.assert_status(self.generate("a fox", env=env), 0)
        outcome = self.limn("generate", "--json", "--events", "a fox", env=env)
        self.assert_status(outcome, 0)
        first, second = (e["milliseconds"] for e in self.paid())
        self.assertGreaterEqual(second - first, 700)
        # The limit is remembered, unless limn.yaml says another one.
        self.assertIn("takes 5 images a minute", self.limn("discover", env=env).stdout)

    def test_a_budget_that_is_used_up_for_long_sends_the_next_job_to_the_next_gateway(self):
        env = self.environment("requests-used-up", "ok")
        self.assert_status(self.generate("a fox", env=env), 0)
        outcome = self.generate("a fox", env=env)
        self.assertEqual([a["class"] for a in outcome.json["attempts"]], ["rate_limited", "ok"])
        self.assertEqual(self.sandbox.billable("requests-used-up"), 1)

    def test_a_real_limit_is_met_once_and_then_kept(self):
        # The window is shorter than a minute: what was learnt waits longer than this gateway wants.
        env = self.environment("five-a-minute-1500")
        self.settings("rate: {images_per_minute: none}\n")
        outcome = self.generate("-n", "7", "--provider", "responses_api", "a fox", env=env)
        self.assert_status(outcome, 0)
        self.assertEqual(len(outcome.json["images"]), 7)
        drawn = sorted(e["milliseconds"] for e in self.paid())  # the log has them in the order of their answers
        self.assertEqual(len(drawn), 7)
        for before, after in zip(drawn, drawn[5:]):
            self.assertGreaterEqual(after - before, 1500)

    def test_with_spread_the_jobs_of_a_batch_begin_where_there_is_room(self):
        items = "".join(json.dumps(f"a fox, number {i}") + "\n" for i in range(6))
        env = self.environment("slow-600", "slow-601")
        for strategy, first in (("order", 6), ("spread", 3)):
            with self.subTest(strategy=strategy):
                self.sandbox.reset()
                self.settings(f"strategy: {strategy}\n")
                outcome = self.limn("batch", "-", "--jobs", "6", "--provider", "openai_images", env=env, stdin=items)
                self.assert_status(outcome, 0)
                self.assertEqual(self.sandbox.billable("slow-600"), first)
                self.assertEqual(self.sandbox.billable(), 6)

    def test_a_damaged_file_stops_nobody(self):
        self.settings("rate: {images_per_minute: 4}\n")
        env = self.environment("ok")
        self.assert_status(self.generate("a fox", env=env), 0)
        files = [f for f in (self.home / ".local/state/limn/rate").iterdir() if not f.suffix]
        self.assertEqual(len(files), 1)
        files[0].write_bytes(b"\0damage")
        self.assert_status(self.generate("a fox", env=env), 0)
        self.assertIn(b"end", files[0].read_bytes())

    def test_nothing_is_written_where_there_is_no_limit(self):
        self.assert_status(self.generate("a fox", env=self.environment("ok")), 0)
        self.assertFalse((self.home / ".local/state/limn/rate").exists())
