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
        self.m_table = table
        self.m_bench = table.bench
        self.m_places = places
        self.m_node = node
        self.m_image = places.tmpfs / "image.png"

    def m_commands(self, server, endpoint, delivery, folder):
        place = answers.DELIVERIES[delivery]
        return peers.Image(self.m_places, server.base(place), endpoint, delivery, self.m_image, folder)

    def m_answer(self, endpoint, delivery):
        return self.root / answers.path_of(endpoint, delivery)

    def add_size(self, server, size_mb, endpoint):
        """JSON and SSE together: they are compared with each other, too."""
        folder = self.m_places.tmpfs / "out"
        shape = f"{size_mb:g} MB {endpoint}"
        fast, slow, limn = [], [], {}
        for delivery in answers.DELIVERIES:
            made = self.m_commands(server, endpoint, delivery, folder)
            limn[delivery] = made.limn(self.m_bench)
            name = f"{shape} {delivery}"
            short = f"{size_mb:g} MB, against `curl -o`" if name.endswith("images JSON") else ""
            fast.append(Comparison(f"{name}, against curl -o", limn[delivery], made.curl(self.m_answer(endpoint, delivery)),
                                   like_curl(size_mb), short=short))
            if name.endswith("images JSON") and size_mb in ISOLATED_MB:
                fast.append(Comparison(f"{name}, provider isolated, against limn without", made.isolated_limn(self.m_bench),
                                       limn[delivery]))
            others = {"curl | jq | base64": made.jq(), "python urllib": made.urllib()}
            if self.m_node:
                others["node openai"] = made.node(self.m_node)
            slow.append([Comparison(f"{name}, against {peer}", limn[delivery], command) for peer, command in others.items()])
        fast.append(Comparison(f"{shape} SSE, against limn with JSON", limn["SSE"], limn["JSON"], LIKE_JSON))

        if not any(self.m_table.wants(one.name) for one in fast + sum(slow, [])):
            return
        if self.m_places.room() < 8e6 * size_mb:
            self.m_table.notes.append(f"{shape}: skipped, there is no room for eight times as much in {self.m_places.tmpfs.parent}")
            return
        folder.mkdir()
        self.m_prepare(server, size_mb, (endpoint,))
        self.m_table.compare(fast, 6)
        for comparisons in slow:
            self.m_table.compare(comparisons, 3, 9)
        shutil.rmtree(folder)

    def m_prepare(self, server, size_mb, endpoints):
        self.m_image.write_bytes(answers.png(int(size_mb * 1e6)))
        answers.write_answers(self.root, self.m_image.read_bytes(), endpoints)
        for endpoint in endpoints:
            for delivery in answers.DELIVERIES:
                server.prove(answers.path_of(endpoint, delivery))

    def add_disk(self, server):
        """limn waits until an image is on the disk (fsync), which a tmpfs hides; here is what it costs."""
        disk, tmpfs = self.m_places.disk, self.m_places.tmpfs / "out"
        on_disk = self.m_commands(server, "images", "JSON", disk)
        on_tmpfs = self.m_commands(server, "images", "JSON", tmpfs)
        limn = on_disk.limn(self.m_bench)
        name = f"{DISK_MB} MB images JSON on the build tree's disk"
        comparisons = [
            Comparison(f"{name}, against curl -o and sync FILE", limn, on_disk.curl(self.m_answer("images", "JSON"), "sync")),
            Comparison(f"{name}, against limn on tmpfs", limn, on_tmpfs.limn(self.m_bench)),
        ]
        if not any(self.m_table.wants(one.name) for one in comparisons):
            return
        disk.mkdir(exist_ok=True)
        tmpfs.mkdir()
        self.m_prepare(server, DISK_MB, ("images",))
        self.m_table.compare(comparisons, 6, 9)
        self.m_table.notes.append("fsync is not in the rows above, but for those on the disk: on tmpfs it does nothing. " + fsync_share(limn))
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
