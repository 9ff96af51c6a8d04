"""Commands run in turn in the same run, and what their figures make: a row for each pair."""

import dataclasses
import os
import pathlib
import re
import signal
import statistics
import subprocess
import time
import typing


class Sample(typing.NamedTuple):
    wall_s: float
    cpu_s: float  # user and system, of the process and all that it waited for
    peak_mb: float  # of the largest of them


@dataclasses.dataclass(frozen=True, eq=False)
class Command:
    """What is measured. `before` and `check` are not: they make way for the output and look at it after the warm-up."""

    argv: tuple
    env: dict
    cwd: object
    before: typing.Callable = lambda: None
    check: typing.Callable = lambda: None
    patience_s: int = 15

    def program(self):
        return pathlib.Path(self.argv[0]).name


@dataclasses.dataclass(frozen=True)
class Limit:
    """A bound for one of a row's figures, by its name in `figures`."""

    figure: str
    bound: float
    kind: str = "at most"

    def judge(self, figures):
        measured = figures[self.figure]
        met = measured <= self.bound if self.kind == "at most" else measured >= self.bound
        return {"figure": self.figure, "kind": self.kind, "bound": self.bound, "measured": measured, "ok": met}


@dataclasses.dataclass(frozen=True)
class Comparison:
    name: str
    ours: Command
    peer: Command
    limits: tuple = ()
    images: int = 0  # that each of the two writes; 0: it is not counted
    short: str = ""  # its name in the table of docs/comparison.md; empty: it is not in there


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


class Failed(Exception):
    """A command brought no figure; says why. The others still do."""


class Bench:
    """What all tables share: which rows are wanted, how long they may take, and the programs of the build tree."""

    def __init__(self, build, only, quick):
        self.build = build
        self.limn = build / "bin/limn"
        self.quick = quick
        self._only = re.compile(only)

    def wants(self, table, name):
        return self._only.search(f"{table}: {name}") is not None

    def measure(self, command):
        command.before()
        process = subprocess.Popen([self.build / "bin/bench_measure", *command.argv], env=command.env, cwd=command.cwd,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)
        try:
            told, complaint = process.communicate(timeout=command.patience_s)
        except BaseException as error:  # also an interrupt: nothing of ours goes on running
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failed(f"{command.program()} took more than {command.patience_s} s and was ended") from None
            raise
        if process.returncode != 0:
            raise Failed(f"{command.program()} cannot be run: {complaint.strip()}")
        wall, cpu, peak, status = map(int, told.split())
        if status != 0:
            reason = next((line for line in complaint.splitlines() if "rror" in line), "")
            raise Failed(f"{command.program()} ended with {status}: {reason}")
        return Sample(wall / 1e6, cpu / 1e6, peak / 1024)

    def in_turn(self, commands, budget_s, rounds):
        """Samples of each command, one a round, or its failure. As many of `rounds` as the time allows, and three at least.
        The first is the warm-up; it counts where no other follows, or where one alone takes all the time."""
        budget_s, rounds = (budget_s / 4, min(rounds, 5)) if self.quick else (budget_s, rounds)
        samples, failures = {command: [] for command in commands}, {}

        def one_round(after=lambda command: None):
            for command in commands:
                if command not in failures:
                    try:
                        samples[command].append(self.measure(command))
                        after(command)
                    except Failed as failure:
                        failures[command] = failure

        begin = time.monotonic()
        one_round(lambda command: command.check())
        warm = time.monotonic()
        is_slow = warm - begin > budget_s
        for done in range(rounds):
            if done >= (2 if is_slow else 3) and time.monotonic() > warm + budget_s:
                break
            one_round()
        for command in commands:
            command.before()  # leaves nothing behind
        counted = slice(0 if is_slow or not rounds else 1, None)
        return {command: taken[counted] for command, taken in samples.items()}, failures


class Table:
    """Rows, and lines of words for what no row can say."""

    def __init__(self, bench, name):
        self.bench = bench
        self.rows = []
        self.notes = []
        self._name = name

    def wants(self, name):
        return self.bench.wants(self._name, name)

    def compare(self, comparisons, budget_s, rounds=15):
        """Adds the rows of those comparisons that are wanted. Each command runs once a round, however many rows it is in."""
        comparisons = [one for one in comparisons if self.wants(one.name)]
        commands = list(dict.fromkeys(command for one in comparisons for command in (one.ours, one.peer)))
        samples, failures = self.bench.in_turn(commands, budget_s, rounds)
        for one in comparisons:
            failure = failures.get(one.ours) or failures.get(one.peer)
            if failure:
                self.notes.append(f"{one.name}: {failure}")
            else:
                self.rows.append(row(one, samples[one.ours], samples[one.peer]))


def row(comparison, ours, peer):
    figures, by_name = figures_of(comparison.name, comparison.short, ours, peer)
    if comparison.images:
        tell_rate(figures, "images", comparison.images, ours, peer)
    figures["limits"] = [limit.judge(by_name) for limit in comparison.limits]
    return figures


def measured_row(name, ours, peer, limits=(), short="", count=0, what="", **more):
    """Of samples that were taken elsewhere, in turn. `count`: what is done in each of ours, for a limit of its rate; with `what` it is
    told. `more`: figures that were made elsewhere, too."""
    figures, by_name = figures_of(name, short, ours, peer)
    by_name["peak ratio"] = statistics.median(a.peak_mb for a in ours) / max(statistics.median(b.peak_mb for b in peer), 1e-9)
    by_name["per s"] = statistics.median(count / s.wall_s for s in ours)
    if what:
        tell_rate(figures, what, count, ours, peer)
    figures["limits"] = [limit.judge({**by_name, **more}) for limit in limits]
    return figures


def tell_rate(figures, what, count, ours, peer):
    figures["rate"] = {"of": what, "ours": spread([count / s.wall_s for s in ours]), "peer": spread([count / s.wall_s for s in peer])}


def figures_of(name, short, ours, peer):
    """What a row tells, and what of it limits are for."""
    def told(samples):
        return {"wall_ms": spread([s.wall_s * 1e3 for s in samples]), "cpu_ms": spread([s.cpu_s * 1e3 for s in samples]),
                "peak_mb": spread([s.peak_mb for s in samples])}

    pairs = list(zip(ours, peer))
    figures = {"name": name, "short": short, "runs": len(pairs), "ours": told(ours), "peer": told(peer),
               "wall_ratio": spread([a.wall_s / b.wall_s for a, b in pairs]),
               "cpu_ratio": spread([a.cpu_s / b.cpu_s if b.cpu_s else 0 for a, b in pairs])}
    by_name = {"wall ratio": figures["wall_ratio"]["median"], "cpu ratio": figures["cpu_ratio"]["median"],
               "rate ratio": statistics.median(b.wall_s / a.wall_s for a, b in pairs), "wall ms": figures["ours"]["wall_ms"]["median"],
               "peak MB": figures["ours"]["peak_mb"]["max"], "cpu s": figures["ours"]["cpu_ms"]["median"] / 1e3,
               "cpu ms more": statistics.median((a.cpu_s - b.cpu_s) * 1e3 for a, b in pairs),
               "wall ms more": statistics.median((a.wall_s - b.wall_s) * 1e3 for a, b in pairs)}
    return figures, by_name
