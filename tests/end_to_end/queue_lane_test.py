"""The cheap lane of a queue: jobs that go by a gateway's Batch API, in groups. Whatever becomes of workers, connections and batches, each is asked for once at most."""

import signal

from limn_case import CANARY
from queue_work_test import WorkCase

PAUSE = "200ms"  # grace is forty times that


class LaneCase(WorkCase):
    def configure(self, more="", batches=True, **gateways):
        super().configure(more, **gateways)
        path = self.home / ".config/limn/limn.yaml"
        path.write_text(path.read_text().replace("    api_key:", f"    batches: {str(batches).lower()}\n    api_key:"))

    def fill(self, count, *options, **more):
        self.queue("init")
        return self.queue("add", self.write([{"id": f"i{n}", "prompt": f"number {n} of many", "quality": "low", "directory": str(self.work / "out"), **more} for n in range(count)]),
                          "--lane=batch", *options)

    def begin_lane(self, *options):
        return self.begin_worker("--batch-pause", PAUSE, *options)

    def sent(self, path, method="POST"):
        return sum(entry["method"] == method and entry["path"].endswith(path) for entry in self.sandbox.get("/_log"))

    def lose(self, process):
        super().lose(process)
        self.sql(f"update limn_batch set lease = clock_timestamp() - interval '1 s' where worker like '%/{process.pid}/%' and state <> 'over'")

    def kill(self, process):
        process.kill()
        process.wait(timeout=60)
        self.lose(process)

    def batch(self):
        return self.sql("select state, coalesce(batch, '') from limn_batch order by id desc limit 1")

    def assert_all_drawn(self, count):
        self.assertEqual(self.states(), {"done": count})
        self.assertEqual(sum(self.assert_asked_once_at_most().values()), count)
        self.assertEqual(set(self.pictures_by_prompt()), self.prompts_of("done"))
        self.assertEqual(self.queue("status")["reserved_usd"], 0)
        self.assertEqual(self.sql("select count(*) from limn_batch where state <> 'over'"), [["0"]])


class Lane(LaneCase):
    def test_jobs_of_a_group_are_drawn_by_one_batch_at_half_the_price(self):
        self.configure(gw="ok")
        self.queue("init")
        items = self.write([{"prompt": "number 1 of many", "quality": "low"}], "usual.jsonl")
        usual = self.queue("add", items, "-d", "elsewhere")["estimate"]
        self.queue("cancel", "--all")
        added = self.fill(30)
        self.assertEqual((added["items"], added["added"]), (30, 30))
        self.assertAlmostEqual(added["estimate"]["usd"], 15 * usual["usd"], places=3)
        listed = self.queue("list", "--state", "queued")["queued_jobs"]
        self.assertEqual({job["lane"] for job in listed}, {"batch"})
        self.assertEqual(self.queue("status")["batch_lane"], {"queued": 30, "under_way": 0, "batches": 0})
        worker = self.begin_lane()
        self.wait_until(lambda: self.states() == {"cancelled": 1, "done": 30})
        told = self.end_worker(worker)
        self.assertEqual((told["done"], told["images"]), (30, 30))
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        self.assertEqual(sum(self.pictures_by_prompt().values()), 30)
        self.assertEqual((self.sent("/files"), self.sent("/batches"), self.sent("/images/generations")), (1, 1, 30))
        done = self.queue("list", "--state", "done")["queued_jobs"]
        for job in done:
            self.assert_valid(job["report"], "generate")
            self.assertEqual(job["batch"], "batch_1")
            self.assertEqual(job["cost"]["basis"], "usage")
        status = self.queue("status")
        self.assertEqual(status["reserved_usd"], 0)
        self.assertAlmostEqual(status["spent_usd"], sum(job["cost"]["usd"] for job in done), places=5)
        self.assertLess(status["spent_usd"], 30 * usual["usd"] * 0.6)
        self.assertNotIn(CANARY, str(self.sql("select * from limn_batch")) + str(self.sql("select * from limn_attempt")) + str(self.sql("select * from limn_job")))

    def test_jobs_of_either_lane_are_left_to_it(self):
        self.configure(gw="ok", batches=False)
        self.queue("init")
        told = self.queue("add", self.write([{"prompt": "number 1 of many"}]), "--lane=batch", status=2)
        self.assertIn("none of its gateways takes batches", told["error"]["message"])
        self.configure(gw="ok")
        self.fill(2)
        self.queue("add", self.write([{"prompt": "number 7 of many", "directory": str(self.work / "out")}]))
        self.configure(gw="ok", batches=False)
        worker = self.begin_lane()
        self.wait_until(lambda: self.states() == {"queued": 2, "done": 1})
        self.end_worker(worker)
        self.assertEqual(self.sent("/files"), 0)

    def test_what_no_line_of_a_batch_can_say_is_refused_when_it_is_added(self):
        self.configure(gw="ok")
        self.queue("init")
        (self.work / "in.png").write_bytes(self.a_png())
        for item, words in (({"input": ["in.png"]}, "no images to work from"), ({"n": 11}, "10 images at most"), ({"provider": "responses_api"}, "only the provider openai_images")):
            told = self.queue("add", self.write([{"prompt": "a", **item}]), "--lane=batch", status=2)
            self.assertIn(words, told["error"]["message"])
        self.assertEqual(self.sql("select count(*) from limn_job"), [["0"]])

    def a_png(self):
        target = self.work / "drawn"
        target.mkdir()
        outcome = self.limn("generate", "--sandbox", "--json", "-d", str(target), "a fox")
        self.assertEqual(outcome.status, 0, outcome)
        return next(target.glob("*.png")).read_bytes()

    def test_a_line_that_is_refused_is_refused_and_costs_nothing(self):
        self.configure(gw="batch-refuses-some")
        self.fill(9)
        worker = self.begin_lane()
        self.wait_until(lambda: self.states() == {"done": 6, "refused": 3})
        told = self.end_worker(worker)
        self.assertEqual((told["done"], told["failed"]), (6, 3))
        for job in self.queue("list", "--state", "refused")["queued_jobs"]:
            self.assertEqual((job["error"]["class"], job["cost"]["usd"]), ("content", 0))
        self.assertEqual(self.queue("status")["reserved_usd"], 0)
        self.assert_asked_once_at_most()

    def test_what_a_batch_left_when_it_expired_goes_back_and_is_not_paid_for(self):
        self.configure(gw="batch-expires")
        self.fill(6)
        worker = self.begin_lane()
        self.wait_until(lambda: not self.states().keys() & {"queued", "claimed", "sent"})
        self.end_worker(worker)
        # Of six two are drawn, of four two, of two one; what came back three times is refused.
        self.assertEqual(self.states(), {"done": 5, "refused": 1})
        self.assertEqual(sum(self.pictures_by_prompt().values()), 5)
        self.assertEqual(self.sandbox.get("/_counts")["total"]["paid"], 5)
        self.assertEqual(self.queue("status")["reserved_usd"], 0)

    def test_a_file_that_the_gateway_does_not_take_refuses_the_line_that_it_names(self):
        self.configure(gw="batch-invalid")
        self.fill(2)
        worker = self.begin_lane()
        self.wait_until(self.is_over)
        self.end_worker(worker)
        self.assertEqual(self.states(), {"refused": 2})
        self.assertIn("parseable", self.sql("select failure from limn_job limit 1")[0][0])
        self.assertEqual((self.queue("status")["reserved_usd"], self.queue("status")["spent_usd"]), (0, 0))

    def test_a_gateway_that_has_no_batches_is_told(self):
        self.configure(gw="batch-absent")
        self.fill(2)
        worker = self.begin_lane()
        self.wait_until(lambda: self.states() == {"refused": 2})
        self.end_worker(worker)
        self.assertIn("no Batch API", self.sql("select failure from limn_job limit 1")[0][0])
        self.assertEqual(self.sent("/batches"), 0)

    def test_no_batch_goes_above_the_limit_of_costs(self):
        self.configure(gw="ok")
        cost = self.fill(1)["estimate"]["usd"]
        self.queue("init", "--max-cost", f"{cost * 4.5:.6f}")
        self.fill(8)
        worker = self.begin_lane()
        self.wait_until(lambda: self.states().get("done") == 4)
        self.wait_until(lambda: self.states() == {"done": 4, "queued": 4} and "limit of costs" in str(self.sql("select failure from limn_job where state = 'queued'")))
        self.end_worker(worker)
        self.assertEqual(sum(self.assert_asked_once_at_most().values()), 4)
        self.assertLessEqual(self.queue("status")["spent_usd"], cost * 4.5)

    def test_results_whose_connection_breaks_are_fetched_again(self):
        self.configure(gw="batch-cut")
        self.fill(5)
        worker = self.begin_lane()
        self.wait_until(self.is_over)
        self.end_worker(worker)
        self.assert_all_drawn(5)
        self.assertEqual(sum(self.pictures_by_prompt().values()), 5)


class Unknown(LaneCase):
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
        self.wait_until(lambda: self.sql("select count(*) from limn_batch where state = 'over'") != [["0"]])
        self.end_worker(worker)
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
        self.configure(gw="batch-slow-700")
        drawn = 0
        for moment, has_come in moments.items():
            with self.subTest(moment=moment):
                self.sql("delete from limn_job; delete from limn_batch; delete from limn_attempt") if drawn else None
                self.sandbox.reset()
                self.fill(6, "-s", "1024x1024")
                drawn += 6
                first = self.begin_lane()
                self.wait_until(has_come)
                self.kill(first)
                other = self.begin_lane()
                self.wait_until(self.is_over)
                self.end_worker(other)
                self.assert_all_drawn(6)
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
        self.configure(gw="batch-slow-1500")
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
        self.configure(gw="batch-slow-1500")
        self.fill(3)
        worker = self.begin_lane()
        self.wait_until(lambda: self.batch() and self.batch()[0][0] == "running")
        self.assertEqual(self.queue("drain")["jobs"]["done"], 3)
        self.told_by(worker)
        self.assert_all_drawn(3)
