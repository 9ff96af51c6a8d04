"""limn mcp with clients that others wrote: the official TypeScript ones, of both eras, and the inspector. `scripts/setup --tests`
installs them; what is not there, or not for this machine's node, is skipped, but not where CI says that all of it must hold."""

import functools
import json
import os
import shutil
import subprocess
import unittest

from clients_of_others import INSTALLED, MODULES, SOURCES, node, why_not
from limn_case import LIMN, skip_for
from mcp_case import MODERN, McpCase, told
from serve_test import Server

PREFIX = "@modelcontextprotocol/"
INSPECTOR = MODULES / PREFIX / "inspector/clients/launcher/build/index.js"
LATEST_LEGACY = "2025-11-25"


class ClientCase(McpCase):
    PACKAGE = ""

    @classmethod
    def setUpClass(cls):
        skip_for(why_not(PREFIX + cls.PACKAGE))
        shutil.copy(SOURCES / "session.mjs", INSTALLED)  # packages are looked for beside it
        super().setUpClass()

    def session(self, *steps, **order):
        """What tests/clients/session.mjs does and tells."""
        sanitizers = {name: value for name, value in self.environment().items() if name.endswith("SAN_OPTIONS")}
        order = {"package": self.PACKAGE, "command": LIMN, "args": ["mcp"], "env": sanitizers, "steps": steps, **order}
        ran = self.run_node(INSTALLED / "session.mjs", json.dumps(order))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        said = json.loads(ran.stdout)
        self.assertEqual(said["errors"], [], "the client found fault with something")
        return said

    def run_node(self, *words, timeout=120):
        # As a host's own: what reaches the server of it is what the client lets through.
        env = {**self.hosts_environment(), "PATH": os.environ["PATH"]}
        return subprocess.run([node()[0], *map(str, words)], env=env, cwd=self.work, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, check=False)


def in_each_mode(test):
    @functools.wraps(test)
    def run(self):
        for mode in self.MODES:
            with self.subTest(mode=mode):
                self.sandbox.reset()
                test(self, mode)
    return run


class Sessions:
    """What a client's session is, whichever it is; MODES: how it begins, and the revision that it comes to so."""

    MODES = {}

    def session(self, *steps, mode, **more):
        said = super().session(*steps, mode=mode, **more)
        self.assertEqual(said["revision"], self.MODES[mode])
        return said

    @in_each_mode
    def test_it_finds_the_tools_and_gets_a_picture(self, mode):
        self.configure("ok")
        said = self.session({"tool": "image_gateways"}, {"tool": "image_cost", "arguments": {"prompt": "a fox", "quality": "low"}},
                            {"tool": "generate_image", "arguments": {"prompt": f"a fox {mode}", "quality": "low"}}, mode=mode)
        self.assertEqual(said["server"]["name"], "limn")
        self.assertIn("generate_image", said["instructions"])
        self.assertEqual([tool["name"] for tool in said["tools"]], ["generate_image", "image_job", "image_gateways", "image_cost"])
        gateways, cost, picture = (told(step["result"]) for step in said["steps"])
        self.assertEqual([one["name"] for one in gateways["gateways"]], ["one"])
        self.assertGreater(cost["usd"], 0)
        self.assertEqual(picture["state"], "done")
        self.assert_png(picture["files"][0]["path"])
        self.assertEqual(said["steps"][2]["result"]["content"][1]["type"], "resource_link")
        self.assertEqual(self.sandbox.billable(), 1)

    @in_each_mode
    def test_a_failure_is_an_answer_to_read_and_no_error_of_the_protocol(self, mode):
        self.configure("moderated")
        said = self.session({"tool": "generate_image", "arguments": {"prompt": "a fox"}}, {"tool": "generate_image", "arguments": {"prompt": ""}},
                            {"tool": "nothing"}, mode=mode)
        refused, wrong, unknown = said["steps"]
        self.assert_failed(refused["result"], "content")
        self.assert_failed(wrong["result"], "usage")
        self.assertEqual(unknown["error"]["code"], -32602)

    @in_each_mode
    def test_a_client_that_gives_up_after_its_own_time_and_calls_again_pays_once(self, mode):
        self.configure("slow-3500")
        asked = {"tool": "generate_image", "arguments": {"prompt": f"a fox {mode}"}}
        said = self.session({**asked, "timeout_ms": 2000}, asked, mode=mode)
        gave_up, again = said["steps"]
        self.assertIn("timed out", gave_up["error"]["message"])
        again = told(again["result"])
        self.assertEqual((again["state"], again["joined"]), ("done", True))
        self.assert_png(again["files"][0]["path"])
        self.assertEqual(self.sandbox.billable(), 1)

    @in_each_mode
    def test_progress_arrives_and_rises(self, mode):
        self.configure("slow-1500")
        said = self.session({"tool": "generate_image", "arguments": {"prompt": f"a fox {mode}"}}, mode=mode)
        progress = [one["progress"] for one in said["steps"][0]["progress"]]
        self.assertTrue(progress)
        self.assertEqual(sorted(set(progress)), progress)
        self.assertIn("one", said["steps"][0]["progress"][-1]["message"])

    @in_each_mode
    def test_a_dear_picture_is_asked_about_and_the_answer_holds(self, mode):
        self.configure("ok", more="mcp: {ask_above: 0.05}\n")
        dear = {"tool": "generate_image", "arguments": {"prompt": f"a fox {mode}", "quality": "high"}}
        refused = self.session(dear, mode=mode, answer={"action": "decline"})
        self.assertEqual(len(refused["questions"]), 1)
        self.assertIn("$", refused["questions"][0]["message"])
        self.assert_failed(refused["steps"][0]["result"], "cancelled")
        self.assert_failed(self.session(dear, mode=mode)["steps"][0]["result"], "usage")  # it cannot be asked
        self.assertEqual(self.sandbox.billable(), 0)
        agreed = self.session(dear, mode=mode, answer={"action": "accept", "content": {"ok": True}})
        self.assertEqual(len(agreed["questions"]), 1)
        self.assertEqual(told(agreed["steps"][0]["result"])["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)


class Client1(Sessions, ClientCase):
    """The first client, which most hosts still have."""

    PACKAGE = "sdk"
    MODES = {"legacy": LATEST_LEGACY}


class Client2(Sessions, ClientCase):
    """The second, with and without a look at what the server speaks."""

    PACKAGE = "client"
    MODES = {"legacy": LATEST_LEGACY, "auto": MODERN, "modern": MODERN}


class Tasks(ClientCase):
    """The extension of tasks, over the second client."""

    PACKAGE = "ext-tasks"

    def test_a_slow_picture_is_a_task_that_the_client_waits_for(self):
        self.configure("slow-3500")
        said = self.session({"tool": "generate_image", "arguments": {"prompt": "a fox"}}, package="client", mode="modern", tasks=True)
        self.assertEqual(said["task"], "task")
        self.assertEqual(told(said["steps"][0]["result"])["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)


class ByHttp:
    """The same clients at `limn serve`."""

    def http_server(self):
        self.addCleanup(setattr, self, "serving", None)
        self.serving = getattr(self, "serving", None) or Server(self, "--no-key", env=self.environment())
        return self.serving.base_url.removesuffix("/v1") + "/mcp"

    def session(self, *steps, **more):
        return super().session(*steps, url=self.http_server(), **more)


class Client1ByHttp(Sessions, ByHttp, ClientCase):
    PACKAGE = "sdk"
    MODES = Client1.MODES


class Client2ByHttp(Sessions, ByHttp, ClientCase):
    PACKAGE = "client"
    MODES = Client2.MODES


class Conformance(ByHttp, ClientCase):
    """The suite of the protocol's authors, as far as a server can pass it that has limn's tools and no others: the rest calls tools,
    prompts and resources of a fixture by their names (test_simple_text, slow_compute, ...), or is about completions, subscriptions and
    sampling, which limn does not offer."""

    PACKAGE = "conformance"
    SCENARIOS = {LATEST_LEGACY: ("server-initialize", "ping", "tools-list", "server-sse-multiple-streams", "dns-rebinding-protection",
                                 "server-session-lifecycle"),
                 MODERN: ("server-stateless", "tools-list", "server-sse-multiple-streams", "dns-rebinding-protection", "caching",
                          "http-header-validation", "sep-2164-resource-not-found", "input-required-result-unsupported-methods")}
    # Checks of those that need tools of the fixture, or ask for prompts and resources. One that passes is told as a fault of this list.
    LEFT_OUT = {"server-stateless": ("sep-2575-server-rejects-undeclared-capability", "sep-2575-missing-capability-http-400",
                                     "sep-2575-http-server-no-independent-requests-on-stream", "sep-2575-server-no-log-without-loglevel"),
                "caching": ("sep-2549-prompts-list-caching-hints", "sep-2549-resources-list-caching-hints",
                            "sep-2549-resources-templates-list-caching-hints")}

    def test_each_scenario_that_needs_no_tool_of_its_own(self):
        self.configure("ok")
        suite = MODULES / PREFIX / "conformance/dist/index.js"
        for revision, scenarios in self.SCENARIOS.items():
            for scenario in scenarios:
                left_out = self.work / "left-out.yaml"
                left_out.write_text("server:\n" + "".join(f"  - {scenario}:{check}\n" for check in self.LEFT_OUT.get(scenario, ())))
                with self.subTest(revision=revision, scenario=scenario):
                    ran = self.run_node(suite, "server", "--url", self.http_server(), "--scenario", scenario, "--spec-version", revision,
                                        "--output-dir", self.work / "conformance",
                                        *(("--expected-failures", left_out) if scenario in self.LEFT_OUT else ()))
                    self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
                    self.assertIn("SUCCESS", ran.stdout, "nothing was looked at")


class Inspector(ClientCase):
    PACKAGE = "inspector"

    def target(self):
        return LIMN, "mcp"

    def inspect(self, era, *words):
        ran = self.run_node(INSPECTOR, "--cli", *self.target(), "--protocol-era", era, "--format", "json", *words)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return json.loads(ran.stdout), ran.stderr

    def test_it_finds_no_fault_with_the_tools(self):
        for era in ("legacy", "auto", "modern"):
            with self.subTest(era=era):
                listed, remarks = self.inspect(era, "--method", "tools/list", "--strict")
                self.assertEqual(len(listed["result"]["tools"]), 4)
                self.assertEqual(remarks, "")

    def test_it_gets_a_picture(self):
        self.configure("ok")
        for era in ("legacy", "auto", "modern"):
            with self.subTest(era=era):
                called, _ = self.inspect(era, "--method", "tools/call", "--tool-name", "generate_image", "--tool-args-json", json.dumps({"prompt": f"a fox {era}"}))
                said = told(called["result"])
                self.assertEqual(said["state"], "done")
                self.assert_png(said["files"][0]["path"])
        self.assertEqual(self.sandbox.billable(), 3)


class InspectorByHttp(ByHttp, Inspector):
    def target(self):
        return "--transport", "http", "--server-url", self.http_server()


if __name__ == "__main__":
    unittest.main()
