"""The cheap lane of a queue: jobs that go by a gateway's Batch API, in groups, at half the price."""

from lane_case import LaneCase
from limn_case import CANARY


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
            self.assertEqual([["over", job["batch"]]], self.batch())
            self.assertEqual(job["cost"]["basis"], "usage")
        entry = self.limn("history", "--json").json["entries"][0]
        self.assertEqual((entry["door"], entry["cost"]), ("queue", done[0]["cost"]))
        self.assert_png(entry["image"]["path"])
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
            self.assertEqual((job["error"]["class"], job["cost"]["usd"]), ("invalid_request", 0))
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
