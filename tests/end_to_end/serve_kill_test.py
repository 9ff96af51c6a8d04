"""`limn serve` and its workers are killed at any moment, again and again, while programs draw, give up and repeat as OpenAI's clients do: each picture is paid for
once at most, whoever was told of one has it and finds it on the disk, and what was not killed while it was drawn is there.

LIMN_SERVE_KILLS sets how many rounds there are, LIMN_KILL_SEED repeats a run (as far as timing repeats).
"""

import base64
import collections
import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import uuid

from limn_case import LIMN
from scripted_server import ScriptedServer, answer, png, png_chunk
from serve_edits_test import BOUNDARY, EDITS, ONE, EditCase, form, part
from serve_responses_test import RESPONSES
from serve_test import GENERATIONS

ROUNDS = int(os.environ.get("LIMN_SERVE_KILLS", "20"))
SEED = os.environ.get("LIMN_KILL_SEED") or str(random.SystemRandom().randrange(1 << 32))
CLIENTS = 5
PATIENCE = 240  # seconds: whoever has no answer by then hangs
FILLER = os.urandom(1 << 20)


def picture_of(prompt, number, size):
    """One that no other prompt has."""
    picture = png(64, 64)
    return picture[:33] + png_chunk(b"liMn", f"{prompt} {number}".encode() + FILLER[:size]) + picture[33:]


def digests(pictures):
    return sorted(hashlib.sha256(picture).hexdigest() for picture in pictures)


class Gateway(ScriptedServer):
    """Draws for whoever asks, in the time and of the size that the prompt says, and knows how often it was asked for each prompt."""

    def __init__(self):
        self.lock = threading.Lock()
        self.asked, self.answered = collections.Counter(), 0
        super().__init__(self.draw)

    def draw(self, request):
        prompt, delay, size, count = re.search(rb"(fox \d+ of \d+ in (\d+) ms, (\d+) bytes, (\d+) times)", request.body).groups()
        prompt = prompt.decode()
        with self.lock:
            self.asked[prompt] += 1
        time.sleep(int(delay) / 1000)
        pictures = [picture_of(prompt, number, int(size)) for number in range(int(count))]
        body = answer(json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(one).decode()} for one in pictures]}).encode())
        for at in range(0, len(body), 1 << 16):
            yield body[at:at + (1 << 16)]
        with self.lock:
            self.answered += 1


class Program:
    """Asks for a picture in one of the ways that there are, and again until it has an answer that is final."""

    WAYS = ("whole", "whole", "address", "stream", "responses", "edit")

    def __init__(self, case, number, random_):
        self.case, self.random = case, random.Random(random_.random())
        self.way = self.random.choice(self.WAYS)
        self.delay = self.random.choice((0, 10, 60, 200, 600))
        self.count = self.random.choice((1, 1, 1, 2)) if self.way in ("whole", "stream") else 1
        self.prompt = f"fox {number} of {case.round} in {self.delay} ms, {self.random.choice((0, 0, 1000, 1 << 20))} bytes, {self.count} times"
        self.name = uuid.UUID(int=self.random.getrandbits(128)).hex if self.random.random() < 0.7 else None
        self.timeout = self.random.choice((0.3, 1, 60, 60))
        self.tries, self.answer, self.fault = 0, None, None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def __repr__(self):
        return f"{self.prompt} ({self.way}, {self.name}, timeout {self.timeout}): {self.answer} after {self.tries} tries, {self.fault}"

    def run(self):
        """A status that clients repeat, a connection that breaks and its own impatience make it ask again."""
        try:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answer_ = self.ask(self.timeout)
                    if answer_.status < 400 or answer_.headers["x-should-retry"] != "true":
                        self.answer = answer_
                        return
                    self.case.refused += 1
                time.sleep(self.random.uniform(0.01, 0.05))
        except BaseException as fault:
            self.fault = fault

    def ask(self, timeout):
        headers = {"content-type": "application/json", "authorization": "Bearer a-key-of-no-use", "x-stainless-retry-count": str(self.tries),
                   **({"idempotency-key": self.name} if self.name else {})}
        self.tries += 1
        path, body = GENERATIONS, {"prompt": self.prompt, "model": "gpt-image-2", "n": self.count}
        if self.way == "address":
            body["response_format"] = "url"
        elif self.way == "stream":
            body["stream"] = True
        elif self.way == "responses":
            path, body = RESPONSES, {"model": "gpt-5.5", "input": self.prompt, "tools": [{"type": "image_generation"}]}
        elif self.way == "edit":
            path, body = EDITS, form(part("image", ONE, "fox.png"), part("prompt", self.prompt))
            headers["content-type"] = f"multipart/form-data; boundary={BOUNDARY}"
        return self.case.ask(self.case, "POST", path, body if isinstance(body, bytes) else json.dumps(body), headers, timeout)

    def told(self, answer_):
        """(status, what was told): the digests of the pictures, or the code of the error."""
        if answer_.status != 200:
            self.case.assertEqual(answer_.headers["x-should-retry"], "false", answer_)
            self.case.assertTrue(answer_.error["limn"]["may_have_been_charged"], answer_)
            return answer_.status, answer_.error["code"]
        if self.way == "address":
            path = answer_.json["data"][0]["url"].split("/", 3)[3]
            picture = self.case.ask(self.case, "GET", "/" + path)
            self.case.assertEqual(picture.status, 200, picture)
            return 200, digests([picture.body])
        if self.way == "responses":
            return 200, digests([base64.b64decode(answer_.json["output"][0]["result"], validate=True)])
        if self.way != "stream":
            return 200, digests(base64.b64decode(one["b64_json"], validate=True) for one in answer_.json["data"])
        events = [line[6:] for line in answer_.body.decode().splitlines() if line.startswith("data: ")]
        datas = [json.loads(event) for event in events if event != "[DONE]"]
        if datas[-1]["type"] == "error":
            return 424, datas[-1]["error"]["code"]
        self.case.assertEqual((events[-1], {data["type"] for data in datas}), ("[DONE]", {"image_generation.completed"}))
        return 200, digests(base64.b64decode(data["b64_json"], validate=True) for data in datas)


class Kill(EditCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.gateway_server = Gateway()
        self.addCleanup(self.gateway_server.stop)
        self.configure(self.gateway_server.base_url())
        self.port = self.free_port()
        self.refused, self.counts, self.drawn, self.seconds = 0, collections.Counter(), [], 0.5
        self.was_worker_killed_in, self.prompts = [], set()

    @staticmethod
    def free_port():
        """One that no connection begins at: a client that asks again and again where nobody listens would meet itself one day."""
        while True:
            port = random.randrange(10000, 30000)
            with contextlib.suppress(OSError), socket.socket() as one:
                one.bind(("127.0.0.1", port))
                return port

    def start(self):
        begin = time.monotonic()
        self.running = self.server("--no-key", port=self.port)
        self.seconds = time.monotonic() - begin

    def start_and_kill(self):
        """Before it listens, or hardly after."""
        process = subprocess.Popen([LIMN, "serve", "--no-key", "--port", str(self.port)], env=self.environment(), cwd="/", stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0, 1.5 * self.seconds))
        process.kill()
        process.wait(timeout=60)
        self.counts["servers killed while they start"] += 1

    def wait_for_a_moment(self, programs):
        """Any, or one where something is at stake: while a picture is drawn, while it is saved and sent."""
        gateway, longest = self.gateway_server, max(program.delay for program in programs) / 1000
        aim = self.random.choice(("any", "asked", "answered", "answered"))
        counted = lambda: gateway.answered if aim == "answered" else sum(gateway.asked.values())
        before = counted()
        if aim != "any":
            self.wait_until(lambda: counted() > before or not any(program.thread.is_alive() for program in programs), PATIENCE)
        time.sleep(self.random.expovariate(1 / 0.01) if aim == "answered" else self.random.uniform(0, 0.1 + longest))

    def strike(self):
        what = self.random.choice(("server", "server", "server", "worker", "both", "terminate"))
        if what in ("worker", "both"):
            for process in self.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    self.was_worker_killed_in[self.round] = True
                    self.counts["workers killed"] += 1
        if what == "worker":
            return
        if what == "terminate":
            self.assertEqual(self.running.end(), 0)
            self.counts["servers ended"] += 1
        else:
            self.counts["servers killed"] += 1
        self.running.kill()
        if self.random.random() < 0.3:
            self.start_and_kill()
        self.start()

    def examine(self, program):
        self.assertIsNotNone(program.answer, f"it hangs, or something else is wrong: {program}")
        status, told = program.told(program.answer)
        asked = self.gateway_server.asked[program.prompt]
        self.assertLessEqual(asked, 1, program)
        if status == 200:
            self.assertTrue(asked == 1 and told, program)
            size = int(re.search(r"(\d+) bytes", program.prompt)[1])
            whole = digests(picture_of(program.prompt, number, size) for number in range(program.count))
            if len(told) < len(whole) and self.was_worker_killed_in[self.round]:  # between two pictures
                self.assertEqual(program.answer.headers["x-limn-partial"], f"{len(told)}/{len(whole)}", program)
                self.assertLess(set(told), set(whole), program)
                self.counts["answers with a part"] += 1
            else:
                self.assertEqual(told, whole, program)
            self.drawn += told
            self.prompts.add(program.prompt)
        else:
            self.assertEqual((status, told, self.was_worker_killed_in[self.round]), (424, "outcome_unknown", True), program)
        self.counts[f"answers {status}"] += 1
        self.counts["requests"] += program.tries
        self.assert_repeated(program)

    def assert_repeated(self, program):
        """Whoever asks again is told the same."""
        again = program.ask(PATIENCE)
        self.assertEqual(program.told(again), program.told(program.answer), program)
        if again.status == 200:
            self.assertEqual((again.headers["x-limn-job"], again.headers["idempotent-replayed"]), (program.answer.headers["x-limn-job"], "true"), program)

    def test_each_picture_is_paid_for_once_at_most_and_is_there_once_it_was_told(self):
        print(f"\nseed {SEED}", file=sys.stderr)
        begin, last = time.monotonic(), []
        self.start()
        for self.round in range(ROUNDS):
            self.was_worker_killed_in.append(False)
            programs = [Program(self, number, self.random) for number in range(CLIENTS)]
            for _ in range(self.random.choice((1, 1, 2, 3))):
                self.wait_for_a_moment(programs)
                self.strike()
            for program in programs:
                program.thread.join(PATIENCE + 60)
            with self.subTest(seed=SEED, round=self.round):
                for program in programs:
                    self.examine(program)
            last = (last + programs)[-20:]
        self.assertEqual(self.running.end(), 0)
        self.start()
        with self.subTest(seed=SEED):
            for program in last:
                self.assert_repeated(program)
            self.assert_all_is_there()
        print(f"{ROUNDS} rounds in {time.monotonic() - begin:.1f} s: {dict(self.counts)}, {self.refused} answers of later, "
              f"{len(self.drawn)} pictures", file=sys.stderr)
        self.assertGreater(self.counts["requests"], ROUNDS * CLIENTS, "hardly anybody noticed: the test proves nothing")

    def assert_all_is_there(self):
        self.assertEqual({prompt: count for prompt, count in self.gateway_server.asked.items() if count > 1}, {})
        files = self.images_in(self.pictures)
        self.assertEqual(digests(file.read_bytes() for file in files), sorted(self.drawn))
        past = self.limn("history", "--all", "--json").json["entries"]
        told = {entry["image"]["path"] for entry in past if entry["image"]}
        lacking = [file for file in files if str(file) not in told]
        # A worker that is killed just behind the name of its picture has not told the history yet; the request stands there.
        self.assertEqual([file for file in lacking if not self.was_worker_killed_in[int(re.search(r"-of-(\d+)-", file.name)[1])]], [])
        self.assertEqual(self.prompts - {entry["prompt"] for entry in past}, set())
        self.counts["pictures that the history lacks"] = len(lacking)
        self.wait_until(lambda: not self.workers())
        # The files of jobs go with them, but where a worker was killed at its very end.
        self.assertLessEqual(len(list((self.home / ".local/state/limn/jobs").iterdir())), self.counts["workers killed"])


if __name__ == "__main__":
    unittest.main()
