"""One image from loopback to a file, in every shape and size, against what people use instead."""

import re
import shutil
import statistics
import subprocess

import answers
import peers
from measuring import Comparison, Limit
from server import Server

NAME = "one image"
TITLE = "One image to a file on tmpfs, verification cached: limn against its peers"
SIZES_MB = (0.1, 1.5, 8, 30, 200)
ISOLATED_MB = (1.5, 30)
DISK_MB = 30
PEAK = Limit("peak MB", 16)
LIKE_JSON = (Limit("wall ratio", 1.2), Limit("cpu ratio", 1.2))


def like_curl(size_mb):
    if size_mb < 1.5:
        return (PEAK,)
    bound = 1.3 if size_mb < 8 else 1.0
    return (Limit("wall ratio", bound), Limit("cpu ratio", bound), PEAK)


def fill(table, places, node):
    rows = Rows(table, places, node)
    with Server(places.folder("nginx"), rows.root) as server:
        for size_mb in SIZES_MB:
            if table.bench.quick and size_mb > 30:
                continue
            for endpoint in answers.ENDPOINTS:
                rows.add_size(server, size_mb, endpoint)
        rows.add_disk(server)


class Rows:
    def __init__(self, table, places, node):
        self.root = places.folder("answers")
        self._table = table
        self._bench = table.bench
        self._places = places
        self._node = node
        self._image = places.tmpfs / "image.png"

    def _commands(self, server, endpoint, delivery, folder):
        place = answers.DELIVERIES[delivery]
        return peers.Image(self._places, server.base(place), endpoint, delivery, self._image, folder)

    def _answer(self, endpoint, delivery):
        return self.root / answers.path_of(endpoint, delivery)

    def add_size(self, server, size_mb, endpoint):
        """JSON and SSE together: they are compared with each other, too."""
        folder = self._places.tmpfs / "out"
        shape = f"{size_mb:g} MB {endpoint}"
        fast, slow, limn = [], [], {}
        for delivery in answers.DELIVERIES:
            made = self._commands(server, endpoint, delivery, folder)
            limn[delivery] = made.limn(self._bench)
            name = f"{shape} {delivery}"
            short = f"{size_mb:g} MB, against `curl -o`" if name.endswith("images JSON") else ""
            fast.append(Comparison(f"{name}, against curl -o", limn[delivery], made.curl(self._answer(endpoint, delivery)),
                                   like_curl(size_mb), short=short))
            if name.endswith("images JSON") and size_mb in ISOLATED_MB:
                fast.append(Comparison(f"{name}, provider isolated, against limn without", made.isolated_limn(self._bench),
                                       limn[delivery]))
            others = {"curl | jq | base64": made.jq(), "python urllib": made.urllib()}
            if self._node:
                others["node openai"] = made.node(self._node)
            slow.append([Comparison(f"{name}, against {peer}", limn[delivery], command) for peer, command in others.items()])
        fast.append(Comparison(f"{shape} SSE, against limn with JSON", limn["SSE"], limn["JSON"], LIKE_JSON))

        if not any(self._table.wants(one.name) for one in fast + sum(slow, [])):
            return
        if self._places.room() < 8e6 * size_mb:
            self._table.notes.append(f"{shape}: skipped, there is no room for eight times as much in {self._places.tmpfs.parent}")
            return
        folder.mkdir()
        self._prepare(server, size_mb, (endpoint,))
        # A run may take a fifth longer than the one before, at 200 MB twice as long, by the memory that it meets.
        self._table.compare(fast, 20, 41 if size_mb <= 8 else 15)
        for comparisons in slow:
            self._table.compare(comparisons, 3, 9)
        shutil.rmtree(folder)

    def _prepare(self, server, size_mb, endpoints):
        self._image.write_bytes(answers.png(int(size_mb * 1e6)))
        answers.write_answers(self.root, self._image.read_bytes(), endpoints)
        for endpoint in endpoints:
            for delivery in answers.DELIVERIES:
                server.prove(answers.path_of(endpoint, delivery))

    def add_disk(self, server):
        """limn waits until an image is on the disk (fsync), which a tmpfs hides; here is what it costs."""
        disk, tmpfs = self._places.disk, self._places.tmpfs / "out"
        on_disk = self._commands(server, "images", "JSON", disk)
        on_tmpfs = self._commands(server, "images", "JSON", tmpfs)
        limn = on_disk.limn(self._bench)
        name = f"{DISK_MB} MB images JSON on the build tree's disk"
        comparisons = [
            Comparison(f"{name}, against curl -o and sync FILE", limn, on_disk.curl(self._answer("images", "JSON"), "sync")),
            Comparison(f"{name}, against limn on tmpfs", limn, on_tmpfs.limn(self._bench)),
        ]
        if not any(self._table.wants(one.name) for one in comparisons):
            return
        disk.mkdir(exist_ok=True)
        tmpfs.mkdir()
        self._prepare(server, DISK_MB, ("images",))
        self._table.compare(comparisons, 6, 9)
        self._table.notes.append("fsync is not in the rows above, but for those on the disk: on tmpfs it does nothing. " + fsync_share(limn))
        shutil.rmtree(tmpfs)


def fsync_share(command):
    """What of a run on the disk is spent in fsync, as strace times it."""
    if not shutil.which("strace"):
        return "How much of those it is, strace would tell."
    spent, calls = [], 0
    for _ in range(5):
        command.before()
        told = subprocess.run(["strace", "-f", "-T", "-e", "trace=fsync,fdatasync", *command.argv], env=command.env,
                              cwd=command.cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        times = [float(seconds) for seconds in re.findall(r"sync\(.*<([0-9.]+)>$", told.stderr, re.MULTILINE)]
        spent.append(sum(times) * 1e3)
        calls = len(times)
    return (f"On the disk it is {statistics.median(spent):.1f} ms ({min(spent):.1f}-{max(spent):.1f}) of limn's time, "
            f"in {calls} calls, by strace.")
