"""Who goes away does not cancel: what SIGTERM, SIGHUP and a closed terminal do to a request that may have been charged, and to one that may not."""

import json
import os
import pathlib
import pty
import signal
import socket
import subprocess
import threading
import time
import unittest

from batch_case import BatchCase
from limn_case import LIMN, LimnCase
from scripted_server import MODELS, ScriptedServer, answer, image_answer, png, url_answer

FINISHING = "finishing what may have been charged"
STOPS = {signal.SIGTERM: 143, signal.SIGHUP: 129}


class Held:
    """Something that a server says only when it is let."""

    def __init__(self, said):
        self.said, self.asked, self.released = said, threading.Semaphore(0), threading.Event()

    def __call__(self, request):
        self.asked.release()
        self.released.wait(60)
        return self.said


class Process:
    """`limn` at work; its standard error is read as it comes."""

    def __init__(self, case, *args, env, **more):
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **more}
        self.process = subprocess.Popen([LIMN, *map(str, args)], env=env, cwd=case.work, text=True, **more)
        case.addCleanup(self.process.kill)
        self.seen, self.changed = "", threading.Condition()
        self.reader = None
        if self.process.stderr:
            self.reader = threading.Thread(target=self.read, daemon=True)
            self.reader.start()

    def read(self):
        for line in self.process.stderr:
            with self.changed:
                self.seen += line
                self.changed.notify_all()

    def wait_for(self, text):
        with self.changed:
            if not self.changed.wait_for(lambda: text in self.seen, 60):
                raise AssertionError(f"{text!r} does not come: {self.seen}")

    def send(self, *signals):
        for one in signals:
            self.process.send_signal(one)

    def end(self):
        """Exit status and standard output."""
        stdout = self.process.stdout.read() if self.process.stdout else ""
        status = self.process.wait(timeout=60)
        if self.reader:
            self.reader.join(60)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return status, stdout


class SignalCase(LimnCase):
    def serve(self, generation=None, models=None):
        server = ScriptedServer(generation, models)
        self.addCleanup(server.stop)
        return server

    def start(self, server, *args, more_gateways=(), **more):
        env = self.environment(server.base_url(), *more_gateways)
        return Process(self, "generate", *args, "a fox", env=env, **more)

    def asked(self, held):
        self.assertTrue(held.asked.acquire(timeout=60), "nobody asked")

    def held(self, said):
        held = Held(said)
        self.addCleanup(held.released.set)
        return held


class Generate(SignalCase):
    def test_what_may_have_been_charged_ends_and_is_saved(self):
        for one in STOPS:
            with self.subTest(one.name):
                held = self.held(image_answer())
                server = self.serve(held)
                process = self.start(server, "--json", "-d", one.name)
                self.asked(held)
                process.send(one)
                process.wait_for(FINISHING)
                held.released.set()
                status, stdout = process.end()
                self.assertEqual(status, 0, process.seen)
                self.assert_png(json.loads(stdout)["images"][0]["path"])

    def test_a_second_sigterm_cancels(self):
        held = self.held(image_answer())
        process = self.start(self.serve(held), "--json")
        self.asked(held)
        process.send(signal.SIGTERM)
        process.wait_for(FINISHING + "; once more to cancel (SIGTERM)")
        process.send(signal.SIGTERM)
        status, stdout = process.end()
        self.assertEqual(status, 143)
        envelope = json.loads(stdout)
        self.assertEqual(envelope["error"]["class"], "cancelled")
        self.assertTrue(envelope["attempts"][0]["may_have_cost"])

    def test_a_sighup_never_cancels_and_never_counts(self):
        held = self.held(image_answer())
        process = self.start(self.serve(held))
        self.asked(held)
        process.send(signal.SIGHUP)
        process.wait_for(FINISHING + "; SIGTERM twice cancels it")
        process.send(signal.SIGHUP, signal.SIGCONT, signal.SIGTERM)
        held.released.set()
        self.assertEqual(process.end()[0], 0, process.seen)

    def test_the_timeout_of_coreutils_sends_it_twice_and_means_it_once(self):
        held = self.held(image_answer())
        server = self.serve(held)
        process = subprocess.Popen(["timeout", "60", LIMN, "generate", "a fox"], env=self.environment(server.base_url()), cwd=self.work,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.asked(held)
        process.send_signal(signal.SIGTERM)  # it passes it on to its child and to the group
        for line in process.stderr:
            if FINISHING in line:
                break
        held.released.set()
        stdout, stderr = process.communicate(timeout=60)
        self.assert_png(stdout.strip())

    def test_nothing_is_begun_after_it(self):
        refusal = answer(b'{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}', "402 Payment Required")
        for one in STOPS:
            with self.subTest(one.name):
                held = self.held(refusal)
                server, second = self.serve(held), self.serve()
                process = self.start(server, "--json", more_gateways=[second.base_url()])
                self.asked(held)
                process.send(one)
                process.wait_for(FINISHING)
                held.released.set()
                status, stdout = process.end()
                self.assertEqual((status, json.loads(stdout)["error"]["class"]), (5, "billing"))
                self.assertEqual((server.billable, second.billable), (1, 0))

    def test_a_parameter_is_not_dropped_for_another_try(self):
        refusal = answer(b'{"error":{"message":"Unknown parameter: \'quality\'.","code":"unknown_parameter","param":"quality"}}', "400 Bad Request")
        held = self.held(refusal)
        server = self.serve(held)
        process = self.start(server, "-q", "low")
        self.asked(held)
        process.send(signal.SIGTERM)
        process.wait_for(FINISHING)
        held.released.set()
        self.assertEqual(process.end()[0], 13)
        self.assertEqual(server.billable, 1)

    def test_the_parts_under_way_end_and_no_more_are_begun(self):
        held = self.held(image_answer())
        server = self.serve(held)
        process = self.start(server, "--json", "-n", "12", "--provider", "responses_api")
        for _ in range(8):
            self.asked(held)
        process.send(signal.SIGTERM)
        process.wait_for(FINISHING)
        held.said = answer(json.dumps({"output": [{"type": "image_generation_call", "result": json.loads(
            image_answer().split(b"\r\n\r\n", 1)[1])["data"][0]["b64_json"]}]}).encode())
        held.released.set()
        status, stdout = process.end()
        self.assertEqual(status, 143)
        self.assertEqual((len(json.loads(stdout)["images"]), server.billable), (8, 8))

    def test_a_picture_that_is_being_fetched_is_fetched(self):
        picture = self.held(answer(png(), content_type="image/png"))
        server = self.serve(models=lambda request: picture(request) if request.target.endswith(".png") else answer(MODELS))
        server.generation = lambda request: url_answer(f"http://127.0.0.1:{server.port}/fox.png")
        process = self.start(server)
        self.asked(picture)
        process.send(signal.SIGTERM)
        process.wait_for(FINISHING)
        picture.released.set()
        status, stdout = process.end()
        self.assertEqual(status, 0, process.seen)
        self.assert_png(stdout.strip())

    def test_a_job_that_is_accepted_is_asked_about_until_it_is_done(self):
        done = json.dumps({"id": "resp_1", "status": "completed", "output": [{"type": "image_generation_call", "result": json.loads(
            image_answer().split(b"\r\n\r\n", 1)[1])["data"][0]["b64_json"]}]}).encode()
        polls = []
        first = self.held(answer(b'{"id":"resp_1","object":"response","status":"queued","output":[]}'))

        def get(request):
            if "resp_1" not in request.target:
                return answer(MODELS)
            polls.append(request)
            return first(request) if len(polls) == 1 else answer(done)

        server = self.serve(lambda request: answer(b'{"id":"resp_1","object":"response","status":"queued","output":[]}'), get)
        process = self.start(server, "--provider", "submit_poll")
        self.asked(first)
        process.send(signal.SIGTERM)
        process.wait_for(FINISHING)
        first.released.set()
        status, stdout = process.end()
        self.assertEqual(status, 0, process.seen)
        self.assert_png(stdout.strip())
        self.assertEqual(server.billable, 1)

    def test_the_wait_ends_with_the_time_limit_of_the_attempt(self):
        held = self.held(image_answer())
        process = self.start(self.serve(held), "--timeout", "1")
        self.asked(held)
        process.send(signal.SIGTERM)
        self.assertEqual(process.end()[0], 9)

    def test_where_nothing_may_be_charged_one_ends_it(self):
        for one, expected in STOPS.items():
            with self.subTest(one.name, at="the list of models"):
                held = self.held(answer(MODELS))
                server = self.serve(models=held)
                process = self.start(server, "--json")
                self.asked(held)
                process.send(one)
                status, stdout = process.end()
                self.assertEqual((status, json.loads(stdout)["error"]["class"]), (expected, "cancelled"))
                self.assertEqual(server.billable, 0)
                self.assertNotIn("finishing", process.seen)
            with self.subTest(one.name, at="a pause that a gateway asked for"):
                server = self.serve(lambda request: answer(b'{"error":{"message":"slow down"}}', "429 Too Many Requests", headers=["Retry-After: 50"]))
                process = self.start(server)
                process.wait_for("waiting")
                process.send(one)
                self.assertEqual(process.end()[0], expected)
                self.assertEqual(server.billable, 1)
                self.limn("forget", env=self.environment(server.base_url()))

    def test_a_request_that_waits_for_its_connection_is_taken_back(self):
        # TLS is spoken before the request, and this server says nothing at all.
        with socket.create_server(("127.0.0.1", 0)) as mute:
            process = Process(self, "generate", "--json", "--verify", "never", "a fox",
                              env=self.environment(f"https://127.0.0.1:{mute.getsockname()[1]}/v1"))
            connection, _ = mute.accept()
            self.addCleanup(connection.close)
            time.sleep(1.2)  # until then it counts as sent
            process.send(signal.SIGTERM)
            status, stdout = process.end()
        self.assertEqual(status, 143)
        self.assertFalse(json.loads(stdout)["attempts"][0]["may_have_cost"])

    def test_what_was_ignored_stays_ignored(self):
        for one in STOPS:
            with self.subTest(one.name):
                held = self.held(answer(MODELS))
                server = self.serve(models=held)
                process = self.start(server, "-d", one.name, preexec_fn=lambda: signal.signal(one, signal.SIG_IGN))
                self.asked(held)
                process.send(one)
                held.released.set()
                status, stdout = process.end()
                self.assertEqual(status, 0, process.seen)
                self.assert_png(stdout.strip())

    def test_verify_and_doctor_end_at_once(self):
        for command in ("verify", "doctor"):
            for one in STOPS:
                with self.subTest(command, signal=one.name):
                    held = self.held(answer(MODELS))
                    process = Process(self, command, env=self.environment(self.serve(models=held).base_url()))
                    self.asked(held)
                    process.send(one)
                    self.assertNotEqual(process.end()[0], 0)

    def test_ctrl_c_cancels_also_after_them(self):
        held = self.held(image_answer())
        process = self.start(self.serve(held))
        self.asked(held)
        process.send(signal.SIGTERM)
        process.wait_for(FINISHING)
        process.send(signal.SIGINT)
        self.assertEqual(process.end()[0], 130)


class Terminal(SignalCase):
    def on_a_terminal(self, server, *args):
        """Started as a shell would; its standard output, standard error and controlling terminal are the one that is returned."""
        try:
            pid, master = pty.fork()
        except OSError as error:
            self.skipTest(f"this machine has no pseudo terminals: {error}")
        if pid == 0:
            os.chdir(self.work)
            os.execve(LIMN, [LIMN, *map(str, args)], self.environment(server.base_url()))
        return pid, master

    def status_of(self, pid):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.fail("it does not end")

    def test_a_closed_one_lets_end_and_recover_says_where_the_image_is(self):
        held = self.held(image_answer())
        pid, master = self.on_a_terminal(self.serve(held), "generate", "a fox")
        self.asked(held)
        os.close(master)
        held.released.set()
        self.assertEqual(self.status_of(pid), 10)
        images = self.images_in(self.work)
        self.assertEqual(len(images), 1)
        self.assert_png(images[0])
        self.assertIn(str(images[0]), self.limn("recover").stdout)

    def test_a_closed_one_ends_what_costs_nothing(self):
        held = self.held(answer(MODELS))
        server = self.serve(models=held)
        pid, master = self.on_a_terminal(server, "generate", "a fox")
        self.asked(held)
        os.close(master)
        self.assertIn(self.status_of(pid), (129, -1))
        self.assertEqual(server.billable, 0)

    def test_a_batch_lets_end_what_is_in_flight_and_the_next_run_goes_on(self):
        held = self.held(image_answer())
        server = self.serve(held)
        items = self.work / "items.jsonl"
        items.write_text("".join(f'"fox {n}"\n' for n in range(6)))
        args = ("batch", items, "--jobs", "2", "--manifest", self.work / "m.jsonl")
        pid, master = self.on_a_terminal(server, *args)
        self.asked(held), self.asked(held)
        os.close(master)
        held.released.set()
        self.assertIn(self.status_of(pid), (129, 130))  # 129 where it is heard only after those two had ended
        self.assertEqual((len(self.images_in(self.work)), server.billable), (2, 2))
        self.assert_status(self.limn(*args, "--resume", env=self.environment(server.base_url())), 0)
        self.assertEqual(server.billable, 6)

    def test_standard_error_that_is_gone_keeps_nobody_from_finishing(self):
        for name, error in (("closed", None), ("full", "/dev/full"), ("nobody reads it", "pipe")):
            with self.subTest(name):
                held = self.held(image_answer())
                reading, writing = os.pipe()
                stream = open(error, "w") if error == "/dev/full" else writing
                process = self.start(self.serve(held), "-d", name, stderr=stream, preexec_fn=(lambda: os.close(2)) if error is None else None)
                self.asked(held)
                os.close(reading)
                process.send(signal.SIGTERM)
                held.released.set()
                status, stdout = process.end()
                self.assertEqual(status, 0)
                self.assert_png(stdout.strip())
                os.close(writing)
                if error == "/dev/full":
                    stream.close()


class Batch(BatchCase):
    def hold(self, said):
        held = Held(said)
        self.addCleanup(held.released.set)
        server = ScriptedServer(held)
        self.addCleanup(server.stop)
        self.configure(gateway=server.base_url())
        return held, server

    def asked(self, held, count):
        for _ in range(count):
            self.assertTrue(held.asked.acquire(timeout=60), "nobody asked")

    def test_what_is_in_flight_ends_and_the_rest_is_still_to_do(self):
        for one in STOPS:
            with self.subTest(one.name):
                held, server = self.hold(image_answer())
                manifest = self.work / f"{one.name}.jsonl"
                args = (self.write([str(n) for n in range(30)]), "--jobs", "4", "--manifest", manifest, "-d", one.name)
                running = self.begin(*args, "--grace", "0")  # which is Ctrl-C's
                self.asked(held, 4)
                running.process.send_signal(one)
                running.wait_for(lambda r: any(e["event"] == "noticed" and FINISHING in e["text"] for e in r.events))
                held.released.set()
                self.assertEqual(running.end(), 130)
                self.assertEqual([line["state"] for line in self.lines(manifest)], ["done"] * 4)
                self.assertEqual(server.billable, 4)
                self.assert_status(self.batch(*args, "--resume"), 0)
                self.assertEqual(server.billable, 30)

    def test_a_second_sigterm_cancels_and_what_was_asked_for_is_unknown(self):
        held, server = self.hold(image_answer())
        running = self.begin(self.write([str(n) for n in range(9)]), "--jobs", "3", "--manifest", self.manifest)
        self.asked(held, 3)
        running.process.send_signal(signal.SIGTERM)
        running.wait_for(lambda r: any(e["event"] == "noticed" and FINISHING in e["text"] for e in r.events))
        self.assertEqual(running.end(signal.SIGTERM), 143)
        self.assertEqual([line["state"] for line in self.lines()], ["unknown"] * 3)
        self.assertEqual(server.billable, 3)

    def test_what_waits_for_its_turn_costs_nothing_and_one_ends_it(self):
        for one, expected in STOPS.items():
            with self.subTest(one.name):
                self.configure(more="rate: {images_per_minute: 2}", ok="ok")
                if one == signal.SIGTERM:
                    self.assert_status(self.batch(self.write(["a", "b"])), 0)  # what may be drawn in this minute
                manifest = self.work / f"{one.name}.jsonl"
                running = self.begin(self.write(["a", "b", "c", "d"]), "--manifest", manifest, "--jobs", "4")
                running.wait_for(lambda r: r.count("waiting"))
                self.assertEqual(running.end(one), expected)
                self.assertEqual((running.count("attempt_started"), self.sandbox.billable()), (0, 2))
                self.assertFalse(pathlib.Path(f"{manifest}.running").exists())


if __name__ == "__main__":
    unittest.main()
