"""`limn work`: several workers at one queue, in a real PostgreSQL. Whatever becomes of them, each job is asked for once at most."""

import collections
import json
import re
import signal

import postgres_cluster
from kill_test import fault_of_png
from queue_case import QueueCase

WORKERS = 3
NOTHING_IS_LATE = "fallback: {late_error: 60s}"


class WorkCase(QueueCase):
    def fill(self, count, **more):
        self.queue("init")
        self.queue("add", self.write([{"id": f"i{n}", "prompt": f"number {n} of many", "directory": str(self.work / "out"), **more} for n in range(count)]))

    def asked(self):
        """How often each prompt was sent in a request that may be charged."""
        return collections.Counter(re.search(r"number \d+ of many", json.dumps(entry["body"])).group() for entry in self.sandbox.get("/_log") if entry["billable"])

    def assert_asked_once_at_most(self):
        asked = self.asked()
        self.assertEqual({prompt: count for prompt, count in asked.items() if count > 1}, {})
        return asked

    def lose(self, process):
        """What a minute does to the leases of a worker that is gone."""
        self.sql(f"update limn_job set lease = clock_timestamp() - interval '1 s' where worker like '%/{process.pid}/%' and lease is not null;"
                 f"update limn_token set lease = clock_timestamp() - interval '1 s' where worker like '%/{process.pid}/%'")

    def pictures_by_prompt(self):
        found = collections.Counter()
        for path in (self.work / "out").glob("*.png"):
            self.assertIsNone(fault_of_png(path.read_bytes()), path)
            found[re.search(r"number-\d+-of-many", path.name).group().replace("-", " ")] += 1
        return found

    def prompts_of(self, state):
        return {row[0] for row in self.sql(f"select request::json->>'prompt' from limn_job where state = '{state}'")}


class Working(WorkCase):
    def test_a_pooler_may_stand_before_the_database(self):
        """One connection of the database for five workers: nothing that they rely on belongs to a connection."""
        self.configure(gw="slow-100")
        with postgres_cluster.Pooler(self.cluster, 1) as pooler:
            self.url = pooler.url(self.database)
            self.fill(20)
            workers = [self.begin_worker("--jobs", "2") for _ in range(5)]
            self.wait_until(lambda: self.states() == {"done": 20})
            self.assertEqual(self.sql("select count(*) from pg_stat_activity where datname = current_database() and application_name <> 'psql'"), [["1"]])
            self.assertEqual(sum(self.end_worker(one)["done"] for one in workers), 20)
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})

    def test_several_workers_draw_each_job_once_and_tell_of_it(self):
        self.configure(gw="slow-100")
        self.fill(24)
        workers = [self.begin_worker("--jobs", "3") for _ in range(WORKERS)]
        self.wait_until(lambda: self.states() == {"done": 24})
        told = [self.end_worker(one) for one in workers]
        self.assertEqual(sum(one["done"] for one in told), 24)
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        self.assertEqual(self.pictures_by_prompt(), self.asked())
        listed = self.queue("list")["queued_jobs"]
        for job in listed:
            self.assertTrue(job["report"]["ok"])
            self.assert_valid(job["report"], "generate")
        self.assertEqual(self.sql("select count(*) from limn_attempt where failure_class is null and not may_have_cost is null"), [["24"]])
        status = self.queue("status")
        self.assertEqual(status["reserved_usd"], 0)
        self.assertGreater(status["spent_usd"], 0)

    def test_what_a_gateway_refuses_for_nothing_goes_to_the_next_and_is_over_where_there_is_none(self):
        self.configure(NOTHING_IS_LATE, empty="billing-402", full="ok")
        self.fill(2)
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"done": 2})
        self.assertEqual(self.sql("select count(*) from limn_attempt where failure_class is null"), [["2"]])
        self.assertEqual(self.sql("select distinct gateway, failure_class, may_have_cost from limn_attempt where failure_class is not null"), [["empty", "billing", "f"]])
        self.end_worker(worker)
        self.configure(NOTHING_IS_LATE, unverified="unverified")
        self.sql("delete from limn_job")
        self.fill(2, quality="low")  # other jobs: the machine remembers these
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"refused": 2})
        told = self.end_worker(worker)
        self.assertEqual((told["failed"], told["unknown"]), (2, 0))
        self.assertEqual(self.queue("status")["reserved_usd"], 0)

    def test_what_is_not_the_jobs_own_fault_comes_back_and_is_refused_the_third_time(self):
        self.configure(NOTHING_IS_LATE, empty="billing-402")
        self.fill(1)
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"refused": 1})
        self.assertEqual(self.end_worker(worker)["returned"], 3)
        self.assertEqual(self.sql("select returned, failure_class from limn_job"), [["3", "billing"]])
        self.assertEqual(self.queue("status")["reserved_usd"], 0)

    def test_what_may_have_been_charged_is_unknown_and_not_asked_for_again(self):
        self.configure(gw="hang-up", other="ok")
        self.fill(3, gateway=["gw"])
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"unknown": 3})
        self.assertEqual(self.end_worker(worker)["unknown"], 3)
        self.queue("add", self.write([{"prompt": "number 9 of many", "gateway": "other"}]))
        other = self.begin_worker()
        self.wait_until(lambda: self.states() == {"unknown": 3, "done": 1})
        self.end_worker(other)
        self.assertEqual(sum(self.assert_asked_once_at_most().values()), 4)
        self.assertGreater(self.queue("status")["reserved_usd"], 0)
        self.queue("resolve", *[job["id"] for job in self.queue("list", "--state", "unknown")["queued_jobs"]], "--paid")
        status = self.queue("status")
        self.assertEqual((status["reserved_usd"], status["jobs"]["done"]), (0, 4))

    def test_sigterm_ends_what_is_sent_and_gives_the_rest_back(self):
        self.configure(gw="slow-1500")
        self.fill(12)
        worker = self.begin_worker("--jobs", "4")
        self.wait_until(lambda: self.sandbox.billable() == 4)
        told = self.end_worker(worker)
        self.assertEqual(told["done"], 4)
        self.assertEqual(self.states(), {"done": 4, "queued": 8})
        self.assertEqual(sum(self.assert_asked_once_at_most().values()), 4)

    def test_a_drained_queue_ends_its_workers(self):
        self.configure(gw="slow-300")
        self.fill(30)
        workers = [self.begin_worker("--jobs", "2") for _ in range(2)]
        self.wait_until(lambda: self.sandbox.billable() >= 4)
        drained = self.queue("drain")
        self.assertEqual(drained["jobs"]["claimed"] + drained["jobs"]["sent"], 0)
        for one in workers:
            self.told_by(one)
        self.assertEqual(self.prompts_of("done"), set(self.assert_asked_once_at_most()))

    def test_workers_of_another_version_end_with_a_sentence(self):
        self.configure(gw="ok")
        self.fill(1)
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"done": 1})
        self.sql("insert into limn_schema (number) values (99)")
        out, err = worker.communicate(timeout=60)
        self.assertEqual(worker.returncode, 2, err)
        self.assertIn("another version of limn", out + err)

    def test_an_item_that_cannot_be_drawn_here_any_more_comes_back_and_is_refused_in_the_end(self):
        self.configure(gw="ok")
        self.fill(1)
        folder = self.work / "out"
        folder.rmdir() if folder.exists() else None
        folder.write_text("in the way")
        self.sql("update limn_job set returned = 2")
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"refused": 1})
        self.end_worker(worker)
        self.assertEqual(self.sandbox.billable(), 0)


class Limits(WorkCase):
    def test_the_limit_of_costs_holds_for_all_workers_together(self):
        self.configure(gw="slow-200")
        self.fill(12, quality="low")
        self.queue("init", "--max-cost", "0.03")
        workers = [self.begin_worker("--jobs", "4") for _ in range(WORKERS)]
        price = self.limn("generate", "--dry-run", "--json", "-q", "low", "a fox").json
        self.wait_until(lambda: (lambda told: told["jobs"]["done"] > 0 and told["jobs"]["sent"] == 0)(self.queue("status")))
        most = self.queue("status")
        self.assertLessEqual(most["spent_usd"] + most["reserved_usd"], 0.03, price)
        drawn = most["jobs"]["done"]
        self.assertLess(drawn, 12)
        self.assertGreater(drawn, 0)
        self.queue("init", "--max-cost", "none")
        self.wait_until(lambda: self.states() == {"done": 12})
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        for one in workers:
            self.end_worker(one)

    def test_a_limit_of_images_a_minute_holds_for_all_workers_together(self):
        self.configure(gw="ok")
        text = (self.home / ".config/limn/limn.yaml").read_text()
        (self.home / ".config/limn/limn.yaml").write_text(text.replace("  - name: gw\n", "  - name: gw\n    images_per_minute: 5\n"))
        self.fill(9)
        workers = [self.begin_worker("--jobs", "4") for _ in range(2)]
        self.wait_until(lambda: self.states() == {"done": 5, "claimed": 4})
        self.assertEqual(self.sandbox.billable(), 5)
        self.sql("update limn_token set taken = taken - interval '62 s'")
        self.wait_until(lambda: self.states() == {"done": 9})
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        for one in workers:
            self.end_worker(one)

    def test_one_workers_pause_is_that_of_all(self):
        self.configure(gw="ok")
        self.fill(2)
        self.sql("insert into limn_gateway (id) values ('none')")
        worker = self.begin_worker("--jobs", "1")
        self.wait_until(lambda: self.states() == {"done": 2})
        self.end_worker(worker)
        gateway = self.sql("select id from limn_gateway where id <> 'none'")[0][0]
        self.sql(f"select limn_close('{gateway}', 600000)")
        self.queue("add", self.write([{"prompt": "number 7 of many"}]))
        self.sql("update limn_job set returned = 2 where state = 'queued'")
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"done": 2, "refused": 1})
        self.end_worker(worker)
        self.assertEqual(self.sandbox.billable(), 2)


class Faults(WorkCase):
    def test_a_worker_that_was_stopped_comes_back_with_an_old_fence_and_asks_for_nothing(self):
        self.configure(gw="slow-50")
        self.fill(40)
        stopped = self.begin_worker("--jobs", "8")
        self.wait_until(lambda: self.sandbox.billable() >= 3)
        stopped.send_signal(signal.SIGSTOP)
        self.lose(stopped)
        other = self.begin_worker("--jobs", "4")
        self.wait_until(self.is_over)
        before = self.assert_asked_once_at_most()
        stopped.send_signal(signal.SIGCONT)
        told = self.end_worker(stopped)
        self.end_worker(other)
        self.assertEqual(self.assert_asked_once_at_most(), before)
        self.assertLessEqual(self.prompts_of("unknown"), set(before))
        self.assertGreater(told["done"] + told["unknown"], 0)

    def test_a_database_that_is_started_anew_loses_nothing(self):
        self.configure(gw="slow-100")
        self.fill(40)
        workers = [self.begin_worker("--jobs", "3") for _ in range(2)]
        for mode in ("fast", "immediate"):
            seen = self.sandbox.billable()
            self.wait_until(lambda: self.sandbox.billable() > seen + 4)
            self.cluster.stop(mode)
            self.cluster.start()
        self.wait_until(self.is_over)
        self.assertEqual(self.states(), {"done": 40})
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        for one in workers:
            self.end_worker(one)
