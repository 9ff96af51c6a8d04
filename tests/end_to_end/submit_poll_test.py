"""Jobs that are handed in and asked after: what is paid for is fetched, whatever happens on the way, or told to stop."""

import json
import signal
import subprocess
import threading
import time
import unittest

from limn_case import LIMN, LimnCase
from scripted_server import ScriptedServer, answer, png

PROTOCOLS = ("responses", "sdcpp")


class SubmitPoll(LimnCase):
    def settings(self, protocol, more=""):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(
            f"settings: {{submit_poll: {{protocol: {protocol}, poll_shortest: 0.02, poll_longest: 0.1}}}}\n{more}")
        (folder / "limn.yaml").chmod(0o600)

    def base_url(self, protocol, behaviour):
        url = self.sandbox.base_url(behaviour)
        return url if protocol == "responses" else url.replace("/v1", "/sdcpp/v1")

    def ask(self, protocol, *behaviours, more=()):
        self.settings(protocol)
        return self.generate("--provider", "submit_poll", *more, "a fox",
                             env=self.environment(*(self.base_url(protocol, b) for b in behaviours)))

    def log(self, ending, method="POST"):
        return [entry for entry in self.sandbox.get("/_log") if entry["path"].endswith(ending) and entry["method"] == method]

    def test_a_job_is_paid_for_once_and_fetched_whatever_the_questions_meet(self):
        for protocol in PROTOCOLS:
            for behaviour in ("ok", "job-unavailable", "job-page", "job-hangs-up", "job-cut", "job-elsewhere"):
                with self.subTest(behaviour, protocol=protocol):
                    self.setUp()
                    outcome = self.ask(protocol, behaviour, more=("-s", "1088x1024"))
                    self.assert_status(outcome, 0)
                    self.assert_png(outcome.json["images"][0]["path"], (1088, 1024))
                    self.assertEqual(len(self.images_in(self.work)), 1)
                    self.assertEqual(self.sandbox.billable(), 1)
                    self.assertEqual(self.log("/cancel"), [])
                    self.doCleanups()

    def test_a_job_that_comes_to_nothing_is_not_handed_in_elsewhere(self):
        for protocol in PROTOCOLS:
            for behaviour, words in (("job-fails", "generate_image returned empty results"), ("job-gone", "does not know it any more")):
                with self.subTest(behaviour, protocol=protocol):
                    self.setUp()
                    outcome = self.ask(protocol, behaviour, "ok")
                    self.assert_status(outcome, 9)
                    self.assertIn(words, outcome.stdout)
                    self.assertTrue(outcome.json["attempts"][0]["may_have_cost"])
                    self.assertEqual(self.sandbox.billable(), 1)
                    self.doCleanups()

    def test_a_refusal_of_the_job_itself_moves_on(self):
        for protocol in PROTOCOLS:
            for behaviour, classes in (("billing-402", ["billing", "ok"]), ("rate-limited", ["rate_limited", "ok"]),
                                       ("no-responses-endpoint", ["endpoint", "ok"])):
                with self.subTest(behaviour, protocol=protocol):
                    self.setUp()
                    outcome = self.ask(protocol, behaviour, "ok")
                    self.assert_status(outcome, 0)
                    self.assertEqual([a["class"] for a in outcome.json["attempts"]], classes)
                    self.doCleanups()

    def test_ctrl_c_tells_the_gateway_to_stop(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol):
                self.setUp()
                self.settings(protocol)
                process = subprocess.Popen([LIMN, "generate", "--json", "--provider", "submit_poll", "a fox"], cwd=self.work, text=True,
                                           env=self.environment(self.base_url(protocol, "job-never-ends")),
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                while not [e for e in self.sandbox.get("/_log") if e["method"] == "GET" and ("/jobs/" in e["path"] or "/responses/" in e["path"])]:
                    time.sleep(0.01)  # until the job is asked after
                process.send_signal(signal.SIGINT)
                stdout, _ = process.communicate(timeout=30)
                self.assertEqual(process.returncode, 130)
                error = json.loads(stdout)["error"]
                self.assertEqual(error["class"], "cancelled")
                self.assertIn("the gateway was told to stop", error["message"] + stdout)
                self.assertEqual(len(self.log("/cancel")), 1)
                self.assertEqual(self.sandbox.billable(), 1)
                self.doCleanups()

    def test_when_the_time_is_over_the_gateway_is_told_to_stop_and_its_last_words_are_told(self):
        for protocol, words in (("responses", "in_progress"), ("sdcpp", "generating")):
            with self.subTest(protocol):
                self.setUp()
                outcome = self.ask(protocol, "job-never-ends", "ok", more=("--timeout", "1"))
                self.assert_status(outcome, 9)
                self.assertIn("the gateway was told to stop", outcome.stdout)
                self.assertIn(f"last heard: {words}", outcome.stdout)
                self.assertEqual(len(self.log("/cancel")), 1)
                self.assertEqual(self.sandbox.billable(), 1)
                self.doCleanups()

    def test_a_second_ctrl_c_does_not_wait_for_a_gateway_that_does_not_listen(self):
        asked, released = threading.Event(), threading.Event()
        self.addCleanup(released.set)

        def talk(request):
            if request.target.endswith("/cancel"):
                asked.set()
                released.wait()
            return answer(json.dumps({"id": "j", "status": "queued"}).encode(), "202 Accepted")

        server = ScriptedServer(generation=talk, models=lambda r: talk(r) if "/jobs/" in r.target else answer(b"{}", "404 No"))
        self.addCleanup(server.stop)
        self.settings("sdcpp")
        process = subprocess.Popen([LIMN, "generate", "--json", "--provider", "submit_poll", "a fox"], cwd=self.work, text=True,
                                   env=self.environment(server.base_url().replace("/v1", "/sdcpp/v1")),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not [r for r in server.requests if "/jobs/" in r.target]:
            time.sleep(0.01)  # until the job is asked after
        process.send_signal(signal.SIGINT)
        self.assertTrue(asked.wait(30))
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=30)
        self.assertEqual((process.returncode, stdout), (130, ""), "it waited, and then reported")

    def test_what_a_broken_gateway_last_said_is_told(self):
        def talk(request):
            if request.method == "POST":
                return answer(json.dumps({"id": "j", "status": "queued"}).encode(), "202 Accepted")
            return answer(b"<html><title>503 Busy</title></html>", "503 Busy", "text/html")

        server = ScriptedServer(generation=talk, models=lambda r: talk(r) if "/jobs/" in r.target else answer(b"{}", "404 No"))
        self.addCleanup(server.stop)
        self.settings("sdcpp")
        outcome = self.generate("--provider", "submit_poll", "--timeout", "1", "a fox",
                                env=self.environment(server.base_url().replace("/v1", "/sdcpp/v1")))
        self.assert_status(outcome, 9)
        self.assertIn("last heard: HTTP 503", outcome.stdout)
        self.assertEqual(sum(r.method == "POST" and r.target.endswith("/img_gen") for r in server.requests), 1)

    def test_nothing_that_a_gateway_says_leads_off_its_path(self):
        asked = []

        def talk(request):
            asked.append(request.target)
            if request.method == "POST":
                return answer(json.dumps({"id": "../../x?y#z", "status": "queued", "poll_url": "http://127.0.0.1:1/x"}).encode(), "202 Accepted")
            return answer(b'{"id":"other","status":"failed","error":{"code":"x","message":"no"}}')

        server = ScriptedServer(generation=talk, models=lambda r: talk(r) if "/jobs/" in r.target else answer(b"{}", "404 No"))
        self.addCleanup(server.stop)
        self.settings("sdcpp")
        outcome = self.generate("--provider", "submit_poll", "a fox", env=self.environment(server.base_url().replace("/v1", "/sdcpp/v1")))
        self.assert_status(outcome, 9)
        self.assertEqual(asked, ["/sdcpp/v1/img_gen", "/sdcpp/v1/jobs/..%2F..%2Fx%3Fy%23z"])

    def test_input_images_and_a_mask_go_along(self):
        picture = self.work / "in.png"
        picture.write_bytes(png())
        mask = self.work / "mask.png"
        data = bytearray(png())
        data[25] = 6  # its colours have an alpha channel; nobody looks into the pixels
        mask.write_bytes(data)
        self.assert_status(self.ask("sdcpp", "ok", more=("-i", picture, "-i", picture, "--mask", mask)), 0)
        body = self.log("/img_gen")[0]["body"]
        self.assertEqual([name for name in body if name.endswith(("image", "images"))], ["init_image", "mask_image", "ref_images"])
        self.assertTrue(body["mask_image"].startswith("data:image/png;base64,"))
        self.setUp()
        self.assert_status(self.ask("responses", "ok", more=("-i", picture)), 0)
        body = self.log("/responses")[0]["body"]
        self.assertEqual((body["background"], body["store"], body["stream"]), (True, True, False))

    def test_a_wrong_setting_is_told(self):
        for text, words in (("{protocol: fax}", "protocol"), ("{poll_shortest: soon}", "poll_shortest"), ("{poll_shortest: 9}", "poll_longest"),
                            ("{colour: red}", "colour")):
            with self.subTest(text):
                self.settings("responses")
                (self.home / ".config/limn/limn.yaml").write_text(f"settings: {{submit_poll: {text}}}\n")
                outcome = self.limn("generate", "--provider", "submit_poll", "a fox", env=self.environment("ok"))
                self.assertNotEqual(outcome.status, 0)
                self.assertIn(words, outcome.stderr)
                self.assertEqual(self.sandbox.billable(), 0)


if __name__ == "__main__":
    unittest.main()
