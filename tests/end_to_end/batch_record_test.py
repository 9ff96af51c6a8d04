"""A batch pays for nothing that it could not tell of afterwards: its record is on the disk before a request that may be charged."""

import errno
import resource
import signal
import subprocess
import threading
import unittest

import kernel
from batch_case import BatchCase
from limn_case import LIMN
from scripted_server import MODELS, ScriptedServer, answer


class BatchRecord(BatchCase):
    def test_a_disk_that_takes_no_more_records_ends_the_batch_before_it_asks(self):
        asked, may_answer = threading.Event(), threading.Event()

        def models(request):
            asked.set()
            may_answer.wait(60)
            return answer(MODELS)

        server = ScriptedServer(models=models)
        self.addCleanup(server.stop)
        self.configure(scripted=server.base_url())
        file = self.write([{"id": "a", "prompt": "a fox"}, {"id": "b", "prompt": "a bear"}])
        process = subprocess.Popen([LIMN, "batch", file, "--manifest", self.manifest], env=self.environment(), cwd=self.work,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
        self.addCleanup(process.kill)
        self.assertTrue(asked.wait(60))
        limit = self.journal.stat().st_size
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        may_answer.set()
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 10, stderr)
        self.assertEqual(server.billable, 0)
        self.assertIn("nothing was asked for, since no record of it could be kept", stderr)
        self.assertEqual(stdout, "")

    @unittest.skipIf(kernel.why_no_filter(), kernel.why_no_filter())
    def test_so_does_one_that_does_not_confirm_them(self):
        self.configure(good="ok")
        file = self.write([{"id": "a", "prompt": "a fox"}])
        outcome = self.limn("batch", file, "--manifest", self.manifest,
                            preexec_fn=kernel.system_calls(fdatasync=kernel.errno_of(errno.EIO)))
        self.assert_status(outcome, 10)
        self.assertEqual(self.sandbox.billable(), 0)


if __name__ == "__main__":
    unittest.main()
