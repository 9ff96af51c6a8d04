"""What the tests of `limn batch` share: gateways of limn.yaml, items, a manifest, and a run that is watched while it works."""

import json
import pathlib
import subprocess
import threading
import time

from kill_test import fault_of_png
from limn_case import CANARY, LIMN, LimnCase


class Running:
    """A batch at work. Its events are read as they come."""

    def __init__(self, args, env, cwd):
        self.process = subprocess.Popen([LIMN, "batch", "--events", *map(str, args)], env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.events, self.noise = [], []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                event = json.loads(line) if line.startswith("{") and line.endswith("\n") else {"event": "message", "text": line}
                if event["event"] == "message":
                    self.noise.append(event["text"])
                else:
                    self.events.append(event)
                self._changed.notify_all()

    def count(self, event):
        return sum(e["event"] == event for e in self.events)

    def wait_for(self, what):
        """Until `what(self)` holds."""
        until = time.monotonic() + 60
        with self._changed:
            while not what(self):
                if time.monotonic() > until:
                    raise AssertionError(f"it does not come: {self.events[-3:]} {self.noise}")
                self._changed.wait(0.02)  # not everything that is waited for is an event

    def end(self, *signals):
        """The exit status after these."""
        for one in signals:
            self.process.send_signal(one)
        status = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        self.process.stderr.close()
        return status


class BatchCase(LimnCase):
    def setUp(self):
        super().setUp()
        self.manifest = self.work / "manifest.jsonl"
        self.journal = self.work / "manifest.jsonl.running"

    def configure(self, more="", **gateways):
        """Gateways of limn.yaml, by name: a behaviour of the sandbox or a URL."""
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [more, "gateways:"]
        for name, behaviour in gateways.items():
            url = behaviour if "://" in behaviour else self.sandbox.base_url(behaviour)
            lines += [f"  - name: {name}", f"    base_url: {url}", f"    api_key: {CANARY}{name}"]
        (folder / "limn.yaml").write_text("\n".join(lines) + "\n")
        (folder / "limn.yaml").chmod(0o600)

    def write(self, items, name="items.jsonl"):
        for item in items:
            self.assert_valid(item, "item")
        path = self.work / name
        path.write_text("".join(json.dumps(item) + "\n" for item in items))
        return path

    def batch(self, *args, **more):
        outcome = self.limn("batch", "--json", *args, **more)
        if '"results"' in outcome.stdout:
            self.assert_valid(outcome.json, "batch")
        elif '"dry_run"' in outcome.stdout:
            self.assert_valid(outcome.json, "batch_dry_run")
        return outcome

    def begin(self, *args, env=None):
        running = Running(args, env if env is not None else self.environment(), self.work)
        self.addCleanup(running.process.kill)
        return running

    def lines(self, path=None):
        lines = [json.loads(line) for line in (path or self.manifest).read_text().splitlines()]
        for line in lines:
            self.assert_valid(line, "manifest_line")
        return lines

    def latest(self):
        return {line["id"]: line for line in self.lines()}

    def assert_images(self, line, count):
        self.assertEqual(len(line["images"]), count, line)
        for image in line["images"]:
            self.assertIsNone(fault_of_png(pathlib.Path(image["path"]).read_bytes()), image)

    def pictures(self):
        return sorted(p for p in self.work.rglob("*.png"))
