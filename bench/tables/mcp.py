"""An agent's picture: limn's server of tools against another one, a script, and the command."""

import filecmp
import itertools
import json
import shutil
import sys
import time

import answers
import peers
from agent import Agent, Watch, adopt_orphans
from measuring import Command, Failed, Limit, Sample, measured_row
from server import Server

NAME = "mcp"
TITLE = "An agent's picture of 1.5 MB: limn mcp against its peers (MB: PSS of all processes together, workers too)"
IMAGE_MB = 1.5
PINGS = 10_000
NUMBERS = itertools.count(1)

FIRST = (Limit("wall ratio", 0.1), Limit("peak ratio", 0.2))
SECOND = (Limit("wall ms more", 2),)
PING_RATE = (Limit("per s", 50_000, "at least"),)


def fill(table, places, _node):
    rows = Rows(table, places)
    if not rows.wanted:
        return
    package, without = peers.mcp_package(table.bench.build)
    if without:
        table.notes.append(without)
    adopt_orphans()
    with Server(places.folder("nginx"), places.folder("answers")) as server:
        rows.prepare(server)
        rows.first_picture(package)
        rows.second_call()
        if package:
            rows.pings(package)


class Rows:
    FIRST_PEER = "one picture, with the server's start, against gpt-image-1-mcp"
    FIRST_SCRIPT = "one picture, with the server's start, against python urllib"
    SECOND = "a second call, against a whole limn generate"
    SECOND_ON_DISK = "a second call on the build tree's disk, against a whole limn generate"
    PINGS = f"{PINGS} pings, against gpt-image-1-mcp"

    def __init__(self, table, places):
        self._table = table
        self._bench = table.bench
        self._places = places
        self._limn = table.bench.limn
        self.wanted = [name for name in (self.FIRST_PEER, self.FIRST_SCRIPT, self.SECOND, self.SECOND_ON_DISK, self.PINGS) if table.wants(name)]

    def prepare(self, server):
        self._server = server
        self._image = self._places.tmpfs / "image.png"
        self._image.write_bytes(answers.png(int(IMAGE_MB * 1e6)))
        answers.write_answers(server.root, self._image.read_bytes(), ("images",), ("JSON",))
        server.prove(answers.path_of("images", "JSON"))
        self._peers_folder = self._places.folder("peer-out")
        self._env = self._places.env(server.base(), GPT_IMAGE_OUTPUT_DIR=str(self._peers_folder))

    # --- What is measured: each returns seconds of wall clock, and of the processors ---

    def _agent(self, argv, env=None):
        return Agent(argv, env or self._env, self._places.tmpfs)

    def _ask_limn(self, agent, **more):
        # No two are equal: an equal one would be the same picture.
        result = agent.call("generate_image", {"prompt": f"a fox {next(NUMBERS)}", "name": "fox", **more})
        said = json.loads(result["content"][0]["text"])
        if said["state"] != "done":
            raise Failed(f"limn mcp: {said}")
        return said["files"][0]["path"]

    def _first(self, argv, ask):
        begin = time.perf_counter()
        agent = self._agent(argv)
        agent.hello()
        path = ask(agent)
        wall = time.perf_counter() - begin
        return wall, agent.close().cpu_s, path

    def first_of_limn(self):
        return self._first((self._limn, "mcp"), self._ask_limn)

    def first_of_peer(self, package):
        def ask(agent):
            agent.call("create_image", {"prompt": "a fox", "size": "1024x1024", "quality": "low"})
            return next(self._peers_folder.rglob("*.png"), "nothing")

        return self._first(("node", package / "node_modules/@cloudwerxlab/gpt-image-1-mcp/build/index.js"), ask)

    def first_of_script(self):
        file = self._peers_folder / "urllib.png"
        argv = (sys.executable, "-B", peers.HERE / "image_urllib.py", self._server.base(), "images", "JSON", file)
        begin = time.perf_counter()
        agent = self._agent(argv)
        agent.process.stdout.read()
        used = agent.close()
        return time.perf_counter() - begin, used.cpu_s, file

    # --- Rows ---

    def _sample(self, run):
        """The memory in a run of its own: looking takes time."""
        wall, cpu, path = run()
        if not filecmp.cmp(path, self._image, shallow=False):
            raise Failed(f"{path} is another file than the server has")
        with Watch() as watch:
            run()
        self._clear()
        return Sample(wall, cpu, watch.peak_mb)

    def _clear(self):
        shutil.rmtree(self._places.home / "Pictures", ignore_errors=True)
        for path in self._peers_folder.rglob("*.png"):
            path.unlink()

    def _rounds(self, many):
        return 3 if self._bench.quick else many

    def first_picture(self, package):
        runs = {"limn": self.first_of_limn, "script": self.first_of_script}
        if package:
            runs["peer"] = lambda: self.first_of_peer(package)
        if not {self.FIRST_PEER, self.FIRST_SCRIPT} & set(self.wanted):
            return
        samples = {name: [] for name in runs}
        for number in range(self._rounds(9) + 1):
            for name, run in runs.items():
                try:
                    sample = self._sample(run)
                except (Failed, EOFError) as failure:
                    self._table.notes.append(f"{name}: {failure}")
                    return
                if number > 0:  # the first is the warm-up
                    samples[name].append(sample)
        if package and self.FIRST_PEER in self.wanted:
            self._table.rows.append(measured_row(self.FIRST_PEER, samples["limn"], samples["peer"], FIRST, short="`limn mcp`, one picture with its start, against a server on node"))
        if self.FIRST_SCRIPT in self.wanted:
            self._table.rows.append(measured_row(self.FIRST_SCRIPT, samples["limn"], samples["script"]))

    def second_call(self):
        self._second(self.SECOND, self._places.home, SECOND)
        if self.SECOND_ON_DISK in self.wanted:
            home = self._places.disk / "home"
            home.mkdir(parents=True)
            self._second(self.SECOND_ON_DISK, home, ())

    def _second(self, name, home, limits):
        """In turn: a call to a server that has been there, and the command."""
        if name not in self.wanted:
            return
        env = {**self._env, "HOME": str(home)}
        folder = home / "Pictures/limn"
        command = Command((self._limn, "generate", "--quiet", "-o", folder / "fox.png", "a fox"), env, self._places.tmpfs,
                          before=lambda: [path.unlink() for path in folder.iterdir()])
        ours, theirs, number = [], [], 0
        agent = self._agent((self._limn, "mcp"), env)
        try:
            agent.hello()
            self._ask_limn(agent)
            for number in range(self._rounds(61) + 1):
                command.before()
                begin = time.perf_counter()
                path = self._ask_limn(agent)
                wall = time.perf_counter() - begin
                if not filecmp.cmp(path, self._image, shallow=False):
                    raise Failed(f"{path} is another file than the server has")
                sample = self._bench.measure(command)
                if number > 0:
                    ours.append(wall)
                    theirs.append(sample)
        except (Failed, EOFError) as failure:
            self._table.notes.append(f"{name}: {failure}")
            return
        finally:
            cpu = agent.close().cpu_s / (number + 2)  # with its start, and the first call
        self._table.rows.append(measured_row(name, [Sample(wall, cpu, 0) for wall in ours], theirs, limits))

    def pings(self, package):
        if self.PINGS not in self.wanted:
            return
        runs = {"limn": (self._limn, "mcp"), "peer": ("node", package / "node_modules/@cloudwerxlab/gpt-image-1-mcp/build/index.js")}
        samples = {name: [] for name in runs}
        for _ in range(self._rounds(9)):
            for name, argv in runs.items():
                agent = self._agent(argv)
                agent.hello()
                wall = agent.pings(PINGS)
                samples[name].append(Sample(wall, agent.close().cpu_s, 0))
        self._table.rows.append(measured_row(self.PINGS, samples["limn"], samples["peer"], PING_RATE, count=PINGS))
