"""Kills the real command at random moments while images arrive, a thousand times, a third each by SIGKILL, SIGTERM and SIGHUP, and looks at what is left.

LIMN_KILLS sets how many, LIMN_KILL_SEED repeats a run (as far as timing repeats).
"""

import collections
import concurrent.futures
import errno
import json
import multiprocessing
import os
import pathlib
import random
import re
import select
import signal
import statistics
import subprocess
import sys
import time
import unittest
import zlib

import kernel
from limn_case import LIMN, LimnCase

KILLS = int(os.environ.get("LIMN_KILLS", "300"))
SEED = os.environ.get("LIMN_KILL_SEED") or str(random.SystemRandom().randrange(1 << 32))
AT_ONCE = 2 * (os.cpu_count() or 1)

# Behaviour of the sandbox, and how often it is taken.
BEHAVIOURS = {"ok": 4, "sse": 2, "big-1.5": 4, "slow-10": 1, "slow-40": 1, "url-result": 2, "keep-alive-whitespace": 1}
POLL = 0.0005  # seconds
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
PHASES = ("before the request", "while waiting", "while bytes arrive", "after the commit")


def fault_of_png(data):
    """What is wrong with these bytes; None for a whole PNG: every chunk with its checksum, the end, and nothing behind it."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return f"no PNG: {data[:16]!r}"
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        kind = data[at + 4:at + 8]
        if zlib.crc32(data[at + 4:at + 8 + length]) != int.from_bytes(data[at + 8 + length:at + 12 + length], "big"):
            return f"the checksum of {kind!r} at {at} is wrong"
        at += 12 + length
        if kind == b"IEND":
            return None if at == len(data) else f"{len(data) - at} bytes behind the end"
    return f"cut after {len(data)} bytes"


class Run:
    """One process, from its start to the kill. Everything in it can be sent to another process and back."""

    def __init__(self, number, folder, environment, behaviour, aim, delay, signal_=signal.SIGKILL):
        self.signal = signal_
        self.number, self.folder, self.environment, self.behaviour, self.aim, self.delay = number, folder, environment, behaviour, aim, delay
        self.name = f"k{number}"

    def go(self):
        process = subprocess.Popen([LIMN, "generate", "--events", "-s", "1024x1024", "-o", f"{self.folder}/{self.name}.png", f"fox {self.number}"],
                                   env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        begin = time.monotonic()
        deadline = begin + self.delay if self.aim == "start" else None
        self.until_request = None
        text = b""
        time_is_up = False
        while True:
            if deadline is None and self.is_there(process.pid):
                deadline = time.monotonic() + self.delay
            left = POLL if deadline is None else max(0, deadline - time.monotonic())
            if not select.select([process.stderr], [], [], left)[0]:
                if deadline is None:
                    continue
                time_is_up = True
                break
            piece = os.read(process.stderr.fileno(), 65536)
            text += piece
            if not piece:
                break
            if self.until_request is None and b'"attempt_started"' in text:
                self.until_request = time.monotonic() - begin
                if self.aim == "request":
                    deadline = time.monotonic() + self.delay
        seen = self.look(process.pid)
        named = os.path.exists(f"{self.folder}/{self.name}.png")
        asked = b'"attempt_started"' in text
        process.send_signal(self.signal)
        text += process.stderr.read()
        process.stderr.close()
        self.status = process.wait(timeout=60)
        self.took = time.monotonic() - begin
        self.events = [json.loads(line) for line in text.decode().splitlines(keepends=True) if line.endswith("\n") and line.startswith("{")]
        self.noise = [line for line in text.decode().splitlines() if not line.startswith("{")]
        self.was_killed = deadline is not None and time_is_up
        # What is there now tells more than what was seen before the kill.
        self.files = {p.name: fault_of_png(p.read_bytes()) for p in pathlib.Path(self.folder).glob(f"{self.name}.*")}
        if self.signal == signal.SIGKILL:
            named, asked = bool(self.files), any(e["event"] == "attempt_started" for e in self.events)
        self.phase = PHASES[3] if named else seen if seen and asked else PHASES[1] if asked else PHASES[0]
        self.missing = []
        for image in (e["image"] for e in self.events if e["event"] == "image_saved"):
            path = pathlib.Path(image["path"])
            if not path.exists() or path.stat().st_size != image["bytes"]:
                self.missing.append(image)
        self.reported = sum(e["event"] == "image_saved" for e in self.events)
        return self

    def is_there(self, pid):
        """Whether what the delay is counted from has come."""
        return self.aim == "bytes" and self.look(pid) or self.aim == "name" and os.path.exists(f"{self.folder}/{self.name}.png")

    def look(self, pid):
        """The file that has no name yet, or only a hidden one, is seen in the process that has it open."""
        try:
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
                if target.startswith(f"{self.folder}/#") or target.startswith(f"{self.folder}/.limn-"):
                    return PHASES[2]
        except OSError:
            pass  # it ends just now
        return None


def go(run):
    return run.go()


class Kill(LimnCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / "pictures"
        self.folder.mkdir()
        self.state = self.home / ".local/state/limn"

    def plan(self, random_, first, count, took, until_request):
        """Moments all over the way, most of them where something is at stake."""
        for number in range(first, first + count):
            behaviour = random_.choices(list(BEHAVIOURS), BEHAVIOURS.values())[0]
            whole, rest = took[behaviour], took[behaviour] - until_request[behaviour]
            aim, delay = random_.choices((("start", random_.uniform(0, 1.1 * whole)), ("request", random_.uniform(0, 1.1 * rest)),
                                          ("bytes", random_.expovariate(1 / 0.004)), ("name", random_.uniform(0, 0.005))), (3, 3, 5, 2))[0]
            yield Run(number, str(self.folder), self.environment(behaviour), behaviour, aim, delay, SIGNALS[number % 3])

    def kill(self, count, initializer=None):
        random_ = random.Random(f"{SEED} {count}")
        kills, others = [], []
        with concurrent.futures.ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("fork"), initializer=initializer) as pool:
            # How long it takes when nobody kills it, as busy as the machine will be.
            measured = list(pool.map(go, [Run(f"m{name}{i}", str(self.folder), self.environment(name), name, None, None)
                                          for i in range(4) for name in BEHAVIOURS]))
            for run in measured:
                self.assertEqual((run.status, run.reported), (0, 1), run.noise)
            took = {name: statistics.median(r.took for r in measured if r.behaviour == name) for name in BEHAVIOURS}
            until_request = {name: statistics.median(r.until_request for r in measured if r.behaviour == name) for name in BEHAVIOURS}
            number = 0
            while len(kills) < count:
                wanted = count - len(kills)
                for run in pool.map(go, list(self.plan(random_, number, wanted, took, until_request))):
                    (kills if run.was_killed else others).append(run)
                number += wanted
                self.assertLess(number, 20 * count + 1000, "they end before they can be killed")
        return kills, others

    def examine(self, kills, others, seconds):
        partial = [(name, fault) for run in kills + others for name, fault in run.files.items() if fault]
        missing = [(run.name, image) for run in kills + others for image in run.missing]
        phases = collections.Counter(run.phase for run in kills)
        whole = sum(not fault for run in kills for fault in run.files.values())
        hidden = sorted(p.name for p in self.folder.iterdir() if p.name.startswith("."))
        recovered = sorted((self.state / "recovered").iterdir()) if (self.state / "recovered").exists() else []
        state = sorted(p.name for p in self.state.iterdir() if p.name.startswith("."))
        print(f"\n{self.id().rsplit('.', 1)[1]}: seed {SEED}: {len(kills)} kills in {seconds:.1f} s, {AT_ONCE} at once; "
              + ", ".join(f"{phases[p]} {p}" for p in PHASES)
              + f"; {whole} images of killed processes are whole, {sum(r.reported for r in kills)} of them were reported, "
              f"{len(partial)} partial, {len(missing)} reported but missing; {len(others)} ended before the kill; "
              f"hidden left-overs: {len(hidden)} beside the images, {len(state)} beside the state", file=sys.stderr)
        self.assertEqual(partial, [])
        self.assert_none_lost_or_paid_twice(kills)
        self.assertEqual(missing, [])
        self.assertEqual([r.noise for r in others if r.status != 0], [], "not killed, and failed all the same")
        self.assertEqual([r.name for r in others if len(r.files) != 1], [], "ended well without an image")
        self.assertEqual(recovered, [])
        if len(kills) >= 200:
            for phase in PHASES:
                self.assertGreaterEqual(phases[phase], len(kills) // 100, f"hardly any kill {phase}: the test proves less than it says")
        # What it remembers is as whole as what it draws.
        if (self.state / "learnt.json").exists():
            json.loads((self.state / "learnt.json").read_text())
        return hidden, state

    def assert_none_lost_or_paid_twice(self, kills):
        """Whoever was told to end by SIGTERM or SIGHUP has the image of each request that may have been charged, and ended at once without one."""
        asked = collections.Counter(re.search(r"fox [\w.-]+", json.dumps(e["body"])).group() for e in self.sandbox.get("/_log") if e["billable"])
        self.assertEqual({prompt: count for prompt, count in asked.items() if count > 1}, {})
        counts = collections.Counter()
        for run in kills:
            if run.signal == signal.SIGKILL:
                continue
            was_asked = asked[f"fox {run.number}"]
            by_signal = (-run.signal, 128 + run.signal)  # by the kernel while it starts
            self.assertEqual(len(run.files), was_asked, (run.name, run.signal, run.status, run.events, run.noise))
            self.assertIn(run.status, (0, *by_signal) if was_asked else by_signal, (run.name, run.signal, run.events, run.noise))
            counts[f"{run.signal.name} {'drawn and saved' if was_asked else 'ended for nothing'}"] += 1
        print(f"\n{dict(counts)}", file=sys.stderr)
        if len(kills) >= 200:
            self.assertEqual(len(counts), 4, "not every way to end was taken: the test proves less than it says")

    def test_no_moment_leaves_half_a_file_or_loses_a_finished_one(self):
        begin = time.monotonic()
        kills, others = self.kill(KILLS)
        hidden, state = self.examine(kills, others, time.monotonic() - begin)
        if kernel.has_unnamed_files(self.folder):
            self.assertEqual(hidden, [])

    @unittest.skipIf(kernel.why_no_filter(), kernel.why_no_filter())
    def test_nor_where_there_are_no_unnamed_files_and_recover_finds_what_was_left(self):
        begin = time.monotonic()
        kills, others = self.kill(max(KILLS // 5, 20), kernel.system_calls(tmpfile=kernel.errno_of(errno.EOPNOTSUPP)))
        hidden, state = self.examine(kills, others, time.monotonic() - begin)
        found = self.limn("recover", "--json", "-d", self.folder).json["files"]
        self.assertEqual(sorted(pathlib.Path(f["path"]).name for f in found), hidden)
        for file in found:
            fault = fault_of_png(pathlib.Path(file["path"]).read_bytes())
            self.assertEqual(file["state"], "damaged" if fault else "whole", fault)
        moved = self.limn("recover", "--json", "--all", "-d", self.folder).json["files"]
        self.assertEqual(len(moved), sum(f["state"] == "whole" for f in found))
        for file in moved:
            self.assertIsNone(fault_of_png(pathlib.Path(file["moved_to"]).read_bytes()))

    def test_an_image_on_its_way_through_a_pipe_is_kept_until_its_last_byte(self):
        random_ = random.Random(f"{SEED} pipe")
        kept = self.state / "recovered"
        counts = collections.Counter()
        for number in range(max(KILLS // 20, 10)):
            process = subprocess.Popen([LIMN, "generate", "-o", "-", f"fox {number}"], env=self.environment("ok"), cwd=self.work,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            enough = random_.choice((1, 4096, 100_000, 1 << 30))
            data = b""
            while len(data) < enough and (piece := process.stdout.read1(min(8192, enough - len(data)))):
                data += piece
            process.kill()
            data += process.stdout.read()
            process.stdout.close()
            process.wait(timeout=60)
            faults = [fault_of_png(p.read_bytes()) for p in kept.iterdir()]
            self.assertEqual([f for f in faults if f], [])
            self.assertTrue(faults or fault_of_png(data) is None, "bytes were sent, and the image is nowhere whole")
            counts["whole in recovered/" if faults else "whole at the reader"] += 1
            for path in kept.iterdir():
                path.unlink()
        print(f"\n{dict(counts)}", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
