"""What the end-to-end tests share: the real binary, a sandbox gateway in a process of its own, and a home folder of its own."""

import contextlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import urllib.request

import schemas

LIMN = os.environ["LIMN_BINARY"]
TEST_PLUGINS = pathlib.Path(os.environ.get("LIMN_TEST_PLUGIN_DIR", "/nonexistent"))

# Shows up nowhere but in requests. Every case looks for it in all that the command printed and wrote.
CANARY = "sk-canary-7Kq2VxZ1mN8pR4tW6yB3"


def all_below(folder):
    """The paths in `folder` and its folders, sorted; of what a process removes meanwhile (a worker that stays, say) those that were seen."""
    found = [pathlib.Path(at) / name for at, folders, files in os.walk(folder) for name in (*folders, *files)]
    return sorted(found)


def content_of(path):
    """What is in a file; nothing in one that is gone meanwhile, or is none."""
    with contextlib.suppress(FileNotFoundError, IsADirectoryError):
        return path.read_bytes()
    return b""


def skip_for(reason):
    """Ends a test that cannot run here, or a case: it is skipped, and fails in CI. `reason`: what is missing; empty where nothing is."""
    if reason and os.environ.get("CI") == "true":
        raise AssertionError(reason)
    if reason:
        raise unittest.SkipTest(reason)


class SandboxProcess:
    """`limn sandbox` as users run it."""

    def __init__(self):
        self.process = subprocess.Popen([LIMN, "sandbox", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def base_url(self, behaviour):
        return f"http://127.0.0.1:{self.port}/{behaviour}/v1"

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return json.load(answer)

    def reset(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_reset", method="POST", data=b"")
        urllib.request.urlopen(request, timeout=30).close()

    def billable(self, behaviour=None):
        """How many requests came that a real gateway could have charged for, had it answered."""
        counts = self.get("/_counts")
        return counts["total"]["billable"] if behaviour is None else self.counts(behaviour, "billable")

    def counts(self, behaviour, what):
        return self.get("/_counts")["behaviours"].get(behaviour, {}).get(what, 0)


class Outcome:
    def __init__(self, completed):
        self.status = completed.returncode
        self.stdout = completed.stdout
        self.stderr = completed.stderr

    @property
    def json(self):
        return json.loads(self.stdout)

    def __repr__(self):
        return f"exit status {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


class LimnCase(unittest.TestCase):
    """A fresh home for every test; one sandbox for the class."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = SandboxProcess()

    @classmethod
    def tearDownClass(cls):
        cls.sandbox.stop()

    def setUp(self):
        self.sandbox.reset()
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="limn-e2e-"))
        self.work = self.home / "work"
        self.work.mkdir()
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def workers(self):
        """Of this test's home; they have no other parent than init."""
        found = subprocess.run(["pgrep", "-f", "work-on-jobs"], capture_output=True, text=True, check=False).stdout.split()
        mine = []
        for process in map(int, found):
            with contextlib.suppress(OSError):
                if f"HOME={self.home}".encode() in pathlib.Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
                    mine.append(process)
        return mine

    def take_time(self):
        """No error is late, however busy the machine is: for tests of what is not late by design. Settings of a test's own replace this."""
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text("fallback: {late_error: 60s}\n")

    def environment(self, *behaviours, **more):
        """HOME of its own, and the named behaviours as the two gateways that the environment can hold."""
        env = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        for prefix, behaviour in zip(("OPENAI", "CLAWTO"), behaviours):
            env[f"{prefix}_BASE_URL"] = behaviour if "://" in behaviour else self.sandbox.base_url(behaviour)
            env[f"{prefix}_API_KEY"] = CANARY + prefix.lower()
        env.update(more)
        return env

    def limn(self, *args, env=None, stdin=None, timeout=120, cwd=None, preexec_fn=None, through=()):
        """`through`: a command that runs this one."""
        completed = subprocess.run([*through, LIMN, *map(str, args)], env=env if env is not None else self.environment(), text=True,
                                   input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                                   capture_output=True, timeout=timeout, cwd=cwd or self.work, preexec_fn=preexec_fn)
        outcome = Outcome(completed)
        self.assert_no_canary(outcome)
        if any(word in ("--json", "--events") for word in args):
            self.assert_output_valid(outcome, args)
        return outcome

    def generate(self, *args, env, through=()):
        outcome = self.limn("generate", "--json", *args, env=env, through=through)
        self.assert_valid(outcome.json, "generate" if "attempts" in outcome.json and outcome.json["attempts"] else None)
        return outcome

    # --- Assertions ---

    def assert_no_canary(self, outcome):
        self.assertNotIn(CANARY, outcome.stdout, "the key is on stdout")
        self.assertNotIn(CANARY, outcome.stderr, "the key is on stderr")
        for path in all_below(self.home):
            if path.is_file() and path.name not in ("limn.yaml", "config.yaml", "key", ".env") and path.suffix != ".key":
                self.assertFalse(_holds(path, CANARY.encode()), f"the key is in {path}")

    def assert_status(self, outcome, status):
        self.assertEqual(outcome.status, status, outcome)

    def assert_png(self, path, size=None):
        data = pathlib.Path(path).read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n", f"{path} is no PNG")
        self.assertEqual(data[-8:-4], b"IEND", f"{path} is cut")
        if size:
            self.assertEqual(struct.unpack(">II", data[16:24]), size)

    def assert_valid(self, value, name):
        """`value` has the shape that a schema of docs/ calls NAME."""
        if name is not None:
            self.assertEqual(schemas.faults(value, name), [])

    def assert_output_valid(self, outcome, words):
        """Whatever a command prints with --json or --events is what the schemas say."""
        if "--json" in words and outcome.stdout.startswith("{") and "-h" not in words and "--help" not in words:
            is_summary = "batch" in words and ("items" in outcome.json or "to_draw" in outcome.json)
            self.assertEqual(schemas.faults(outcome.json, "batch" if is_summary else "envelope"), [], outcome)
        if "--events" in words:
            for line in outcome.stderr.splitlines():
                self.assertEqual(schemas.faults(json.loads(line), "events"), [], line)

    def images_in(self, folder):
        return sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix in (".png", ".jpg", ".webp"))


def _holds(path, words):
    """Whether a file, which may be large, has these bytes in it. It may be gone or cut meanwhile: what could be read is looked at."""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        last = b""
        while piece := file.read(1 << 20):
            if words in last + piece:
                return True
            last = piece[-len(words):]
    return False
