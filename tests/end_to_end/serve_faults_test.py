"""`limn serve` where something breaks: clients that are slow or dead, disks that are full, databases that are locked, workers that hang, gateways that come
and go, rings. Whoever is not concerned notices nothing, whoever is gets a clear answer, and nothing is paid for twice."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

import kernel
from limn_case import LIMN
from scripted_server import ScriptedServer, image_answer
from serve_test import GENERATIONS, Answer, ServeCase, Server

CLIENTS = int(os.environ.get("LIMN_IDLE_CLIENTS", "300"))


class FaultsCase(ServeCase):
    def setUp(self):
        super().setUp()
        self.configure("ok")
        self.drawn = 0

    @property
    def state(self):
        return self.home / ".local/state/limn"

    def assert_draws(self, server):
        """Somebody else's picture, one that was never asked for."""
        self.drawn += 1
        self.assert_drawn(self.draw(server, {"prompt": f"somebody else's fox, the {self.drawn}th"}))

    def assert_overloaded(self, answer):
        self.assert_refused(answer, 503, "overloaded")
        return answer

    def connect(self, server):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.addCleanup(connection.close)
        return connection

    def begin(self, server, prompt):
        """A request of which no answer is read yet."""
        body = json.dumps({"prompt": prompt}).encode()
        connection = self.connect(server)
        connection.sendall(f"POST {GENERATIONS} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\ncontent-type: application/json\r\n"
                           f"content-length: {len(body)}\r\n\r\n".encode() + body)
        return connection


class Clients(FaultsCase):
    def test_hundreds_that_say_nothing_or_only_half_of_it_hold_up_nobody(self):
        server = self.server()
        head = f"POST {GENERATIONS} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n".encode()
        body = head + b"content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"
        for number in range(CLIENTS):
            connection = self.connect(server)
            connection.sendall((b"", head, body)[number % 3])
        self.assert_draws(server)
        self.assertEqual(self.ask(server, "GET", "/health/live").status, 200)
        self.assertEqual(server.end(), 0)  # nor do they hold up its end

    def test_hundreds_that_ask_at_once_all_get_their_answer(self):
        """As many as one caller may have under way are drawn for; the others are told to come again."""
        gateway = ScriptedServer(lambda request: image_answer())
        self.addCleanup(gateway.stop)
        for most, prompt in ((64, "few"), (300, "many")):
            with self.subTest(most):
                self.configure(gateway.base_url(), more=f"serve: {{max_jobs_per_key: {most}}}\n")
                server = self.server()
                before = gateway.billable
                asked = [self.begin(server, f"{prompt} {number}") for number in range(300)]
                answers = []
                for connection in asked:
                    connection.settimeout(240)
                    response = http.client.HTTPResponse(connection, method="POST")
                    response.begin()
                    answers.append(Answer(response))
                    connection.close()
                drawn = [answer for answer in answers if answer.status == 200]
                for answer in answers:
                    if answer.status != 200:
                        self.assertGreater(int(self.assert_overloaded(answer).headers["retry-after"]), 0)
                for answer in drawn:
                    self.assert_drawn(answer)
                self.assertEqual(len({answer.headers["x-limn-job"] for answer in drawn}), len(drawn))
                self.assertGreaterEqual(len(drawn), most)
                self.assertEqual(gateway.billable - before, len(drawn))
                self.assertEqual(self.ask(server, "GET", "/v1/models").status, 200)
                server.kill()

    def test_those_that_die_in_the_midst_are_forgotten(self):
        server = self.server()
        for text in (b"POST", b"POST /v1/images/generations HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{" % server.port):
            for how in (0, 1):
                with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
                    connection.sendall(text)
                    if how:  # a reset
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.assert_draws(server)
        self.assertEqual(self.sandbox.billable(), 1)

    @unittest.skipIf(os.environ.get("LIMN_SANITIZED"), "a sanitizer keeps what was freed")
    def test_large_answers_that_nobody_reads_take_no_memory_and_hold_up_nobody(self):
        server = self.server()
        self.assert_draws(server)

        def peak():
            lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

        before = peak()
        self.configure("big-20")
        slow = [self.begin(server, f"a large fox, the {number}th") for number in range(4)]
        for connection in slow:
            self.assertTrue(connection.recv(1))  # and no more of it
        self.configure("ok")
        self.assert_draws(server)
        self.assertLess(peak() - before, 8000, "in kilobytes, of 108 MB")
        for connection in slow:
            connection.close()
        self.assert_draws(server)


class Machine(FaultsCase):
    def test_a_worker_that_hangs_holds_up_nobody_else(self):
        """Whatever it is that hangs in it: a plugin, a disk."""
        self.configure("slow-1500")
        server = self.server()
        thread, answers = self.in_background(server)
        self.wait_for_request("slow-1500")
        workers = self.workers()
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        self.configure("ok")
        self.assert_draws(server)
        self.assertEqual(answers, [])
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
        thread.join(60)
        self.assert_drawn(answers[0])
        self.assertEqual(self.sandbox.billable(), 2)

    def test_a_history_that_is_locked_costs_no_picture(self):
        server = self.server()
        self.assert_draws(server)
        self.limn("history", "--json")  # makes the database
        with contextlib.closing(sqlite3.connect(self.state / "history.db", isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            self.assert_draws(server)
            lock.execute("ROLLBACK")
        self.assertEqual(len(self.limn("history", "--json").json["entries"]), 2)

    def what_may_be_read(self, server):
        """Paths below which something is told that nobody has to write for; the address of a picture and its place in the history are among them."""
        drawn = self.draw(server, {"prompt": "a fox with an address", "response_format": "url"})
        past = self.ask(server, "GET", "/api/history").json["entries"][0]["id"]
        return ["/v1/models", "/v1/models/gpt-image-2", "/health/live", "/health/ready", "/metrics", "/", "/api/jobs", "/api/history", f"/api/history/{past}",
                f"/api/pictures/{past}", "/api/spend", "/api/gateways", "/" + drawn.json["data"][0]["url"].split("/", 3)[3]]

    def assert_reads_go_on(self, server, paths):
        for path in paths:
            with self.subTest(path):
                answer = self.ask(server, "GET", path)
                self.assertEqual(answer.status, 200, answer)
                self.assertTrue(answer.body)

    def test_nothing_is_asked_for_while_jobs_db_is_locked(self):
        server = self.server()
        past = self.what_may_be_read(server)
        before = self.sandbox.billable()
        with contextlib.closing(sqlite3.connect(self.state / "jobs.db", isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            thread, answers = self.in_background(server, {"prompt": "an owl"})
            begin = time.monotonic()
            while not answers:  # others go on meanwhile
                self.assert_reads_go_on(server, past)
                self.assertLess(time.monotonic() - begin, 60)
            self.assertGreater(int(self.assert_overloaded(answers[0]).headers["retry-after"]), 0)
            lock.execute("ROLLBACK")
        thread.join(60)
        self.assertEqual(self.sandbox.billable(), before)
        self.assert_drawn(self.draw(server, {"prompt": "an owl"}))
        self.assertEqual(self.sandbox.billable(), before + 1)

    @unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
    def test_nothing_is_asked_for_where_the_disk_of_the_state_is_full(self):
        namespace = kernel.Namespace()
        self.addCleanup(namespace.close)
        self.state.mkdir(parents=True)
        namespace.run(f"mount -t tmpfs -o size=1m none {self.state}")
        process = subprocess.Popen(namespace.command(LIMN, "serve", "--json", "--no-key", "--port", "0"), env=self.environment(), text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.port = int(json.loads(process.stdout.readline())["base_url"].split(":")[2].split("/")[0])
        self.assert_draws(self)
        past = self.what_may_be_read(self)
        before = self.sandbox.billable()
        namespace.run(f"dd if=/dev/zero of={self.state}/filler bs=4k 2>/dev/null || true")
        refused = self.draw(self, {"prompt": "an owl"})
        self.assertEqual(self.sandbox.billable(), before, refused)
        self.assert_overloaded(refused)
        self.assert_reads_go_on(self, past)
        namespace.run(f"rm {self.state}/filler")
        self.assert_drawn(self.draw(self, {"prompt": "an owl"}))
        self.assertEqual(self.sandbox.billable(), before + 1)


class Gateways(FaultsCase):
    def test_they_come_and_go_while_others_are_asked(self):
        self.configure("slow-1500")
        server = self.server()
        thread, answers = self.in_background(server, {"prompt": "a slow fox"})
        self.wait_for_request("slow-1500")
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.configure(f"http://127.0.0.1:{nobody.getsockname()[1]}/v1")
            self.assert_refused(self.draw(server), 503, "upstream_unreachable")
        self.configure()
        (self.home / ".config/limn/limn.yaml").write_text("gateways: []\n")
        self.assert_refused(self.draw(server), 404, "no_gateway")
        self.configure("ok")
        server.process.send_signal(signal.SIGHUP)
        self.assert_draws(server)
        thread.join(60)
        self.assert_drawn(answers[0])


class Rings(FaultsCase):
    def ring(self, count):
        """So many servers, with homes of their own, each of which has the next one for its gateway."""
        sockets = [socket.socket() for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        ports = [one.getsockname()[1] for one in sockets]
        for one in sockets:
            one.close()
        servers = []
        for number, port in enumerate(ports):
            home = self.home / f"home-{count}-{number}"
            (home / ".config/limn").mkdir(parents=True)
            (home / ".config/limn/limn.yaml").write_text(f"gateways:\n  - name: next\n    base_url: http://localhost:{ports[(number + 1) % count]}/v1\n"
                                                         "    api_key: none\nsources: [limn]\n")
            env = {**self.environment(), "HOME": str(home)}
            servers.append(Server(self, "--no-key", env=env, port=port))
        return servers

    def test_they_end_unpaid_and_nobody_asks_again(self):
        for count in (2, 3):
            with self.subTest(count):
                answer = self.draw(self.ring(count)[0], {"prompt": f"a fox in {count}"})
                self.assertEqual(answer.status // 100, 4, answer)
                self.assertEqual(answer.headers["x-should-retry"], "false")
                self.assertFalse(answer.error.get("limn", {}).get("may_have_been_charged"), answer)
        self.assertEqual(self.sandbox.billable(), 0)


if __name__ == "__main__":
    unittest.main()
