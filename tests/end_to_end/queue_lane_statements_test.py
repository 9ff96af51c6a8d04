"""What a queue's own functions decide of groups of the cheap lane. In a real PostgreSQL."""

import concurrent.futures

from queue_case import QueueCase


class Groups(QueueCase):
    def setUp(self):
        super().setUp()
        self.queue("init")
        self.sql("insert into limn_addition (file, folder, defaults) values ('f', '/', '{}')")

    def put(self, count, lane="batch"):
        self.sql(f"insert into limn_job (addition, lane, line, request, fingerprint) select 1, '{lane}', n, 'x', sha256(random()::text::bytea) from generate_series(1, {count}) n")

    def claim(self, most=100):
        rows = self.sql(f"select batch, id from limn_lane_claim(1, 'w1', {most}) order by id")
        return (rows[0][0], [row[1] for row in rows]) if rows else None

    def announce(self, batch, jobs, fence=1, estimates=None):
        estimates = estimates if estimates is not None else ["10"] * len(jobs)
        return self.sql(f"select limn_lane_announce({batch}, {fence}, 'w1', 'g', 'n', 'p', 'm', '{{{','.join(jobs)}}}', '{{{','.join(estimates)}}}')")[0][0]

    def states(self):
        return sorted(row[0] for row in self.sql("select state from limn_job"))

    def money(self):
        return [int(number) for number in self.sql("select sum(reserved), sum(spent) from limn_money")[0]]

    def lapse(self, by="1 s"):
        self.sql(f"update limn_batch set lease = clock_timestamp() - interval '{by}'")

    def sent(self, count=3):
        self.put(count)
        batch, jobs = self.claim()
        self.assertEqual(self.announce(batch, jobs), "may")
        return batch, jobs

    def test_each_lane_claims_its_own_and_a_drained_queue_nothing(self):
        self.put(2, "usual")
        self.assertIsNone(self.claim())
        self.assertEqual(self.sql("select count(*) from limn_batch"), [["0"]])
        self.put(3)
        self.assertEqual(len(self.sql("select id from limn_claim(1, 'w1', 9)")), 2)
        self.assertEqual(len(self.claim(2)[1]), 2)
        self.sql("update limn_queue set is_draining = true")
        self.assertIsNone(self.claim())

    def test_no_job_is_in_two_groups(self):
        self.put(40)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            claimed = sum(pool.map(lambda number: [row[0] for row in self.sql_beside(f"select id from limn_lane_claim(1, 'v{number}', 5)")], range(8)), [])
        self.assertEqual((len(claimed), len(set(claimed))), (40, 40))

    def test_a_group_is_announced_once_and_with_all_its_jobs(self):
        self.put(3)
        batch, jobs = self.claim()
        for verdict, wanted in (("lost", {"fence": 2}), ("changed", {"jobs": jobs[:2]}), ("may", {}), ("lost", {})):
            self.assertEqual(self.announce(batch, wanted.get("jobs", jobs), wanted.get("fence", 1)), verdict)
        self.assertEqual(self.states(), ["sent"] * 3)
        self.assertEqual(self.money(), [30, 0])
        self.assertEqual(self.sql("select count(*) from limn_attempt"), [["3"]])

    def test_a_group_of_which_a_job_was_cancelled_or_whose_lease_is_over_is_not_announced(self):
        self.put(2)
        batch, jobs = self.claim()
        self.sql(f"select limn_cancel(array[{jobs[0]}])")
        self.assertEqual(self.announce(batch, jobs), "changed")
        self.lapse()
        self.assertEqual(self.announce(batch, jobs[1:]), "lost")

    def test_the_limit_of_costs_holds_for_all_of_a_group_or_none(self):
        self.put(3)
        self.sql("update limn_queue set max_cost = 40; update limn_money set spent = 15 where shard = 9")
        batch, jobs = self.claim()
        self.assertEqual(self.announce(batch, jobs), "budget")
        self.assertEqual(self.announce(batch, jobs, estimates=["1", "NULL", "1"]), "no_price")
        self.assertEqual((self.states(), self.money()), (["claimed"] * 3, [0, 15]))
        self.assertEqual(self.announce(batch, jobs, estimates=["10", "10", "5"]), "may")
        self.assertEqual(self.money(), [25, 15])

    def test_a_group_that_asked_for_nothing_is_given_back_when_its_worker_is_lost(self):
        self.put(2)
        for state in (["queued"] * 2, ["queued"] * 2, ["refused"] * 2):
            self.claim()
            self.sql("select limn_reap()")
            self.assertEqual(self.states(), ["claimed"] * 2)
            self.lapse()
            self.sql("select limn_reap()")
            self.assertEqual(self.states(), state)

    def test_a_group_that_may_be_at_the_gateway_is_taken_over_and_never_reaped(self):
        batch, jobs = self.sent()
        self.lapse()
        self.sql("update limn_job set lease = clock_timestamp() - interval '1 h'")
        self.sql("select limn_reap()")
        self.assertEqual(self.states(), ["sent"] * 3)
        self.assertEqual(self.sql("select * from limn_lane_take(1, 'w2', '{other}')"), [])
        self.assertEqual([row[:3] for row in self.sql("select batch, fence, state from limn_lane_take(1, 'w2', '{other,g}')")], [[batch, "2", "submitted"]])
        self.assertEqual(self.sql("select * from limn_lane_take(1, 'w3', '{g}')"), [])
        for old in ("limn_lane_running({0}, 1, 'b')", "limn_lane_beat(1, {0}, 1, null)", "limn_lane_over({0}, 1)",
                    "limn_lane_finish({1}, 1, 'done', 1, 5, 'usage', null, null, null, 200, null, true)"):
            self.assertEqual(self.sql("select " + old.format(batch, jobs[0])), [["f"]], old)
        self.assertEqual(self.sql(f"select limn_lane_release({batch}, 1, null, true, null, null)"), [["0"]])
        self.assertEqual(self.states(), ["sent"] * 3)
        self.assertEqual(self.sql(f"select limn_lane_running({batch}, 2, 'b')"), [["t"]])

    def test_jobs_end_one_by_one_and_the_group_with_the_last(self):
        batch, jobs = self.sent()
        self.assertEqual(self.sql(f"select limn_lane_finish({jobs[0]}, 1, 'done', 1, 4, 'usage', null, null, null, 200, 'r', true)"), [["t"]])
        self.assertEqual(self.money(), [20, 4])
        self.assertEqual(self.sql(f"select limn_lane_over({batch}, 1)"), [["f"]])
        self.assertEqual(self.sql(f"select limn_lane_release({batch}, 1, '{{{jobs[1]}}}', true, 'server', 'expired')"), [["1"]])
        self.assertEqual(self.sql(f"select limn_lane_release({batch}, 1, null, false, null, null)"), [["1"]])
        self.assertEqual((self.states(), self.money()), (["done", "queued", "queued"], [0, 4]))
        self.assertEqual(self.sql(f"select limn_lane_over({batch}, 1)"), [["t"]])
        self.assertEqual(self.sql("select returned from limn_job order by id"), [["0"], ["1"], ["0"]])

    def test_a_group_that_nobody_looked_after_for_two_days_is_for_people(self):
        self.sent(1)
        self.lapse("47 h")
        self.sql("select limn_reap()")
        self.assertEqual(self.states(), ["sent"])
        self.lapse("49 h")
        self.sql("select limn_reap()")
        self.assertEqual((self.states(), self.money()), (["unknown"], [10, 0]))
        self.sql("select limn_resolve(array(select id from limn_job), false)")
        self.assertEqual((self.states(), self.money()), (["queued"], [0, 0]))
