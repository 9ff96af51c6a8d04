"""The journal of a worker's machine against a database that has lost what it was told: it was failed over to a standby that lacked it, or restored. The journal wins."""

import os
import pathlib
import shutil
import subprocess

import postgres_cluster
from queue_case import QueueCase
from queue_kill_test import KillCase

STATES = ("queued", "claimed", "sent", "done", "refused", "unknown", "cancelled")


class Statements(QueueCase):
    """What limn_witness makes of a job that stands so, of worker w1 with fence 4, or of somebody else's with fence 6."""

    TOLD = ("sent", "done", "unknown")
    # known: the announcement is there. `.`: it stays as it is.
    TABLE = {
        ("w1", "known"): {
            "sent": ".......",
            "done": (".", "done", "done", ".", ".", "done", "."),
            "unknown": (".", ".", "unknown", ".", ".", ".", "."),
        },
        ("w1", "lost"): {
            "sent": ("sent", "sent", "sent", ".", ".", "sent", "."),
            "done": ("done", "done", "done", ".", ".", "done", "."),
            "unknown": ("unknown", "unknown", "unknown", ".", ".", ".", "."),
        },
        ("w2", "known"): {told: "......." for told in TOLD},
        ("w2", "lost"): {
            "sent": ("sent", "sent", ".", ".", ".", ".", "."),
            "done": ("done", "done", ".", ".", ".", ".", "."),
            "unknown": ("unknown", "unknown", ".", ".", ".", ".", "."),
        },
    }

    def setUp(self):
        super().setUp()
        self.queue("init")
        self.sql("insert into limn_addition (file, folder, defaults) values ('f', '/', '{}')")

    def witness(self, told, prompt="a"):
        return (f"select p_verdict, p_now from limn_witness(encode(sha256('{prompt}'), 'hex'), 'w1', 4, 7, 'g', 'p', 'm', 30, '{told}', 1, 20, 'estimate', null, null, null)")

    def put(self, state, worker, known):
        fence = 4 if worker == "w1" else 6
        lease = "clock_timestamp() + interval '1 h'" if state in ("claimed", "sent") else "null"
        more = "insert into limn_attempt (job, fence, attempt, worker, gateway, provider, model) select max(id), 4, 7, 'w1', 'g', 'p', 'm' from limn_job" if known == "known" else "select 1"
        return (f"delete from limn_job; delete from limn_attempt; insert into limn_job (addition, line, request, fingerprint, state, fence, worker, lease) "
                f"values (1, 1, '\"a\"', sha256('a'), '{state}', {fence}, '{worker}', {lease}); {more}")

    def test_what_a_journal_changes_in_each_state(self):
        for (worker, known), rows in self.TABLE.items():
            for told, ends in rows.items():
                for state, end in zip(STATES, ends):
                    with self.subTest(worker=worker, known=known, told=told, state=state):
                        self.sql("update limn_money set reserved = 0, spent = 0")
                        *_, (found, fence, reserved, attempts) = self.sql(
                            f"{self.put(state, worker, known)}; {self.witness(told)}; select state, fence, reserved, (select count(*) from limn_attempt where worker = 'w1') from limn_job")
                        self.assertEqual(found, state if end == "." else end)
                        kept = end != "."
                        self.assertEqual(int(fence), 4 if worker == "w1" else 6 + kept)
                        self.assertEqual(int(attempts), 1 if kept or known == "known" else 0)
                        self.assertEqual(self.sql("select sum(reserved), sum(spent) from limn_money"), [[reserved, "20" if kept and told == "done" else "0"]])
                        if kept and known == "lost" and told != "done":
                            self.assertEqual(reserved, "30")

    def test_a_job_that_is_not_there_is_waited_for(self):
        self.assertEqual(self.sql(self.witness("unknown", prompt="b")), [["absent", ""]])

    def test_what_others_asked_for_meanwhile_is_left_to_them_and_told(self):
        for state, verdict in (("sent", "busy"), ("done", "twice"), ("unknown", "twice"), ("cancelled", "over")):
            self.assertIn([verdict, "6"], self.sql(f"{self.put(state, 'w2', 'lost')}; {self.witness('done')}"))


class Lost(KillCase):
    def forget(self, more=""):
        """A database as it was before anything was claimed."""
        self.sql("begin; delete from limn_attempt; delete from limn_token; update limn_money set reserved = 0, spent = 0;"
                 f"update limn_job set state = 'queued', fence = 0, worker = null, lease = null, reserved = 0, images = 0, report = null; {more}; commit")

    def begin_asked(self, count=1):
        gateway = self.gateway()
        self.configure(gw=gateway.base_url())
        self.fill(count)
        worker = self.begin_worker("--jobs", count)
        self.wait_until(lambda: gateway.billable == count)
        return gateway, worker

    def test_what_has_its_picture_is_done_and_is_not_asked_for_again(self):
        gateway, worker = self.begin_asked()
        lock = self.hold("select from limn_job for update")
        gateway.go.set()
        self.wait_until(lambda: list((self.work / "out").glob("*.png")))
        self.kill(worker)
        self.end_its_connection("limn_")
        self.release(lock)
        self.forget()
        self.recover(done=1)
        self.assertEqual(gateway.billable, 1)
        self.assert_all_is_told()

    def test_what_was_asked_for_and_is_not_there_is_unknown_and_is_not_asked_for_again(self):
        gateway, worker = self.begin_asked(2)
        self.kill(worker)
        self.forget("update limn_job set state = 'claimed', fence = 1, worker = 'elsewhere', lease = clock_timestamp() + interval '1 h' where id = 2")
        gateway.go.set()
        self.recover(unknown=2)
        self.assertEqual(gateway.billable, 2)
        self.assert_all_is_told()
        self.assertGreater(self.queue("status")["reserved_usd"], 0)
        self.assertEqual(self.sql("select limn_announce(2, 1, 'elsewhere', 1, 'g', 'p', 'm', 5, null)"), [["lost"]])

    def test_who_adds_it_again_to_a_database_that_never_had_it_does_not_pay_again(self):
        gateway, worker = self.begin_asked(2)
        gateway.go.set()
        self.wait_until(lambda: self.states() == {"done": 2})
        self.kill(worker)
        self.configure(gw="hang-up")  # whatever is asked for again is seen
        self.forget("delete from limn_job; delete from limn_addition")
        machine = self.begin_worker()  # of the same machine: it tells what it knows, and waits
        self.wait_until(lambda: self.sql("select count(*) from limn_foretold") == [["2"]])
        elsewhere = self.begin_worker(env=self.environment(XDG_STATE_HOME=str(self.home / "elsewhere")))
        self.queue("add", self.work / "items.jsonl")
        self.assertEqual(sum(self.states().values()), 2)
        self.wait_until(lambda: self.states() == {"unknown": 2})  # until that machine looks again, which a new worker does at once
        for one in (machine, elsewhere):
            self.end_worker(one)
        self.recover(done=2)
        self.assertEqual((gateway.billable, self.sandbox.billable()), (2, 0))
        self.assert_all_is_told()

    def test_who_still_works_on_it_tells_its_end(self):
        gateway, worker = self.begin_asked(2)
        self.forget("update limn_job set state = 'claimed', fence = 1, worker = 'elsewhere', lease = clock_timestamp() + interval '1 h' where id = 2;"
                    "update limn_queue set is_draining = true")  # so that nobody else claims
        gateway.go.set()
        told = self.told_by(worker)
        self.assertEqual((told["done"], told["returned"]), (2, 0))
        self.assertEqual(self.states(), {"done": 2})
        self.assertEqual(gateway.billable, 2)
        self.assert_all_is_told()
        self.assertEqual(self.open_jobs(), set())

    def test_who_still_works_on_it_says_so_with_its_next_sign_of_life(self):
        gateway, worker = self.begin_asked()
        self.forget("update limn_queue set is_draining = true")
        self.wait_until(lambda: self.sql("select state, fence from limn_job") == [["sent", "1"]])
        gateway.go.set()
        self.assertEqual(self.told_by(worker)["done"], 1)
        self.assertEqual(gateway.billable, 1)

    def fail_over(self):
        """Whoever is connected has to connect anew."""
        self.forget("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'limn' and datname = current_database()")

    def test_what_ended_lately_is_told_again_and_not_asked_for_again(self):
        self.configure(gw="ok")
        self.fill(3)
        worker = self.begin_worker()
        self.wait_until(lambda: self.states() == {"done": 3})
        spent = self.queue("status")["spent_usd"]
        self.fail_over()
        self.wait_until(lambda: self.states() == {"done": 3})
        self.end_worker(worker)
        self.assertEqual(self.sandbox.billable(), 3)
        self.assertEqual(self.queue("status")["spent_usd"], spent)
        self.assert_all_is_told()
        self.fail_over()
        self.recover(done=3)  # it is in the journal of the worker that is gone
        self.assertEqual(self.sandbox.billable(), 3)
        self.assert_all_is_told()

    def test_what_is_under_way_is_told_at_once_to_the_database_that_took_over(self):
        gateway, worker = self.begin_asked(2)
        self.fail_over()
        self.wait_until(lambda: self.sql("select state from limn_job") == [["sent"]] * 2, seconds=10)  # before its next sign of life
        gateway.go.set()
        self.wait_until(lambda: self.states() == {"done": 2})
        self.end_worker(worker)
        self.assertEqual(gateway.billable, 2)

    def test_what_somebody_else_drew_meanwhile_is_said(self):
        gateway, worker = self.begin_asked()
        self.kill(worker)
        self.forget("update limn_job set state = 'done', fence = 1, worker = 'elsewhere'")
        gateway.go.set()
        left = self.journals()
        worker = self.begin_worker()
        self.wait_until(lambda: not any(path.exists() for path in left))
        worker.terminate()
        self.assertIn("paid for twice", worker.communicate(timeout=60)[1])
        self.assertEqual(self.states(), {"done": 1})


class Failover(KillCase):
    """To a copy of the whole cluster that was taken before anything was asked for."""

    def setUp(self):
        super().setUp()
        self.cluster = postgres_cluster.PostgresCluster()
        self.addCleanup(self.cluster.remove)
        self.database = self.cluster.new_database()
        self.url = self.cluster.url(self.database)
        self.psql = postgres_cluster.Psql(self.url)
        self.addCleanup(self.psql.close)

    def copy(self, source, target):
        subprocess.run(["cp", "-a", source, target], check=True)

    def test_pictures_that_the_standby_does_not_know_of_are_told_to_it_and_not_asked_for_again(self):
        gateway = self.gateway()
        self.configure(gw=gateway.base_url())
        self.fill(8)
        standby = self.cluster.folder / "standby"
        self.cluster.stop()
        self.copy(self.cluster.data, standby)
        self.cluster.start()
        killed, living = self.begin_worker("--jobs", "4"), self.begin_worker("--jobs", "4")
        self.wait_until(lambda: gateway.billable == 8)
        self.kill(killed)
        self.cluster.stop("immediate")
        self.cluster.data.rename(self.cluster.folder / "lost")
        standby.rename(self.cluster.data)
        self.cluster.start()
        self.sql("update limn_queue set is_draining = true")  # until all machines have told
        gateway.go.set()
        self.assertEqual(self.told_by(living)["done"], 4)
        self.recover_drained()
        self.assertEqual(self.states(), {"done": 4, "unknown": 4})
        self.assertEqual(gateway.billable, 8)
        self.assertEqual(len(list((self.work / "out").glob("*.png"))), 4)
        self.assert_all_is_told()

    def recover_drained(self):
        self.told_by(self.begin_worker())
