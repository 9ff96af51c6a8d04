"""`limn work` is killed (SIGKILL) at each moment of a job, hit exactly, and at random ones: nothing is asked for twice, and what was paid for and reached a disk is told.

LIMN_QUEUE_KILLS, LIMN_QUEUE_WORKERS and LIMN_QUEUE_JOBS make the random part larger, LIMN_KILL_SEED repeats it (as far as timing repeats).
"""

import collections
import json
import os
import random
import sys
import threading
import time

import scripted_server
from queue_work_test import NOTHING_IS_LATE, WorkCase

KILLS = int(os.environ.get("LIMN_QUEUE_KILLS", "8"))
WORKERS = int(os.environ.get("LIMN_QUEUE_WORKERS", "3"))
JOBS = int(os.environ.get("LIMN_QUEUE_JOBS", "60"))
SEED = os.environ.get("LIMN_KILL_SEED") or str(random.SystemRandom().randrange(1 << 32))


class HeldGateway(scripted_server.ScriptedServer):
    """Answers once `go` is set. `before`: called with each request that may be charged, as it comes."""

    def __init__(self, reply=scripted_server.image_answer, before=lambda: None):
        self.go = threading.Event()
        self.before = before
        self.reply = reply
        super().__init__(self.hold)

    def hold(self, _request):
        self.before()
        self.go.wait(timeout=100)
        return self.reply()


class KillCase(WorkCase):
    def gateway(self, **more):
        made = HeldGateway(**more)
        self.addCleanup(made.stop)
        self.addCleanup(made.go.set)
        return made

    def hold(self, statement):
        """Takes locks and keeps them until release()."""
        psql = type(self.psql)(self.url)
        self.addCleanup(psql.close)
        psql.run("begin")
        psql.run(statement)
        return psql

    @staticmethod
    def release(psql):
        psql.run("rollback")

    OF_LIMN = "from pg_stat_activity where application_name = 'limn' and datname = current_database() and query like '%{}%'"

    def waits_for_a_lock(self, function):
        return self.sql(f"select count(*) {self.OF_LIMN.format(function)} and wait_event_type = 'Lock'") != [["0"]]

    def wait_until_locked(self, function, worker):
        until = time.monotonic() + 60
        while not self.waits_for_a_lock(function):
            self.assertIsNone(worker.poll(), worker.poll() is not None and worker.communicate())
            self.assertLess(time.monotonic(), until, self.sql("select application_name, wait_event_type, query from pg_stat_activity where datname = current_database()"))
            time.sleep(0.1)

    def kill(self, process):
        process.kill()
        process.wait(timeout=60)

    def end_its_connection(self, function):
        """A database that notices that its worker is gone before it does what that asked for."""
        self.sql(f"select pg_terminate_backend(pid) {self.OF_LIMN.format(function)}")
        self.wait_until(lambda: self.sql(f"select count(*) {self.OF_LIMN.format(function)}") == [["0"]])

    def told_pictures(self):
        """Of all reports."""
        return {image["path"] for job in self.queue("list", "--limit", 100000)["queued_jobs"] for image in (job["report"] or {}).get("images", ())}

    def assert_all_is_told(self):
        """Every picture that has its name is told of, with money that adds up."""
        self.assertEqual(self.told_pictures(), {str(path) for path in (self.work / "out").glob("*.png")}, SEED)
        self.assertEqual(self.sql("select sum(reserved), sum(spent) from limn_money"),
                         self.sql("select coalesce(sum(reserved), 0), coalesce(sum(cost) filter (where state in ('done', 'refused')), 0) from limn_job"), SEED)
        for job in self.queue("list", "--limit", 100000)["queued_jobs"]:
            if job["report"]:
                self.assert_valid(job["report"], "generate")

    def recover(self, **expected):
        """By a worker of the same machine, which reads what was left there."""
        left = self.journals()
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == expected and not any(path.exists() for path in left))
        self.end_worker(worker)

    def open_jobs(self):
        """Of which a journal does not know the end."""
        jobs = set()
        for path in self.journals():
            for event in map(json.loads, path.read_text().splitlines()):
                if event.get("event") == "asked":
                    jobs.add(event["job"])
                elif event.get("event") in ("ended", "left"):
                    jobs.discard(event["job"])
        return jobs

    def journals(self):
        return sorted((self.home / ".local/state/limn/queues").rglob("*.jsonl"))


class Places(KillCase):
    def test_places_that_get_free_at_once_are_all_filled_again(self):
        answers = threading.Semaphore(0)
        gateway = self.gateway(before=lambda: answers.acquire(timeout=100))
        gateway.go.set()
        self.configure(gw=gateway.base_url())
        self.fill(12)
        worker = self.begin_worker("--jobs", "4")
        for asked in (4, 8, 12):
            self.wait_until(lambda asked=asked: gateway.billable == asked)
            answers.release(4)
        self.wait_until(lambda: self.states() == {"done": 12})
        self.end_worker(worker)


class Moments(KillCase):
    """Each as scale has them: before the claim, claimed, announced, answered, refused for nothing, stored."""

    def draw_what_is_left(self, **expected):
        self.recover(**expected)
        self.assert_all_is_told()
        self.assertEqual(self.open_jobs(), set())

    def test_before_the_claim_it_is_free_for_anybody(self):
        self.configure(gw="ok")
        self.fill(1)
        lock = self.hold("lock table limn_job in exclusive mode")
        worker = self.begin_worker()
        self.wait_until_locked("limn_tend", worker)
        self.kill(worker)
        self.end_its_connection("limn_")
        self.release(lock)
        self.assertEqual(self.sql("select state, fence from limn_job"), [["queued", "0"]])
        self.draw_what_is_left(done=1)
        self.assertEqual(self.sandbox.billable(), 1)

    def claimed_and_killed(self):
        self.configure(gw="ok")
        self.fill(1)
        lock = self.hold("select from limn_money for update")
        worker = self.begin_worker()
        self.wait_until_locked("limn_announce", worker)
        self.wait_until(lambda: any("asked" in path.read_text() for path in self.journals()))  # the disk has it, the database not
        self.kill(worker)
        return lock, worker

    def test_claimed_and_not_announced_it_is_asked_for_by_the_next(self):
        lock, worker = self.claimed_and_killed()
        self.end_its_connection("limn_announce")
        self.release(lock)
        self.wait_until(lambda: self.sql("select state, fence from limn_job") == [["claimed", "1"]])
        self.lose(worker)
        self.draw_what_is_left(done=1)
        self.assertEqual(self.sandbox.billable(), 1)
        self.assertEqual(self.sql("select returned from limn_job"), [["1"]])

    def test_announced_behind_its_workers_back_it_is_unknown(self):
        lock, worker = self.claimed_and_killed()
        self.release(lock)
        self.wait_until(lambda: self.sql("select state from limn_job") == [["sent"]])
        self.lose(worker)
        self.draw_what_is_left(unknown=1)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_announced_and_asked_for_it_is_unknown_at_once(self):
        gateway = self.gateway()
        self.configure(gw=gateway.base_url())
        self.fill(1)
        worker = self.begin_worker()
        self.wait_until(lambda: gateway.billable == 1)
        self.kill(worker)
        self.assertEqual(self.states(), {"sent": 1})
        gateway.go.set()
        self.draw_what_is_left(unknown=1)  # its lease is not waited for: its journal is without its owner
        self.assertEqual(gateway.billable, 1)
        self.assertGreater(self.queue("status")["reserved_usd"], 0)

    def answered_and_killed(self, count):
        """All images have their names, and the database cannot be told."""
        gateway = self.gateway()
        self.configure(gw=gateway.base_url())
        self.fill(count)
        worker = self.begin_worker("--jobs", count)
        self.wait_until(lambda: gateway.billable == count)
        lock = self.hold("select from limn_job for update")
        gateway.go.set()
        self.wait_until(lambda: len(list((self.work / "out").glob("*.png"))) == count)
        self.kill(worker)
        self.end_its_connection("limn_")
        self.release(lock)
        return gateway, worker

    def test_answered_and_not_told_it_is_done(self):
        gateway, _ = self.answered_and_killed(3)
        self.assertEqual(self.states(), {"sent": 3})
        self.draw_what_is_left(done=3)
        self.assertEqual(gateway.billable, 3)
        status = self.queue("status")
        self.assertEqual(status["reserved_usd"], 0)
        self.assertGreater(status["spent_usd"], 0)

    def test_answered_and_told_after_it_was_given_up_it_is_done(self):
        gateway, worker = self.answered_and_killed(2)
        self.lose(worker)
        self.assertEqual(self.states(), {"unknown": 2})
        self.draw_what_is_left(done=2)
        self.assertEqual(gateway.billable, 2)

    def test_a_picture_that_somebody_took_away_is_not_told(self):
        gateway, _ = self.answered_and_killed(2)
        for path in self.journals():  # as if it had been killed between the names and their report
            path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if '"ended"' not in line))
        taken = sorted((self.work / "out").glob("*.png"))[0]
        taken.rename(self.work / "elsewhere.png")
        taken.write_bytes(b"another file of that name")
        self.recover(done=1, unknown=1)
        self.assertEqual(len(self.told_pictures()), 1)
        self.assertEqual(gateway.billable, 2)

    def test_refused_for_nothing_it_is_asked_for_elsewhere_by_the_next(self):
        locks = []

        def hold():
            if not locks:
                locks.append(self.hold("insert into limn_attempt (job, fence, attempt, worker, gateway, provider, model) "
                                       "select id, fence, n, '', '', '', '' from limn_job, generate_series(1, 50) n on conflict do nothing"))

        empty = self.gateway(reply=lambda: scripted_server.answer(b'{"error": {"message": "insufficient balance", "code": "insufficient_quota"}}', "402 Payment Required"), before=hold)
        empty.go.set()
        self.configure(NOTHING_IS_LATE, empty=empty.base_url(), full="ok")
        self.fill(1)
        worker = self.begin_worker()
        self.wait_until(lambda: locks)
        self.wait_until_locked("limn_announce", worker)
        self.assertEqual(self.sql("select state from limn_job"), [["claimed"]])
        self.kill(worker)
        self.end_its_connection("limn_announce")
        self.release(locks[0])
        self.lose(worker)
        self.draw_what_is_left(done=1)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_stored_it_stays_as_it_is(self):
        self.configure(gw="ok")
        self.fill(2)
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"done": 2})
        before = self.sql("select id, state, fence, cost, report from limn_job order by id")
        self.kill(worker)
        self.draw_what_is_left(done=2)
        self.assertEqual(self.sql("select id, state, fence, cost, report from limn_job order by id"), before)
        self.assertEqual(self.sandbox.billable(), 2)


class Random(KillCase):
    def test_workers_that_are_killed_lose_nothing_and_pay_for_nothing_twice(self):
        """At random moments: before and after the claim, the announcement, the answer, the name, the end."""
        dice = random.Random(SEED)
        self.configure(quick="ok", slow="slow-60", events="sse", elsewhere="url-result")
        self.fill(JOBS)
        workers = [self.begin_worker("--jobs", "3") for _ in range(WORKERS)]
        counts = collections.Counter()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.1, 0.8))  # the moment of the kill
            victim = workers.pop(dice.randrange(len(workers)))
            self.kill(victim)
            counts["with some asked for"] += self.sql(f"select count(*) from limn_job where state = 'sent' and worker like '%/{victim.pid}/%'") != [["0"]]
            self.sql(f"update limn_job set lease = clock_timestamp() - interval '1 s' where worker like '%/{victim.pid}/%' and state = 'claimed'")
            workers.append(self.begin_worker("--jobs", "3"))
            if self.is_over():
                break
        self.wait_until(self.is_over, seconds=100 + JOBS)
        for one in workers:
            self.end_worker(one)
        asked = self.assert_asked_once_at_most()
        done, unknown = self.prompts_of("done"), self.prompts_of("unknown")
        announced = {row[0] for row in self.sql("select distinct request::json->>'prompt' from limn_attempt a join limn_job j on j.id = a.job")}
        self.assertEqual(done | unknown, announced, SEED)
        self.assertEqual(len(announced) + self.states().get("refused", 0), JOBS, SEED)  # what was lost three times before it was asked for is refused
        self.assertLessEqual(set(asked), announced, SEED)
        self.assertLessEqual(done, set(asked), SEED)
        pictures = self.pictures_by_prompt()
        self.assertEqual({prompt: count for prompt, count in pictures.items() if count > 1}, {}, SEED)
        self.assertEqual(done, set(pictures), SEED)
        self.assert_all_is_told()
        self.assertEqual(self.open_jobs(), set(), SEED)
        print(f"\nseed {SEED}: {KILLS} kills of {WORKERS} workers, {dict(counts)}; {JOBS} jobs: {len(done)} done, {len(unknown)} unknown", file=sys.stderr)
