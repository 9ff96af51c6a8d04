"""Many clients of one server: limn serve against what else stands between programs and a gateway, and its page in a browser."""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import sys

import answers
import gateways
import peers
from agent import adopt_orphans
from gateways import CHAT, PICTURE
from measuring import Failed, Limit, Sample, measured_row
from server import ECHO_MODULE, Server

HERE = pathlib.Path(__file__).resolve().parent
os.environ.setdefault("LIMN_CLIENTS_DIR", str(HERE.parent.parent / "build/clients"))
sys.path.append(str(HERE.parent.parent / "tests/end_to_end"))
from browser import Browser, why_no_browser  # its folder has to be known before

NAME = "serve"
TITLE = ("Many clients: limn serve, which draws and keeps each picture, against servers that hand the same on (ms: of one answer, by their rate; "
         "MB: PSS of all processes together, workers too)")
SIZES_MB = (0.1, 1.5)
CONNECTIONS = (16, 64)
DISK_MB, DISK_CONNECTIONS = 1.5, 16
LARGE_MB, LARGE_CONNECTIONS = 30, 64
WAITING = 1000
LATE_S = 60  # longer than it takes to have them all wait, and to look at them


def rate(bound):
    return (Limit("rate ratio", bound, "at least"),)


# By the size in MB and the peer.
DRAWS = {(0.1, "Portkey"): rate(6), (1.5, "nginx"): rate(0.5), (1.5, "Portkey"): rate(8)}
PASSES = {(0.1, "nginx"): rate(0.35), (1.5, "nginx"): rate(0.7)}
ADDED = (Limit("wall ms more", 1),)
LARGE = (Limit("peak MB", 60),)
WAITS = (Limit("cpu s", 1), Limit("peak MB", 80))
PAGE = (Limit("wall ms", 100), Limit("kB", 100))


def fill(table, places, _node):
    if not shutil.which("wrk"):
        table.notes.append("skipped, there is no wrk")
        return
    rows = Rows(table, places)
    adopt_orphans()
    rows.rates()
    rows.added_latency()
    rows.on_disk()
    rows.large_pictures()
    rows.waiting()
    rows.page()


class Rows:
    PAGE = "the page's first paint, against its files from nginx"
    WAITING = f"{WAITING} clients that wait (CPU: of a minute), against Portkey"

    def __init__(self, table, places):
        self._table = table
        self._bench = table.bench
        self._places = places
        self._rounds = 2 if self._bench.quick else 5
        self._folders = 0
        self._package, self._without = None, ""

    # --- Who is measured ---

    def _folder(self, name):
        self._folders += 1
        return self._places.folder(f"{name}-{self._folders}")

    def _limn(self, server, place="json", home=None):
        return gateways.Limn(self._bench.limn, server.base(place), home or self._folder("home"), self._places.env())

    def _nginx(self, server, root="/nowhere"):
        return gateways.nginx(self._folder("nginx"), server, root=root)

    def _portkey(self, server, place="json"):
        """One, or none where it cannot be installed; that is told once."""
        if not self._package and not self._without:
            self._package, self._without = peers.serve_package(self._bench.build)
            if self._without:
                self._table.notes.append(self._without)
        return [gateways.portkey(self._package, server.base(place), self._folder("portkey"), self._places.env())] if self._package else []

    @contextlib.contextmanager
    def _server(self, picture_mb, late=None):
        """A server with a picture, and an answer in words of the same size."""
        root = self._folder("answers")
        self._picture = answers.png(int(picture_mb * 1e6))
        answers.write_answers(root, self._picture, ("images",), ("JSON",))
        chat = root / "json/v1/chat/completions"
        chat.parent.mkdir()
        chat.write_text(answers.chat(int(picture_mb * 1e6)))
        self._chat = chat.read_bytes()
        with Server(self._folder("server"), root, late) as server:
            for path in (answers.path_of("images", "JSON"), "json/v1/chat/completions"):
                server.prove(path)
            yield server

    def _prove(self, gateway, asked):
        """That it gives what the server has: figures of anything else are worth nothing."""
        answer = json.loads(gateway.ask(asked))
        if asked is PICTURE and base64.b64decode(answer["data"][0]["b64_json"]) != self._picture:
            raise Failed(f"{gateway.name} gives another picture than the server has")
        if asked is CHAT and answer["choices"] != json.loads(self._chat)["choices"]:
            raise Failed(f"{gateway.name} gives another answer than the server")

    def _in_turn(self, name, running, asked, connections, seconds):
        """Samples of each; none of one that failed, which is told. The first that fails ends it: nothing is compared with another."""
        samples = {gateway: [] for gateway in running}
        with contextlib.ExitStack() as stack:
            for gateway in running:
                stack.enter_context(gateway)
            for number in range(self._rounds + 1):
                for gateway in [gateway for gateway in running if gateway in samples]:
                    try:
                        if number == 0:
                            self._prove(gateway, asked)
                        samples[gateway].append(gateways.load(gateway, asked, connections, seconds))
                    except Failed as failure:
                        del samples[gateway]
                        if gateway is running[0]:
                            raise
                        self._table.notes.append(f"{name}: {failure}")
        return [samples[gateway][1:] if gateway in samples else [] for gateway in running]  # the first is the warm-up

    def _seconds(self, size_mb):
        """Whoever works on all that it was asked at once has answered nothing for a while at first."""
        return (4 if size_mb < 1 else 8) / (2 if self._bench.quick else 1)

    @contextlib.contextmanager
    def _or_why_not(self, name):
        try:
            yield
        except Failed as failure:
            self._table.notes.append(f"{name}: {failure}")

    def _add(self, *args, **more):
        self._table.rows.append(measured_row(*args, **more))

    def _compare(self, name, both, asked, connections, seconds, limits=(), **more):
        ours, theirs = self._in_turn(name, both, asked, connections, seconds)
        if theirs:
            self._add(name, ours, theirs, limits, **more)

    # --- Rows ---

    def rates(self):
        for asked, kind, limits in ((PICTURE, "", DRAWS), (CHAT, "pass-through, ", PASSES)):
            for size_mb in SIZES_MB:
                for connections in CONNECTIONS:
                    self._rate(asked, f"{kind}{size_mb:g} MB, {connections} connections", connections, size_mb, limits)

    def _rate(self, asked, name, connections, size_mb, limits):
        wanted = [peer for peer in ("nginx", "Portkey") if self._table.wants(f"{name}, against {peer}")]
        if not wanted:
            return
        with self._or_why_not(name), self._server(size_mb) as server:
            others = [self._nginx(server)] * ("nginx" in wanted) + (self._portkey(server) if "Portkey" in wanted else [])
            ours, *theirs = self._in_turn(name, [self._limn(server), *others], asked, connections, self._seconds(size_mb))
            measured = [(peer, samples) for peer, samples in zip(others, theirs) if samples]
            for peer, samples in measured:
                short = f"`limn serve`, {name}, against {peer.name}" if connections == CONNECTIONS[-1] and (size_mb, peer.name) in limits else ""
                self._add(f"{name}, against {peer.name}", ours, samples, limits.get((size_mb, peer.name), ()), short, 1, "answers")
            fastest = min(statistics.median(one.wall_s for one in samples) for samples in (ours, *(samples for _, samples in measured)))
            own = gateways.load(gateways.Direct(server), asked, connections, 1).wall_s
            self._table.notes.append(f"{name}: the server behind them gives {1 / own:.0f} answers/s itself, {fastest / own:.1f} times the fastest of them.")

    def added_latency(self):
        for asked, kind in ((PICTURE, ""), (CHAT, "pass-through, ")):
            name = f"{kind}{SIZES_MB[0]:g} MB, one connection (median of one answer), against the server itself"
            if self._table.wants(name):
                with self._or_why_not(name), self._server(SIZES_MB[0]) as server:
                    self._compare(name, [self._limn(server), gateways.Direct(server)], asked, 1, self._seconds(SIZES_MB[0]), ADDED)

    def on_disk(self):
        """limn waits until a picture and its job are on the disk (fsync), which a tmpfs hides; here is what it costs."""
        name = f"{DISK_MB:g} MB, {DISK_CONNECTIONS} connections, on the build tree's disk, against the same on tmpfs"
        if not self._table.wants(name):
            return
        home = self._places.disk / "home"
        home.mkdir(parents=True)
        with self._or_why_not(name), self._server(DISK_MB) as server:
            both = [self._limn(server, home=home), self._limn(server)]
            self._compare(name, both, PICTURE, DISK_CONNECTIONS, self._seconds(DISK_MB), count=1, what="answers")

    def large_pictures(self):
        name = f"{LARGE_MB} MB, {LARGE_CONNECTIONS} connections, against nginx"
        if not self._table.wants(name):
            return
        seconds = 15 if self._bench.quick else 30
        with self._or_why_not(name), self._server(LARGE_MB) as server:
            both = [self._limn(server), self._nginx(server)]
            self._compare(name, both, PICTURE, LARGE_CONNECTIONS, seconds, LARGE, count=1, what="answers",
                          short=f"`limn serve`, {LARGE_MB} MB, {LARGE_CONNECTIONS} connections, against nginx")

    def waiting(self):
        if not self._table.wants(self.WAITING):
            return
        if not ECHO_MODULE.exists():
            self._table.notes.append(f"{self.WAITING}: skipped, nginx has no echo module")
            return
        with self._or_why_not(self.WAITING), self._server(0.01, late=LATE_S) as server:
            samples, seconds = [], 15 if self._bench.quick else 30  # limn looks at each every 15
            for gateway in [self._limn(server, "late"), *self._portkey(server, "late")]:
                with gateway:
                    samples.append([gateways.wait(gateway, PICTURE, WAITING, server, seconds)])
            self._add(self.WAITING, samples[0], samples[-1], WAITS)

    def page(self):
        """From loopback, with nothing kept from before."""
        if not self._table.wants(self.PAGE):
            return
        if reason := why_no_browser():
            self._table.notes.append(f"{self.PAGE}: skipped, {reason}")
            return
        root = self._folder("page")
        shutil.copytree(HERE.parent.parent / "host/serve/page", root / "page")
        shutil.copy(root / "page/index.html", root)
        with self._server(0.01) as server, self._limn(server) as limn, self._nginx(server, root) as files, contextlib.closing(Browser()) as browser:
            samples, kilobytes = {limn: [], files: []}, 0
            for number in range(3 * self._rounds + 1):
                for gateway, taken in samples.items():
                    page = browser.page()  # of somebody who was never here
                    page.go(f"http://127.0.0.1:{gateway.port}/")
                    paint = page.wait_for("performance.getEntriesByName('first-paint').map(e => e.startTime)[0]")
                    if gateway is limn:
                        page.wait_for("document.documentElement.dataset.ready === 'true'")
                        kilobytes = max(kilobytes, page.see(SIZE_JS) / 1e3)
                    page.close()
                    if number > 0:  # the first is the warm-up
                        taken.append(Sample(paint / 1e3, 0, 0))
        self._add(f"{self.PAGE} ({kilobytes:.1f} kB in all)", samples[limn], samples[files], PAGE, kB=kilobytes)


SIZE_JS = "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind)).reduce((sum, entry) => sum + entry.transferSize, 0)"
