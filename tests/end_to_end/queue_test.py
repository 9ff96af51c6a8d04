"""`limn queue`: made, filled, looked at and changed, in a real PostgreSQL."""

import json

from limn_case import CANARY
from postgres_cluster import PASSWORD
from queue_case import QueueCase


class Making(QueueCase):
    def test_a_queue_is_made_once_and_found_again(self):
        self.assertEqual(self.queue("init"), {"ok": True, "made": True, "version": 1})
        self.assertEqual(self.queue("init"), {"ok": True, "made": False, "version": 1})

    def test_without_a_queue_there_it_says_how_one_is_made(self):
        told = self.queue("status", status=2)
        self.assertIn("limn queue init", told["error"]["hint"])

    def test_one_of_a_newer_limn_is_left_alone(self):
        self.queue("init")
        self.sql("insert into limn_schema (number) values (99)")
        for words in (("status",), ("init",), ("list",)):
            told = self.queue(*words, status=2)
            self.assertIn("version 99", told["error"]["message"])
            self.assertIn("update this one", told["error"]["hint"])

    def test_a_database_of_another_encoding_is_refused(self):
        self.cluster.sql(f"create database {self.database}_latin encoding latin1 locale 'C' template template0")
        told = self.queue("init", "--queue", self.cluster.url(self.database + "_latin"), status=2)
        self.assertIn("LATIN1", told["error"]["message"])

    def test_an_address_that_is_none_is_refused_and_not_shown(self):
        for url in ("", "mysql://x@y/z", f"postgresql://limn:{PASSWORD}@[/x", f"postgresql://limn:{PASSWORD}@host/x?y=z"):
            outcome = self.limn("queue", "status", "--queue", url, "--json", env={**self.environment(), "LIMN_QUEUE": ""})
            self.assertEqual(outcome.status, 2, outcome)
            self.assertNotIn(PASSWORD, outcome.stdout + outcome.stderr)

    def test_a_database_that_cannot_be_reached_is_told_without_the_password(self):
        outcome = self.limn("queue", "status", "--json", "--queue", self.cluster.url("nowhere"))
        self.assertEqual(outcome.status, 8, outcome)
        self.assertIn("nowhere", outcome.json["error"]["message"])
        self.assertNotIn(PASSWORD, outcome.stdout + outcome.stderr)
        wrong = self.cluster.url(password="a-wrong-password-99")
        outcome = self.limn("queue", "status", "--json", "--queue", wrong)
        self.assertEqual(outcome.status, 8, outcome)
        self.assertNotIn("a-wrong-password-99", outcome.stdout + outcome.stderr)

    def test_without_libpq_limn_runs_and_says_what_a_queue_needs(self):
        broken = self.home / "lib"
        broken.mkdir()
        (broken / "libpq.so.5").write_text("no library")
        env = self.environment(LD_LIBRARY_PATH=str(broken))
        self.assertEqual(self.limn("--version", env=env).status, 0)
        outcome = self.limn("queue", "status", "--json", env=env)
        self.assertEqual(outcome.status, 2, outcome)
        self.assertIn("libpq5", outcome.json["error"]["hint"])

    def test_nobody_else_loads_libpq(self):
        env = self.environment(LD_DEBUG="files", LD_DEBUG_OUTPUT=str(self.home / "loaded"))
        self.limn("generate", "--sandbox", "--json", "a fox", env=env)
        loaded = "".join(path.read_text() for path in self.home.glob("loaded.*"))
        self.assertIn("libcurl", loaded)
        self.assertNotIn("libpq", loaded)


class Adding(QueueCase):
    def setUp(self):
        super().setUp()
        self.configure(gw="ok")
        self.queue("init")

    def rows(self):
        return self.sql("select line, item, request from limn_job order by id")

    def test_items_are_added_in_their_order_and_not_again(self):
        items = self.write([{"prompt": "a fox \\ with\ttabs\nand \u201cquotes\u201d"}, {"id": "x", "prompt": "a fox"}, {"id": "y", "prompt": "a fox"}])
        self.assertEqual({**self.queue("add", items), "estimate": None}, {"ok": True, "items": 3, "added": 3, "estimate": None})
        self.assertEqual([row[:2] for row in self.rows()], [["1", ""], ["2", "x"], ["3", "y"]])
        self.assertEqual(self.sql("select request::json->>'prompt' from limn_job where item = 'y'"), [["a fox"]])
        self.assertEqual(json.loads(self.rows()[0][2])["prompt"], "a fox \\ with\ttabs\nand \u201cquotes\u201d")
        self.assertEqual(self.queue("add", items)["added"], 0)
        self.assertEqual(self.queue("add", self.write([{"prompt": "a hen"}, {"id": "x", "prompt": "a fox"}], "more.jsonl"))["added"], 1)
        self.assertEqual(self.states(), {"queued": 4})

    def test_prompts_a_line_and_standard_input_are_taken(self):
        outcome = self.limn("queue", "add", "-", "--json", stdin="a fox\n\n# no\nan owl \"there\"\n")
        self.assertEqual((outcome.json["items"], outcome.json["added"]), (2, 2))
        self.assertEqual([json.loads(row[2]) for row in self.rows()], ["a fox", 'an owl "there"'])

    def test_the_same_words_elsewhere_or_drawn_otherwise_are_another_job(self):
        items = self.write([{"prompt": "a fox"}])
        for more in ((), ("-d", "there"), ("-q", "low"), ("-s", "1536x1024")):
            self.assertEqual(self.queue("add", items, *more)["added"], 1, more)
        other = self.home / "other"
        other.mkdir()
        self.assertEqual(self.queue("add", items, cwd=other)["added"], 1)
        self.assertEqual(self.queue("add", items, cwd=other)["added"], 0)

    def test_what_a_batch_refuses_a_queue_refuses_too_in_the_same_words(self):
        wrong = [
            '{"prompt": ""}', '{"prompt": "a", "sise": "1K"}', '{"prompt": "a", "size": "9x9"}', "[1]", '{"prompt": "a", "gateway": "nobody"}', '{"prompt": "a", "input": ["none.png"]}',
            '{"prompt": "a", "output": "same.png"}\n{"prompt": "b", "output": "same.png"}', '{"id": "x", "prompt": "a"}\n{"id": "x", "prompt": "b"}', '{"prompt": "a", "n": 1000}',
            '{"prompt": "a", "provider": "nobody"}', '{"id": "' + CANARY + 'gw", "prompt": "a"}', "",
        ]
        for text in wrong:
            lines = '{"prompt": "good"}\n' + text + "\n" if text else ""
            by_batch = self.limn("batch", "-", "--json", stdin=lines)
            by_queue = self.limn("queue", "add", "-", "--json", stdin=lines)
            self.assertEqual((by_queue.status, by_batch.status), (2, 2), (text, by_queue, by_batch))
            if CANARY not in text:
                self.assertEqual(by_queue.json["error"]["message"], by_batch.json["error"]["message"])
            self.assertEqual(self.rows(), [], text)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_no_key_gets_into_the_database(self):
        for item in ({"prompt": f"draw {CANARY}gw"}, {"prompt": "a fox", "output": f"{CANARY}gw.png"}):
            told = self.queue("add", "-", status=2, stdin=json.dumps(item) + "\n")
            self.assertIn("standard input:1: there is a key in it", told["error"]["message"])
        self.assertEqual(self.rows(), [])

    def test_with_a_limit_of_costs_items_without_a_price_are_refused(self):
        self.queue("init", "--max-cost", "5")
        told = self.queue("add", self.write([{"prompt": "a fox", "model": "flux"}]), status=2)
        self.assertIn("cost", told["error"]["message"])
        self.assertEqual(self.queue("add", self.write([{"prompt": "a fox"}]))["added"], 1)
        self.assertEqual(self.queue("status")["max_cost_usd"], 5)
        self.queue("init", "--max-cost", "none")
        self.assertIsNone(self.queue("status")["max_cost_usd"])

    def test_a_second_paid_request_is_not_to_be_had(self):
        self.queue("add", self.write([{"prompt": "a fox"}]), "--allow-duplicate-charge", status=2)


class Changing(QueueCase):
    def setUp(self):
        super().setUp()
        self.configure(gw="ok")
        self.queue("init")
        self.queue("add", self.write([{"id": f"i{n}", "prompt": f"a fox {n}"} for n in range(1, 8)]))
        self.ids = [row[0] for row in self.sql("select id from limn_job order by id")]

    def put(self, number, state, more=""):
        self.sql(f"update limn_job set state = '{state}'{more} where item = 'i{number}'")
        return self.ids[number - 1]

    def test_list_tells_of_each_and_of_those_of_one_state(self):
        self.put(2, "unknown", ", failure_class = 'outcome_unknown', failure = 'lost', cost = 7000000, cost_basis = 'estimate'")
        listed = self.queue("list")["queued_jobs"]
        self.assertEqual([(job["id"], job["item"], job["line"], job["state"]) for job in listed[:2]], [(self.ids[0], "i1", 1, "queued"), (self.ids[1], "i2", 2, "unknown")])
        self.assertEqual(listed[1]["error"], {"class": "outcome_unknown", "message": "lost"})
        self.assertEqual(listed[1]["cost"], {"usd": 0.007, "basis": "estimate"})
        self.assertEqual([job["item"] for job in self.queue("list", "--state", "unknown")["queued_jobs"]], ["i2"])
        self.assertEqual(len(self.queue("list", "-n", "3")["queued_jobs"]), 3)
        self.assertIn("items.jsonl:2 (i2)", self.limn("queue", "list").stdout)

    def test_only_what_was_not_sent_is_cancelled(self):
        sent, done, claimed = self.put(1, "sent", ", lease = now() + interval '1 h'"), self.put(2, "done"), self.put(3, "claimed", ", lease = now() + interval '1 h', fence = 4")
        self.assertEqual(self.queue("cancel", self.ids[3], claimed)["changed"], [claimed, self.ids[3]])
        told = self.queue("cancel", sent, done, self.ids[4], status=2)
        self.assertIn(f"1 of 3 jobs cancelled; not these: {sent} {done}", told["error"]["message"])
        self.assertEqual(self.sql(f"select fence from limn_job where id = {claimed}"), [["5"]])
        self.assertEqual(len(self.queue("cancel", "--all")["changed"]), 2)
        self.assertEqual(self.states(), {"sent": 1, "done": 1, "cancelled": 5})

    def test_what_is_unknown_or_has_images_is_not_queued_again(self):
        unknown, refused, paid = self.put(1, "unknown"), self.put(2, "refused"), self.put(3, "refused", ", images = 1")
        for job in (unknown, paid, self.ids[6]):
            told = self.queue("requeue", job, status=2)
            self.assertIn("not these: " + job, told["error"]["message"])
        self.assertEqual(self.queue("requeue", "--all")["changed"], [refused])
        self.assertEqual(self.states(), {"unknown": 1, "refused": 1, "queued": 5})

    def test_what_is_unknown_is_resolved_by_a_person(self):
        first, second = self.put(1, "unknown", ", reserved = 2000000000"), self.put(2, "unknown", ", reserved = 1000000000")
        self.sql("update limn_money set reserved = 3000000000 where shard = 7")
        self.queue("resolve", first, status=2)
        self.queue("resolve", first, "--paid", "--not-paid", status=2)
        self.assertEqual(self.queue("resolve", first, "--paid")["changed"], [first])
        self.assertEqual(self.queue("resolve", second, "--not-paid")["changed"], [second])
        told = self.queue("status")
        self.assertEqual((told["spent_usd"], told["reserved_usd"]), (2, 0))
        self.assertEqual(self.states(), {"done": 1, "queued": 6})
        self.queue("resolve", second, "--paid", status=2)

    def test_what_was_lost_with_its_worker_is_found_by_whoever_looks(self):
        self.put(1, "sent", ", lease = now() - interval '1 s'")
        self.put(2, "claimed", ", lease = now() - interval '1 s', returned = 1")
        self.put(3, "claimed", ", lease = now() - interval '1 s', returned = 2")
        self.assertEqual(self.states(), {"unknown": 1, "refused": 1, "queued": 5})

    def test_a_drained_queue_hands_nothing_out(self):
        self.assertTrue(self.queue("drain")["draining"])
        self.assertEqual(self.sql("select * from limn_claim(1, 'w', 1)"), [])
        self.assertFalse(self.queue("drain", "--off")["draining"])
        self.assertEqual(len(self.sql("select * from limn_claim(1, 'w', 1)")), 1)
