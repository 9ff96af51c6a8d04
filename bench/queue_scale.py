#!/usr/bin/env python3
"""Past these machines: what a queue of many millions and a thousand workers ask of one database, and where that breaks.

It fills a real PostgreSQL (on a disk, with fsync), lets pgbench do what workers do to a job, with as many connections as there are workers, and
then lets a thousand workers of its own live through an hour by a clock of their own, with the times that were measured. Prints Markdown."""

import argparse
import heapq
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/end_to_end"))
import postgres_cluster  # pylint: disable=wrong-import-position

POOLED = 24

# One job, as limn work does it: four transactions of its own, each on the disk before the next.
JOB = """\\set attempt random(1, 1000000000)
select id as job, fence from limn_claim(1, 'w' || :client_id::text, 1) \\gset
select limn_announce(:job, :fence, 'w' || :client_id::text, :attempt, 'gateway', 'openai_images', 'gpt-image-2', 40000000, null);
select limn_settle(:job, :fence, :attempt, null, 200, null, true, false);
select limn_finish(:job, :fence, 'done', 1, 40000000, 'usage', null, null, '{}');
"""
BEAT = "select limn_beat(1, 'w' || :client_id::text, array(select (random() * 1000000)::bigint from generate_series(1, 16)), '{}');\n"

FILL = """
insert into limn_addition (file, folder, defaults) values ('simulated', '/', '{{}}');
insert into limn_job (addition, line, fingerprint, request)
  select 1, n % 2000000000, decode(md5(n::text) || md5((-n)::text), 'hex'), '{{"prompt":"picture ' || n || ' of many, in soft light on a grey ground"}}'
  from generate_series({first}, {last}) n;
"""


def parsed():
    parser = argparse.ArgumentParser(prog="queue_scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10_000_000, help="that wait in the queue")
    parser.add_argument("--workers", type=int, default=1000, help="of the simulation")
    parser.add_argument("--seconds", type=int, default=20, help="of each measurement")
    parser.add_argument("--max-cost", action="store_true", help="the queue has a limit of costs")
    return parser.parse_args()


class Database:
    def __init__(self, connections):
        self.cluster = postgres_cluster.PostgresCluster(fsync="on", more=f"-c max_connections={connections} -c shared_buffers=512MB -c max_wal_size=4GB")
        self.name = self.cluster.new_database()
        self.url = self.cluster.url(self.name)
        self.scripts = self.cluster.folder

    def sql(self, statement):
        return self.cluster.sql(statement, self.name)

    def pgbench(self, script, clients, seconds, url=None):
        """Transactions a second, and the mean of one in milliseconds, for those who wait for it."""
        file = self.scripts / "script.sql"
        file.write_text(script)
        told = subprocess.run([postgres_cluster.BIN / "pgbench", "-n", "-M", "extended", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", file, url or self.url],
                              check=True, capture_output=True, text=True).stdout
        figures = {line.split(" = ")[0]: line.split(" = ")[1].split()[0] for line in told.splitlines() if " = " in line}
        return float(figures["tps"]), float(figures["latency average"])


def fill(database, jobs):
    """In pieces, as additions come."""
    begin = time.monotonic()
    for first in range(1, jobs + 1, 500_000):
        database.sql(FILL.format(first=first, last=min(first + 499_999, jobs)))
    database.sql("vacuum analyze limn_job")
    return time.monotonic() - begin


def measured(database, seconds):
    print("| connections | jobs a second | one job's four transactions, ms |\n|---|---|---|", flush=True)
    best = 0
    for clients in (1, 8, 32, 128, 512):
        rate, latency = database.pgbench(JOB, clients, seconds)
        best = max(best, rate)
        print(f"| {clients} | {rate:.0f} | {latency:.1f} |", flush=True)
    if shutil.which("pgbouncer"):
        with postgres_cluster.Pooler(database.cluster, POOLED) as pooler:
            for clients in (128, 512, 1000):
                rate, latency = database.pgbench(JOB, clients, seconds, pooler.url(database.name))
                print(f"| {clients}, PgBouncer with {POOLED} | {rate:.0f} | {latency:.1f} |", flush=True)
    return best


def simulated(workers, in_flight, picture_s, jobs_a_second, beats_a_second, hour=3600):
    """Each place of each worker draws, and asks the database for the next; the database serves one after the other. Returns jobs an hour, how busy the
    database was, and what a place waited for it, the mean and the longest, in seconds."""
    dice = random.Random(51)
    service = 1 / jobs_a_second
    busy_with_beats = workers / 15 / beats_a_second
    service /= max(1e-6, 1 - busy_with_beats)  # what beats leave
    places = [(dice.uniform(0, picture_s), place) for place in range(workers * in_flight)]
    heapq.heapify(places)
    free_at = served = waited = longest = 0
    while places[0][0] < hour:
        now, place = heapq.heappop(places)
        begin = max(now, free_at)
        free_at = begin + dice.expovariate(1 / service)
        waited += free_at - now
        longest = max(longest, free_at - now)
        served += 1
        heapq.heappush(places, (free_at + dice.lognormvariate(0, 0.4) * picture_s, place))
    return served, min(1, served * service / hour + busy_with_beats), waited / max(served, 1), longest


def tell_simulation(options, jobs_a_second, beats_a_second):
    print("\n| workers | in flight | s a picture | pictures a second | of what the gateways would give | database busy | waited for it, s (mean, longest) |\n|---|---|---|---|---|---|---|")
    for workers in (options.workers // 10, options.workers // 4, options.workers // 2, options.workers, options.workers * 2):
        for picture_s in (60, 20):
            served, busy, mean, longest = simulated(workers, 16, picture_s, jobs_a_second, beats_a_second)
            wanted = workers * 16 * 3600 / (picture_s * 1.083)  # the mean of that distribution
            print(f"| {workers} | {workers * 16} | {picture_s} | {served / 3600:.0f} | {min(1, served / wanted):.2f} | {busy:.2f} | {mean:.2f}, {longest:.1f} |", flush=True)


def main():
    options = parsed()
    if postgres_cluster.BIN is None:
        raise SystemExit("queue_scale: there is no PostgreSQL: scripts/setup --tests installs it")
    limn = HERE.parent / "build/release/bin/limn"
    database = Database(600)
    try:
        env = {"HOME": str(database.scripts), "PATH": os.environ["PATH"], "LIMN_QUEUE": database.url}
        subprocess.run([limn, "queue", "init", *(("--max-cost", "1000000") if options.max_cost else ())], env=env, check=True, capture_output=True)
        took = fill(database, options.jobs)
        size = database.sql("select pg_size_pretty(pg_total_relation_size('limn_job')), pg_size_pretty(pg_indexes_size('limn_job'))")[0]
        print(f"{options.jobs} jobs in {took:.0f} s ({options.jobs / took:.0f}/s): {size[0]}, of them indexes {size[1]}\n", flush=True)
        best = measured(database, options.seconds)
        beats, _ = database.pgbench(BEAT, 32, options.seconds)
        print(f"\nHeartbeats, each of 16 jobs: {beats:.0f} a second.")
        for what in ("limn_reap()", "count(*) from limn_job where state = 'queued'"):
            begin = time.monotonic()
            database.sql(f"select {what}")
            print(f"`select {what}`: {(time.monotonic() - begin) * 1e3:.0f} ms.")
        tell_simulation(options, best, beats)
    finally:
        database.cluster.remove()


if __name__ == "__main__":
    main()
