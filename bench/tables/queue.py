"""A queue in PostgreSQL, on a disk and with fsync: what it costs to fill it and to claim from it, and what many workers draw, against one machine's batch."""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import answers
from measuring import Limit, Sample, measured_row
from server import ECHO_MODULE, Server

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tests/end_to_end"))
import postgres_cluster  # pylint: disable=wrong-import-position

NAME = "queue"
TITLE = "Many machines: a queue in PostgreSQL with fsync, beside limn on the same cores"
QUEUED = 100_000
LATE_S = 2
WORKERS, JOBS = 20, 16

# What such rows cost without limn: a COPY, and an insertion that leaves out what is there.
BARE_ADD = """
create temp table brought (line integer, item text, fingerprint bytea, request text);
\\copy brought from '{rows}'
insert into bare_job (line, item, fingerprint, request) select * from brought on conflict (fingerprint) do nothing;
"""
BARE_TABLE = """create table bare_job (id bigint generated always as identity primary key, line integer not null, item text, fingerprint bytea not null unique,
request text not null, state text not null default 'queued'); create index bare_job_queued on bare_job (id) where state = 'queued';"""
BARE_CLAIM = """update bare_job j set state = 'claimed' from (select id from bare_job where state = 'queued' order by id for update skip locked limit 1) q
where j.id = q.id returning j.id"""


def fill(table, places, _node):
    if not any(map(table.wants, ("add", "claim", "draw"))):
        return
    if postgres_cluster.BIN is None:
        table.notes.append("skipped, there is no PostgreSQL: scripts/setup --tests installs it")
        return
    cluster = postgres_cluster.PostgresCluster(fsync="on")
    try:
        if table.wants("add") or table.wants("claim"):
            add_and_claim(table, places, cluster)
        if table.wants("draw") and ECHO_MODULE.exists():
            draw(table, places, cluster)
    finally:
        cluster.remove()


def timed(work):
    begin = time.perf_counter()
    work()
    return Sample(time.perf_counter() - begin, 0, 0)


class Queue:
    """limn and psql at a database of its own."""

    def __init__(self, table, places, cluster):
        self.database = cluster.new_database()
        self.url = cluster.url(self.database)
        self.limn_path = str(table.bench.limn)
        self.env = places.env(LIMN_QUEUE=self.url)
        self.places = places
        self("init")

    def __call__(self, *args):
        return subprocess.run([self.limn_path, "queue", *map(str, args)], env=self.env, check=True, cwd=self.places.tmpfs, capture_output=True, text=True).stdout

    def sql(self, statements):
        return subprocess.run([postgres_cluster.BIN / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.url], input=statements, check=True, capture_output=True, text=True).stdout


def add_and_claim(table, places, cluster):
    items = places.folder("queue") / "items.jsonl"
    items.write_text("".join(json.dumps({"id": f"item-{number}", "prompt": f"picture {number} of many, in soft light on a grey ground"}) + "\n" for number in range(QUEUED)))
    rows = items.with_name("rows")
    ours, bare, claims, bare_claims = [], [], [], []
    for _ in range(2 if table.bench.quick else 5):
        queue = Queue(table, places, cluster)
        ours.append(timed(lambda q=queue: q("add", items)))
        queue.sql(f"\\copy (select line, item, fingerprint, request from limn_job) to '{rows}'")
        queue.sql(BARE_TABLE)
        bare.append(timed(lambda q=queue: q.sql(BARE_ADD.format(rows=rows))))
        queue.sql("vacuum analyze")
        claims.append(Sample(claim_s(queue, "select * from limn_claim(1, 'bench', 1)"), 0, 0))
        bare_claims.append(Sample(claim_s(queue, BARE_CLAIM), 0, 0))
    if table.wants("add"):
        table.rows.append(measured_row(f"add {QUEUED} items, against COPY and an insertion of the same rows", ours, bare, (Limit("per s", 15_000, "at least"),), count=QUEUED, what="items"))
    if table.wants("claim"):
        table.rows.append(measured_row(f"claim one of {QUEUED}, against the bare statement", claims, bare_claims, (Limit("wall ms", 5),)))


def claim_s(queue, statement):
    """The median of many in one connection, each a transaction on the disk."""
    told = queue.sql("\\timing on\n" + f"{statement};\n" * 200)
    return statistics.median(float(line.split()[1]) for line in told.splitlines() if line.startswith("Time:")) / 1e3


def draw(table, places, cluster):
    """As many in flight in one `limn batch` as in all workers together, at a gateway that takes its time."""
    folder = places.folder("queue_draw")
    image = folder / "image.png"
    image.write_bytes(answers.png(10_000))
    answers.write_answers(folder / "answers", image.read_bytes(), ("images",), ("JSON",))
    rounds = 4 if table.bench.quick else 10
    with Server(folder / "nginx", folder / "answers", late=LATE_S) as server:
        for workers in (5, 10, WORKERS):
            at_once = workers * JOBS
            count = at_once * rounds
            items = folder / "items.jsonl"
            items.write_text("".join(json.dumps({"prompt": f"picture {number}", "directory": str(folder / "out")}) + "\n" for number in range(count)))
            base = server.base("late")
            ours = drawn_by_workers(table, places, cluster, base, items, workers, count)
            peer = drawn_by_batch(table, places, base, items, at_once)
            limits = (Limit("rate ratio", 0.9, "at least"), Limit("peak MB", 60)) if workers == WORKERS else ()
            table.rows.append(measured_row(f"draw: {workers} workers of {JOBS}, {LATE_S} s a picture, against one limn batch with {at_once}", [ours], [peer], limits, count=count, what="images"))


def drawn_by_workers(table, places, cluster, base, items, workers, count):
    queue = Queue(table, places, cluster)
    shutil.rmtree(items.parent / "out", ignore_errors=True)
    queue("add", items)
    env = {**queue.env, "OPENAI_BASE_URL": base}
    begin = time.perf_counter()
    running = [subprocess.Popen([queue.limn_path, "work", "--quiet", "--jobs", str(JOBS)], env={**env, "XDG_STATE_HOME": str(places.tmpfs / f"machine-{number}")}, cwd=places.tmpfs,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for number in range(workers)]
    try:
        while int(queue.sql("select count(*) from limn_job where state = 'done'")) < count:
            if all(one.poll() is not None for one in running):
                raise SystemExit("bench: the workers ended before the queue did: " + queue.sql("select state, failure, count(*) from limn_job group by 1, 2"))
            time.sleep(0.25)
        wall = time.perf_counter() - begin
        peak = max(int(next(line for line in pathlib.Path(f"/proc/{one.pid}/status").read_text().splitlines() if line.startswith("VmHWM")).split()[1]) for one in running)
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait()
    return Sample(wall, 0, peak / 1024)


def drawn_by_batch(table, places, base, items, at_once):
    shutil.rmtree(items.parent / "out", ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=places.tmpfs) as folder:
        env = {**places.env(base), "XDG_STATE_HOME": folder}
        begin = time.perf_counter()
        subprocess.run([table.bench.limn, "batch", "--quiet", "--jobs", str(at_once), "--manifest", pathlib.Path(folder) / "manifest.jsonl", items], env=env, cwd=folder, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - begin
    return Sample(wall, 0, 0)
