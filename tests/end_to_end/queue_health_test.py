"""What workers of a queue tell each other of gateways, and what they tell who watches them."""

import re
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

from queue_work_test import NOTHING_IS_LATE, WorkCase


class Machines(WorkCase):
    """Two machines are two folders of state."""

    def machine(self, name):
        return self.environment(XDG_STATE_HOME=str(self.work / name))

    def attempts_at(self, gateway):
        return int(self.sql(f"select count(*) from limn_attempt where gateway = '{gateway}'")[0][0])

    def add(self, prompt):
        self.queue("add", self.write([{"prompt": prompt}]))


class Health(Machines):
    def test_one_worker_finds_out_that_a_gateway_has_no_credit_and_the_others_leave_it_for_the_last(self):
        self.configure(NOTHING_IS_LATE, empty="billing-402", full="ok")
        self.fill(1)
        first = self.begin_worker(env=self.machine("one"))
        self.wait_until(lambda: self.states() == {"done": 1})
        self.wait_until(lambda: self.sql("select kind, provider from limn_fact") == [["billing", ""]])
        self.add("number 7 of many")
        self.add("number 8 of many")
        other = self.begin_worker(env=self.machine("other"))
        self.end_worker(first)
        self.wait_until(lambda: self.states() == {"done": 3})
        self.end_worker(other)
        self.assertEqual((self.attempts_at("empty"), self.attempts_at("full")), (1, 3))

    def test_a_missing_endpoint_is_found_once(self):
        self.configure(NOTHING_IS_LATE, gw="no-images-endpoint")
        self.fill(1)
        first = self.begin_worker(env=self.machine("one"))
        self.wait_until(lambda: self.states() == {"done": 1})
        self.wait_until(lambda: {row[0] for row in self.sql("select kind from limn_fact")} == {"endpoint_missing"})
        self.end_worker(first)
        self.add("number 7 of many")
        other = self.begin_worker(env=self.machine("other"))
        self.wait_until(lambda: self.states() == {"done": 2})
        self.end_worker(other)
        self.assertEqual(self.sql("select count(*) from limn_attempt where failure_class = 'endpoint'"), [["1"]])

    def test_what_is_forgotten_on_one_machine_is_forgotten_on_all(self):
        self.configure(NOTHING_IS_LATE, empty="billing-402", full="ok")
        self.fill(1)
        first = self.begin_worker(env=self.machine("one"))
        self.wait_until(lambda: self.states() == {"done": 1})
        self.wait_until(lambda: self.sql("select kind from limn_fact") == [["billing"]])
        self.limn("forget", "empty", env=self.machine("one"))
        self.wait_until(lambda: self.sql("select kind from limn_fact where until > clock_timestamp()") == [])
        self.end_worker(first)
        self.add("number 7 of many")
        other = self.begin_worker(env=self.machine("other"))
        self.wait_until(lambda: self.states() == {"done": 2})
        self.end_worker(other)
        self.assertEqual(self.attempts_at("empty"), 2)

    def test_a_fact_is_about_an_address_and_a_key_together(self):
        self.configure(NOTHING_IS_LATE, empty="billing-402", full="ok")
        self.fill(1)
        first = self.begin_worker(env=self.machine("one"))
        self.wait_until(lambda: self.states() == {"done": 1})
        self.wait_until(lambda: self.sql("select kind from limn_fact") == [["billing"]])
        self.end_worker(first)
        self.sql("update limn_fact set gateway = 'of-another-key'")
        self.add("number 7 of many")
        other = self.begin_worker(env=self.machine("other"))
        self.wait_until(lambda: self.states() == {"done": 2})
        self.end_worker(other)
        self.assertEqual(self.attempts_at("empty"), 2)


class Metrics(Machines):
    def begin_told(self, *args):
        """A worker, and where it tells what it counts."""
        worker = self.begin_worker("--metrics-port", "0", *args)
        for said in worker.stderr:  # warnings come before
            if found := re.search(r"metrics: (\S+)\n", said):
                return worker, found.group(1)
        raise AssertionError("it does not tell where")

    @staticmethod
    def told(url):
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.headers["content-type"], answer.read().decode()

    def test_a_worker_counts_jobs_attempts_images_and_money(self):
        self.configure(NOTHING_IS_LATE, empty="billing-402", full="ok")
        self.fill(2, quality="low", size="1024x1024")
        worker, url = self.begin_told("--jobs", "1")
        self.assertTrue(url.startswith("http://127.0.0.1:"), url)
        self.wait_until(lambda: 'limn_jobs_total{end="done"} 2\n' in self.told(url)[1])
        kind, text = self.told(url)
        self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
        for line in ("limn_jobs_running 0", "limn_images_total 2", 'limn_attempts_total{gateway="empty",class="billing"} 1', 'limn_attempts_total{gateway="full",class="ok"} 2'):
            self.assertIn(line + "\n", text)
        self.assertRegex(text, r'limn_cost_usd_total\{gateway="full"\} 0\.0\d+\n')
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        self.end_worker(worker)

    def test_there_is_nothing_else_to_be_had(self):
        self.configure(gw="ok")
        self.queue("init")
        worker, url = self.begin_told()
        renamed = urllib.request.Request(url, headers={"Host": "rebound.example"})
        for asked, status in ((urllib.request.Request(url, data=b"x", method="POST"), (405, 413)), (url.replace("/metrics", "/"), (404,)), (renamed, (421,))):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=60)
            self.assertIn(refused.exception.code, status)
            refused.exception.close()
        self.end_worker(worker)

    def test_a_port_that_is_taken_ends_it_before_it_claims(self):
        self.configure(gw="ok")
        self.fill(1)
        worker, url = self.begin_told()
        self.wait_until(lambda: self.states() == {"done": 1})
        refused = self.limn("work", "--metrics-port", re.search(r":(\d+)/", url).group(1), "--json")
        self.assertEqual(refused.status, 2, refused)
        self.end_worker(worker)


if __name__ == "__main__":
    unittest.main()
