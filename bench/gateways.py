"""Servers that programs ask for pictures, and that ask another one: limn serve, nginx and Portkey. wrk asks each of them the same."""

import contextlib
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import typing
import urllib.request

from agent import children, family, pss_kb, words
from measuring import Failed, Sample
from server import free_port

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 60
LOOK_EVERY_S = 0.1  # each look walks through the pages of all, at their cost
SETTLE_S = 3  # what came of the last request is over by then
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
NUMBERS = itertools.count(1)


class Asked(typing.NamedTuple):
    """A POST; %d of its body is another number each time."""

    path: str
    body: str


PICTURE = Asked("images/generations", '{"model":"gpt-image-2","prompt":"a fox %d"}')
CHAT = Asked("chat/completions", '{"model":"gpt-5.5","messages":[{"role":"user","content":"a fox %d"}]}')


class Gateway:
    """Runs until it is left, and all processes that came of it with it."""

    def __init__(self, name, argv, port, env, cwd, headers=()):
        self.name = name
        self.port = port
        self.headers = ("Content-Type: application/json", "Authorization: Bearer bench", *headers)
        self._argv = [*map(str, argv)]
        self._env = env
        self._cwd = cwd

    def __enter__(self):
        complaints = self._cwd / "complaints"
        with open(complaints, "wb") as file:
            self.process = subprocess.Popen(self._argv, env=self._env, cwd=self._cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file)
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            time.sleep(0.01)
        self.__exit__()
        raise SystemExit(f"bench: {self.name} does not start: {complaints.read_text()}")

    def __exit__(self, *_):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def pids(self):
        return family(self.process.pid, words(os.getpid())) if self.process.poll() is None else []

    def cpu_s(self):
        """User and system, so far, of each of its processes."""
        return {pid: cpu_s(pid) for pid in self.pids()}

    def settle(self):
        """Until nothing is under way."""

    def url(self, asked):
        return f"http://127.0.0.1:{self.port}/v1/{asked.path}"

    def ask(self, asked):
        """One answer."""
        headers = dict(line.split(": ", 1) for line in self.headers)
        request = urllib.request.Request(self.url(asked), (asked.body % next(NUMBERS)).encode(), headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE_S) as answer:
            return answer.read()


class Limn(Gateway):
    """With a home of its own in `home`, and its worker."""

    def __init__(self, limn, base, home, env):
        self._home = home
        file = home / ".config/limn/limn.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(f"gateways:\n  - {{name: bench, base_url: '{base}', api_key: bench}}\nserve: {{pass_through: bench, max_jobs_per_key: 1000}}\n")
        file.chmod(0o600)
        port = free_port()
        super().__init__("limn serve", (limn, "serve", "--no-key", "--port", port), port, {"HOME": str(home), "PATH": env["PATH"]}, home)

    def pids(self):
        """Its worker is nobody's child: it outlives who started it, and comes to us."""
        ours = f"HOME={self._home}\0".encode()
        return [*super().pids(), *(pid for pid in children(os.getpid()) if pid != self.process.pid and ours in environment(pid))]

    def settle(self):
        end = time.monotonic() + PATIENCE_S
        while self._running() > 0:
            if time.monotonic() > end:
                raise Failed("limn serve: its jobs do not end")
            time.sleep(0.02)
        shutil.rmtree(self._home / "Pictures", ignore_errors=True)  # room for the next

    def _running(self):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{self.port}/metrics", timeout=PATIENCE_S) as answer:
            return next(int(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith("limn_jobs_running "))


NGINX = """
daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; server_tokens off; include /etc/nginx/mime.types; keepalive_requests 1000000;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  upstream behind {{ server 127.0.0.1:{behind}; keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {root};
    location /v1/ {{ proxy_pass http://behind/{place}/v1/; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


def nginx(folder, server, place="json", root="/nowhere"):
    """One worker, as limn serve has one thread. It keeps connections, and is else as it comes: what is too large for its memory
    goes into files, on the tmpfs. Below /, what lies in `root`."""
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(port=port, behind=server.port, place=place, root=root))
    return Gateway("nginx", ("nginx", "-p", folder, "-c", file, "-e", folder / "error.log"), port, dict(os.environ), folder)


def portkey(package, base, folder, env):
    port = free_port()
    return Gateway("Portkey", ("node", package / "node_modules/@portkey-ai/gateway/build/start-server.js", f"--port={port}", "--headless"), port,
                   {"HOME": env["HOME"], "PATH": env["PATH"], "NODE_ENV": "production"}, folder,
                   ("x-portkey-provider: openai", f"x-portkey-custom-host: {base}"))


class Direct(Gateway):
    """Nobody between: the server behind them all, which others started."""

    def __init__(self, server):
        super().__init__("the server itself", (), server.port, {}, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def pids(self):
        return []

    def url(self, asked):
        return f"http://127.0.0.1:{self.port}/json/v1/{asked.path}"


def cpu_s(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # it has ended
    return (int(fields[11]) + int(fields[12])) * TICK_S


def environment(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
    except OSError:
        return b""


class Taken:
    """What a gateway takes meanwhile: seconds of the processors, and the most memory (PSS) of all its processes together."""

    def __init__(self, gateway):
        self.cpu_s = 0.0
        self.peak_mb = 0.0
        self._gateway = gateway
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self):
        while True:
            self.peak_mb = max(self.peak_mb, sum(map(pss_kb, self._gateway.pids())) / 1024)
            if self._is_over.wait(LOOK_EVERY_S):
                return

    def __enter__(self):
        self._before = self._gateway.cpu_s()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.cpu_s = sum(max(0.0, now - self._before.get(pid, 0.0)) for pid, now in self._gateway.cpu_s().items())
        self._is_over.set()
        self._thread.join()


def load(gateway, asked, connections, seconds):
    """Of one answer, while so many are asked for at once: time by their rate, and with one connection by the median of all."""
    first = next(NUMBERS) * 10_000_000
    argv = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", f"{PATIENCE_S}s", "-s", HERE / "ask.lua"]
    for line in gateway.headers:
        argv += ["-H", line]
    with Taken(gateway) as taken:
        run = subprocess.run([*argv, gateway.url(asked)], env={"PATH": os.environ["PATH"], "BENCH_BODY": asked.body, "BENCH_FIRST": str(first)},
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=seconds + PATIENCE_S)
    if run.returncode != 0:
        raise Failed(f"wrk ended with {run.returncode}: {run.stderr.strip()}")
    told = json.loads(run.stdout.splitlines()[-1])
    gateway.settle()
    if told["refused"] or told["broken"] or not told["requests"]:
        raise Failed(f"{gateway.name}: of {told['requests']} answers {told['refused']} were refusals, and {told['broken']} connections broke")
    wall = told["median_s"] if connections == 1 else told["seconds"] / told["requests"]
    return Sample(wall, taken.cpu_s / told["requests"], taken.peak_mb)


def wait(gateway, asked, count, server, seconds):
    """With so many clients that wait for an answer of a server that has let it wait: seconds of the processors in a minute, and memory."""
    head = "".join(f"{line}\r\n" for line in (f"Host: 127.0.0.1:{gateway.port}", *gateway.headers))
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            body = asked.body % next(NUMBERS)
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port)))
            connection.sendall(f"POST /v1/{asked.path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        end = time.monotonic() + PATIENCE_S / 2
        while (there := connections_to(server.port)) < count:
            if time.monotonic() > end:
                raise Failed(f"{gateway.name}: {there} of {count} requests came to the server")
            time.sleep(0.1)
        time.sleep(SETTLE_S)
        with Taken(gateway) as taken:
            time.sleep(seconds)
        if (there := connections_to(server.port)) < count:
            raise Failed(f"{gateway.name}: {count - there} of {count} did not wait")
    return Sample(seconds, taken.cpu_s * 60 / seconds, taken.peak_mb)


def connections_to(port):
    """Those that are open, by their clients' ends."""
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return sum(remote.endswith(f":{port:04X}") and state == "01" for _, _, remote, state, *_ in map(str.split, lines))
