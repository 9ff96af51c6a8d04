"""What a queue's own functions decide, as tables: each state that a job can be in, and what may become of it from there. In a real PostgreSQL."""

import concurrent.futures
import unittest

from queue_case import QueueCase

STATES = ("queued", "claimed", "sent", "done", "refused", "unknown", "cancelled")
MINE, FENCE = "w1", 4

# What becomes of a job in each state, in the order of STATES; the lease is good where there is one. `.`: it stays, and nothing is done.
CHANGES = {
    "limn_announce({id}, 4, 'w1', 1, 'g', 'p', 'm', 5, null)": (".", "sent", "sent", ".", ".", ".", "."),
    "limn_announce({id}, 3, 'w1', 1, 'g', 'p', 'm', 5, null)": (".",) * 7,
    "limn_announce({id}, 5, 'w1', 1, 'g', 'p', 'm', 5, null)": (".",) * 7,
    "limn_announce({id}, 4, 'w2', 1, 'g', 'p', 'm', 5, null)": (".",) * 7,
    "limn_settle({id}, 4, 1, 'billing', 402, null, false, true)": (".", "claimed", "claimed", ".", ".", ".", "."),
    "limn_settle({id}, 4, 1, 'server', 502, null, true, false)": (".",) * 7,
    "limn_settle({id}, 3, 1, 'billing', 402, null, false, true)": (".",) * 7,
    "limn_finish({id}, 4, 'done', 1, 5, 'usage', null, null, null)": (".", "done", "done", ".", ".", "done", "."),
    "limn_finish({id}, 4, 'unknown', 0, 5, 'usage', null, null, null)": (".", "unknown", "unknown", ".", ".", "unknown", "."),
    "limn_finish({id}, 3, 'done', 1, 5, 'usage', null, null, null)": (".",) * 7,
    "limn_release({id}, 4, false, null, null)": (".", "queued", "queued", ".", ".", "queued", "."),
    "limn_release({id}, 3, false, null, null)": (".",) * 7,
    "limn_settle({id}, 4, 1, 'billing', 402, null, false, true, 'w2')": (".",) * 7,
    "limn_finish({id}, 4, 'done', 1, 5, 'usage', null, null, null, 'w1')": (".", "done", "done", ".", ".", "done", "."),
    "limn_finish({id}, 4, 'done', 1, 5, 'usage', null, null, null, 'w2')": (".",) * 7,
    "limn_release({id}, 4, false, null, null, 'w2')": (".",) * 7,
    "limn_reap()": (".",) * 7,
    "limn_cancel(array[{id}])": ("cancelled", "cancelled", ".", ".", ".", ".", "."),
    "limn_cancel(null)": ("cancelled", "cancelled", ".", ".", ".", ".", "."),
    "limn_requeue(array[{id}])": (".", ".", ".", ".", "queued", ".", "queued"),
    "limn_requeue(null)": (".", ".", ".", ".", "queued", ".", "."),
    "limn_resolve(array[{id}], true)": (".", ".", ".", ".", ".", "done", "."),
    "limn_resolve(array[{id}], false)": (".", ".", ".", ".", ".", "queued", "."),
}

# The same where the lease is over.
CHANGES_WITHOUT_LEASE = {
    "limn_announce({id}, 4, 'w1', 1, 'g', 'p', 'm', 5, null)": (".",) * 7,
    "limn_finish({id}, 4, 'done', 1, 5, 'usage', null, null, null)": (".", "done", "done", ".", ".", "done", "."),
    "limn_release({id}, 4, false, null, null)": (".", "queued", "queued", ".", ".", "queued", "."),
    "limn_reap()": (".", "queued", "unknown", ".", ".", ".", "."),
}

# Whoever held a job's fence before can do nothing with it after these.
TAKES_THE_FENCE = ("limn_release", "limn_cancel", "limn_requeue", "limn_resolve")


class Statements(QueueCase):
    def setUp(self):
        super().setUp()
        self.queue("init")
        self.sql("insert into limn_addition (file, folder, defaults) values ('f', '/', '{}')")

    def insertion(self, state, lease="1 h", **more):
        """Of a job that stands so, of worker w1 with fence 4."""
        columns = {"addition": "1", "line": "1", "request": "'\"a\"'", "fingerprint": "sha256(random()::text::bytea)", "fence": str(FENCE), "worker": f"'{MINE}'",
                   "lease": f"clock_timestamp() + interval '{lease}'" if state in ("claimed", "sent") else "null", **more}
        return f"insert into limn_job (state, {', '.join(columns)}) values ('{state}', {', '.join(columns.values())})"

    def put(self, *args, **more):
        return self.sql(self.insertion(*args, **more) + " returning id")[0][0]

    def test_what_becomes_of_a_job_in_each_state(self):
        for lease, table in (("1 h", CHANGES), ("-1 s", CHANGES_WITHOUT_LEASE)):
            for call, ends in table.items():
                for state, end in zip(STATES, ends):
                    with self.subTest(call=call, state=state, lease=lease):
                        done = call.format(id="(select max(id) from limn_job)")
                        found, fence, attempts = self.sql(f"delete from limn_job; delete from limn_attempt; {self.insertion(state, lease)}; select {done};"
                                                          "select state, fence, (select count(*) from limn_attempt) from limn_job")[-1]
                        self.assertEqual(found, state if end == "." else end)
                        takes_fence = call.startswith(TAKES_THE_FENCE) or (call, end) == ("limn_reap()", "queued")
                        self.assertEqual(int(fence), FENCE + (end != "." and takes_fence))
                        self.assertEqual(attempts, "1" if call.startswith("limn_announce") and end == "sent" else "0")

    def test_what_came_back_three_times_is_refused_whoever_gave_it_back(self):
        for call, lease in (("limn_release({id}, 4, true, 'not_saved', 'full')", "1 h"), ("limn_reap()", "-1 s")):
            for returned, end in (("0", "queued"), ("1", "queued"), ("2", "refused")):
                job = self.put("claimed", lease, returned=returned)
                self.sql("select " + call.format(id=job))
                self.assertEqual(self.sql(f"select state from limn_job where id = {job}"), [[end]], (call, returned))

    def test_money_that_is_reserved_is_spent_kept_or_freed(self):
        """Of a limit of 100: what a job of 30 does to what is reserved and spent, from its announcement on."""
        for call, reserved, spent in (
            ("limn_finish({id}, 4, 'done', 1, 20, 'usage', null, null, null)", 0, 20),
            ("limn_finish({id}, 4, 'done', 1, 5, 'unknown', null, null, null)", 0, 30),
            ("limn_finish({id}, 4, 'refused', 0, 0, 'usage', null, null, null)", 0, 0),
            ("limn_finish({id}, 4, 'unknown', 0, 7, 'usage', null, null, null)", 30, 0),
            ("limn_finish({id}, 4, 'unknown', 0, 40, 'usage', null, null, null)", 40, 0),
            ("limn_release({id}, 4, false, null, null)", 0, 0),
            ("limn_settle({id}, 4, 1, 'billing', 402, null, false, true)", 30, 0),
        ):
            with self.subTest(call=call):
                self.sql("delete from limn_job; delete from limn_attempt; update limn_queue set max_cost = 100; update limn_money set reserved = 0, spent = 0")
                job = self.put("claimed")
                for attempt in (1, 2):  # the second one of a job reserves nothing more
                    self.assertEqual(self.sql(f"select limn_announce({job}, 4, 'w1', {attempt}, 'g', 'p', 'm', 30, null)"), [["may"]])
                self.assertEqual(self.sql("select sum(reserved), sum(spent) from limn_money"), [["30", "0"]])
                self.sql("select " + call.format(id=job))
                self.assertEqual(self.sql("select sum(reserved), sum(spent) from limn_money"), [[str(reserved), str(spent)]])

    def test_the_limit_of_costs_refuses_what_would_go_above_it(self):
        self.sql("update limn_queue set max_cost = 100; update limn_money set spent = 50, reserved = 20 where shard = 3")
        for estimate, verdict in (("31", "budget"), ("null", "no_price"), ("30", "may")):
            job = self.put("claimed")
            self.assertEqual(self.sql(f"select limn_announce({job}, 4, 'w1', 1, 'g', 'p', 'm', {estimate}, null)"), [[verdict]])
            self.assertEqual(self.sql(f"select state from limn_job where id = {job}"), [["sent" if verdict == "may" else "claimed"]])
        self.assertEqual(self.sql("select sum(reserved) from limn_money"), [["50"]])

    def test_two_announcements_at_once_do_not_go_above_the_limit_of_costs(self):
        self.sql("update limn_queue set max_cost = 100")
        jobs = [self.put("claimed") for _ in range(12)]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            verdicts = list(pool.map(lambda job: self.sql_beside(f"select limn_announce({job}, 4, 'w1', 1, 'g', 'p', 'm', 30, null)")[0][0], jobs))
        self.assertEqual(sorted(verdicts), ["budget"] * 9 + ["may"] * 3)

    def test_no_job_is_claimed_by_two(self):
        for _ in range(40):
            self.put("queued")
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            claimed = list(pool.map(lambda number: [row[0] for row in self.sql_beside(f"select id from limn_claim(1, 'v{number}', 5)")], range(10)))
        everything = sum(claimed, [])
        self.assertEqual((len(everything), len(set(everything))), (40, 40))

    def claimed(self, most=1):
        return sorted(int(row[0]) for row in self.sql(f"select id from limn_claim(1, 'w9', {most})"))

    def test_the_first_is_claimed_first_also_where_it_came_back(self):
        jobs = [int(self.put("queued")) for _ in range(200)]
        self.assertEqual(self.claimed(100), jobs[:100])
        self.assertEqual(self.claimed(50), jobs[100:150])
        for call, job in (("limn_release({}, 5, false, null, null)", jobs[7]), ("limn_cancel(array[{0}]); select limn_requeue(array[{0}])", jobs[5]),
                          ("limn_finish({0}, 5, 'unknown', 0, 0, 'usage', null, null, null); select limn_resolve(array[{0}], false)", jobs[3])):
            self.sql(f"select {call.format(job)}")
            self.assertEqual(self.claimed(), [job], call)
        self.sql(f"update limn_job set lease = clock_timestamp() - interval '1 s' where id = {jobs[9]}; select limn_reap()")
        self.assertEqual(self.claimed(2), [jobs[9], jobs[150]])

    def test_where_claims_begin_is_put_right_by_who_tends_the_queue(self):
        jobs = [int(self.put("queued")) for _ in range(3)]
        self.sql("select limn_tend(); select setval('limn_queued_from', 1000)")  # as by two who set it at once, or a late addition of lower numbers
        self.assertEqual(self.claimed(), [])
        self.tended(5)
        self.assertEqual(self.claimed(3), jobs)  # who finds nothing tends it
        self.assertEqual(self.claimed(), [])
        self.assertEqual(self.sql("select last_value from limn_queued_from"), [[str(jobs[0])]])
        self.tended(5)
        self.assertEqual(self.claimed(), [])
        self.assertEqual(self.sql("select last_value from limn_queued_from"), [[str(jobs[2] + 1)]])
        self.assertEqual(self.claimed(), [])

    def tended(self, ago):
        self.sql(f"select setval('limn_tended', extract(epoch from clock_timestamp())::bigint - {ago})")

    def test_the_queue_is_tended_by_one_for_all(self):
        self.sql("select limn_tend()")
        job = self.put("claimed", "-1 s")
        for ago, state in ((1, "claimed"), (6, "queued"), (-3600, "queued")):  # the last: the clock was put back
            self.sql(f"update limn_job set state = 'claimed', lease = clock_timestamp() - interval '1 s', returned = 0 where id = {job}")
            self.tended(ago)
            self.sql("select limn_tend()")
            self.assertEqual(self.sql(f"select state from limn_job where id = {job}"), [[state]], ago)

    def beside_open(self, statement, then):
        """What `then` brings while the transaction of that statement is open, which it is until somebody waits for it."""
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            beside = pool.submit(self.sql_beside, f"begin; {statement}; do $$ begin for i in 1..300 loop exit when exists (select from pg_locks where not granted); "
                                                  "perform pg_sleep(0.1); end loop; end $$; commit")
            for _ in range(300):
                if self.sql("select count(*) from pg_stat_activity where query like 'do $$%' or query like 'begin; select limn%'") != [["0"]]:
                    break
            told = self.sql(then)
            return told, beside.result()

    def test_a_limit_of_costs_counts_what_is_being_announced(self):
        jobs = [self.put("claimed") for _ in range(2)]
        announce = "select limn_announce({}, 4, 'w1', 1, 'g', 'p', 'm', 30, null)".format
        self.beside_open(announce(jobs[0]), "select limn_limit(50)")
        self.assertEqual(self.sql(announce(jobs[1])), [["budget"]])
        self.assertEqual(self.sql("select sum(reserved) from limn_money"), [["30"]])

    def test_an_announcement_that_waits_for_the_reaper_is_refused(self):
        job = self.put("claimed", "-1 s")
        verdict, _ = self.beside_open("select limn_reap()", f"select limn_announce({job}, 4, 'w1', 1, 'g', 'p', 'm', 5, null)")
        self.assertEqual(verdict, [["lost"]])
        self.assertEqual(self.sql(f"select state, fence from limn_job where id = {job}"), [["queued", "5"]])


class Tokens(QueueCase):
    def setUp(self):
        super().setUp()
        self.queue("init")

    def admit(self, images, per_minute, in_flight=0, worker="w1", sql=None):
        """How many were let in, their tokens, and the time to wait for the next one."""
        rows = (sql or self.sql)(f"select p_tokens, p_wait_ms from limn_admit('g', '{worker}', array{images}, array{[per_minute] * len(images)}, array{[in_flight] * len(images)})")
        tokens = [int(token) for token in rows[0][0].strip("{}").split(",") if token]
        return tokens, int(rows[0][1] or 0)

    def age(self, seconds):
        self.sql(f"update limn_token set taken = taken - interval '{seconds} s'")

    def announce(self, token):
        self.sql(f"update limn_token set is_sent = true, is_open = false, taken = clock_timestamp() where id = {token}")

    def test_a_token_returns_62_seconds_after_its_request_was_announced(self):
        first, _ = self.admit([1, 1, 1], 2)
        self.assertEqual(len(first), 2)
        self.age(100)  # held ones do not return, however long that is
        self.assertEqual(self.admit([1], 2)[0], [])
        for token in first:
            self.announce(token)
        self.age(61)
        tokens, wait = self.admit([1], 2)
        self.assertEqual(tokens, [])
        self.assertLessEqual(wait, 1100)
        self.age(2)
        self.assertEqual(len(self.admit([1, 1, 1], 2)[0]), 2)

    def test_what_was_never_announced_is_given_back_at_once(self):
        (token,), _ = self.admit([1], 1)
        self.assertEqual(self.admit([1], 1)[0], [])
        self.sql(f"select limn_give_back({token})")
        (token,), _ = self.admit([1], 1)
        self.announce(token)
        self.sql(f"select limn_give_back({token})")
        self.assertEqual(self.admit([1], 1)[0], [])

    def test_several_images_take_several_tokens_and_more_than_there_are_take_all(self):
        self.assertEqual(len(self.admit([3, 3], 5)[0]), 1)
        self.sql("delete from limn_token")
        self.assertEqual(len(self.admit([9, 1], 5)[0]), 1)

    def test_a_worker_that_is_gone_frees_its_places_but_not_its_minute(self):
        (held, sent), _ = self.admit([1, 1], 0, 2)
        self.assertEqual(self.admit([1], 0, 2)[0], [])
        self.sql(f"update limn_token set lease = clock_timestamp() - interval '1 s' where id = {held}")
        self.assertEqual(len(self.admit([1, 1], 0, 2)[0]), 1)
        self.sql("delete from limn_token")
        (held, sent), _ = self.admit([1, 1], 2)
        self.sql(f"update limn_token set is_sent = true where id = {sent}; update limn_token set lease = clock_timestamp() - interval '1 s'")
        self.assertEqual(len(self.admit([1, 1], 2)[0]), 1)

    def test_many_at_once_get_no_more_than_there_are(self):
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            got = list(pool.map(lambda number: len(self.admit([1, 1], 7, worker=f"w{number}", sql=self.sql_beside)[0]), range(12)))
        self.assertEqual(sum(got), 7)

    def test_an_announcement_without_its_token_is_not_sent(self):
        self.sql("insert into limn_addition (file, folder, defaults) values ('f', '/', '{}')")
        job = self.sql("insert into limn_job (state, addition, line, request, fingerprint, fence, worker, lease) values ('claimed', 1, 1, '\"a\"', '\\x00', 1, 'w1', "
                       "clock_timestamp() + interval '1 h') returning id")[0][0]
        (token,), _ = self.admit([1], 5)
        call = f"select limn_announce({job}, 1, '{{}}', 1, 'g', 'p', 'm', 5, {{}})"
        self.assertEqual(self.sql(call.format("w1", token + 1)), [["late"]])
        self.sql(f"select limn_give_back({token})")
        self.assertEqual(self.sql(call.format("w1", token)), [["late"]])
        self.assertEqual(self.sql(f"select state, reserved from limn_job where id = {job}"), [["claimed", "0"]])
        (token,), _ = self.admit([1], 5)
        self.assertEqual(self.sql(call.format("w1", token)), [["may"]])
        self.assertEqual(self.sql(f"select is_sent from limn_token where id = {token}"), [["t"]])


if __name__ == "__main__":
    unittest.main()
