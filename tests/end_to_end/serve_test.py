"""`limn serve`: programs that speak OpenAI's API for pictures, that repeat what they paid for, go away, and are not who they say."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import unittest

from limn_case import CANARY, LIMN, LimnCase, all_below, content_of

GENERATIONS = "/v1/images/generations"
CLIENT_KEY = CANARY + "client"
RETRIED = (408, 409, 425, 429)  # and 5xx


class Server:
    def __init__(self, case, *args, env, port=0):
        self.case = case
        place = () if port is None else ("--port", str(port))
        self.process = subprocess.Popen([LIMN, "serve", "--json", *place, *args], env=env, cwd="/", text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        case.addCleanup(self.kill)
        line = self.process.stdout.readline()
        if not line.startswith('{"ok":true'):
            raise AssertionError(line + self.process.stderr.read())
        self.ready = json.loads(line)
        case.assert_valid(self.ready, "serve")
        self.base_url = self.ready["base_url"]
        self.port = int(self.base_url.split(":")[2].split("/")[0]) if ":" in self.base_url[5:] else None

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(timeout=30)
        if not self.process.stderr.closed:
            said = self.process.stdout.read() + self.process.stderr.read()
            self.case.assertNotIn(CANARY, said)
            self.process.stdout.close()
            self.process.stderr.close()
            self.said = said
        return self.said

    def end(self, how=signal.SIGTERM):
        """Returns the exit status."""
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:600]!r}"


class ServeCase(LimnCase):
    def tearDown(self):
        self.limn("--version")  # looks for keys in all that was written
        self.assertNotIn(CLIENT_KEY, json.dumps(self.sandbox.get("/_log")), "a client's key went to a gateway")

    def configure(self, *behaviours, more=""):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        rows = "".join(f"  - name: {name}\n    base_url: {behaviour if '://' in behaviour else self.sandbox.base_url(behaviour)}\n    api_key: {CANARY}{name}\n"
                       for name, behaviour in zip(("one", "two", "three"), behaviours))
        file = folder / "limn.yaml"
        file.write_text(f"gateways:\n{rows}fallback: {{late_error: 60s}}\n{more}")
        file.chmod(0o600)

    def server(self, *args, **more):
        """For everybody on this machine, unless a key was made, or something else is said."""
        has_keys = (self.home / ".config/limn/serve-keys.json").exists()
        return Server(self, *(args or (() if has_keys else ("--no-key",))), env=self.environment(), **more)

    def ask(self, server, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        self.assertNotIn(CANARY.encode(), answer.body)
        self.assertNotIn(CANARY, str(answer.headers))
        return answer

    def draw(self, server, body=None, timeout=60, **headers):
        body = {"prompt": "a fox", **(body or {})}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(server, "POST", GENERATIONS, json.dumps(body), {"content-type": "application/json", **named}, timeout)

    def assert_drawn(self, answer, count=1):
        self.assertEqual(answer.status, 200, answer)
        pictures = [base64.b64decode(one["b64_json"], validate=True) for one in answer.json["data"]]
        self.assertEqual(len(pictures), count)
        for picture in pictures:
            self.assertEqual((picture[:8], picture[-8:-4]), (b"\x89PNG\r\n\x1a\n", b"IEND"))
        return pictures

    def assert_refused(self, answer, status, code):
        """In the shape that every client reads, and with a status that none repeats where it is final."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.error["code"], code, answer)
        self.assertEqual(sorted(set(answer.error) - {"limn"}), ["code", "message", "param", "type"])
        self.assertTrue(answer.error["message"])
        is_retried = status in RETRIED or status >= 500
        self.assertEqual(answer.headers["x-should-retry"], "true" if is_retried else "false")
        return answer.error

    def wait_until(self, what, timeout=60):
        end = time.monotonic() + timeout
        while not what():
            self.assertLess(time.monotonic(), end, "it never came to that")
            time.sleep(0.01)

    def wait_for_request(self, behaviour, count=1):
        self.wait_until(lambda: self.sandbox.billable(behaviour) >= count)

    def in_background(self, *args, **more):
        """A request of a thread of its own; the list gets its answer."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.draw(*args, **more)), daemon=True)
        thread.start()
        self.addCleanup(thread.join, 60)
        return thread, answers

    def begin_and_go_away(self, server, behaviour, body=None, **headers):
        """The request is with the gateway when its client closes the connection."""
        text = json.dumps({"prompt": "a fox", **(body or {})}).encode()
        lines = [f"POST {GENERATIONS} HTTP/1.1", f"host: 127.0.0.1:{server.port}", "content-type: application/json", f"content-length: {len(text)}",
                 *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + text)
            self.wait_for_request(behaviour)

    @property
    def pictures(self):
        return self.home / "Pictures/limn"


class OpenAI:
    """As openai-python 2 sends things: what it repeats, when, and what it says of that (openai/openai-python, _base_client.py)."""

    def __init__(self, case, server, timeout=600, max_retries=2, key=CLIENT_KEY):
        self.case, self.server, self.timeout, self.max_retries, self.key = case, server, timeout, max_retries, key

    def generate(self, **body):
        for count in range(self.max_retries + 1):
            headers = {"authorization": f"Bearer {self.key}", "accept": "application/json", "user-agent": "OpenAI/Python 2.9.0", "x-stainless-lang": "python",
                       "x-stainless-package-version": "2.9.0", "x-stainless-os": "Linux", "x-stainless-arch": "x64", "x-stainless-runtime": "CPython",
                       "x-stainless-runtime-version": "3.11.2", "x-stainless-async": "false", "x-stainless-retry-count": str(count),
                       "x-stainless-read-timeout": str(self.timeout)}
            try:
                answer = self.case.draw(self.server, {"model": "gpt-image-1", **body}, timeout=self.timeout, **headers)
            except (TimeoutError, ConnectionError, http.client.HTTPException):
                if count == self.max_retries:
                    raise
            else:
                self.tries = count + 1
                says = answer.headers.get("x-should-retry")
                is_again = says == "true" or (says != "false" and (answer.status in (408, 409, 429) or answer.status >= 500))
                if answer.status < 400 or not is_again or count == self.max_retries:
                    return answer
            time.sleep(0.5 * 2 ** count)  # as it waits


class Pictures(ServeCase):
    def test_a_picture_is_drawn_saved_and_sent(self):
        self.configure("ok")
        server = self.server()
        answer = self.draw(server, {"model": "dall-e-3", "user": "me", "style": "vivid", "n": 1, "size": "1024x1024", "quality": "low",
                                    "response_format": "b64_json", "background": None}, x_request_id="mine-1")
        picture = self.assert_drawn(answer)[0]
        files = self.images_in(self.pictures)
        self.assertEqual([file.read_bytes() for file in files], [picture])
        headers = answer.headers
        self.assertEqual((headers["x-limn-gateway"], headers["x-limn-model"], headers["x-limn-attempts"]), ("one", "gpt-image-2", "1"))
        self.assertGreater(float(headers["x-limn-cost-usd"]), 0)
        self.assertEqual(headers["x-limn-dropped"], "user, style")
        self.assertEqual(headers["x-request-id"], "mine-1")
        self.assertTrue(headers["x-limn-job"].startswith("job-"))
        self.assertEqual(int(headers["content-length"]), len(answer.body))
        self.assertEqual(answer.json["output_format"], "png")
        self.assertGreater(answer.json["usage"]["total_tokens"], 0)
        self.assertLess(abs(answer.json["created"] - time.time()), 60)
        past = self.limn("history", "--json").json["entries"]
        self.assertEqual([entry["door"] for entry in past], ["serve"])

    def test_several_pictures_come_in_one_answer(self):
        self.configure("ok")
        pictures = self.assert_drawn(self.draw(self.server(), {"n": 3}), 3)
        self.assertEqual(sorted(pictures), sorted(file.read_bytes() for file in self.images_in(self.pictures)))

    def test_what_came_of_several_is_delivered_where_the_rest_failed(self):
        """Each is asked for on its own, as /responses draws them."""
        self.configure("five-a-minute", more="providers: [responses_api]\n")
        file = self.home / ".config/limn/limn.yaml"
        file.write_text(file.read_text().replace("late_error: 60s", "late_error: 60s, wait: 0"))
        server = self.server()
        answer = self.draw(server, {"n": 7}, idempotency_key="seven")
        self.assert_drawn(answer, 5)
        self.assertEqual(answer.headers["x-limn-partial"], "5/7")
        again = self.draw(server, {"n": 7}, idempotency_key="seven")
        self.assertEqual((again.body, again.headers["x-limn-partial"]), (answer.body, "5/7"))
        self.assertEqual(self.sandbox.counts("five-a-minute", "paid"), 5)

    def test_the_models_are_those_that_would_be_asked_for(self):
        self.configure("ok", more="model: [gpt-image-2, other-image-1]\n")
        server = self.server()
        told = self.ask(server, "GET", "/v1/models").json
        self.assertEqual((told["object"], [one["id"] for one in told["data"]]), ("list", ["gpt-image-2", "other-image-1"]))
        self.assertEqual(self.ask(server, "GET", "/v1/models/other-image-1").json["id"], "other-image-1")
        self.assert_refused(self.ask(server, "GET", "/v1/models/none"), 404, "model_not_found")
        head = self.ask(server, "HEAD", "/v1/models")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertGreater(int(head.headers["content-length"]), 0)

    def test_what_makes_no_sense_is_told_before_anything_is_paid_for(self):
        self.configure("ok")
        server = self.server()
        for body, code, param in (({"stream": "yes"}, "invalid_type", "stream"), ({"response_format": "file"}, "invalid_value", "response_format"),
                                  ({"partial_images": 2}, "unsupported_parameter", "partial_images"),
                                  ({"prompt": ""}, "missing_required_parameter", "prompt"), ({"prompt": 7}, "invalid_type", "prompt"),
                                  ({"n": "two"}, "invalid_type", "n"), ({"n": 0}, "invalid_value", None), ({"seed": 1}, "unknown_parameter", "seed"),
                                  ({"size": "100x100"}, "invalid_value", None), ({"output_format": "jpeg", "background": "transparent"}, "invalid_value", None),
                                  ({"prompt": f"a fox with {CANARY}one"}, "invalid_value", None)):
            with self.subTest(body):
                self.assertEqual(self.assert_refused(self.draw(server, body), 400, code)["param"], param)
        for text in ("", "{", "[]", '"a fox"'):
            with self.subTest(text):
                self.assert_refused(self.ask(server, "POST", GENERATIONS, text, {"content-type": "application/json"}), 400, "invalid_json")
        self.assertEqual(self.sandbox.billable(), 0)

    @unittest.skipIf(os.environ.get("LIMN_SANITIZED"), "a sanitizer keeps what was freed")
    def test_memory_does_not_grow_with_the_pictures(self):
        self.configure("big-0.1")
        server = self.server()
        self.assert_drawn(self.draw(server))

        def peak():
            lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

        before = peak()
        self.configure("big-20")
        answer = self.draw(server)
        self.assert_drawn(answer)
        self.assertGreater(len(answer.body), 26_000_000, answer)
        self.assertLess(peak() - before, 3000, "in kilobytes")

    def test_the_settings_of_today_hold(self):
        self.configure("ok")
        server = self.server()
        self.assert_drawn(self.draw(server))
        elsewhere = self.home / "elsewhere"
        self.configure("ok", more=f"output: {{directory: {elsewhere}}}\n")
        self.assert_drawn(self.draw(server, {"prompt": "an owl"}))
        self.assertEqual(len(self.images_in(elsewhere)), 1)


class Errors(ServeCase):
    # Behaviour, status, code, whether it may have been charged.
    ROWS = (("billing-402", 402, "insufficient_quota", False), ("unauthorized", 403, "upstream_auth", False), ("unverified", 403, "upstream_auth", False),
            ("model-not-listed", 404, "model_not_found", False), ("moderated", 400, "moderation_blocked", True),
            ("hang-up", 424, "outcome_unknown", True), ("gateway-504", 424, "outcome_unknown", True), ("cut-mid-image", 424, "outcome_unknown", True),
            ("no-image-200", 424, "paid_not_delivered", True), ("truncated-png", 424, "paid_not_delivered", True),
            ("rate-limited-long", 429, "rate_limit_exceeded", False), ("server-500", 503, "upstream_unreachable", False))

    def test_each_end_has_the_status_that_clients_understand(self):
        for behaviour, status, code, may_have_been_charged in self.ROWS:
            with self.subTest(behaviour):
                self.configure(behaviour)
                answer = self.draw(self.server(), {"prompt": f"a fox and {behaviour}"})
                told = self.assert_refused(answer, status, code)["limn"]
                self.assertEqual(told["may_have_been_charged"], may_have_been_charged, answer)
                self.assertEqual(answer.headers["x-limn-job"], told["job_id"])
                if status == 429:
                    self.assertGreater(int(answer.headers["retry-after"]), 0)
                if behaviour != "model-not-listed":
                    self.assertEqual((told["attempts"][0]["gateway"], told["attempts"][0]["sent"]), ("one", True))

    def test_where_nothing_was_sent_it_may_be_sent_again(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.configure(f"http://127.0.0.1:{closed.getsockname()[1]}/v1")
            answer = self.draw(self.server())
        told = self.assert_refused(answer, 503, "upstream_unreachable")["limn"]
        self.assertFalse(told["may_have_been_charged"])

    def test_what_could_not_be_begun_may_be_sent_again(self):
        """Where no process can work on a job, or no job can be kept."""
        self.configure("ok")
        state = self.home / ".local/state/limn"
        state.mkdir(parents=True)
        (state / "jobs").write_text("no folder")
        self.assert_refused(self.draw(self.server()), 503, "overloaded")
        (state / "jobs.db").unlink()
        for more in ("jobs.db-wal", "jobs.db-shm"):
            (state / more).unlink(missing_ok=True)
        (state / "jobs.db").mkdir()
        self.assert_refused(self.draw(self.server()), 503, "overloaded")
        self.assertEqual(self.sandbox.billable(), 0)

    def test_without_a_gateway(self):
        self.assert_refused(self.draw(self.server()), 404, "no_gateway")


class Repeats(ServeCase):
    def test_a_client_with_a_short_time_out_gets_the_picture_that_was_paid_for_once(self):
        self.configure("slow-2500")
        client = OpenAI(self, self.server(), timeout=1, max_retries=4)
        self.assert_drawn(client.generate(prompt="a fox"))
        self.assertGreater(client.tries, 1)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_so_does_one_that_does_not_say_that_it_asks_again(self):
        self.configure("slow-1500")
        server = self.server()
        self.begin_and_go_away(server, "slow-1500")
        again = self.draw(server)
        self.assert_drawn(again)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_was_drawn_for_one_who_had_gone_is_there_when_it_comes_back(self):
        self.configure("slow-300")
        server = self.server()
        self.begin_and_go_away(server, "slow-300")
        self.wait_until(lambda: self.pictures.exists() and self.images_in(self.pictures))
        again = self.draw(server)
        self.assertEqual(self.assert_drawn(again), [file.read_bytes() for file in self.images_in(self.pictures)])
        # It has it now: who asks once more wants another one.
        self.assertNotIn("idempotent-replayed", self.draw(server).headers)
        self.assertEqual(self.sandbox.billable(), 2)

    def test_two_who_mean_it_get_two(self):
        self.configure("slow-700")
        server = self.server()
        both = [self.in_background(server) for _ in range(2)]
        for thread, _ in both:
            thread.join(60)
        jobs = {self.headers_of(answers[0])["x-limn-job"] for _, answers in both}
        self.assertEqual((len(jobs), self.sandbox.billable()), (2, 2))
        self.assert_drawn(self.draw(server))  # and one after the other, too
        self.assertEqual(self.sandbox.billable(), 3)

    def headers_of(self, answer):
        self.assert_drawn(answer)
        return answer.headers

    def test_a_repeat_of_what_was_delivered_is_the_same_picture(self):
        self.configure("ok")
        server = self.server()
        first = self.draw(server, x_stainless_retry_count="0")
        again = self.draw(server, x_stainless_retry_count="1")
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        self.assertEqual(again.body, first.body)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_an_idempotency_key_stands_for_one_picture(self):
        self.configure("slow-500")
        server = self.server()
        thread, answers = self.in_background(server, idempotency_key='"one"')
        self.wait_for_request("slow-500")
        joined = self.draw(server, idempotency_key="one")  # while it runs, and without the quotes
        thread.join(60)
        self.assertEqual(self.assert_drawn(joined), self.assert_drawn(answers[0]))
        replayed = self.draw(server, idempotency_key="one")
        self.assertEqual((replayed.body, replayed.headers["idempotent-replayed"]), (joined.body, "true"))
        self.assert_refused(self.draw(server, {"prompt": "an owl"}, idempotency_key="one"), 422, "idempotency_key_reused")
        self.assert_refused(self.draw(server, idempotency_key="x" * 256), 400, "invalid_idempotency_key")
        self.assertEqual(self.sandbox.billable(), 1)
        self.assert_drawn(self.draw(server, idempotency_key="two"))
        self.assertEqual(self.sandbox.billable(), 2)

    def test_what_nobody_knows_of_stays_so_for_whoever_repeats_it(self):
        self.configure("hang-up")
        server = self.server()
        for headers in ({}, {}, {"x_stainless_retry_count": "1"}):
            error = self.assert_refused(self.draw(server, **headers), 424, "outcome_unknown")
            self.assertTrue(error["limn"]["may_have_been_charged"])
        self.assertEqual(self.sandbox.billable(), 1)
        for _ in range(2):
            self.assert_refused(self.draw(server, idempotency_key="anew"), 424, "outcome_unknown")
        self.assertEqual(self.sandbox.billable(), 2)

    def test_a_client_that_repeats_what_cost_nothing_is_drawn_for(self):
        self.configure("rate-limited")
        self.assert_drawn(OpenAI(self, self.server()).generate(prompt="a fox"))

    def test_pictures_of_one_caller_are_not_those_of_another(self):
        self.configure("ok")
        keys = [self.limn("serve", "key", "new", name).stdout.strip() for name in ("one", "two")]
        server = self.server()
        jobs = {self.draw(server, authorization=f"Bearer {key}", idempotency_key="same", x_stainless_retry_count="1").headers["x-limn-job"] for key in keys}
        self.assertEqual((len(jobs), self.sandbox.billable()), (2, 2))

    def test_a_server_that_is_killed_pays_nothing_twice(self):
        self.configure("slow-1500")
        server = self.server()
        _, lost = self.in_background_that_fails(server)
        self.wait_for_request("slow-1500")
        server.process.kill()
        server.process.wait()
        lost.join(60)
        again = self.draw(self.server(port=server.port))
        self.assertEqual(self.assert_drawn(again), [file.read_bytes() for file in self.images_in(self.pictures)])
        self.assertEqual(self.sandbox.billable(), 1)

    def in_background_that_fails(self, server):
        def ask():
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.draw(server)
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        return None, thread

    def test_nor_does_one_whose_worker_is_killed_too(self):
        self.configure("slow-5000")
        server = self.server()
        _, lost = self.in_background_that_fails(server)
        self.wait_for_request("slow-5000")
        for process in [server.process.pid, *self.workers()]:
            os.kill(process, signal.SIGKILL)
        server.process.wait()
        lost.join(60)
        self.wait_until(lambda: not self.workers())
        self.assert_refused(self.draw(self.server(port=server.port)), 424, "outcome_unknown")
        self.assertEqual(self.sandbox.billable(), 1)


class Ends(ServeCase):
    def test_what_runs_is_answered_and_nothing_new_is_taken(self):
        self.configure("slow-1500")
        server = self.server()
        thread, answers = self.in_background(server)
        self.wait_for_request("slow-1500")
        server.process.send_signal(signal.SIGTERM)
        self.wait_until(lambda: self.draw(server, {"prompt": "an owl", "n": 0}).status != 400)
        refused = self.draw(server, {"prompt": "an owl"})
        self.assert_refused(refused, 503, "overloaded")
        self.assertGreater(int(refused.headers["retry-after"]), 0)
        thread.join(60)
        self.assert_drawn(answers[0])
        self.assertEqual(server.process.wait(timeout=60), 0)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_it_ends_at_once_where_nothing_runs(self):
        self.configure("ok")
        for how in (signal.SIGTERM, signal.SIGINT):
            server = self.server()
            self.assert_drawn(self.draw(server, {"prompt": f"fox {how}"}))
            self.assertEqual(server.end(how), 0)
        # Its last answer is known as delivered.
        self.assertNotIn("idempotent-replayed", self.draw(self.server(), {"prompt": f"fox {signal.SIGINT}"}).headers)
        self.assertEqual(self.sandbox.billable(), 3)


class Access(ServeCase):
    def setUp(self):
        super().setUp()
        self.configure("ok")

    def tearDown(self):
        super().tearDown()
        self.assertEqual(self.sandbox.billable(), 0, "it was paid for by who had no right to")

    def raw(self, server, head):
        """The answer to a head whose body never comes."""
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head.encode())
            response = http.client.HTTPResponse(connection, method=head.split()[0])
            response.begin()
            return Answer(response)

    def head(self, server, *lines, method="POST", path=GENERATIONS):
        given = {line.split(":")[0].lower() for line in lines}
        more = {"host": f"127.0.0.1:{server.port}", "content-type": "application/json", "content-length": "100000"}
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, *(f"{name}: {value}" for name, value in more.items() if name not in given), "", ""])

    def test_whoever_may_not_is_told_so_before_the_body_is_read(self):
        server = self.server()
        port = server.port
        for lines, status, code in ((("host: evil.example",), 421, "unknown_host"), ((f"host: evil.example:{port}",), 421, "unknown_host"),
                                    (("host: 127.0.0.1:1",), 421, "unknown_host"), (("host: localhost",), 421, "unknown_host"),
                                    (("origin: https://evil.example",), 403, "unknown_origin"), (("origin: null",), 403, "unknown_origin"),
                                    (("origin: http://localhost:1",), 403, "unknown_origin"),
                                    (("content-type: text/plain",), 415, "unsupported_media_type"), (("content-type: multipart/form-data; boundary=x",), 415, "unsupported_media_type"),
                                    (("content-type: application/json-patch+json",), 415, "unsupported_media_type"),
                                    (("content-encoding: gzip",), 415, "unsupported_media_type"), (("content-length: 33554433",), 413, "request_too_large"),
                                    (("x-limn-hops: 4",), 400, "loop_detected"), (("x-limn-hops: many",), 400, "loop_detected")):
            with self.subTest(lines):
                answer = self.raw(server, self.head(server, *lines))
                self.assert_refused(answer, status, code)
                self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_two_origins_are_none_also_where_either_would_do(self):
        server = self.server("--no-key", "--allow-origin", "https://app.example")
        own = f"http://127.0.0.1:{server.port}"
        for origins in ((own, own), (own, "https://evil.example"), ("https://app.example", own)):
            for method, path in (("POST", GENERATIONS), ("GET", "/v1/models"), ("OPTIONS", GENERATIONS), ("POST", "/mcp"), ("POST", "/api/jobs"), ("GET", "/events")):
                with self.subTest(origins=origins, path=path):
                    head = self.head(server, *(f"origin: {one}" for one in origins), method=method, path=path)
                    answer = self.raw(server, head if method == "POST" else head.replace("content-length: 100000\r\n", ""))
                    self.assert_refused(answer, 403, "unknown_origin")
                    self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_a_body_that_is_too_large_is_refused_also_where_it_does_not_say_so(self):
        server = self.server()
        chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(self.head(server, "transfer-encoding: chunked").replace("content-length: 100000\r\n", "").encode())
            with contextlib.suppress(ConnectionError):
                for _ in range(1030):
                    connection.sendall(chunk)
            response = http.client.HTTPResponse(connection, method="POST")
            response.begin()
            self.assert_refused(Answer(response), 413, "request_too_large")

    def test_its_own_names_are_taken(self):
        server = self.server()
        for host in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
            answer = self.ask(server, "GET", "/v1/models", headers={"host": f"{host}:{server.port}"})
            self.assertEqual(answer.status, 200, host)
        named = self.server("--no-key", "--allow-host", "limn.example")
        self.assertEqual(self.ask(named, "GET", "/v1/models", headers={"host": "limn.example"}).status, 200)

    def test_pages_that_are_listed_may_read_answers_and_others_may_not(self):
        server = self.server("--no-key", "--allow-origin", "https://app.example")
        mine = {"origin": "https://app.example", "access-control-request-method": "POST",
                "access-control-request-headers": "content-type,x-stainless-lang,x-other"}
        asked = self.ask(server, "OPTIONS", GENERATIONS, headers=mine)
        self.assertEqual((asked.status, asked.headers["access-control-allow-origin"], asked.headers["vary"]), (204, "https://app.example", "origin"))
        self.assertEqual(asked.headers["access-control-allow-headers"], "content-type, x-stainless-lang")
        told = self.ask(server, "GET", "/v1/models", headers={"origin": "https://app.example"})
        self.assertEqual((told.status, told.headers["access-control-allow-origin"]), (200, "https://app.example"))
        self.assertIn("x-limn-job", told.headers["access-control-expose-headers"])
        self.assert_refused(self.ask(server, "OPTIONS", GENERATIONS, headers={**mine, "origin": "https://evil.example"}), 403, "unknown_origin")
        own = self.ask(server, "GET", "/v1/models", headers={"origin": f"http://127.0.0.1:{server.port}"})
        self.assertEqual(own.status, 200)

    def test_what_is_not_there_is_told_as_the_api_tells_it(self):
        server = self.server()
        self.assert_refused(self.ask(server, "GET", "/none"), 404, "unknown_url")
        self.assert_refused(self.ask(server, "POST", "/v1/images/variations", "{}", {"content-type": "application/json"}), 404, "unknown_url")
        wrong = self.ask(server, "GET", GENERATIONS)
        self.assert_refused(wrong, 405, "method_not_allowed")
        self.assertEqual(wrong.headers["allow"], "POST, OPTIONS")

    def test_a_key_is_needed_and_may_be_taken_back(self):
        refused = self.limn("serve", "--port", "0")
        self.assert_status(refused, 2)
        self.assertIn("limn serve key new", refused.stderr)
        key = self.limn("serve", "key", "new", "mine", "--json").json["local_key"]
        self.assertRegex(key, "^lm-[0-9a-f]{48}$")
        server = self.server()
        models = lambda key: self.ask(server, "GET", "/v1/models", headers={"authorization": f"Bearer {key}"})
        self.assertEqual(models(key).status, 200)
        for wrong in (key[:-1], key + "0", "lm-", ""):
            self.assert_refused(models(wrong), 401, "invalid_api_key")
        self.assert_refused(self.raw(server, self.head(server)), 401, "invalid_api_key")
        later = self.limn("serve", "key", "new", "later").stdout.strip()
        self.assertEqual(models(later).status, 200)
        self.assertEqual([one["name"] for one in self.limn("serve", "key", "list", "--json").json["keys"]], ["mine", "later"])
        self.assert_status(self.limn("serve", "key", "revoke", "mine", "--json"), 0)
        self.assert_refused(models(key), 401, "invalid_api_key")
        self.assertEqual(models(later).status, 200)
        file = self.home / ".config/limn/serve-keys.json"
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        file.write_text("broken")
        self.assert_refused(models(later), 401, "invalid_api_key")
        for path in all_below(self.home):
            if path.is_file():
                self.assertNotIn(later.encode(), content_of(path), path)
        self.assertNotIn(later, server.kill())

    def test_keys_have_names_of_their_own(self):
        self.assert_status(self.limn("serve", "key", "new", "mine"), 0)
        for words in (("new", "mine"), ("new", "a b"), ("new", ""), ("revoke", "other")):
            self.assert_status(self.limn("serve", "key", *words), 2)

    def test_without_a_key_only_this_machine_may_ask(self):
        for address in ("0.0.0.0", "::", "192.0.2.1"):
            refused = self.limn("serve", "--port", "0", "--no-key", "--listen", address)
            self.assert_status(refused, 2)
            self.assertIn("--no-key", refused.stderr)
        self.assert_status(self.limn("serve", "--port", "0", "--no-key", "--listen", "some.example"), 2)

    def test_it_never_asks_itself(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.configure(f"http://localhost:{port}/v1")
        server = self.server(port=port)
        self.assert_refused(self.draw(server), 404, "no_gateway")
        self.assertIn("this server itself", server.kill())


class Rings(ServeCase):
    def test_another_gateway_is_asked_instead_of_itself(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.configure(f"http://127.0.0.1:{port}/v1", "ok")
        self.assertEqual(self.headers_of(self.draw(self.server(port=port)))["x-limn-gateway"], "two")

    def headers_of(self, answer):
        self.assert_drawn(answer)
        return answer.headers

    def test_a_ring_of_servers_ends(self):
        """Two that have each other for a gateway, and homes of their own."""
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            ports = [one.getsockname()[1], other.getsockname()[1]]
        servers = []
        for mine, its in (ports, ports[::-1]):
            self.configure(f"http://127.0.0.1:{its}/v1")
            home = self.home / f"home-{mine}"
            (self.home / ".config").rename(self.home / "kept")
            home.mkdir()
            (self.home / "kept").rename(home / ".config")
            servers.append(Server(self, "--no-key", env={**self.environment(), "HOME": str(home)}, port=mine))
        answer = self.draw(servers[0])
        self.assertGreaterEqual(answer.status, 400)
        self.assertLess(answer.status, 500)
        self.assertEqual(answer.headers["x-should-retry"], "false")


if __name__ == "__main__":
    unittest.main()
