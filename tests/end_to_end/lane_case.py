"""What the tests of the cheap lane share: gateways that take batches, jobs, workers that are lost."""

from queue_work_test import WorkCase

PAUSE = "100ms"


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
