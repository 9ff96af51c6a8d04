"""`limn serve` as a service: where it listens, what it tells of itself, how it is reloaded and ended."""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import termios
import threading
import unittest

from limn_case import CANARY, LIMN
from serve_test import GENERATIONS, Answer, ServeCase, Server


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def has_six():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


class OperationsCase(ServeCase):
    def setUp(self):
        super().setUp()
        self.configure("ok")
        self.path = self.home / "limn.sock"

    def start(self, *args, port=None, **more):
        return Server(self, *args, env={**self.environment(), **more}, port=port)

    def by_socket(self, method, path, body=None, headers=None):
        connection = UnixConnection(self.path)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())

    def draw_by_socket(self, prompt, **headers):
        return self.by_socket("POST", GENERATIONS, json.dumps({"prompt": prompt}), {"content-type": "application/json", **headers})


class Listening(OperationsCase):
    def test_a_socket_alone_is_for_its_user_and_needs_no_key(self):
        server = self.start("--socket", self.path)
        self.assertEqual(server.ready, {"ok": True, "base_url": "http://localhost/v1", "socket": str(self.path)})
        status = self.path.stat()
        self.assertTrue(stat.S_ISSOCK(status.st_mode))
        self.assertEqual(status.st_mode & 0o777, 0o600)
        self.assert_drawn(self.draw_by_socket("a fox"))
        self.assert_drawn(self.draw_by_socket("an owl", authorization="Bearer any-key-at-all"))
        inodes = set()
        for descriptor in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since
                inodes.add(os.readlink(descriptor))
        for table in ("tcp", "tcp6"):
            with contextlib.suppress(FileNotFoundError):
                for line in pathlib.Path(f"/proc/{server.process.pid}/net/{table}").read_text().splitlines()[1:]:
                    self.assertNotIn(f"socket:[{line.split()[9]}]", inodes, "it listens at an address")
        self.assertEqual(server.end(), 0)
        self.assertFalse(self.path.exists())

    def test_a_browser_cannot_be_opened_at_a_socket_alone(self):
        refused = self.limn("serve", "--socket", self.path, "--open")
        self.assert_status(refused, 2)
        self.assertIn("--open: a browser needs an address, and there is only a socket", refused.stderr)
        self.assertIn("--port", refused.stderr)
        self.assertNotIn("limn.sock/", refused.stdout)
        self.assertFalse(self.path.exists(), "it left its socket")

    def test_by_a_socket_any_name_of_a_host_does_and_none(self):
        self.start("--socket", self.path)
        for host in ("localhost", "localhost:1", "evil.example"):
            self.assertEqual(self.by_socket("GET", "/v1/models", headers={"host": host}).status, 200, host)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(self.path))
            connection.sendall(b"GET /v1/models HTTP/1.0\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            self.assertEqual(answer.status, 200)
        self.assert_refused(self.by_socket("GET", "/v1/models", headers={"origin": "https://evil.example"}), 403, "unknown_origin")

    def test_what_a_killed_server_left_is_replaced_and_a_living_one_is_not(self):
        server = self.start("--socket", self.path)
        refused = self.limn("serve", "--socket", self.path)
        self.assert_status(refused, 2)
        self.assertIn(str(self.path), refused.stderr)
        server.process.kill()
        server.process.wait()
        self.assertTrue(self.path.exists())
        self.start("--socket", self.path)
        self.assertEqual(self.by_socket("GET", "/v1/models").status, 200)
        self.assert_status(self.limn("serve", "--socket", ""), 2)

    def test_beside_a_socket_an_address_still_needs_a_key(self):
        server = self.start("--socket", self.path, port=0)
        self.assert_refused(self.ask(server, "GET", "/v1/models"), 401, "invalid_api_key")
        self.assertEqual(self.by_socket("GET", "/v1/models").status, 200)
        key = self.limn("serve", "key", "new", "mine").stdout.strip()
        bearer = {"authorization": f"Bearer {key}"}
        self.assertEqual(self.ask(server, "GET", "/v1/models", headers=bearer).status, 200)
        # One program is known by its key, whichever way it comes.
        body, headers = json.dumps({"prompt": "a fox"}), {"content-type": "application/json", "idempotency-key": "one", **bearer}
        answers = [self.ask(server, "POST", GENERATIONS, body, headers), self.by_socket("POST", GENERATIONS, body, headers)]
        self.assertEqual(len({answer.headers["x-limn-job"] for answer in answers}), 1)
        self.assertEqual(self.sandbox.billable(), 1)

    @unittest.skipUnless(has_six(), "there is no ::1")
    def test_localhost_is_both_of_its_addresses_at_one_port(self):
        for args in ((), ("--listen", "localhost")):
            server = self.start("--no-key", *args, port=0)
            self.assertTrue(server.base_url.startswith("http://127.0.0.1:"))
            for address in ("127.0.0.1", "::1"):
                connection = http.client.HTTPConnection(address, server.port, timeout=60)
                with contextlib.closing(connection):
                    connection.request("GET", "/v1/models")
                    self.assertEqual(Answer(connection.getresponse()).status, 200, address)
        alone = self.start("--no-key", "--listen", "127.0.0.1", port=0)
        with self.assertRaises(OSError):
            socket.create_connection(("::1", alone.port), timeout=60)


class Told:
    """What /metrics tells, by name and labels. Raises where it is not the text format, version 0.0.4."""

    NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    LABEL = rf'{NAME}="(?:[^"\\\\\n]|\\\\[\\\\"n])*"'
    LINE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9.e+-]+|\+Inf)")

    def __init__(self, text):
        self.samples, self.types = {}, {}
        family = None
        for line in text.splitlines():
            if line.startswith("# HELP "):
                family = line.split()[2]
                assert family not in self.types, f"{family} stands there twice"
            elif line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                assert name == family, line
                self.types[name] = kind
            else:
                name, labels, value = self.LINE.fullmatch(line).groups()
                assert re.sub("_(bucket|sum|count)$", "", name) == family or name == family, line
                key = (name, labels or "")
                assert key not in self.samples, f"{key} stands there twice"
                self.samples[key] = float(value)
        assert text.endswith("\n")

    def __getitem__(self, line):
        name, _, labels = line.rstrip("}").partition("{")
        return self.samples.get((name, labels), 0)


class Health(OperationsCase):
    def status(self, server, path="/health/ready", **headers):
        answer = self.ask(server, "GET", path, headers=headers)
        self.assertEqual(answer.headers["content-type"], "application/json")
        return answer.status, answer.json["status"], answer.json.get("reason")

    def test_it_lives_and_is_ready_without_asking_anybody(self):
        self.limn("serve", "key", "new", "mine")
        server = self.start(port=0)
        for _ in range(3):
            self.assertEqual(self.status(server, "/health/live"), (200, "live", None))
            self.assertEqual(self.status(server), (200, "ready", None))
        self.assertEqual(self.ask(server, "HEAD", "/health/ready").status, 200)
        self.assertEqual(self.sandbox.get("/_log"), [], "a gateway was asked")
        self.assert_refused(self.ask(server, "GET", "/health/ready", headers={"host": "evil.example"}), 421, "unknown_host")

    def test_it_is_not_ready_without_a_gateway(self):
        (self.home / ".config/limn/limn.yaml").unlink()
        server = self.start("--no-key", port=0)
        self.assertEqual(self.status(server), (503, "not_ready", "no_gateway"))
        self.assertEqual(self.status(server, "/health/live")[0], 200)

    def test_it_is_not_ready_where_the_last_try_failed_and_is_again_once_one_worked(self):
        self.configure("billing-402")
        server = self.start("--no-key", port=0)
        self.draw(server)
        self.assertIn("billing", (self.home / ".local/state/limn/learnt.json").read_text(), "it is told before it is written down")
        self.assertEqual(self.status(server), (503, "not_ready", "billing"))
        # Another process remembers that, too.
        self.assertEqual(self.status(self.start("--no-key", port=0)), (503, "not_ready", "billing"))
        self.configure("billing-402", "ok")
        self.assertEqual(self.status(server), (200, "ready", None))
        self.configure("moderated")
        self.draw(server)
        self.assertEqual(self.status(server), (200, "ready", None))

    def test_it_is_not_ready_once_it_is_about_to_end(self):
        self.configure("slow-1500")
        server = self.start("--no-key", port=0)
        thread, answers = self.in_background(server)
        self.wait_for_request("slow-1500")
        server.process.terminate()
        self.wait_until(lambda: self.status(server)[0] == 503)
        thread.join(60)
        self.assert_drawn(answers[0])


class Metrics(OperationsCase):
    def told(self, server, **headers):
        # The last request is counted once its client has all of its answer, and that may be a moment later.
        answer = self.ask(server, "GET", "/metrics", headers=headers)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        self.text = answer.body.decode()
        return Told(self.text)

    def test_what_happened_is_counted(self):
        self.configure("server-500", "ok")  # the first is asked by both of its providers
        server = self.start("--no-key", port=0)
        self.assertEqual(self.told(server)["limn_jobs_running"], 0)
        self.assert_drawn(self.draw(server, {"prompt": "a secret fox"}, idempotency_key="one"))
        self.assert_drawn(self.draw(server, {"prompt": "a secret fox"}, idempotency_key="one"))
        self.assertEqual(self.draw(server, {"n": 0}).status, 400)
        self.assertEqual(self.ask(server, "GET", "/nowhere").status, 404)
        self.wait_until(lambda: self.told(server)['limn_requests_total{route="other",code="404"}'] == 1)
        told = self.told(server)
        for line, count in (('limn_requests_total{route="/v1/images/generations",code="200"}', 2), ('limn_requests_total{route="/v1/images/generations",code="400"}', 1),
                            ('limn_request_seconds_bucket{route="/v1/images/generations",le="60"}', 3), ('limn_request_seconds_count{route="/v1/images/generations"}', 3),
                            ('limn_attempts_total{gateway="one",class="server"}', 2), ('limn_attempts_total{gateway="two",class="ok"}', 1),
                            ("limn_replays_total", 1), ("limn_unknown_total", 0)):
            self.assertEqual(told[line], count, f"{line}\n{self.text}")
        self.assertGreater(told['limn_cost_usd_total{gateway="two"}'], 0)
        self.assertEqual({name: told.types[name] for name in ("limn_requests_total", "limn_request_seconds", "limn_jobs_running")},
                         {"limn_requests_total": "counter", "limn_request_seconds": "histogram", "limn_jobs_running": "gauge"})
        self.assertNotIn("secret", self.text)
        self.assertNotIn(CANARY, self.text)

    def test_what_runs_and_what_nobody_knows_of_is_counted(self):
        self.configure("slow-1500")
        server = self.start("--no-key", port=0)
        thread, _ = self.in_background(server)
        self.wait_for_request("slow-1500")
        self.assertEqual(self.told(server)["limn_jobs_running"], 1)
        thread.join(60)
        self.assertEqual(self.told(server)["limn_jobs_running"], 0)
        self.configure("hang-up")
        self.draw(server, {"prompt": "an owl"})
        told = self.told(server)
        self.assertEqual((told["limn_unknown_total"], told['limn_attempts_total{gateway="one",class="outcome_unknown"}']), (1, 1))
        self.configure("slow-1500")
        self.begin_and_go_away(server, "slow-1500", {"prompt": "a bear"})
        self.wait_until(lambda: self.told(server)['limn_requests_total{route="/v1/images/generations",code="499"}'] == 1)

    def test_they_are_for_this_machine_or_who_has_a_key(self):
        key = self.limn("serve", "key", "new", "mine").stdout.strip()
        server = self.start(port=0)
        self.told(server)
        for name in ("x-forwarded-for", "forwarded", "via"):
            self.assert_refused(self.ask(server, "GET", "/metrics", headers={name: "192.0.2.1"}), 401, "invalid_api_key")
            self.told(server, **{name: "192.0.2.1", "authorization": f"Bearer {key}"})
        self.assert_refused(self.ask(server, "GET", "/metrics", headers={"origin": "https://evil.example"}), 403, "unknown_origin")

    @unittest.skipUnless(shutil.which("promtool"), "promtool comes with Debian's prometheus: scripts/setup --tests")
    def test_promtool_has_nothing_to_say(self):
        server = self.start("--no-key", port=0)
        self.assert_drawn(self.draw(server))
        self.told(server)
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.text, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))


class Reload(OperationsCase):
    def reload(self, server):
        server.process.send_signal(signal.SIGHUP)

    def said(self, server, words):
        """Reads what it says until these words are in it."""
        line = ""
        while words not in line:
            line = server.process.stderr.readline()
            self.assertTrue(line, f"it never said: {words}")
        return line

    def gateway(self, server, prompt):
        answer = self.draw(server, {"prompt": prompt})
        self.assert_drawn(answer)
        return answer.headers["x-limn-gateway"]

    def test_what_limn_forget_drops_a_server_and_its_worker_forget_too(self):
        self.configure("billing-402", "ok")
        server = self.start("--no-key", port=0)
        for prompt, asked in (("1", 1), ("2", 1)):  # one that is out of money goes last
            self.assertEqual(self.gateway(server, prompt), "two")
            self.assertEqual(self.sandbox.counts("billing-402", "billable"), asked)
        self.assert_status(self.limn("forget", "one"), 0)
        self.assertEqual(self.gateway(server, "3"), "two")
        self.assertEqual(self.sandbox.counts("billing-402", "billable"), 2)

    def test_a_hang_up_reads_the_settings_anew_and_loses_nothing(self):
        self.configure("slow-1500")
        server = self.start("--no-key", port=0)
        thread, answers = self.in_background(server, {"prompt": "a slow fox"})
        self.wait_for_request("slow-1500")
        file = self.home / ".config/limn/limn.yaml"
        self.configure("ok")
        file.write_text(file.read_text().replace("name: one", "name: other"))
        self.reload(server)
        self.assertIn("gateways: other", self.said(server, "read anew"))
        self.assertEqual(self.gateway(server, "a fox"), "other")
        thread.join(60)
        self.assertEqual(answers[0].headers["x-limn-gateway"], "one")
        self.assert_drawn(answers[0])
        self.assertEqual(server.end(), 0)

    def test_a_hang_up_finds_the_gateways_of_other_programs(self):
        """Their files are not looked at for each request."""
        (self.home / ".config/limn/limn.yaml").write_text("sources: [ai_hosts.codex]\n")
        server = self.start("--no-key", port=0)
        self.assert_refused(self.draw(server), 404, "no_gateway")
        codex = self.home / ".codex"
        codex.mkdir()
        (codex / "config.toml").write_text(f'model_provider = "mine"\n[model_providers.mine]\nbase_url = "{self.sandbox.base_url("ok")}"\n'
                                           'experimental_bearer_token = "mine-9f3bQ2"\n')
        self.reload(server)
        self.said(server, "gateways: ")
        self.assert_drawn(self.draw(server))

    def test_a_broken_file_changes_nothing_but_is_told(self):
        server = self.start("--no-key", "--allow-host", "limn.example", port=0)
        file = self.home / ".config/limn/limn.yaml"
        good = file.read_text()
        file.write_text(good + "model: [\n")
        self.reload(server)
        self.assertIn("limn.yaml:", self.said(server, "what held before goes on to"))
        models = self.ask(server, "GET", "/v1/models", headers={"host": "limn.example"})
        self.assertEqual([one["id"] for one in models.json["data"]], ["gpt-image-2"])
        self.assertEqual(self.ask(server, "GET", "/health/ready").status, 200)
        # Who draws reads it, too: nothing is asked for, and what is wrong is told.
        self.assertIn("limn.yaml", self.assert_refused(self.draw(server), 424, "not_drawn")["message"])
        self.assertEqual(self.sandbox.billable(), 0)
        file.write_text(good)
        self.reload(server)
        self.said(server, "read anew")
        self.assertEqual(self.gateway(server, "a fox"), "one")

    def test_who_closes_its_terminal_means_its_end(self):
        ours, its = pty.openpty()
        def begin():
            os.setsid()
            fcntl.ioctl(its, termios.TIOCSCTTY, 0)
        process = subprocess.Popen([LIMN, "serve", "--json", "--no-key", "--port", "0"], env=self.environment(), text=True, stdin=its,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=begin)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        os.close(its)
        json.loads(process.stdout.readline())
        os.close(ours)  # its leader hears SIGHUP
        self.assertEqual(process.wait(timeout=60), 0)


# Becomes limn with descriptor 3 and whatever its environment says, of its own process.
LAUNCHER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class Service(OperationsCase):
    """As systemd starts it."""

    def launch(self, listening, *args, **variables):
        """`listening` is its descriptor 3."""
        env = {**self.environment(), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "limn", **variables}
        self.process = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(listening.fileno()), LIMN, "serve", "--json", *args], env=env, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[listening.fileno()])
        self.addCleanup(self.process.communicate)
        self.addCleanup(self.process.kill)

    def listening(self, family=socket.AF_INET, place=("127.0.0.1", 0)):
        listening = socket.socket(family)
        self.addCleanup(listening.close)
        listening.bind(place)
        listening.listen()
        return listening

    def test_it_answers_at_the_socket_that_it_is_handed(self):
        listening = self.listening(socket.AF_UNIX, str(self.path))
        # Who comes before it is there waits.
        early = UnixConnection(self.path)
        early.request("GET", "/v1/models")
        self.launch(listening)
        listening.close()
        ready = json.loads(self.process.stdout.readline())
        self.assertEqual(ready, {"ok": True, "base_url": "http://localhost/v1", "socket": str(self.path)})
        with contextlib.closing(early):
            self.assertEqual(early.getresponse().status, 200)
        self.assert_drawn(self.draw_by_socket("a fox"))
        self.process.terminate()
        self.assertEqual(self.process.wait(timeout=60), 0)
        self.assertTrue(self.path.exists(), "it is the service manager's")

    def test_an_address_that_it_is_handed_has_its_rules(self):
        listening = self.listening()
        port = listening.getsockname()[1]
        self.launch(listening)
        self.assertNotEqual(self.process.wait(timeout=60), 0, "there is no key")
        key = self.limn("serve", "key", "new", "mine").stdout.strip()
        self.launch(listening)
        self.assertEqual(json.loads(self.process.stdout.readline()), {"ok": True, "base_url": f"http://127.0.0.1:{port}/v1", "page": f"http://127.0.0.1:{port}/"})
        self.port = port
        bearer = {"authorization": f"Bearer {key}"}
        self.assertEqual(self.ask(self, "GET", "/v1/models", headers=bearer).status, 200)
        self.assert_refused(self.ask(self, "GET", "/v1/models"), 401, "invalid_api_key")
        self.assert_refused(self.ask(self, "GET", "/v1/models", headers={**bearer, "host": "evil.example"}), 421, "unknown_host")

    def test_without_a_key_no_open_address_is_taken(self):
        self.launch(self.listening(place=("0.0.0.0", 0)), "--no-key")
        self.assertEqual(self.process.wait(timeout=60), 2)
        self.assertIn("--no-key", self.process.stdout.read())

    def test_sockets_of_another_process_are_not_taken(self):
        listening = self.listening()
        process = subprocess.Popen([LIMN, "serve", "--json", "--no-key", "--port", "0"], env={**self.environment(), "LISTEN_FDS": "1", "LISTEN_PID": "1"},
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[listening.fileno()])
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertNotIn(f":{listening.getsockname()[1]}/", process.stdout.readline())

    def test_its_service_manager_is_told_and_its_workers_are_not(self):
        self.configure("slow-1500")
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(told.close)
        told.settimeout(60)
        told.bind(str(self.home / "notify"))
        self.launch(self.listening(socket.AF_UNIX, str(self.path)), NOTIFY_SOCKET=str(self.home / "notify"))
        self.assertEqual(told.recv(100), b"READY=1")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.draw_by_socket("a fox")), daemon=True)
        thread.start()
        self.wait_for_request("slow-1500")
        workers = self.workers()
        self.assertEqual(len(workers), 1)
        for worker in workers:
            names = {line.split(b"=")[0] for line in pathlib.Path(f"/proc/{worker}/environ").read_bytes().split(b"\0")}
            self.assertEqual(names & {b"LISTEN_PID", b"LISTEN_FDS", b"LISTEN_FDNAMES", b"NOTIFY_SOCKET"}, set())
        self.process.terminate()
        self.assertEqual(told.recv(100), b"STOPPING=1")
        thread.join(60)
        self.assert_drawn(answers[0])
        self.assertEqual(self.process.wait(timeout=60), 0)

    def test_a_worker_outlives_the_stop_of_the_unit(self):
        """KillMode=process: the server is killed, and nobody else."""
        self.configure("slow-1500")
        server = self.start("--no-key", port=0)
        self.begin_and_go_away(server, "slow-1500")
        server.process.kill()
        self.wait_until(lambda: self.pictures.exists() and self.images_in(self.pictures) and not self.workers())
        self.assertEqual(self.sandbox.billable(), 1)

    @property
    def units(self):
        return pathlib.Path(LIMN).parent.parent / "lib/systemd/user"

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze comes with systemd: scripts/setup --tests")
    def test_systemd_has_nothing_to_say_of_the_units(self):
        folder = self.home / "units"
        shutil.copytree(self.units, folder)
        service = folder / "limn-serve.service"
        service.write_text(service.read_text().replace("ExecStart=limn", f"ExecStart={LIMN}"))  # it looks in no ExecSearchPath
        checked = subprocess.run(["systemd-analyze", "--user", "verify", service, folder / "limn-serve.socket"], capture_output=True, text=True, timeout=60, check=False,
                                 env={**self.environment(), "XDG_RUNTIME_DIR": str(self.home)})
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_the_unit_kills_the_server_alone_and_waits_for_the_longest_attempt(self):
        unit = (self.units / "limn-serve.service").read_text()
        said = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
        self.assertEqual((said["KillMode"], said["ExecStart"], said["Type"]), ("process", "limn serve", "notify"))
        longest = next(one["value"] for one in self.limn("config", "list", "--json").json["settings"] if one["key"] == "timeout")
        self.assertGreater(int(said["TimeoutStopSec"].removesuffix("min")) * 60, 2 * int(longest.removesuffix("s")))


if __name__ == "__main__":
    unittest.main()
