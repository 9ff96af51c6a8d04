"""Two machines, one database, one gateway: network namespaces, each with a cable of its own. LIMN_QUEUE_PICTURES says how many pictures."""

import json
import os
import subprocess
import sys
import unittest

import machines
import postgres_cluster
from limn_case import CANARY, LIMN
from queue_work_test import WorkCase

PICTURES = int(os.environ.get("LIMN_QUEUE_PICTURES", "60"))
IS_LONG = PICTURES > 200  # then leases end by the clock, and what `limn queue status` tells is printed


class TwoMachines(WorkCase):
    @classmethod
    def setUpClass(cls):
        if reason := machines.why_not():
            raise unittest.SkipTest(reason)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.gateway = machines.Relay(self.sandbox.port)
        self.addCleanup(self.gateway.stop)
        self.relay = machines.Relay(str(self.cluster.folder / ".s.PGSQL.5432"))
        self.addCleanup(self.relay.stop)
        self.machines = [machines.NetworkMachine(number) for number in (1, 2)]
        for machine in self.machines:
            self.addCleanup(machine.remove)
        self.configure(gw="slow-100")  # of this machine, which adds and draws nothing

    def begin_on(self, machine, *args, behaviour="slow-100"):
        folder = self.home / machine.name
        (folder / ".config/limn").mkdir(parents=True, exist_ok=True)
        (folder / ".config/limn/limn.yaml").write_text(json.dumps({
            "sources": ["limn"],
            "gateways": [{"name": "gw", "base_url": f"http://{machine.host}:{self.gateway.port}/{behaviour}/v1", "allow_plaintext": True, "api_key": CANARY}]}))
        url = f"postgresql://limn:{postgres_cluster.PASSWORD}@{machine.host}:{self.relay.port}/{self.database}"
        process = subprocess.Popen(machine.command(LIMN, "work", "--json", *args), env={**self.environment(), "HOME": str(folder), "LIMN_QUEUE": url}, cwd=self.work,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end_process, process)
        return process

    def tell(self, when):
        told = self.queue("status")
        if IS_LONG:
            print(f"{when}: {json.dumps(told)}", file=sys.stderr, flush=True)
        return told

    def count(self, *states):
        return sum(self.states().get(state, 0) for state in states)

    def test_one_machine_dies_in_the_middle_and_the_other_draws_the_rest(self):
        self.fill(PICTURES, quality="low", size="1024x1024")
        one, other = (self.begin_on(machine, "--jobs", "8") for machine in self.machines)
        self.tell("at the beginning")
        self.wait_until(lambda: self.count("done") >= PICTURES // 3, seconds=600)
        self.assertEqual({row[0] for row in self.sql("select distinct gateway from limn_attempt")}, {"gw"})
        self.assertEqual(len(self.sql("select distinct worker from limn_attempt")), 2)
        self.machines[0].die()
        one.wait(timeout=60)
        self.tell("one machine is dead")
        if not IS_LONG:
            name = self.sql("select worker from limn_job where state in ('claimed', 'sent') order by lease limit 1")
            self.sql(f"update limn_job set lease = clock_timestamp() - interval '1 s' where worker = '{name[0][0]}' and lease is not null" if name else "select 1")
        self.wait_until(lambda: self.queue("status")["jobs"]["queued"] == 0 and self.is_over(), seconds=900)
        after = self.tell("at the end")
        told = self.end_worker(other)
        asked = self.assert_asked_once_at_most()
        done, unknown = self.prompts_of("done"), self.prompts_of("unknown")
        self.assertEqual(len(done) + len(unknown), PICTURES)
        self.assertLessEqual(len(unknown), 8)
        self.assertLessEqual(set(asked), done | unknown)
        self.assertLessEqual(done, set(asked))
        self.assertLessEqual(done, set(self.pictures_by_prompt()))
        self.assertGreater(told["done"], PICTURES // 3)
        self.assertEqual(after["jobs"]["unknown"], len(unknown))
        self.assertEqual(after["reserved_usd"] > 0, bool(unknown))

    def test_a_machine_that_was_cut_off_delivers_what_it_had_paid_for_when_it_is_back(self):
        self.fill(6, quality="low", size="1024x1024")
        process = self.begin_on(self.machines[0], "--jobs", "2", behaviour="slow-3000")
        self.wait_until(lambda: self.sandbox.billable() == 2 and self.count("sent") == 2)
        self.machines[0].cut()
        self.sql("update limn_job set lease = clock_timestamp() - interval '1 s' where state = 'sent'")
        self.wait_until(lambda: self.count("unknown") == 2)
        self.machines[0].mend()
        self.wait_until(lambda: self.states() == {"done": 6})
        told = self.end_worker(process)
        self.assertEqual((told["done"], told["unknown"]), (6, 0))
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        self.assertEqual(self.queue("status")["reserved_usd"], 0)


if __name__ == "__main__":
    unittest.main()
