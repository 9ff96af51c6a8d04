"""An agent's host, as the tests have it: `limn mcp` on pipes, with the environment that hosts give."""

import contextlib
import json
import os
import queue
import subprocess
import threading
import time

import mcp_schemas
from limn_case import CANARY, LIMN, LimnCase

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"


class McpServer:
    """A server and its client. `era`: a revision; the modern one has no handshake."""

    def __init__(self, case, *args, era="2025-11-25", env=None, cwd="/", capabilities=None, name="a-test", limn=LIMN, **more):
        self.case, self.era, self.name = case, era, name
        self.capabilities = capabilities or {}
        self.process = subprocess.Popen([str(limn), "mcp", *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=case.hosts_environment() if env is None else env, cwd=cwd, **more)
        self.last_id = 0
        self.said = []  # everything that came: held to the schemas in the end
        self.asked = {}  # methods of what was asked, by id
        self.came = queue.Queue()
        self.answers = {}  # that nobody asked about yet
        self.errors = []
        self.readers = [threading.Thread(target=self._read, daemon=True), threading.Thread(target=self._read_errors, daemon=True)]
        for reader in self.readers:
            reader.start()
        case.addCleanup(self.kill)
        if era != MODERN:
            self.hello = self.ask("initialize", {"protocolVersion": era, "capabilities": self.capabilities, "clientInfo": {"name": name, "version": "1"}})
            self.send("notifications/initialized", notification=True)

    def _read(self):
        for line in self.process.stdout:
            self.case.assertNotIn(CANARY.encode(), line, "the key is on stdout")
            message = json.loads(line)
            self.said.append(message)
            self.came.put(message)
        self.came.put(None)

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(timeout=30)
        for reader in self.readers:
            reader.join(timeout=30)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self.case.assertNotIn(CANARY.encode(), b"".join(self.errors), "the key is on stderr")
        for message in self.said:
            method = None if isinstance(message, list) else self.asked.get(message.get("id"))
            self.case.assertEqual(mcp_schemas.faults(message, self.era, method), [], message)

    def close(self):
        """As a host ends it; returns the exit status."""
        self.process.stdin.close()
        return self.process.wait(timeout=30)

    def send(self, method, params=None, notification=False):
        message = {"jsonrpc": "2.0", "method": method}
        params = dict(params or {})
        if self.era == MODERN:
            params["_meta"] = {META + "protocolVersion": MODERN, META + "clientInfo": {"name": self.name, "version": "1"},
                               META + "clientCapabilities": self.capabilities, **params.get("_meta", {})}
        if params:
            message["params"] = params
        if not notification:
            self.last_id += 1
            message["id"] = self.last_id
            self.asked[self.last_id] = method
        self.write(message)
        return self.last_id

    def write(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def next(self, timeout=60):
        message = self.came.get(timeout=timeout)
        self.case.assertIsNotNone(message, f"the server has gone: {self.errors}")
        return message

    def answer(self, number, timeout=60):
        """The answer to that request; what comes before it stays in `said`."""
        while number not in self.answers:
            message = self.next(timeout)
            if "method" not in message:
                self.answers[message.get("id")] = message
        return self.answers.pop(number)

    def ask(self, method, params=None, timeout=60):
        return self.answer(self.send(method, params), timeout)

    def begin(self, tool, arguments=None, meta=None):
        return self.send("tools/call", {"name": tool, "arguments": arguments or {}, **({"_meta": meta} if meta else {})})

    def call(self, tool, arguments=None, meta=None, timeout=60):
        return self.answer(self.begin(tool, arguments, meta), timeout)["result"]

    def say(self, tool, arguments=None, **more):
        """What a model reads of a call."""
        return told(self.call(tool, arguments, **more))


def told(result):
    return json.loads(result["content"][0]["text"])


class McpCase(LimnCase):
    def hosts_environment(self):
        """As the clients of both official libraries start a server: no key, no proxy, no XDG."""
        env = self.environment()
        return {"HOME": env["HOME"], "PATH": env["PATH"], "LOGNAME": "somebody", "SHELL": "/bin/sh", "TERM": "dumb", "USER": "somebody",
                **{name: value for name, value in env.items() if name.endswith("SAN_OPTIONS")}}

    def configure(self, *behaviours, more=""):
        """limn.yaml with these behaviours as gateways, one, two, ..."""
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        names = ("one", "two", "three", "four")
        rows = "".join(f"  - name: {name}\n    base_url: {behaviour if '://' in behaviour else self.sandbox.base_url(behaviour)}\n    api_key: {CANARY}{name}\n"
                       for name, behaviour in zip(names, behaviours))
        file = folder / "limn.yaml"
        file.write_text(f"gateways:\n{rows}fallback: {{late_error: 60s}}\n{more}")
        file.chmod(0o600)
        # So that the next one is of another moment, whatever the file system's clock is.
        stamp = time.time_ns()
        os.utime(file, ns=(stamp, stamp))

    def server(self, *args, **more):
        return McpServer(self, *args, **more)

    @property
    def pictures(self):
        return self.home / "Pictures/limn"

    def wait_until(self, what, timeout=60):
        """For what another process does, and nobody tells."""
        end = time.monotonic() + timeout
        while not what():
            self.assertLess(time.monotonic(), end, "it never came to that")
            time.sleep(0.01)

    def wait_for_request(self, behaviour, count=1):
        self.wait_until(lambda: self.sandbox.billable(behaviour) >= count)

    def assert_failed(self, result, code):
        said = told(result)
        self.assertTrue(result["isError"], result)
        self.assertEqual((said["state"], said["code"]), ("failed", code), said)
        return said
