"""The cheap lane of a queue, where workers and answers are lost: each batch is begun once at most, and found again."""

import signal

from lane_case import LaneCase


class Unknown(LaneCase):
    def let_grace_pass(self):
        """The time in which a gateway may still begin a batch that it does not list."""
        self.sql("update limn_batch set submitted = submitted - interval '10 min'")

    def test_a_batch_whose_answer_was_lost_is_found_again(self):
        self.configure(gw="batch-answer-lost")
        self.fill(4)
        worker = self.begin_lane()
        self.wait_until(self.is_over)
        self.end_worker(worker)
        self.assert_all_drawn(4)
        self.assertEqual(self.sent("/batches"), 1)
        self.assertGreaterEqual(self.sent("/batches", "GET"), 1)

    def test_a_batch_that_never_began_is_given_back_unpaid_after_the_grace(self):
        self.configure(gw="batch-never-begun")
        self.fill(3)
        worker = self.begin_lane()
        self.wait_until(lambda: self.sent("/batches", "GET") > 2)
        self.assertEqual(self.states(), {"sent": 3})
        self.kill(worker)
        self.let_grace_pass()
        other = self.begin_lane()
        self.wait_until(lambda: self.sql("select count(*) from limn_batch where state = 'over'") != [["0"]])
        self.end_worker(other)
        self.assertEqual(self.queue("status")["spent_usd"], 0)
        self.assertEqual(self.asked(), {})

    def test_a_worker_that_is_killed_is_followed_by_another_wherever_it_was(self):
        moments = {
            "upload": lambda: self.sent("/files") > 0,
            "announced": lambda: self.batch() and self.batch()[0][0] in ("submitted", "running"),
            "running": lambda: self.batch() and self.batch()[0][0] == "running",
            "results": lambda: self.sent("/content", "GET") > 0,
            "a picture": lambda: self.states().get("done", 0) > 1,
        }
        self.configure(gw="batch-slow-500")
        for moment, has_come in moments.items():
            with self.subTest(moment=moment):
                self.sandbox.reset()
                self.fill(4)
                first = self.begin_lane()
                self.wait_until(has_come)
                self.kill(first)
                if self.sent("/batches") == 0:
                    self.let_grace_pass()  # it may have been announced, and the request never sent
                other = self.begin_lane()
                self.wait_until(self.is_over)
                self.end_worker(other)
                self.assert_all_drawn(4)
                self.assertEqual(self.sent("/batches"), 1)
                self.sql("delete from limn_job; delete from limn_batch; delete from limn_attempt")

    def test_a_worker_that_is_killed_while_it_asks_is_followed_by_one_that_finds_what_it_asked_for(self):
        self.configure(gw="batch-answer-lost")
        self.fill(3)
        first = self.begin_lane()
        self.wait_until(lambda: self.sent("/batches") > 0)
        self.kill(first)
        other = self.begin_lane()
        self.wait_until(self.is_over)
        self.end_worker(other)
        self.assert_all_drawn(3)
        self.assertEqual(self.sent("/batches"), 1)

    def test_sigterm_hands_a_batch_over_at_once(self):
        self.configure(gw="batch-slow-2500")
        self.fill(3)
        first = self.begin_lane()
        self.wait_until(lambda: self.batch() and self.batch()[0][0] == "running")
        self.assertEqual(self.end_worker(first)["done"], 0)
        self.assertEqual(self.states(), {"sent": 3})
        second = self.begin_lane()
        self.wait_until(self.is_over)
        self.end_worker(second)
        self.assert_all_drawn(3)
        self.assertEqual(self.sent("/batches"), 1)

    def test_a_worker_that_was_stopped_leaves_its_batch_to_who_took_it_over(self):
        self.configure(gw="batch-slow-1200")
        self.fill(4)
        stopped = self.begin_lane()
        self.wait_until(lambda: self.batch() and self.batch()[0][0] == "running")
        stopped.send_signal(signal.SIGSTOP)
        self.lose(stopped)
        other = self.begin_lane()
        self.wait_until(self.is_over)
        stopped.send_signal(signal.SIGCONT)
        self.end_worker(stopped)
        self.end_worker(other)
        self.assert_all_drawn(4)
        self.assertEqual(self.sent("/batches"), 1)

    def test_a_drained_queue_ends_what_was_asked_for(self):
        self.configure(gw="batch-slow-1200")
        self.fill(3)
        worker = self.begin_lane()
        self.wait_until(lambda: self.batch() and self.batch()[0][0] == "running")
        self.assertEqual(self.queue("drain")["jobs"]["done"], 3)
        self.told_by(worker)
        self.assert_all_drawn(3)
