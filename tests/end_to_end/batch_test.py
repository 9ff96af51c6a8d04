"""limn batch: many items through one process, a manifest to go on from, and nothing paid for twice."""

import base64
import collections
import json
import os
import pathlib
import pty
import signal
import subprocess
import threading
import unittest

import kernel
from batch_case import BatchCase
from limn_case import LIMN
from scripted_server import KeepAliveServer, ScriptedServer, answer, png


def pictures(count):
    return answer(json.dumps({"data": [{"b64_json": base64.b64encode(png()).decode()}] * count}).encode())


class Many(BatchCase):
    def test_of_64_a_third_fail_in_different_ways_and_resume_pays_only_for_what_is_missing(self):
        self.configure(good="ok", broke="billing-402", down="server-500", lost="gateway-504", prude="moderated")
        other = {1: "broke", 4: "down", 7: "lost", 10: "prude"}
        items = [{"id": f"i{n}", "prompt": f"fox {n}", "gateway": other.get(n % 12, "good")} for n in range(64)]
        of = collections.Counter(item["gateway"] for item in items)
        self.assertEqual(of["good"], 43)
        file = self.write(items)
        outcome = self.batch(file, "--manifest", self.manifest, "--jobs", "16")
        self.assert_status(outcome, 14)
        counts = outcome.json["items"]
        self.assertEqual(counts, {"total": 64, "done": 43, "failed": of["broke"] + of["down"], "unknown": of["lost"] + of["prude"],
                                  "skipped": 0, "not_begun": 0})
        lines = self.lines()
        self.assertEqual(sorted(line["id"] for line in lines), sorted(item["id"] for item in items), "one line an item")
        for line in lines:
            gateway = items[line["line"] - 1]["gateway"]
            self.assertEqual(line["state"], {"good": "done", "broke": "failed", "down": "failed"}.get(gateway, "unknown"), line)
            self.assertEqual(line.get("error", {}).get("class"),
                             {"broke": "billing", "down": "server", "lost": "outcome_unknown", "prude": "content"}.get(gateway))
            self.assert_images(line, 1 if gateway == "good" else 0)
        self.assertEqual([r["id"] for r in outcome.json["results"]], [item["id"] for item in items])
        self.assertFalse(self.journal.exists())
        self.assertEqual(len(self.pictures()), 43)

        # The gateways are well again.
        self.configure(good="ok", broke="ok", down="ok", lost="ok", prude="ok")
        self.sandbox.reset()
        outcome = self.batch(file, "--manifest", self.manifest, "--resume", "--jobs", "16")
        self.assert_status(outcome, 14)
        self.assertEqual(self.sandbox.billable(), of["broke"] + of["down"])
        self.assertEqual(outcome.json["items"]["skipped"], 43)
        self.assertEqual(outcome.json["items"]["unknown"], of["lost"] + of["prude"])
        self.assertEqual(self.latest()["i7"]["state"], "unknown")

        self.sandbox.reset()
        outcome = self.batch(file, "--manifest", self.manifest, "--resume", "--allow-duplicate-charge")
        self.assert_status(outcome, 0)
        self.assertEqual(self.sandbox.billable(), of["lost"] + of["prude"])
        self.assertEqual(len(self.pictures()), 64)
        self.sandbox.reset()
        self.assert_status(self.batch(file, "--manifest", self.manifest, "--resume"), 0)
        self.assertEqual(self.sandbox.get("/_counts")["total"]["requests"], 0, "all is done, and somebody was asked")

    def test_items_share_the_connections_of_those_before_them(self):
        server = KeepAliveServer()
        self.addCleanup(server.stop)
        self.configure(open=server.base_url())
        outcome = self.batch(self.write([f"fox {n}" for n in range(12)]), "--jobs", "3")
        self.assert_status(outcome, 0)
        self.assertEqual(server.billable, 12)
        self.assertLessEqual(len({request.connection for request in server.requests if request.method == "POST"}), 3)

    def test_where_none_comes_the_status_is_that_of_the_last_one(self):
        self.configure(broke="billing-402")
        outcome = self.batch(self.write(["a", "b"]))
        self.assert_status(outcome, 5)
        self.assertFalse(outcome.json["ok"])

    def test_paths_are_printed_and_the_report_says_how_to_go_on(self):
        self.configure(good="ok", broke="billing-402")
        file = self.write([{"prompt": "a", "gateway": "good", "n": 2}, {"prompt": "b", "gateway": "broke", "id": "poor one"}], "my items.jsonl")
        outcome = self.limn("batch", file, "--manifest", self.manifest)
        self.assert_status(outcome, 14)
        self.assertEqual(sorted(outcome.stdout.split()), [str(p) for p in self.pictures()])
        self.assertIn("1 of 2 done · 1 failed", outcome.stderr)
        self.assertIn("failed, billing: 1 (poor one)", outcome.stderr)
        self.assertIn(f"limn batch '{file}' --manifest {self.manifest} --resume", outcome.stderr)

    def test_standard_input_and_options_of_the_command_line(self):
        self.configure(one="ok", two="ok")
        outcome = self.batch("-", "--gateway", "two", "-d", "out", "-s", "1536x1024", stdin='"a fox"\r\n\n{"prompt":"b","size":"1024x1024"}\n{"prompt":"c","output":"c.png"}')
        self.assert_status(outcome, 0)
        paths = [pathlib.Path(r["images"][0]) for r in outcome.json["results"]]
        self.assert_png(paths[0], (1536, 1024))
        self.assert_png(paths[1], (1024, 1024))
        self.assertEqual([p.parent for p in paths], [self.work / "out", self.work / "out", self.work])
        self.assertEqual([r["id"] for r in outcome.json["results"]], ["1", "3", "4"])

    def test_what_earlier_runs_drew_of_an_item_is_kept(self):
        def draw(request):
            left = 4 - len(asked)
            asked.append(json.loads(request.body).get("n", 1))
            return pictures(2) if left == 4 else answer(b'{"error":{"message":"Insufficient Balance"}}', "402 Payment")

        asked = []
        server = ScriptedServer(generation=draw)
        self.addCleanup(server.stop)
        self.configure(half=f"http://127.0.0.1:{server.port}/v1")
        file = self.write([{"prompt": "a fox", "n": 4}])
        args = (file, "--manifest", self.manifest, "--provider", "openai_images")
        self.assert_status(self.batch(*args), 5)
        self.assert_images(self.latest()["1"], 2)
        self.assertEqual(self.latest()["1"]["state"], "failed")
        self.configure(half="ok")
        self.assert_status(self.batch(*args, "--resume"), 0)
        self.assertEqual([e["body"]["n"] for e in self.sandbox.get("/_log") if e["billable"]], [2])
        self.assert_images(self.latest()["1"], 4)
        self.assertEqual(len(self.pictures()), 4)

    def test_no_key_gets_into_the_manifest(self):
        def draw(request):
            picture = {"b64_json": base64.b64encode(png()).decode(), "revised_prompt": f"a fox with {request.headers['authorization']}"}
            return answer(json.dumps({"data": [picture]}).encode())

        server = ScriptedServer(generation=draw)
        self.addCleanup(server.stop)
        self.configure(parrot="echo-key", chatty=f"http://127.0.0.1:{server.port}/v1")
        outcome = self.batch(self.write([{"prompt": "a", "gateway": "parrot"}, {"prompt": "b", "gateway": "chatty"}]), "--manifest", self.manifest)
        self.assert_status(outcome, 14)
        self.assertEqual(self.latest()["1"]["error"]["class"], "auth")
        self.assertIn("a fox with", self.latest()["2"]["images"][0]["revised_prompt"])

    def test_events_name_the_item_and_tell_its_line(self):
        self.configure(good="ok")
        outcome = self.batch(self.write([{"prompt": "a", "id": "x"}]), "--events")
        events = [json.loads(line) for line in outcome.stderr.splitlines()]
        self.assertEqual([e["event"] for e in events if e["event"] != "verifying"],
                         ["item_started", "attempt_started", "image_saved", "attempt_ended", "item_ended"])
        self.assertEqual({e["item"] for e in events}, {"x"})
        self.assert_valid(events[-1]["result"], "manifest_line")

    def test_the_same_notice_is_told_once(self):
        self.configure(listless="no-models-list")
        outcome = self.limn("batch", self.write(["a", "b", "c"]))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stderr.count("no list of models"), 1)

    def test_a_terminal_has_a_line_of_progress(self):
        self.configure(slow="slow-700")
        try:
            master, slave = pty.openpty()
        except OSError as error:
            self.skipTest(f"this machine has no pseudo terminals: {error}")
        process = subprocess.Popen([LIMN, "batch", self.write(["a", "b", "c"])], env=self.environment(TERM="xterm"), cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            text += piece
        os.close(master)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn("0 of 3 done · 3 in flight · 0 failed", text.decode())


class Mistakes(BatchCase):
    def assert_nobody_asked(self):
        self.assertEqual(self.sandbox.get("/_counts")["total"]["requests"], 0)

    def refused(self, outcome, *texts):
        self.assert_status(outcome, 2)
        for text in texts:
            self.assertIn(text, outcome.stderr)
        self.assert_nobody_asked()
        self.assertFalse(self.manifest.exists(), "a run that never began left a manifest")

    def test_all_are_told_before_anybody_is_asked(self):
        self.configure(good="ok")
        file = self.work / "items.jsonl"
        file.write_text('"good"\n{"promt":"a"}\nno json\n{"prompt":"a","size":"big"}\n{"prompt":"a","n":"2"}\n{"prompt":"a","n":0}\n'
                        '{"prompt":"a","id":"good"}\n{"prompt":"b","id":"good"}\n{"prompt":"a","gateway":"goood"}\n'
                        '{"prompt":"a","provider":"openai_imges"}\n# no\n{"prompt":"a","mask":"x"}\n{"prompt":""}\n[]\n')
        outcome = self.limn("batch", file, "--manifest", self.manifest)
        self.refused(outcome, f"{file}:2: 'promt' is no option of an item: did you mean 'prompt'?", f"{file}:3: no valid JSON", f"{file}:4: 'big' is no size",
                     f"{file}:5: n: a whole number belongs here", f"{file}:6: n: 0 is not from 1 to 100", f"{file}:8: the id 'good' is that of line 7",
                     f"{file}:9: there is no gateway 'goood': did you mean 'good'?", f"{file}:10: ", f"{file}:11: ", f"{file}:12: a mask needs an input",
                     "and 2 more")
        self.assertEqual(len(outcome.stderr.splitlines()), 11)

    def test_a_batch_without_items_or_without_a_file(self):
        self.configure(good="ok")
        self.refused(self.limn("batch", self.write([])), "there are no items")
        self.refused(self.limn("batch", "nowhere.jsonl"), "cannot read nowhere.jsonl")
        self.refused(self.limn("batch", self.write(["a"]), "--resume"), "--resume needs the manifest")
        self.refused(self.limn("batch", self.write(["a"]), "--jobs", "2000"), "2000 is not from 1 to 1024")
        self.refused(self.limn("batch", self.write(["a"]), "--manifest", "no/such/folder"), "cannot write")

    def test_two_items_for_one_file_are_refused_through_a_link_too(self):
        self.configure(good="ok")
        (self.work / "real").mkdir()
        (self.work / "link").symlink_to("real")
        file = self.write([{"prompt": "a", "output": "real/fox.png"}, {"prompt": "b", "output": "link/fox.png"}])
        self.refused(self.limn("batch", file), f"{file}:2: the output {self.work}/real/fox.png is that of line 1, too")

    def test_an_output_that_is_no_file(self):
        self.configure(good="ok")
        self.refused(self.limn("batch", self.write([{"prompt": "a", "output": "/dev/null"}])), "takes no image of a batch")

    def test_a_folder_that_cannot_be_written_is_known_beforehand(self):
        self.configure(good="ok")
        (self.work / "file").write_text("")
        outcome = self.limn("batch", self.write(["x", {"prompt": "a", "directory": "file/below"}]), "--manifest", self.manifest)
        self.assert_status(outcome, 10)
        self.assert_nobody_asked()

    def test_too_many_jobs_for_the_open_files_that_are_allowed(self):
        self.configure(good="ok")
        file = self.write(["a"])
        self.refused(self.limn("batch", file, "--jobs", "1000", through=("bash", "-c", "ulimit -n 256; exec \"$@\"", "x")), "ulimit -Hn 3064", "--jobs 64")
        self.assert_status(self.limn("batch", file, "--jobs", "64", through=("bash", "-c", "ulimit -Sn 64; exec \"$@\"", "x")), 0)

    def test_a_manifest_of_an_earlier_run_is_not_written_over(self):
        self.configure(good="ok")
        file = self.write(["a"])
        self.assert_status(self.batch(file, "--manifest", self.manifest), 0)
        before = self.manifest.read_bytes()
        self.sandbox.reset()
        outcome = self.limn("batch", file, "--manifest", self.manifest)
        self.assert_status(outcome, 2)
        self.assertIn("--resume goes on with it", outcome.stderr)
        self.assertEqual(self.manifest.read_bytes(), before)
        self.assert_nobody_asked()

    def test_an_item_that_reads_otherwise_than_when_it_was_drawn(self):
        self.configure(good="ok", broke="billing-402")
        items = [{"prompt": "a", "id": "a", "gateway": "good"}, {"prompt": "b", "id": "b", "gateway": "broke"}]
        self.assert_status(self.batch(self.write(items), "--manifest", self.manifest), 14)
        changed = [dict(items[0], prompt="another"), items[1]]
        outcome = self.limn("batch", self.write(changed), "--manifest", self.manifest, "--resume")
        self.assert_status(outcome, 2)
        self.assertIn("the item 'a' reads otherwise than when it was drawn", outcome.stderr)
        # Nothing was paid for the other one.
        changed = [items[0], dict(items[1], prompt="another", gateway="good")]
        self.sandbox.reset()
        self.assert_status(self.batch(self.write(changed), "--manifest", self.manifest, "--resume", "--timeout", "99"), 0)
        self.assertEqual(self.sandbox.billable(), 1)


class Money(BatchCase):
    def test_a_dry_run_asks_nobody_and_tells_what_it_would_cost(self):
        self.configure("prices: {gpt-image-2: {image: 0.04}}", good="ok", broke="billing-402")
        items = [{"prompt": "a", "gateway": "good"}, {"prompt": "b", "gateway": "broke"}, {"prompt": "c", "n": 3, "gateway": "broke"}]
        file = self.write(items)
        args = (file, "--manifest", self.manifest)
        outcome = self.batch(*args, "--dry-run")
        self.assert_status(outcome, 0)
        self.assertEqual((outcome.json["to_draw"], outcome.json["cost"]["usd"]), (["1", "2", "3"], 0.2))
        self.assertFalse(self.manifest.exists())
        self.assertEqual(self.sandbox.get("/_counts")["total"]["requests"], 0)
        self.batch(*args)
        self.sandbox.reset()
        before = self.manifest.read_bytes()
        outcome = self.batch(*args, "--resume", "--dry-run")
        self.assertEqual((outcome.json["to_draw"], outcome.json["skipped"], outcome.json["cost"]["usd"]), (["2", "3"], ["1"], 0.16))
        self.assertEqual(self.manifest.read_bytes(), before)
        self.assertEqual(self.sandbox.get("/_counts")["total"]["requests"], 0)

    def test_the_built_in_sandbox_costs_nothing_and_no_limit_of_cost_stops_it(self):
        args = (self.write(["a", "b"]), "--sandbox", "--max-cost", "0.0001")
        self.assertEqual(self.limn("batch", *args, "--dry-run").stdout, "2 of 2 items to draw: costs nothing in the sandbox\n")
        told = self.limn("batch", *args)
        self.assert_status(told, 0)
        self.assertIn("2 of 2 done", told.stderr)
        self.assertIn("costs nothing in the sandbox", told.stderr)
        self.assertNotIn("$", told.stderr)
        self.assertEqual(self.batch(*args, "--manifest", self.manifest).json["cost"], {"usd": 0, "basis": "usage"})
        self.assertEqual([line["cost"] for line in self.lines()], [{"usd": 0, "basis": "usage"}] * 2)

    def test_no_item_is_begun_that_could_pass_the_limit_and_resume_counts_what_was_spent(self):
        self.configure("prices: {gpt-image-2: {image: 0.04}}", good="ok")
        file = self.write(["a", "b", "c", "d", "e"])
        args = (file, "--manifest", self.manifest, "--jobs", "4")
        outcome = self.batch(*args, "--max-cost", "0.13")
        self.assert_status(outcome, 14)
        self.assertEqual(self.sandbox.billable(), 3)
        self.assertEqual([r["id"] for r in outcome.json["results"] if r["state"] == "not_begun"], ["4", "5"])
        self.assertEqual(outcome.json["cost"]["usd"], 0.12)
        outcome = self.limn("batch", *args, "--max-cost", "0.16", "--resume")
        self.assert_status(outcome, 14)
        self.assertIn("not begun (the next one could cost more than --max-cost allows): 1 (5)", outcome.stderr)
        self.assertRegex(outcome.stderr, "to go on: limn batch .*--max-cost MORE --resume")  # 0.16 again would end it again
        self.assertEqual(self.sandbox.billable(), 4)

    def test_a_limit_below_the_first_item(self):
        self.configure("prices: {gpt-image-2: {image: 0.04}}", good="ok")
        self.assert_status(self.batch(self.write(["a"]), "--max-cost", "0.03"), 2)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_a_limit_needs_prices(self):
        self.configure("model: [nobody-knows]", good="ok")
        outcome = self.limn("batch", self.write(["a"]), "--max-cost", "1")
        self.assert_status(outcome, 2)
        self.assertIn("prices:", outcome.stderr)

    def test_fail_fast_begins_no_more(self):
        self.configure(good="ok", broke="billing-402")
        items = [{"prompt": str(n), "gateway": "broke" if n == 2 else "good"} for n in range(6)]
        outcome = self.batch(self.write(items), "--fail-fast", "--jobs", "1", "--manifest", self.manifest)
        self.assert_status(outcome, 14)
        self.assertEqual([r["state"] for r in outcome.json["results"]], ["done", "done", "failed"] + ["not_begun"] * 3)
        self.assertEqual(len(self.lines()), 3)


class Interrupts(BatchCase):
    def test_the_first_lets_what_is_in_flight_end(self):
        self.configure(slow="slow-1500")
        file = self.write([str(n) for n in range(9)])
        for one in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(one.name):
                self.sandbox.reset()
                manifest = self.work / f"{one.name}.jsonl"
                args = (file, "--manifest", manifest, "--jobs", "3", "-d", one.name)
                running = self.begin(*args)
                running.wait_for(lambda r: r.count("attempt_started") == 3)
                self.assertEqual(running.end(one), 130)
                self.assertEqual([line["state"] for line in self.lines(manifest)], ["done"] * 3)
                self.assertFalse(pathlib.Path(f"{manifest}.running").exists())
                self.assert_status(self.batch(*args[:-4], "--jobs", "9", "--resume", "-d", one.name), 0)
                self.assertEqual(self.sandbox.billable(), 9)

    def test_what_only_waits_for_its_turn_is_not_asked_for_any_more(self):
        self.configure(more="rate: {images_per_minute: 2}", ok="ok")
        args = (self.write(["a", "b", {"prompt": "c", "n": 3}, "d"]), "--manifest", self.manifest, "--jobs", "4")
        running = self.begin(*args)
        running.wait_for(lambda r: r.count("item_ended") == 2)
        self.assertEqual(running.end(signal.SIGINT), 130)
        self.assertEqual(self.sandbox.billable(), 2)
        self.assertEqual([line["state"] for line in self.lines()], ["done"] * 2)
        self.assertEqual(len(self.batch(*args, "--resume", "--dry-run").json["to_draw"]), 2)

    def test_the_second_cancels_and_what_was_asked_for_is_unknown(self):
        self.configure(slow="slow-60000")
        file = self.write([str(n) for n in range(5)])
        args = (file, "--manifest", self.manifest, "--jobs", "2")
        running = self.begin(*args)
        running.wait_for(lambda r: self.sandbox.billable() == 2)
        running.process.send_signal(signal.SIGINT)
        running.wait_for(lambda r: any("Ctrl-C again" in line for line in r.noise))
        self.assertEqual(running.end(signal.SIGINT), 130)
        self.assertEqual([line["state"] for line in self.lines()], ["unknown"] * 2)
        self.configure(slow="ok")
        outcome = self.batch(*args, "--resume")
        self.assert_status(outcome, 14)
        self.assertEqual([r["state"] for r in outcome.json["results"]], ["unknown"] * 2 + ["done"] * 3)
        self.assertEqual(self.sandbox.billable(), 5)

    def test_when_the_time_of_grace_is_over_it_cancels(self):
        self.configure(slow="slow-60000")
        running = self.begin(self.write(["a", "b"]), "--manifest", self.manifest, "--jobs", "1", "--grace", "0.3")
        running.wait_for(lambda r: self.sandbox.billable() == 1)
        self.assertEqual(running.end(signal.SIGINT), 130)
        self.assertEqual([line["state"] for line in self.lines()], ["unknown"])

    def test_the_third_ends_the_process_and_what_was_in_flight_is_not_forgotten(self):
        def job(request):
            if request.target.endswith("/cancel"):
                cancelled.set()
                released.wait()
            return answer(b'{"id":"resp_1","object":"response","status":"queued","output":[]}')

        cancelled, released = threading.Event(), threading.Event()
        self.addCleanup(released.set)
        server = ScriptedServer(generation=job, models=lambda r: job(r) if "resp_1" in r.target else answer(b'{"data":[{"id":"gpt-image-2"}]}'))
        self.addCleanup(server.stop)
        self.configure(queue=f"http://127.0.0.1:{server.port}/v1")
        args = (self.write(["a", "b"]), "--manifest", self.manifest, "--jobs", "1", "--provider", "submit_poll")
        running = self.begin(*args)
        running.wait_for(lambda r: any("resp_1" in request.target for request in server.requests))
        running.process.send_signal(signal.SIGINT)
        running.wait_for(lambda r: any("Ctrl-C again" in line for line in r.noise))
        running.process.send_signal(signal.SIGINT)
        self.assertTrue(cancelled.wait(timeout=60))
        self.assertEqual(running.end(signal.SIGINT), 130)
        self.assertEqual(self.lines(), [])
        self.assertTrue(self.journal.exists())
        released.set()
        plan = self.batch(*args, "--resume", "--dry-run").json
        self.assertEqual((plan["unknown"], plan["to_draw"]), (["1"], ["2"]))

    def test_what_cost_nothing_yet_leaves_no_line(self):
        held = []

        def models(request):
            held.append(request)
            released.wait()
            return answer(b"{}")

        released = threading.Event()
        self.addCleanup(released.set)
        server = ScriptedServer(generation=lambda r: pictures(1), models=models)
        self.addCleanup(server.stop)
        self.configure(shy=f"http://127.0.0.1:{server.port}/v1")
        running = self.begin(self.write(["a", "b"]), "--manifest", self.manifest, "--grace", "0")
        running.wait_for(lambda r: held)
        self.assertEqual(running.end(signal.SIGINT), 130)
        self.assertEqual(self.lines(), [])
        self.assertFalse(self.journal.exists())


class Manifest(BatchCase):
    def test_two_runs_on_one_are_refused(self):
        self.configure(slow="slow-60000")
        file = self.write(["a"])
        (self.work / "link.jsonl").symlink_to(self.manifest)
        running = self.begin(file, "--manifest", self.manifest)
        running.wait_for(lambda r: self.sandbox.billable() == 1)
        for name in (self.manifest, self.work / "link.jsonl"):
            outcome = self.limn("batch", file, "--manifest", name, "--resume")
            self.assert_status(outcome, 2)
            self.assertIn("another limn is at work", outcome.stderr)
        running.process.kill()
        running.end()

    def test_a_cut_last_line_loses_nothing_that_stood_in_it(self):
        self.configure(good="ok", broke="billing-402")
        file = self.write([{"prompt": "a", "gateway": "broke"}, {"prompt": "b", "gateway": "good"}])
        args = (file, "--manifest", self.manifest)
        self.assert_status(self.batch(*args, "--jobs", "1"), 14)
        whole = self.manifest.read_bytes()
        first = whole.index(b"\n") + 1
        line = whole[first:]
        for cut, states in {1: ["failed", "done"], len(line) // 3: ["failed", "unknown"], line.index(b'"cost"') + 3: ["failed", "done"],
                            len(line) - 1: ["failed", "done"], len(line) - 2: ["failed", "done"]}.items():
            with self.subTest(cut=cut, of=len(line)):
                self.sandbox.reset()
                self.manifest.write_bytes(whole[:first + cut])
                outcome = self.batch(*args, "--resume")
                self.assertIn("was cut", outcome.stderr)
                self.assertEqual([self.latest()[i]["state"] for i in "12"], states)
                # Only where not even its id was left, nobody can know that it was drawn.
                self.assertEqual(self.sandbox.counts("ok", "paid"), 1 if cut == 1 else 0)

    def test_a_line_of_something_else_is_refused(self):
        self.configure(good="ok")
        file = self.write(["a"])
        self.manifest.write_text('{"id":"1"}\n')
        outcome = self.limn("batch", file, "--manifest", self.manifest, "--resume")
        self.assert_status(outcome, 2)
        self.assertIn(f"{self.manifest}:1: this is no line of a manifest", outcome.stderr)
        self.assertEqual(self.manifest.read_text(), '{"id":"1"}\n')

    @unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
    def test_nothing_is_asked_for_where_the_manifest_has_no_room(self):
        self.configure(good="ok")
        file = self.write(["a", "b"])
        disk = self.work / "disk"
        disk.mkdir()
        namespace = kernel.Namespace()
        self.addCleanup(namespace.close)
        namespace.run(f"mount -t tmpfs -o size=400k none {disk}")
        args = ("batch", file, "--manifest", disk / "manifest")
        outcome = self.limn(*args, through=namespace.command())
        self.assert_status(outcome, 10)
        self.assertIn("No space left", outcome.stderr)
        self.assertEqual(self.sandbox.billable(), 0)
        namespace.run(f"mount -o remount,size=8m {disk}")
        self.assert_status(self.limn(*args, "--resume", through=namespace.command()), 0)
        self.assertEqual(self.sandbox.billable(), 2)
        self.assertEqual(namespace.run(f"ls {disk}"), "manifest\n")
        self.assertLess(int(namespace.run(f"stat -c %b {disk}/manifest")), 64, "room is still taken")


if __name__ == "__main__":
    unittest.main()
