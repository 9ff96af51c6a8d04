"""What is asked of the command whatever a server sends: a defined end, within its memory, and one payment."""

import base64
import json
import pathlib
import subprocess
import sys

from limn_case import LIMN, LimnCase, Outcome
from scripted_server import ScriptedServer, image_answer, png

KIB, MIB = 1024, 1024 * 1024
IS_SANITIZED = any(mark in pathlib.Path(LIMN).read_bytes() for mark in (b"__asan_init", b"__tsan_init"))
MOST_MEMORY = 60 * MIB  # of the whole process
# Under a sanitizer each byte takes ten times as long, and a part of them proves the same.
BODY_LIMIT = "32MiB" if IS_SANITIZED else "64MiB"
# A process inherits the peak of the one that it was forked from: so from a small one, and not from this.
RUNNER = """
import os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as report:
    report.write(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}")
"""

IMAGE = base64.b64encode(png())
BODY = image_answer().split(b"\r\n\r\n", 1)[1]

# Raw, none of these may reach a terminal: C0 but tab and line feed, DEL, C1, and what turns the direction of writing around.
CONTROLS = "[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"


class NetworkCase(LimnCase):
    def serve(self, generation=None, models=None):
        server = ScriptedServer(generation, models)
        self.addCleanup(server.stop)
        return server

    def limits(self, **limits):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(f"limits: {json.dumps(limits)}\n")

    def ask(self, server, *args, following=(), timeout=60):
        """Generates over `server`, then over the sandbox's behaviours `following`, with what holds whatever the server did."""
        env = self.environment(server.base_url(), *following)
        self.limn("forget", env=env)
        server.requests.clear()
        before = set(self.work.iterdir())
        outcome, memory = self.run_limn("generate", "--json", "--timeout", timeout, *args, "a fox", env=env)
        self.assert_valid(outcome.json, "generate")
        attempts = outcome.json["attempts"]
        self.assertFalse(any(attempt["may_have_cost"] for attempt in attempts[:-1]), "asked again after what may have been charged")
        self.assertLessEqual(server.billable, len(attempts))
        if not IS_SANITIZED:
            self.assertLess(memory, MOST_MEMORY)
        if outcome.status != 0:
            self.assertEqual(set(self.work.iterdir()), before, "something has a final name")
        return outcome

    def run_limn(self, *args, env):
        """The outcome, and the most memory that the process had, in bytes."""
        report = self.home / "report"
        completed = subprocess.run([sys.executable, "-S", "-E", "-c", RUNNER, report, LIMN, *map(str, args)], env=env, encoding="utf-8",
                                   stdin=subprocess.DEVNULL, capture_output=True, timeout=180, cwd=self.work)
        completed.returncode, memory = map(int, report.read_text().split())
        outcome = Outcome(completed)
        self.assert_no_canary(outcome)
        for text in (outcome.stdout, outcome.stderr):
            self.assertNotRegex(text, CONTROLS)
        return outcome, memory * KIB

    def assert_class(self, outcome, failure_class, status, *words):
        self.assert_status(outcome, status)
        error = outcome.json["error"]
        self.assertEqual(error["class"], failure_class, outcome)
        for word in words:
            self.assertIn(word, error["message"])

    def assert_limit(self, outcome, name):
        """It went over that limit, after the billable request; and the user hears which, and what to do."""
        self.assert_class(outcome, "outcome_unknown", 9, f"(limits.{name})")
        self.assertIn(f"limn config set limits.{name} ", outcome.json["error"]["hint"])

    def assert_image(self, outcome):
        self.assert_status(outcome, 0)
        self.assertEqual(len(outcome.json["images"]), 1)
        self.assert_png(outcome.json["images"][0]["path"])
