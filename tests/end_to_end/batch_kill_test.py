"""Kills a batch at random moments, a third each by SIGKILL, SIGTERM and SIGHUP, and goes on with it, until it is done: every item is drawn, unknown or still to do, and none is paid for twice.

LIMN_BATCH_KILLS sets how many, LIMN_KILL_SEED repeats a run (as far as timing repeats).
"""

import collections
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import unittest

from batch_case import BatchCase
from kill_test import fault_of_png
from limn_case import LIMN

KILLS = int(os.environ.get("LIMN_BATCH_KILLS", "60"))
SEED = os.environ.get("LIMN_KILL_SEED") or str(random.SystemRandom().randrange(1 << 32))
ITEMS = 20
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)


class BatchKill(BatchCase):
    def setUp(self):
        super().setUp()
        self.configure(quick="ok", slow="slow-60", events="sse", elsewhere="url-result")
        self.random = random.Random(SEED)

    def items(self, batch):
        gateways = ("quick", "slow", "events", "elsewhere")
        return [{"id": f"i{n}", "prompt": f"batch {batch} item {n}", "gateway": gateways[n % 4], "directory": f"out{batch}", "n": 3 if n % 5 == 0 else 1,
                 "provider": "responses_api" if n % 10 == 0 else "openai_images"} for n in range(ITEMS)]

    def requests_for(self, item):
        """How many are sent for an item that meets no fault: the Responses API draws one image at a time."""
        return item["n"] if item["provider"] == "responses_api" else 1

    def asked(self):
        """How often each prompt was sent in a request that may be charged."""
        return collections.Counter(re.search(r"batch \d+ item \d+", json.dumps(e["body"])).group() for e in self.sandbox.get("/_log") if e["billable"])

    def examine(self, items, args, folder):
        """After a kill: nothing is lost, nothing was paid for twice."""
        plan = self.batch(*args, "--resume", "--dry-run")
        self.assert_status(plan, 0)
        plan = plan.json
        self.assertEqual(sorted(plan["to_draw"] + plan["skipped"] + plan["unknown"]), sorted(item["id"] for item in items))
        asked = self.asked()
        by_id = {item["id"]: item for item in items}
        for item in items:
            self.assertLessEqual(asked[item["prompt"]], self.requests_for(item), item)
        for name in plan["skipped"]:  # an unknown one may have been killed on its way to the wire
            self.assertEqual(asked[by_id[name]["prompt"]], self.requests_for(by_id[name]), f"{name} was not asked for as often as it takes")
        for name in plan["to_draw"]:  # one whose parts are drawn one by one may have some of them
            self.assertLess(asked[by_id[name]["prompt"]], self.requests_for(by_id[name]), f"{name} was asked for and would be again")
        on_disk = [p for p in folder.glob("*.png")] if folder.exists() else []
        for path in on_disk:
            self.assertIsNone(fault_of_png(path.read_bytes()), path)
        drawn = sum(by_id[name]["n"] for name in plan["skipped"])
        for name in plan["unknown"] + plan["to_draw"]:  # whoever has all its images is known to have them
            own = re.compile(re.escape(by_id[name]["prompt"].replace(" ", "-")) + r"(-\d+)?\.png$")
            self.assertLess(sum(bool(own.search(path.name)) for path in on_disk), by_id[name]["n"], f"{name} is drawn")
        self.assertLessEqual(drawn, len(on_disk))
        self.assertLessEqual(len(on_disk), drawn + sum(by_id[name]["n"] for name in plan["unknown"] + plan["to_draw"] if asked[by_id[name]["prompt"]]))
        return plan

    def assert_none_lost(self, items, args, unknown):
        """After SIGTERM or SIGHUP: what was asked for is drawn, and no item is unknown that was not before."""
        plan = self.batch(*args, "--resume", "--dry-run").json
        self.assertEqual(set(plan["unknown"]) - unknown, set())

    def examine_journal(self, journal):
        """Each image was noted, with the number of its file, before it got its name. Returns how many there are."""
        named, count = {}, 0
        for line in journal.read_text().splitlines(keepends=True) if journal.exists() else ():
            if not line.endswith("\n"):
                break  # the kill cut it
            event = json.loads(line)
            if event.get("event") == "naming":
                named[event["images"][0]["path"]] = event["inode"]
            elif event.get("event") == "image":
                path = event["images"][0]["path"]
                self.assertEqual(os.stat(path).st_ino, named.get(path), path)
                count += 1
        return count

    def test_what_is_drawn_unknown_and_to_do_is_all_and_none_is_paid_for_twice(self):
        kills = collections.Counter()
        totals = collections.Counter()
        noted = 0
        batch = 0
        took = None
        while kills["all"] < KILLS:
            batch += 1
            self.sandbox.reset()
            items = self.items(batch)
            folder = self.work / f"out{batch}"
            manifest = self.work / f"manifest{batch}.jsonl"
            args = (self.write(items, f"items{batch}.jsonl"), "--manifest", manifest, "--jobs", "6")
            more = ()
            unknown = set()  # left by SIGKILL
            while True:
                begin = time.monotonic()
                one = signal.SIGKILL
                process = subprocess.Popen([LIMN, "batch", *map(str, args), *more], env=self.environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    if took is not None and kills["all"] < KILLS:
                        process.wait(timeout=self.random.uniform(0, took))
                    else:
                        process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    one = SIGNALS[kills["all"] % 3]
                    process.send_signal(one)
                    kills["all"] += 1
                text = process.communicate()[1]
                if one != signal.SIGKILL and process.returncode not in (0, 14):  # it was told to end, and nothing is lost
                    self.assertIn(process.returncode, (130, 128 + one, -one), text)
                    self.assert_none_lost(items, args, unknown)
                    kills[one.name] += 1
                    more = ("--resume",)
                    continue
                if process.returncode != -9:
                    took = took or time.monotonic() - begin
                    self.assertIn(process.returncode, (0, 14), text)
                    self.assertFalse(pathlib.Path(f"{manifest}.running").exists())
                    break
                noted += self.examine_journal(pathlib.Path(f"{manifest}.running"))
                plan = self.examine(items, args, folder)
                unknown.update(plan["unknown"])
                kills["with some in flight"] += bool(pathlib.Path(f"{manifest}.running").exists() and plan["unknown"])
                kills["with some drawn"] += bool(plan["skipped"])
                more = ("--resume",)
            plan = self.examine(items, args, folder)
            self.assertEqual(plan["to_draw"], [])
            self.assertGreaterEqual(len(self.asked()), ITEMS - len(plan["unknown"]))
            totals.update({key: len(plan[key]) for key in ("skipped", "unknown")})
        print(f"\nseed {SEED}: {dict(kills)} kills, {batch} batches of {ITEMS}: {totals['skipped']} drawn, {totals['unknown']} unknown", file=sys.stderr)
        if KILLS >= 50:
            self.assertGreater(kills["with some in flight"], KILLS // 20, "hardly any kill hit a request: the test proves less than it says")
            self.assertGreater(kills["with some drawn"], KILLS // 20)
            self.assertGreater(noted, KILLS // 20)


if __name__ == "__main__":
    unittest.main()
