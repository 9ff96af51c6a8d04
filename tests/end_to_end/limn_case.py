"""What the end-to-end tests share: the real binary, a sandbox gateway in a process of its own, and a home folder of its own."""

import json
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import urllib.request

LIMN = os.environ["LIMN_BINARY"]
TEST_PLUGINS = pathlib.Path(os.environ.get("LIMN_TEST_PLUGIN_DIR", "/nonexistent"))
SCHEMA = pathlib.Path(os.environ["LIMN_SCHEMA"])

# Shows up nowhere but in requests. Every case looks for it in all that the command printed and wrote.
CANARY = "sk-canary-7Kq2VxZ1mN8pR4tW6yB3"


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
        return outcome

    def generate(self, *args, env, through=()):
        outcome = self.limn("generate", "--json", *args, env=env, through=through)
        self.assert_valid(outcome.json, "generate" if "attempts" in outcome.json and outcome.json["attempts"] else None)
        return outcome

    # --- Assertions ---

    def assert_no_canary(self, outcome):
        self.assertNotIn(CANARY, outcome.stdout, "the key is on stdout")
        self.assertNotIn(CANARY, outcome.stderr, "the key is on stderr")
        for path in self.home.rglob("*"):
            if path.is_file() and path.name not in ("limn.yaml", "config.yaml", "key", ".env"):
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
        """`value` has the shape of docs/envelope.schema.json#/$defs/NAME, or of docs/batch.schema.json#/$defs/NAME."""
        if name is None:
            return
        files = [SCHEMA, SCHEMA.with_name("batch.schema.json")]
        schema = {"$defs": {key: part for file in files for key, part in json.loads(file.read_text())["$defs"].items()}}
        faults = list(_faults(value, schema["$defs"][name], schema, "$"))
        self.assertEqual(faults, [])

    def images_in(self, folder):
        return sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix in (".png", ".jpg", ".webp"))


def _holds(path, words):
    """Whether a file, which may be large, has these bytes in it."""
    if path.stat().st_size == 0:
        return False
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(words) >= 0


_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


def _faults(value, schema, root, where):
    """The part of JSON Schema that our own schema uses."""
    import re

    if "$ref" in schema:
        yield from _faults(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, where)
    for part in schema.get("allOf", []):
        yield from _faults(value, part, root, where)
    if "anyOf" in schema and all(list(_faults(value, part, root, where)) for part in schema["anyOf"]):
        yield f"{where}: {value!r} fits none of anyOf"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(isinstance(value, _TYPES[t]) and not (t in ("integer", "number") and isinstance(value, bool)) for t in types):
            yield f"{where}: {value!r} is no {types}"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}: {name} is missing"
        for name, item in value.items():
            if name in schema.get("properties", {}):
                yield from _faults(item, schema["properties"][name], root, f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}: {name} is not in the schema"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where}: {len(value)} items"
        for i, item in enumerate(value):
            yield from _faults(item, schema.get("items", {}), root, f"{where}[{i}]")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"
    if isinstance(value, (int, float)) and "minimum" in schema and value < schema["minimum"]:
        yield f"{where}: {value} is below {schema['minimum']}"
