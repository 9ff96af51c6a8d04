"""Workers of a queue whose network, disk or clock fails them, and whose gateway has enough.

LIMN_QUEUE_CUT: for how many seconds a worker is cut off; LIMN_QUEUE_MINUTES: how often a gateway's minute is filled.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
import unittest

import scripted_server
from queue_kill_test import HeldGateway, KillCase
from queue_work_test import NOTHING_IS_LATE

CUT = float(os.environ.get("LIMN_QUEUE_CUT", "3"))
MINUTES = int(os.environ.get("LIMN_QUEUE_MINUTES", "0"))

# The clock of the wall, an hour and more off; what has passed since the start of the machine is right.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long off(void) { const char* text = getenv("TEST_CLOCK_OFF"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t clock, struct timespec* time)
{
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += off();
  return status;
}
int gettimeofday(struct timeval* now, void* zone)
{
  struct timespec time;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}
time_t time(time_t* into)
{
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
"""


class Cable(scripted_server.Listener):
    """TCP to a unix socket. While it is cut nothing comes through, and nobody hears of that."""

    def __init__(self, path):
        self.path = str(path)
        self.whole = threading.Event()
        self.whole.set()
        super().__init__()

    def serve(self, connection):
        with socket.socket(socket.AF_UNIX) as server:
            self.whole.wait()
            server.connect(self.path)
            back = threading.Thread(target=self.copy, args=(server, connection), daemon=True)
            back.start()
            self.copy(connection, server)
            back.join()

    def copy(self, source, target):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                self.whole.wait()
                target.sendall(piece)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


class CutOff(KillCase):
    def test_who_cannot_reach_the_database_asks_for_nothing_new_and_loses_nothing(self):
        cable = Cable(self.cluster.folder / ".s.PGSQL.5432")
        self.addCleanup(cable.stop)
        gateway = self.gateway()
        self.configure(gw=gateway.base_url())
        self.fill(8)
        url = self.url.replace(self.url.split("@")[1].split("/")[0], f"127.0.0.1:{cable.port}")
        worker = self.begin_worker("--jobs", "3", env={**self.environment(), "LIMN_QUEUE": url})
        self.wait_until(lambda: gateway.billable == 3)
        cable.whole.clear()
        gateway.go.set()
        self.wait_until(lambda: len(list((self.work / "out").glob("*.png"))) == 3)
        time.sleep(CUT)  # how long it is cut
        self.assertEqual(gateway.billable, 3)
        cable.whole.set()
        self.wait_until(lambda: self.states() == {"done": 8})
        self.end_worker(worker)
        self.assertEqual(gateway.billable, 8)
        self.assert_all_is_told()


class FullDisk(KillCase):
    def test_who_cannot_write_down_what_it_asks_for_asks_for_nothing_and_gives_it_back(self):
        state = self.home / "small"
        state.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", state], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("only root mounts a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", state], check=True)
        self.configure(gw="ok")
        self.fill(3)
        with open(state / "all", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        full = self.begin_worker(env=self.environment(XDG_STATE_HOME=str(state)))
        self.wait_until(lambda: self.sql("select count(*) from limn_job where fence >= 2") == [["3"]])
        self.assertEqual(self.sandbox.billable(), 0)
        self.assertIn("could not be noted", self.sql("select failure from limn_job where state = 'queued' and failure is not null union all select 'none'")[0][0])
        other = self.begin_worker()
        self.wait_until(lambda: self.states() == {"done": 3})
        self.assertGreater(self.end_worker(full)["returned"], 0)
        self.end_worker(other)
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        self.assert_all_is_told()


@unittest.skipUnless(shutil.which("cc"), "no compiler: scripts/setup installs one")
@unittest.skipIf(os.environ.get("LIMN_SANITIZED"), "a sanitizer wants to be loaded first")
class Clocks(KillCase):
    def test_workers_whose_clocks_are_an_hour_off_keep_leases_and_minutes_of_the_database(self):
        library = self.home / "clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], input=CLOCK, text=True, check=True)
        gateway = self.gateway()
        self.configure(gw=gateway.base_url())
        text = (self.home / ".config/limn/limn.yaml").read_text()
        (self.home / ".config/limn/limn.yaml").write_text(text.replace("  - name: gw\n", "  - name: gw\n    images_per_minute: 4\n"))
        self.fill(6)
        workers = [self.begin_worker("--jobs", "3", env=self.environment(LD_PRELOAD=str(library), TEST_CLOCK_OFF=off)) for off in ("5000", "-5000")]
        self.wait_until(lambda: gateway.billable == 4)
        self.assertEqual(self.sql("select count(*) from limn_job where lease between clock_timestamp() and clock_timestamp() + interval '60 s'"), [["6"]])
        for table, column in (("limn_token", "taken"), ("limn_attempt", "at")):
            self.assertEqual(self.sql(f"select count(*) from {table} where {column} not between clock_timestamp() - interval '90 s' and clock_timestamp()"), [["0"]])
        gateway.go.set()
        self.wait_until(lambda: self.states() == {"done": 4, "claimed": 2})
        self.sql("update limn_token set taken = taken - interval '62 s'")
        self.wait_until(lambda: self.states() == {"done": 6})
        for one in workers:
            self.end_worker(one)
        self.assertEqual(gateway.billable, 6)


class CountingGateway(scripted_server.ScriptedServer):
    """Takes so many in any minute as it counts, and has 429 for all else."""

    def __init__(self, per_minute):
        self.per_minute = per_minute
        self.times, self.refused = [], 0
        self.lock = threading.Lock()
        super().__init__(self.take)

    def take(self, _request):
        with self.lock:
            now = time.monotonic()
            if sum(now - one < 60 for one in self.times) >= self.per_minute:
                self.refused += 1
                return scripted_server.answer(b'{"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}', "429 Too Many Requests", headers=["Retry-After: 2"])
            self.times.append(now)
        return scripted_server.image_answer()


class Slow(KillCase):
    """A database that crashes, or takes its time, at the wrong moment."""

    def test_a_claim_that_a_crash_took_is_given_again_and_paid_for_once(self):
        self.configure("rate: {images_per_minute: 100}\n" + NOTHING_IS_LATE, gw="slow-1000")
        self.fill(1)
        lock = self.hold("lock table limn_gateway in exclusive mode")
        worker = self.begin_worker("--jobs", "2")
        self.wait_until_locked("limn_admit", worker)
        time.sleep(2)  # its other place asks for a job within 1.5 s; that stands behind limn_admit, where nobody sees it
        self.assertEqual(self.sql("select state, fence from limn_job"), [["claimed", "1"]])
        self.sql("update limn_job set state = 'queued', fence = 0, worker = null, lease = null")
        self.release(lock)
        self.wait_until(self.is_over)
        told = self.end_worker(worker)
        self.assertEqual((self.states(), told["done"], told["images"]), ({"done": 1}, 1, 1))
        self.assertEqual(self.asked(), {"number 0 of many": 1})
        self.assertEqual(self.sql("select fence from limn_attempt"), [["1"]])

    def test_a_worker_whose_start_took_long_claims_all_the_same(self):
        gateway = HeldGateway()
        self.addCleanup(gateway.stop)
        self.configure(gw=gateway.base_url())
        self.fill(2)
        worker = self.begin_worker("--jobs", "1")
        self.wait_until(lambda: gateway.billable == 1)
        self.kill(worker)  # the next one has something to tell the database first
        gateway.go.set()
        lock = self.hold("lock table limn_job in exclusive mode")
        other = self.begin_worker()
        time.sleep(17)  # by then it has told that it lives
        self.release(lock)
        self.wait_until(lambda: self.states() == {"unknown": 1, "done": 1})
        self.end_worker(other)


class Minutes(KillCase):
    def test_no_minute_of_the_gateway_sees_more_than_its_limit_from_all_workers_together(self):
        gateway = CountingGateway(6)
        self.addCleanup(gateway.stop)
        self.configure(NOTHING_IS_LATE, gw=gateway.base_url())
        text = (self.home / ".config/limn/limn.yaml").read_text()
        (self.home / ".config/limn/limn.yaml").write_text(text.replace("  - name: gw\n", "  - name: gw\n    images_per_minute: 6\n"))
        self.fill(6 * (MINUTES + 2))
        workers = [self.begin_worker("--jobs", "4") for _ in range(3)]
        self.wait_until(lambda: len(gateway.times) == 6 * (MINUTES + 1), seconds=100 + 70 * MINUTES)
        self.wait_until(lambda: self.states().get("done") == 6 * (MINUTES + 1))
        for one in workers:
            self.end_worker(one)
        self.assertEqual(gateway.refused, 0)
        self.assertEqual(len(gateway.times), 6 * (MINUTES + 1))
        if MINUTES:
            told = " ".join(f"{at - gateway.times[0]:.1f}" for at in gateway.times)
            print(f"six a minute; seconds at which the gateway was asked: {told}")

    def test_a_storm_of_429_stops_all_workers_at_once_and_costs_no_job_its_life(self):
        gateway = CountingGateway(4)  # and limn.yaml knows nothing of it
        self.addCleanup(gateway.stop)
        self.configure(NOTHING_IS_LATE, gw=gateway.base_url())
        self.fill(4)
        workers = [self.begin_worker("--jobs", "4") for _ in range(3)]
        self.wait_until(lambda: self.states() == {"done": 4})
        self.queue("add", self.write([{"id": f"m{n}", "prompt": f"number {100 + n} of many", "directory": str(self.work / "out")} for n in range(4)]))
        self.wait_until(lambda: gateway.refused >= 4)
        self.assertGreater(int(self.sql("select count(*) from limn_gateway where closed_until is not null")[0][0]), 0)
        with gateway.lock:
            gateway.times.clear()  # its minute is over
        self.wait_until(lambda: self.states() == {"done": 8})
        self.assertEqual(len(gateway.times), 4)
        for one in workers:
            self.end_worker(one)
        self.assert_all_is_told()
