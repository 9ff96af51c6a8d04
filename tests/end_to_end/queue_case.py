"""What the tests of queues share: a cluster of PostgreSQL, a database for every test, gateways of limn.yaml, workers."""

import json
import subprocess
import time
import unittest

import postgres_cluster
from batch_case import BatchCase
from limn_case import LIMN


@unittest.skipUnless(postgres_cluster.BIN, "no PostgreSQL: scripts/setup --tests installs it")
class QueueCase(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster = postgres_cluster.cluster()

    def setUp(self):
        super().setUp()
        self.database = self.cluster.new_database()
        self.url = self.cluster.url(self.database)
        self.psql = postgres_cluster.Psql(self.url)
        self.addCleanup(self.psql.close)

    def environment(self, *behaviours, **more):
        return super().environment(*behaviours, LIMN_QUEUE=self.url, **more)

    def sql(self, statement):
        return self.psql.run(statement)

    def sql_beside(self, statement):
        """The same on a connection of its own, from any thread."""
        return self.cluster.sql(statement, self.database)

    def queue(self, *args, status=0, **more):
        outcome = self.limn("queue", *args, "--json", **more)
        self.assertEqual(outcome.status, status, outcome)
        self.assertNotIn(postgres_cluster.PASSWORD, outcome.stdout + outcome.stderr)
        return outcome.json

    def states(self):
        return {state: count for state, count in self.queue("status")["jobs"].items() if count}

    def begin_worker(self, *args, env=None):
        """`limn work` in a process of its own."""
        process = subprocess.Popen([LIMN, "work", "--json", *map(str, args)], env=env or self.environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end_process, process)
        return process

    @staticmethod
    def end_process(process):
        if process.poll() is None:
            process.kill()
        process.wait(timeout=60)
        process.stdout.close()
        process.stderr.close()

    def end_worker(self, process):
        """What it tells once SIGTERM has ended it."""
        process.terminate()
        return self.told_by(process)

    def told_by(self, process):
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, err)
        for text in (out, err):
            self.assertNotIn(postgres_cluster.PASSWORD, text)
        told = json.loads(out)
        self.assert_valid(told, "queue_worked")
        return told["worked"]

    def wait_until(self, holds, seconds=100):
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                self.fail("it does not come: " + json.dumps(self.sql("select id, state, fence, worker, failure from limn_job order by id")))
            time.sleep(0.1)

    def is_over(self):
        return not self.states().keys() & {"queued", "claimed", "sent"}
