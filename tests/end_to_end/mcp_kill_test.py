"""Agents that give up, cancel, call again, and are killed with their servers and workers at any moment: each picture is paid for
once at most, and what was not killed while it was drawn is there."""

import contextlib
import os
import random
import signal
import unittest

from mcp_case import McpCase, told

ROUNDS = int(os.environ.get("LIMN_MCP_KILLS", "25"))


class Kill(McpCase):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("LIMN_SEED", random.randrange(1 << 32)))
        self.random = random.Random(self.seed)
        self.kills = 0

    def one_step(self, server, arguments):
        """Asks, and then something happens; returns the server that is there afterwards, and whether a worker was killed."""
        number = server.begin("generate_image", {**arguments, "wait_seconds": self.random.choice((0, 1, 5))})
        what = self.random.choice(("wait", "wait", "cancel", "close", "terminate", "kill", "kill", "worker"))
        if what != "wait":
            with contextlib.suppress(Exception):
                server.next(timeout=self.random.choice((0.001, 0.01, 0.03, 0.1, 0.3)))
        if what == "wait":
            self.last = told(server.answer(number)["result"])
        elif what == "cancel":
            server.send("notifications/cancelled", {"requestId": number}, notification=True)
        elif what == "worker":
            for process in self.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    self.killed = True
                    self.kills += 1
        else:
            {"close": server.process.stdin.close, "terminate": server.process.terminate, "kill": server.process.kill}[what]()
            server.process.wait(timeout=30)
            server = self.server()
        return server

    def test_each_picture_is_paid_for_once_at_most(self):
        for number in range(ROUNDS):
            delay = self.random.choice((10, 60, 200, 600)) + number % 10
            behaviour = f"slow-{delay}"
            self.sandbox.reset()
            self.configure(behaviour)
            arguments = {"prompt": f"picture {number}", "name": f"picture-{number}"}
            self.killed = False
            server = self.server()
            for _ in range(self.random.randrange(1, 5)):
                server = self.one_step(server, arguments)
            said = told(server.call("generate_image", arguments))
            with self.subTest(seed=self.seed, round=number, killed=self.killed, said=said):
                billable = self.sandbox.billable(behaviour)
                self.assertLessEqual(billable, 1)
                if said["state"] == "done":
                    self.assertEqual(billable, 1)
                    self.assert_png(said["files"][0]["path"])
                else:
                    self.assertEqual((said["code"], self.killed), ("outcome_unknown", True))
                    self.assertTrue(said["may_have_been_charged"])
            server.close()
        self.wait_until(lambda: not self.workers())
        # The files of jobs go with them, but where a worker was killed at its very end.
        self.assertLessEqual(len(list((self.home / ".local/state/limn/jobs").iterdir())), self.kills, f"seed {self.seed}")


if __name__ == "__main__":
    unittest.main()
