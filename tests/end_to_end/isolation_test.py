"""Providers in a process of their own: whatever becomes of it, limn goes on; and it gets at nothing that it was not given."""

import concurrent.futures
import filecmp
import json
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

from limn_case import CANARY, LIMN, LimnCase

ACME = pathlib.Path(os.environ["LIMN_ACME_DIR"])
SANITIZED = bool(os.environ.get("LIMN_SANITIZED"))
ARGUMENT = "--isolated-plugin"
# The second form where the kernel has no Landlock, or a sanitizer is in its way.
IN_FORCE = r"own process, no files, no network, no environment \(seccomp, landlock\)|" \
           r"own process, no files once it is loaded, no network, no environment \(seccomp\)"


def isolated_processes_of(parent):
    """The processes that limn started for plugins, by their arguments: they are not in its group."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            if ARGUMENT.encode() in arguments and stat[0] != "Z" and int(stat[1]) == parent:
                found.append(int(entry.name))
    return found


class IsolationCase(LimnCase):
    def settings(self, text):
        file = self.home / ".config/limn/limn.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)

    def harm(self, where, what, *more):
        self.settings("settings: {acme: {in: '%s', do: %s%s}}\n" % (where, what, "".join(", " + one for one in more)))

    def with_acme(self, *args, env=None, isolate=True, through=()):
        return self.generate("--plugin", ACME / "acme.so", *(("--isolate", "acme") if isolate else ()), "--provider", "acme",
                             "--provider", "openai_images", *args, "a fox", env=env or self.environment("ok"), through=through)

    def alone(self):
        """The same test in a home of its own, so that many things can be tried at once. The sandbox forgets what it has counted."""
        case = type(self)(self._testMethodName)
        case.setUp()
        self.addCleanup(case.doCleanups)
        return case

    def drawn_by_the_next_provider(self, where, what):
        case = self.alone()
        case.harm(where, what)
        return case.with_acme()

    def assert_goes_on(self, outcome, words):
        self.assert_status(outcome, 0)
        self.assertEqual([(a["provider"], a["class"]) for a in outcome.json["attempts"]],
                         [("acme", "internal"), ("openai_images", "ok")], outcome)
        message = outcome.json["attempts"][0]["message"]
        self.assertRegex(message, r"^provider acme \(\S+/acme\.so\) " + words)
        self.assertFalse(outcome.json["attempts"][0]["may_have_cost"])
        self.assert_png(outcome.json["images"][0]["path"])


class Ends(IsolationCase):
    def test_a_provider_that_segfaults_is_one_attempt_and_the_next_one_draws(self):
        for where in ("create", "describe", "open", "next", "receive"):
            with self.subTest(where):
                outcome = self.drawn_by_the_next_provider(where, "segfault")
                self.assert_goes_on(outcome, r"ended with signal 11 \(SIGSEGV\) in " + where)

    def test_without_isolation_the_same_takes_limn_along(self):
        self.harm("next", "exit")
        outcome = self.limn("generate", "--plugin", ACME / "acme.so", "--provider", "acme", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 3)
        self.assertEqual(outcome.stdout, "")

    def test_every_other_end_is_told_as_what_it_is(self):
        for what, words in (("exit", "exited with status 3 in open"),
                            ("abort", r"ended with signal 6 \(SIGABRT\) in open"),
                            ("throw", "broke rule 7 of the plugin contract: open threw an exception: acme has thrown this"),
                            ("garbage", "said what makes no sense in open"),
                            ("forge", "said what makes no sense in open"),
                            ("length", "said more than a call may in open"),
                            ("flood", "said more than a call may in open")):
            with self.subTest(what):
                self.assert_goes_on(self.drawn_by_the_next_provider("open", what), words)

    @unittest.skipIf(SANITIZED, "a sanitizer has its own ways to run out of stack and memory")
    def test_a_provider_without_measure_runs_out_of_stack_and_memory_alone(self):
        self.assert_goes_on(self.drawn_by_the_next_provider("next", "overflow"), r"ended with signal 11 \(SIGSEGV\) in next")
        self.assert_goes_on(self.drawn_by_the_next_provider("next", "allocate"),
                            "broke rule 7 of the plugin contract: next threw an exception: std::bad_alloc")

    @unittest.skipIf(SANITIZED, "a sanitizer has its own ways to run out of stack and memory")
    def test_the_stack_has_a_limit_also_where_the_user_has_none(self):
        most = resource.getrlimit(resource.RLIMIT_STACK)[1]
        if most != resource.RLIM_INFINITY and most < 64 << 20:
            self.skipTest("no more stack for anybody here")
        for isolate, attempts in ((True, [("acme", "internal"), ("openai_images", "ok")]), (False, [("acme", "ok")])):
            case = self.alone()
            case.harm("next", "deep")
            outcome = case.with_acme(isolate=isolate, through=("sh", "-c", "ulimit -s 65536; exec \"$@\"", "sh"))
            self.assertEqual([(a["provider"], a["class"]) for a in outcome.json["attempts"]], attempts, outcome)

    def test_a_provider_that_never_answers_is_given_up(self):
        cases = [(where, "loop") for where in ("create", "describe", "open", "next", "receive")] + [("next", "stopped")]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            for (where, _), outcome in zip(cases, pool.map(lambda case: self.drawn_by_the_next_provider(*case), cases)):
                with self.subTest(where):
                    self.assert_goes_on(outcome, "did not answer within 5 s in " + where)

    def test_an_end_behind_the_image_costs_nothing(self):
        for where in ("after image", "second next", "close", "destroy"):
            with self.subTest(where):
                outcome = self.drawn_by_the_next_provider(where, "segfault")
                self.assert_status(outcome, 0)
                self.assertEqual([(a["provider"], a["class"]) for a in outcome.json["attempts"]], [("acme", "ok")], outcome)
                self.assertIn("SIGSEGV", outcome.stderr)

    def test_a_plugin_that_does_not_survive_being_loaded_is_one_attempt(self):
        outcome = self.generate("--plugin", ACME / "acme_dies.so", "--isolate", "acme_dies", "--provider", "acme_dies",
                                "--provider", "openai_images", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual([(a["provider"], a["class"]) for a in outcome.json["attempts"]], [("acme_dies", "internal"), ("openai_images", "ok")])
        self.assertIn("ended with signal 6 (SIGABRT) while it was loaded", outcome.json["attempts"][0]["message"])

    def test_what_it_prints_goes_nowhere_but_to_the_log(self):
        self.harm("next", "print")
        outcome = self.with_acme()
        self.assertEqual([(a["provider"], a["class"]) for a in outcome.json["attempts"]], [("acme", "ok")])
        self.assertNotIn("acme prints", outcome.stdout + outcome.stderr)
        self.harm("next", "segfault")
        outcome = self.with_acme("--verbose")
        self.assertRegex(outcome.stderr, r"limn: plugin \S+/acme.so wrote: acme was here")


class Money(IsolationCase):
    """A plugin that dies over an answer may have lost a paid image: nothing is paid twice without being told."""

    def test_an_end_after_a_billable_request_stops(self):
        for where in ("receive", "message"):
            with self.subTest(where):
                self.setUp()
                self.harm(where, "segfault", "billable: yes")
                outcome = self.with_acme(env=self.environment("no-image-200"))
                self.assertNotEqual(outcome.status, 0)
                self.assertEqual([a["provider"] for a in outcome.json["attempts"]], ["acme"])
                self.assertTrue(outcome.json["attempts"][0]["may_have_cost"])
                self.assertIn("ended with signal 11 (SIGSEGV) in receive", outcome.json["attempts"][0]["message"])
                self.assertEqual(self.sandbox.billable(), 1)
                self.doCleanups()

    def test_a_picture_that_came_is_delivered_although_the_plugin_died_over_it(self):
        self.harm("message", "segfault", "billable: yes")
        outcome = self.with_acme()
        self.assert_status(outcome, 0)
        self.assertEqual([a["provider"] for a in outcome.json["attempts"]], ["acme"])
        self.assertIn("ended with signal 11 (SIGSEGV) in receive", outcome.stderr)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_with_permission_the_next_provider_is_asked(self):
        self.harm("receive", "segfault", "billable: yes")
        outcome = self.with_acme("--allow-duplicate-charge", env=self.environment("no-image-200"))
        self.assertEqual([a["provider"] for a in outcome.json["attempts"]], ["acme", "openai_images"])
        self.assertTrue(outcome.json["attempts"][0]["may_have_cost"])
        self.assertEqual(self.sandbox.billable(), 2)


class Walls(IsolationCase):
    def told(self, what, isolate=True):
        self.harm("open", what)
        outcome = self.with_acme(isolate=isolate)
        self.assert_status(outcome, 0)
        line = next(line for line in outcome.stderr.splitlines() if "plugin: " in line)
        return dict(one.split(" ") for one in line.split("plugin: ", 1)[1].split(", "))

    @unittest.skipIf(SANITIZED, "the sanitizer's own threads and maps are in the way")
    def test_the_kernel_refuses_all_but_what_a_plugin_needs(self):
        told = self.told("try")
        self.assertEqual(told.pop("variables"), "0")
        self.assertEqual(set(told.values()), {"1"}, told)  # EPERM
        self.assertGreater(len(told), 14)
        here = self.told("try", isolate=False)
        self.assertEqual([here[what] for what in ("open", "socket", "fork", "shared", "growing")], ["0"] * 5, "the test could not fail")

    def test_code_that_runs_while_it_is_loaded_has_no_more_rights_than_that_takes(self):
        listed = self.limn("plugins", "--json", "--isolate", "openai_images").json["components"]
        if not any("landlock" in (c["isolation"] or "") for c in listed):
            self.skipTest("no Landlock here")
        self.assertEqual(self.told("early"), {"passwd": "0", "library": "1", "socket": "0"})
        self.assertEqual(self.told("early", isolate=False), {"passwd": "1", "library": "1", "socket": "1"}, "the test could not fail")

    def test_nothing_is_open_there_but_the_line_to_limn(self):
        self.harm("open", "descriptors")
        outcome = self.limn("generate", "--plugin", ACME / "acme.so", "--isolate", "acme", "--provider", "acme", "a fox",
                            env=self.environment("ok"), through=("sh", "-c", "exec 7</etc/hostname; exec \"$@\"", "sh"))
        self.assert_status(outcome, 0)
        self.assertIn("plugin: count 4\n", outcome.stderr)

    def test_services_that_reach_out_are_not_offered(self):
        self.assertEqual(self.told("services"), {"log": "1", "env": "0", "files": "0", "classify": "1", "clock": "1"})

    def seen(self, isolate):
        self.harm("close", "tell")
        env = self.environment("echo-key")
        outcome = self.with_acme("--verify", "never", env=env, isolate=isolate)
        lines = [line.split("plugin: seen ", 1)[1] for line in outcome.stderr.splitlines() if "plugin: seen " in line]
        letters = str.maketrans("ghijklmnopqrstuv", "0123456789abcdef")
        return bytes.fromhex("".join(lines).translate(letters)).decode()

    def test_a_key_that_the_gateway_repeats_does_not_reach_it(self):
        here = self.seen(isolate=False)
        self.assertIn(CANARY, here, "the test could not fail")
        apart = self.seen(isolate=True)
        for begin in range(2, len(CANARY) - 7):
            self.assertNotIn(CANARY[begin:begin + 8], apart)
        self.assertIn("Incorrect API key provided: [redacted]", apart)

    def test_what_is_in_force_is_listed(self):
        outcome = self.limn("plugins", "--json", "--isolate", "openai_images")
        self.assert_valid(outcome.json, "plugins")
        told = {c["id"]: c["isolation"] for c in outcome.json["components"]}
        self.assertEqual((told["responses_api"], told["env"]), (None, None))
        self.assertRegex(told["openai_images"], f"^({IN_FORCE})$")
        self.assertRegex(self.limn("plugins", "--isolate", "openai_images").stdout, rf"openai_images.so \(({IN_FORCE})\)")
        self.assertRegex(self.limn("plugins", "-v", "--isolate", "openai_images").stderr, f"ready, ({IN_FORCE})")

    def test_limn_yaml_names_whom_to_isolate_and_config_list_says_so(self):
        self.settings("plugins: {isolate: [responses_api]}\n")
        told = {c["id"]: c["isolation"] for c in self.limn("plugins", "--json").json["components"]}
        self.assertIsNone(told["openai_images"])
        self.assertRegex(told["responses_api"], IN_FORCE)
        self.assertRegex(self.limn("config", "list").stdout, r"(?m)^plugins\.isolate.*responses_api.*limn\.yaml:1")

    def test_a_config_source_cannot_be_isolated_and_the_message_says_why(self):
        outcome = self.limn("generate", "--isolate", "env", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertIn("the config source env cannot be isolated: it works with the environment, files and keys", outcome.stderr)

    def test_an_id_that_nobody_has_is_a_warning_with_the_nearest(self):
        outcome = self.limn("plugins", "--isolate", "openai_imges")
        self.assert_status(outcome, 0)
        self.assertIn("\"openai_imges\" is to be isolated, and there is no such provider: did you mean 'openai_images'?", outcome.stderr)

    def test_nothing_is_drawn_while_an_id_that_nobody_has_is_to_be_isolated(self):
        outcome = self.generate("--isolate", "openai_imges", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertEqual(outcome.json["error"]["class"], "settings")
        self.assertIn("did you mean 'openai_images'?", outcome.json["error"]["message"])
        self.assertNotIn("to be isolated", outcome.stderr, "told once, as the error")
        self.assertEqual(self.sandbox.billable(), 0)

    def test_nobody_else_can_start_such_a_process(self):
        outcome = self.limn(ARGUMENT, ACME / "acme.so")
        self.assert_status(outcome, 2)
        self.assertIn("only limn itself", outcome.stderr)


class Work(IsolationCase):
    """The in-tree providers, isolated, do what they do otherwise."""

    def test_an_image_of_30_mb_has_the_same_bytes(self):
        images = []
        for args in ((), ("--isolate", "openai_images")):
            image = self.work / f"image{len(images)}"
            outcome = self.generate("--provider", "openai_images", "--verify", "never", "-o", image, *args, "a fox", env=self.environment("big-30"))
            self.assert_status(outcome, 0)
            images.append(pathlib.Path(outcome.json["images"][0]["path"]))
        self.assertGreater(images[0].stat().st_size, 20_000_000)
        self.assertTrue(filecmp.cmp(*images, shallow=False))

    def test_what_gateways_do_ends_alike_in_either_place(self):
        def end_of(args, provider, behaviour):
            case = self.alone()
            outcome = case.generate(*args, "--provider", provider, "-s", "1088x1024", "a fox", env=case.environment(behaviour))
            told = outcome.json
            attempts = [(a["class"], (a["message"] or "").split("; what arrived is in")[0], a["size"], a["may_have_cost"])
                        for a in told["attempts"]]
            return outcome.status, attempts, len(told.get("images", [])), told.get("size"), told.get("usage")

        for provider in ("openai_images", "responses_api"):
            for behaviour in ("ok", "sse", "sse-odd", "partials", "quota-200", "billing-402", "content-400", "size-1024-only", "unauthorized",
                              "data-uri", "wrapped-base64", "sse-error-after-partial", "sse-ends-too-early", "keep-alive-whitespace"):
                with self.subTest(provider, behaviour=behaviour):
                    self.assertEqual(end_of(("--isolate", provider), provider, behaviour), end_of((), provider, behaviour))

    def test_all_of_them_at_once(self):
        outcome = self.generate("--isolate", "all", "-n", "3", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assertEqual(len(outcome.json["images"]), 3)

    def test_an_image_to_work_from(self):
        first = self.generate("-o", self.work / "first.png", "a fox", env=self.environment("ok"))
        self.assert_status(first, 0)
        outcome = self.generate("--isolate", "all", "-i", self.work / "first.png", "the same at night", env=self.environment("ok"))
        self.assert_status(outcome, 0)
        self.assert_png(outcome.json["images"][0]["path"])


class Left(IsolationCase):
    """No process is left behind."""

    def working(self):
        process = subprocess.Popen([LIMN, "generate", "--isolate", "all", "--json", "a fox"], env=self.environment("slow-30000"), cwd=self.work,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        self.addCleanup(process.stdout.close)
        while self.sandbox.billable() == 0:
            time.sleep(0.01)
        children = isolated_processes_of(process.pid)
        self.assertGreaterEqual(len(children), 2)
        return process, children

    def assert_all_gone(self, children):
        until = time.monotonic() + 60
        while any(is_alive(child) for child in children):
            self.assertLess(time.monotonic(), until, "a process of a plugin lives on")
            time.sleep(0.01)

    def test_ctrl_c_reaches_limn_first_and_leaves_none(self):
        process, children = self.working()
        self.assertTrue(all(os.getpgid(child) == child for child in children), "Ctrl-C on a terminal would hit the plugin")
        os.killpg(process.pid, signal.SIGINT)
        stdout, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(json.loads(stdout)["error"]["class"], "cancelled")
        self.assertFalse(any(is_alive(child) for child in children))

    def test_a_limn_that_is_killed_takes_them_along(self):
        process, children = self.working()
        process.kill()
        process.wait()
        self.assert_all_gone(children)

    def test_a_limn_that_is_killed_takes_a_looping_one_along(self):
        self.harm("next", "loop")
        process = subprocess.Popen([LIMN, "generate", "--plugin", ACME / "acme.so", "--isolate", "acme", "--provider", "acme", "--events",
                                    "a fox"], env=self.environment("ok"), cwd=self.work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if "attempt_started" in line:
                break
        children = isolated_processes_of(process.pid)
        self.assertEqual(len(children), 1)
        process.kill()
        process.wait()
        process.stderr.close()
        self.assert_all_gone(children)


def is_alive(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
