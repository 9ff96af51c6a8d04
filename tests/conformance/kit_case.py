"""What the tests of the conformance kit share."""

import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
from limn_case import LimnCase  # noqa: E402


class KitCase(LimnCase):
    @classmethod
    def setUpClass(cls):
        pass  # no gateway is needed

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="limn-conformance-"))
        self.work = self.home
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def check(self, plugin, *args):
        outcome = self.limn("plugins", "check", plugin, "--json", *(() if "--time-limit" in args else ("--time-limit", "60")), *args, timeout=600)
        self.assertNotIn("lc-canary", outcome.stdout + outcome.stderr)
        self.assert_valid(outcome.json, "plugins_check")
        self.assert_status(outcome, 0 if outcome.json["totals"]["failure"] == 0 else 1)
        return outcome.json["tests"]

    def ids(self, tests, status):
        return {test["id"] for test in tests if test["status"] == status}
