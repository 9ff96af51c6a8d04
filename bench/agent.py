"""What an agent's host does with a server of tools on pipes, and what all processes that come of it take."""

import ctypes
import json
import os
import pathlib
import subprocess
import threading
import time
import typing

PR_SET_CHILD_SUBREAPER = 36
INITIALIZE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
INITIALIZED = b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'


def adopt_orphans():
    """Processes that a server has let go of are ours to count from now on."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:
            pass  # it has ended
    return found


def words(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def family(pid, parents_words):
    """A process and what came of it; not one that still is its parent, in the midst of becoming another program."""
    own = words(pid)
    try:
        below = children(pid)
    except OSError:
        below = []
    return ([pid] if own != parents_words else []) + [one for child in below for one in family(child, own)]


def pss_kb(pid):
    """What is its own of the memory it has, and its share of the rest."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except (OSError, ValueError):
        return 0


class Watch:
    """The most that all processes that came since have taken together, as often as can be looked."""

    def __init__(self):
        self.peak_mb = 0.0
        self._others = set(children(os.getpid()))
        self._words = words(os.getpid())
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self):
        while not self._is_over.is_set():
            ours = [pid for child in set(children(os.getpid())) - self._others for pid in family(child, self._words)]
            self.peak_mb = max(self.peak_mb, sum(map(pss_kb, ours)) / 1024)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()


class Ended(typing.NamedTuple):
    cpu_s: float  # user and system, of the server and all that it has left to us


class Agent:
    """A server of tools, which has started once it answers."""

    def __init__(self, argv, env, cwd):
        self._others = set(children(os.getpid()))
        self._last = 0
        self._cpu_s = 0.0  # of what it has left to us
        self.process = subprocess.Popen([*map(str, argv)], env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def hello(self):
        self.ask("initialize", INITIALIZE)
        self.write(INITIALIZED)

    def write(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def ask(self, method, params=None):
        self._last += 1
        self.write(json.dumps({"jsonrpc": "2.0", "id": self._last, "method": method, **({"params": params} if params else {})}).encode() + b"\n")
        while line := self.process.stdout.readline():
            message = json.loads(line)
            if message.get("id") == self._last:
                return message["result"]
        raise EOFError("the server has gone")

    def call(self, tool, arguments):
        return self.ask("tools/call", {"name": tool, "arguments": arguments})

    def pings(self, count):
        """Seconds until all are answered, of lines that are there at once."""
        lines = b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"ping"}\n' % (self._last + 1 + i) for i in range(count))
        self._last += count
        writer = threading.Thread(target=self.write, args=(lines,))
        begin = time.perf_counter()
        writer.start()
        answered = 0
        while answered < count:
            part = os.read(self.process.stdout.fileno(), 1 << 20)
            if not part:
                raise EOFError("the server has gone")
            answered += part.count(b"\n")
        took = time.perf_counter() - begin
        writer.join()
        return took

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        _, status, used = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.reap()
        return Ended(self._cpu_s + used.ru_utime + used.ru_stime)

    def reap(self):
        """Waits for what the server has left to us."""
        while left := set(children(os.getpid())) - self._others - {self.process.pid}:
            for pid in left:
                _, _, used = os.wait4(pid, 0)
                self._cpu_s += used.ru_utime + used.ru_stime
