"""The Model Context Protocol over HTTP, at /mcp of `limn serve`, in both eras: the same tools, the same money."""

import contextlib
import http.client
import json
import shutil
import socket
import sqlite3
import unittest

import mcp_schemas
from limn_case import CANARY
from mcp_case import META, MODERN, told
from scripted_server import ScriptedServer, image_answer
from serve_test import ServeCase

BOTH = "application/json, text/event-stream"
LEGACY = "2025-11-25"
TASKS = {"extensions": {META + "tasks": {}}}


def events_in(text):
    """What the events of a stream hold."""
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


class Client:
    """As the clients of the protocol speak HTTP; a legacy one after its handshake."""

    def __init__(self, case, server, era=MODERN, key=None, name="a-test", capabilities=None):
        self.case, self.server, self.era, self.key, self.name = case, server, era, key, name
        self.capabilities = capabilities or {}
        self.last_id = 0
        self.session = None
        if era != MODERN:
            self.hello, headers = self.exchange(self.message("initialize", {"protocolVersion": era, "capabilities": self.capabilities,
                                                                            "clientInfo": {"name": name, "version": "1"}}))
            self.session = headers["mcp-session-id"]
            self.revision = self.hello["result"]["protocolVersion"]
            case.assertEqual(self.post({"jsonrpc": "2.0", "method": "notifications/initialized"}).status, 202)

    def message(self, method, params=None):
        self.last_id += 1
        params = dict(params or {})
        if self.era == MODERN:
            params["_meta"] = {META + "protocolVersion": MODERN, META + "clientInfo": {"name": self.name, "version": "1"},
                               META + "clientCapabilities": self.capabilities, **params.get("_meta", {})}
        return {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}

    def headers(self, message=None):
        headers = {"content-type": "application/json", "accept": BOTH}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        if self.era == MODERN:
            headers["mcp-protocol-version"] = MODERN
            if message:
                headers["mcp-method"] = message["method"]
                name = message["params"].get("name", message["params"].get("taskId"))
                if name:
                    headers["mcp-name"] = name
        elif self.session:
            headers |= {"mcp-protocol-version": self.era, "mcp-session-id": self.session}
        return {name: value for name, value in headers.items() if value is not None}

    def post(self, message, timeout=60, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**self.headers(message if isinstance(message, dict) and "params" in message else None), **named}
        body = message if isinstance(message, (str, bytes)) else json.dumps(message)
        return self.case.ask(self.server, "POST", "/mcp", body, {name: value for name, value in merged.items() if value is not None}, timeout)

    def exchange(self, message, **more):
        """The answer, and the headers that it came with; what came before it is in `said`."""
        answer = self.post(message, **more)
        kind = answer.headers.get("content-type")
        messages = events_in(answer.body.decode()) if kind == "text/event-stream" else [answer.json]
        self.said, self.status, self.kind = messages[:-1], answer.status, kind
        for one in messages:
            method = message["method"] if "method" not in one else None
            self.case.assertEqual(mcp_schemas.faults(one, self.era, method), [], one)
        return messages[-1], answer.headers

    def ask(self, method, params=None, **more):
        return self.exchange(self.message(method, params), **more)[0]

    def call(self, tool, arguments=None, meta=None, **more):
        params = {"name": tool, "arguments": arguments or {}, **({"_meta": meta} if meta else {}), **more}
        return self.ask("tools/call", params)["result"]

    def say(self, tool, arguments=None, **more):
        return told(self.call(tool, arguments, **more))

    def open(self, message):
        """A connection on which that was asked, and nothing is read yet."""
        body = json.dumps(message).encode()
        lines = ["POST /mcp HTTP/1.1", f"host: 127.0.0.1:{self.server.port}", f"content-length: {len(body)}",
                 *(f"{name}: {value}" for name, value in self.headers(message).items())]
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
        self.case.addCleanup(connection.close)
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection


class McpHttpCase(ServeCase):
    def client(self, server=None, **more):
        return Client(self, server or self.server(), **more)

    def key(self, name):
        return self.limn("serve", "key", "new", name).stdout.strip()

    def states(self):
        with contextlib.closing(sqlite3.connect(self.home / ".local/state/limn/jobs.db")) as database:
            return [state for (state,) in database.execute("SELECT state FROM job")]


class Pictures(McpHttpCase):
    def test_each_era_gets_the_same_tools_and_one_picture(self):
        self.configure("ok")
        server = self.server()
        for era in (MODERN, LEGACY, "2025-06-18", "2025-03-26"):
            with self.subTest(era):
                client = self.client(server, era=era)
                tools = client.ask("tools/list")["result"]["tools"]
                self.assertEqual([tool["name"] for tool in tools], ["generate_image", "image_job", "image_gateways", "image_cost"])
                said = client.say("generate_image", {"prompt": "a fox"})
                self.assertEqual(said["state"], "done")
                self.assert_png(said["files"][0]["path"])
        self.assertEqual(self.sandbox.billable(), 1)
        self.assertEqual([entry["door"] for entry in self.limn("history", "--json").json["entries"]], ["mcp"])

    def test_one_document_where_nothing_is_to_be_said_before_the_answer_and_events_where_something_is(self):
        self.configure("slow-1500")
        server = self.server()
        for era in (MODERN, LEGACY):
            with self.subTest(era):
                client = self.client(server, era=era)
                client.say("image_cost", {"prompt": "a fox"})
                self.assertEqual((client.kind, client.said), ("application/json", []))
                said = client.say("generate_image", {"prompt": f"a fox {era}"}, meta={"progressToken": "p"})
                self.assertEqual((said["state"], client.kind, client.status), ("done", "text/event-stream", 200))
                progress = [one["params"]["progress"] for one in client.said]
                self.assertTrue(progress)
                self.assertEqual(sorted(set(progress)), progress)

    def test_a_long_answer_begins_its_stream_before_anybody_takes_it_for_dead(self):
        self.configure("slow-12000")
        client = self.client()
        self.assertEqual(client.say("generate_image", {"prompt": "a fox"})["state"], "done")
        self.assertEqual((client.kind, client.said), ("text/event-stream", []))

    def test_a_slow_picture_is_a_task(self):
        self.configure("slow-3500")
        client = self.client(capabilities=TASKS)
        task = client.call("generate_image", {"prompt": "a fox"})
        self.assertEqual(task["resultType"], "task")
        self.wait_until(lambda: client.ask("tasks/get", {"taskId": task["taskId"]})["result"]["status"] == "completed")
        result = client.ask("tasks/get", {"taskId": task["taskId"]})["result"]["result"]
        self.assertEqual(told(result)["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_modern_user_is_asked_by_an_answer_and_a_new_call(self):
        self.configure("ok", more="mcp: {ask_above: 0.05}\n")
        client = self.client(capabilities={"elicitation": {"form": {}}})
        arguments = {"prompt": "a fox", "quality": "high"}
        asked = client.call("generate_image", arguments)
        self.assertEqual(asked["resultType"], "input_required")
        self.assertEqual(self.sandbox.billable(), 0)
        answer = {"confirm": {"action": "accept", "content": {"ok": True}}}
        done = client.call("generate_image", arguments, requestState=asked["requestState"], inputResponses=answer)
        self.assertEqual(told(done)["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_legacy_user_is_asked_on_the_stream_of_the_call(self):
        self.configure("ok", more="mcp: {ask_above: 0.05}\n")
        client = self.client(era=LEGACY, capabilities={"elicitation": {}})
        connection = client.open(client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": "a fox", "quality": "high"}}))
        response = http.client.HTTPResponse(connection)
        response.begin()
        self.assertEqual(response.getheader("content-type"), "text/event-stream")
        question = self.next_event(response)
        self.assertEqual(question["method"], "elicitation/create")
        self.assertEqual(self.sandbox.billable(), 0)
        agreed = {"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept", "content": {"ok": True}}}
        self.assertEqual(client.post(agreed).status, 202)
        self.assertEqual(told(self.next_event(response)["result"])["state"], "done")
        self.assertEqual(response.read().strip(), b"", "the answer ends the stream")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_question_whose_client_has_gone_is_no_call_under_way(self):
        self.configure("ok", more="mcp: {ask_above: 0.05}\n")
        client = self.client(era=LEGACY, capabilities={"elicitation": {}})
        asking = client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": "a fox", "quality": "high"}})
        connection = client.open(asking)
        response = http.client.HTTPResponse(connection)
        response.begin()
        question = self.next_event(response)
        ping = {"jsonrpc": "2.0", "id": asking["id"], "method": "ping"}
        self.assertIn("under way", client.post(ping).json["error"]["message"])
        response.close()
        connection.close()
        self.wait_until(lambda: "result" in client.post(ping).json)
        agreed = {"jsonrpc": "2.0", "id": question["id"], "result": {"action": "accept", "content": {"ok": True}}}
        self.assertEqual(client.post(agreed).status, 202)  # too late: it is none of ours any more
        client.ask("ping")
        self.assertEqual(self.sandbox.billable(), 0)

    def test_a_server_that_is_to_end_waits_for_no_user(self):
        self.configure("ok", more="mcp: {ask_above: 0.05}\n")
        client = self.client(era=LEGACY, capabilities={"elicitation": {}})
        connection = client.open(client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": "a fox", "quality": "high"}}))
        response = http.client.HTTPResponse(connection)
        response.begin()
        question = self.next_event(response)
        self.assertEqual(question["method"], "elicitation/create")
        self.assertEqual(client.server.end(), 0)
        withdrawn = self.next_event(response)
        self.assertEqual((withdrawn["method"], withdrawn["params"]["requestId"]), ("notifications/cancelled", question["id"]))
        result = self.next_event(response)["result"]
        self.assertIn("said nothing", told(result)["message"])
        self.assertEqual(response.read().strip(), b"", "the answer ends the stream")
        self.assertEqual(self.sandbox.billable(), 0)

    def next_event(self, response):
        while line := response.readline():
            if line.startswith(b"data: "):
                return json.loads(line.removeprefix(b"data: "))
        self.fail("the stream ended")

    def test_several_messages_at_once_are_answered_at_once(self):
        self.configure("ok")
        client = self.client(era="2025-03-26")
        messages = [client.message("ping"), {"jsonrpc": "2.0", "method": "notifications/initialized"}, client.message("tools/list")]
        answer = client.post(messages)
        self.assertEqual((answer.status, sorted(one["id"] for one in answer.json)), (200, [2, 3]))
        self.assertEqual(client.post(messages[1:2]).status, 202)
        self.assertEqual(self.client(client.server, era=LEGACY).post(messages).json["error"]["code"], -32600)


class Once(McpHttpCase):
    def test_a_client_that_gives_up_and_asks_again_pays_once(self):
        self.configure("slow-1500")
        server = self.server()
        for era in (MODERN, LEGACY):
            with self.subTest(era):
                self.sandbox.reset()
                client = self.client(server, era=era)
                gone = client.open(client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": f"a fox {era}"}}))
                self.wait_for_request("slow-1500")
                gone.close()
                said = client.say("generate_image", {"prompt": f"a fox {era}"})
                self.assertEqual(said["state"], "done")
                self.assert_png(said["files"][0]["path"])
                self.assertEqual(self.sandbox.billable(), 1)

    def test_a_closed_connection_cancels_what_was_not_sent_in_the_modern_era_alone(self):
        self.configure("ok", more="rate: {images_per_minute: 1}\n")
        server = self.server()
        self.assertEqual(self.client(server).say("generate_image", {"prompt": "the first"})["state"], "done")
        for era, end in ((LEGACY, None), (MODERN, "cancelled")):
            with self.subTest(era):
                client = self.client(server, era=era)
                waiting = client.open(client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": f"the second {era}"}}))
                self.wait_until(lambda: "claimed" in self.states())
                waiting.close()
                if end:
                    self.wait_until(lambda end=end: end in self.states())
                    continue
                client.ask("ping")
                self.assertNotIn("cancelled", self.states())
                other = self.client(server, era=era)
                self.assertEqual(other.post({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}).status, 202)
                self.assertNotIn("cancelled", self.states())  # another session's
                client.post({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})
                self.wait_until(lambda: "cancelled" in self.states())
                with contextlib.closing(sqlite3.connect(self.home / ".local/state/limn/jobs.db")) as database, database:
                    database.execute("DELETE FROM job WHERE state = 'cancelled'")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_server_that_is_killed_loses_nothing(self):
        self.configure("slow-1500")
        client = self.client()
        job = client.say("generate_image", {"prompt": "a fox", "wait_seconds": 0})["job_id"]
        self.wait_for_request("slow-1500")
        client.server.process.kill()
        said = self.client().say("image_job", {"job_id": job})
        self.assertEqual(said["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_server_that_is_to_end_answers_what_it_was_asked(self):
        self.configure("slow-1500")
        client = self.client()
        waiting = client.open(client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": "a fox"}}))
        self.wait_for_request("slow-1500")
        self.assertEqual(client.server.end(), 0)
        response = http.client.HTTPResponse(waiting)
        response.begin()
        self.assertEqual(told(json.loads(response.read())["result"])["state"], "done")


class Rings(McpHttpCase):
    def at_a_port(self, *behaviours):
        """A server that is the first of its gateways."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.configure(f"http://127.0.0.1:{port}/v1", *behaviours)
        return self.server(port=port)

    def test_it_never_asks_itself(self):
        client = self.client(self.at_a_port())
        for arguments in ({}, {"gateway": "one"}):
            with self.subTest(arguments):
                said = client.say("generate_image", {"prompt": "a fox", **arguments})
                self.assertEqual((said["state"], said["code"]), ("failed", "no_gateway"), said)
        listed = client.say("image_gateways")
        self.assertEqual(listed["gateways"], [])
        self.assertIn("this server itself", listed["problem"])

    def test_another_gateway_is_asked_instead_of_itself(self):
        client = self.client(self.at_a_port("ok", "ok"))
        for refresh in (False, True):
            self.assertEqual([gateway["name"] for gateway in client.say("image_gateways", {"refresh": refresh})["gateways"]], ["two", "three"])
        for prompt, wanted, asked in (("a fox", [], "two"), ("a hen", ["one", "three"], "three")):
            with self.subTest(prompt):
                said = client.say("generate_image", {"prompt": prompt, **({"gateway": wanted} if wanted else {})})
                self.assertEqual((said["state"], said["gateway"]), ("done", asked), said)
        counted = self.ask(client.server, "GET", "/metrics").body.decode()
        self.assertIn('route="/mcp"', counted)
        self.assertNotIn('route="/v1', counted, "its workers do not ask it either")

    def test_a_gateway_is_told_how_many_servers_a_request_came_through(self):
        gateway = ScriptedServer(lambda request: image_answer())
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url())
        server = self.server()
        for era in (MODERN, LEGACY):
            client = self.client(server, era=era)
            for hops in (None, "2"):
                with self.subTest(era=era, hops=hops):
                    call = client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": f"a fox {era} {hops}"}})
                    self.assertEqual(told(client.exchange(call, x_limn_hops=hops)[0]["result"])["state"], "done")
                    drawn = [request for request in gateway.requests if request.method == "POST"]
                    self.assertEqual(drawn[-1].headers["x-limn-hops"], str(int(hops or 0) + 1))


class Metrics(McpHttpCase):
    def count(self, server, name):
        lines = self.ask(server, "GET", "/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    def test_a_picture_counts_while_it_is_drawn_and_once_it_is_over(self):
        """Whether its client waits for it or not; one that was drawn already counts once."""
        self.configure("slow-1500")
        client = self.client()
        server = client.server
        for number, wait in enumerate((0, 60), 1):
            with self.subTest(wait=wait):
                arguments = {"prompt": f"a fox {number}", "wait_seconds": wait}
                waiting = client.open(client.message("tools/call", {"name": "generate_image", "arguments": arguments}))
                self.wait_until(lambda: self.count(server, "limn_jobs_running") == 1)
                http.client.HTTPResponse(waiting).begin()
                self.wait_until(lambda: self.count(server, "limn_jobs_running") == 0)
                self.assertEqual(client.say("generate_image", arguments)["state"], "done")
                self.assertEqual(self.count(server, 'limn_attempts_total{gateway="one",class="ok"}'), number)
                self.assertGreater(self.count(server, 'limn_cost_usd_total{gateway="one"}'), 0)
        self.configure("billing-402")
        client.say("generate_image", {"prompt": "a hen"})
        self.wait_until(lambda: self.ask(server, "GET", "/health/ready").json.get("reason") == "billing")


class Owners(McpHttpCase):
    def test_what_one_key_asked_for_is_no_answer_to_another(self):
        one, other = self.key("one"), self.key("other")
        self.configure("ok")
        server = self.server()
        clients = [self.client(server, key=key) for key in (one, other)]
        first, second = (client.say("generate_image", {"prompt": "a fox", "request_id": "r1"}) for client in clients)
        self.assertNotEqual(first["job_id"], second["job_id"])
        self.assertEqual(self.sandbox.billable(), 2)
        self.assertEqual(clients[0].say("generate_image", {"prompt": "a fox"})["job_id"], first["job_id"])
        hidden = clients[1].call("image_job", {"job_id": first["job_id"]})
        self.assertTrue(hidden["isError"])
        self.assertIn("no job", told(hidden)["message"])
        self.assertEqual(clients[0].say("image_job", {"job_id": first["job_id"]})["state"], "done")
        # The last picture is the other's; each draws from its own.
        for client in clients:
            self.assertEqual(client.say("generate_image", {"prompt": "with a hat", "inputs": ["last"]})["state"], "done")
        third = self.client(server, key=self.key("third"))
        self.assertTrue(third.call("generate_image", {"prompt": "with a hat", "inputs": ["last"]})["isError"])
        tasks = [self.client(server, key=key, capabilities=TASKS) for key in (one, other)]
        self.assertEqual(tasks[0].ask("tasks/get", {"taskId": first["job_id"]})["result"]["status"], "completed")
        for method in ("tasks/get", "tasks/cancel"):
            self.assertEqual(tasks[1].ask(method, {"taskId": first["job_id"]})["error"]["code"], -32602)

    def test_a_session_is_its_keys_own(self):
        self.configure("ok")
        one, other = self.key("one"), self.key("other")
        client = self.client(era=LEGACY, key=one)
        self.assertEqual(client.post(client.message("ping"), authorization=f"Bearer {other}").status, 404)
        self.assertEqual(client.post(client.message("ping")).status, 200)

    def test_a_key_is_needed(self):
        self.configure("ok")
        self.key("one")
        answer = self.ask(self.server(), "POST", "/mcp", "{}", {"content-type": "application/json", "accept": BOTH})
        self.assertEqual((answer.status, answer.headers["www-authenticate"]), (401, "Bearer"))

    def test_all_keys_have_one_limit_of_a_day(self):
        one, other = self.key("one"), self.key("other")
        self.configure("ok")
        most = self.client(key=one).say("image_cost", {"prompt": "a fox"})["usd_at_most"]
        self.configure("ok", more=f"mcp: {{max_cost_per_day: {most}}}\n")
        server = self.server()
        self.assertEqual(self.client(server, key=one).say("generate_image", {"prompt": "a fox"})["state"], "done")
        refused = self.client(server, key=other).call("generate_image", {"prompt": "a fox"})
        self.assertTrue(refused["isError"])
        self.assertIn("limit of a day", told(refused)["message"])
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_the_server_or_a_key_may_spend_holds_for_agents_too(self):
        self.configure("ok")
        most = self.client().say("image_cost", {"prompt": "a fox"})["usd_at_most"]
        for arguments, budget in ((("--no-key", "--max-cost-per-day", str(most)), None), ((), most)):
            with self.subTest(arguments):
                self.sandbox.reset()
                shutil.rmtree(self.home / ".local/state/limn", ignore_errors=True)
                key = self.limn("serve", "key", "new", "frugal", "--budget", str(budget), "--json").json["local_key"] if budget else None
                client = self.client(self.server(*arguments), key=key)
                self.assertEqual(client.say("generate_image", {"prompt": "a fox"})["state"], "done")
                refused = client.call("generate_image", {"prompt": "a bear"})
                self.assertTrue(refused["isError"])
                self.assertEqual(self.sandbox.billable(), 1)

    def test_a_key_that_is_for_some_models_draws_with_no_other(self):
        self.configure("ok", more="model: [gpt-image-2, gpt-image-2-2026-04-21]\n")
        key = self.limn("serve", "key", "new", "mine", "--models", "gpt-image-2-2026-04-21").stdout.strip()
        server = self.server()
        for era in (LEGACY, MODERN):
            with self.subTest(era):
                client = self.client(server, key=key, era=era)
                for model in ("gpt-image-2", "none"):
                    refused = client.call("generate_image", {"prompt": f"a fox of {era}", "model": model})
                    self.assertTrue(refused["isError"], refused)
                self.assertEqual(self.sandbox.billable(), 0)
                drawn = client.say("generate_image", {"prompt": f"a fox of {era}"})
                self.assertEqual((drawn["state"], drawn["model"]), ("done", "gpt-image-2-2026-04-21"))
                self.sandbox.reset()

    def test_a_call_has_its_limit(self):
        self.configure("ok")
        self.configure("ok", more="mcp: {max_cost: 0.0001}\n")
        refused = self.client().call("generate_image", {"prompt": "a fox"})
        self.assertTrue(refused["isError"])
        self.assertEqual(self.sandbox.billable(), 0)

    def test_the_folder_of_the_server_is_none_of_its_clients(self):
        self.configure("ok")
        said = self.client().say("image_gateways")
        self.assertEqual(said["may_write_to"], [str(self.pictures)])
        refused = self.client().call("generate_image", {"prompt": "a fox", "directory": str(self.home / "elsewhere")})
        self.assertTrue(refused["isError"])


class Errors(McpHttpCase):
    def test_each_mistake_has_its_status(self):
        self.configure("ok")
        server = self.server()
        modern = self.client(server)
        listing = modern.message("tools/list")
        calling = modern.message("tools/call", {"name": "image_cost", "arguments": {"prompt": "x"}})
        other = json.loads(json.dumps(listing))
        other["params"]["_meta"][META + "protocolVersion"] = "1900-01-01"
        bare = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {}}
        lacking = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {"_meta": {META + "protocolVersion": MODERN}}}
        rows = (
            ("a version that nobody speaks", other, {"mcp_protocol_version": "1900-01-01"}, 400, -32022),
            ("no version", listing, {"mcp_protocol_version": None}, 400, -32020),
            ("another version than the body's", listing, {"mcp_protocol_version": LEGACY}, 400, -32020),
            ("no method", listing, {"mcp_method": None}, 400, -32020),
            ("another method", listing, {"mcp_method": "Tools/List"}, 400, -32020),
            ("no name", calling, {"mcp_name": None}, 400, -32020),
            ("another name", calling, {"mcp_name": "generate_image"}, 400, -32020),
            ("a name that is no base64", calling, {"mcp_name": "=?base64?!?="}, 400, -32020),
            ("nothing about itself", bare, {"mcp_method": "tools/list"}, 400, -32602),
            ("no capabilities", lacking, {"mcp_method": "tools/list"}, 400, -32602),
            ("an unknown method", modern.message("tools/none"), {}, 404, -32601),
            ("a method of before", modern.message("ping"), {}, 404, -32601),
            ("an unknown tool", modern.message("tools/call", {"name": "none"}), {}, 400, -32602),
            ("no capability for it", modern.message("tasks/get", {"taskId": "x"}), {}, 400, -32021),
            ("no JSON", "{", {}, 400, -32700),
            ("no message", "7", {}, 400, -32600),
            ("an answer to nothing", {"jsonrpc": "2.0", "id": 1, "result": {}}, {}, 400, -32600),
        )
        for what, message, headers, status, code in rows:
            with self.subTest(what):
                answer = modern.post(message, **headers)
                self.assertEqual((answer.status, answer.json["error"]["code"]), (status, code), answer)
                if isinstance(message, dict) and "method" in message:
                    self.assertEqual(answer.json["id"], message["id"])
        self.assertEqual(modern.post(calling, mcp_name="=?base64?aW1hZ2VfY29zdA==?=").status, 200)

    def test_the_head_decides_before_the_body(self):
        self.configure("ok")
        client = self.client()
        listing = client.message("tools/list")
        rows = (({"accept": "application/json"}, 406), ({"accept": "text/html"}, 406), ({"accept": "*/*"}, 200), ({"accept": None}, 200),
                ({"accept": "text/event-stream, application/json;q=0.9"}, 200), ({"content_type": "text/plain"}, 415),
                ({"origin": "https://evil.example"}, 403), ({"host": "evil.example"}, 421), ({"origin": f"http://127.0.0.1:{client.server.port}"}, 200))
        for headers, status in rows:
            with self.subTest(headers):
                self.assertEqual(client.post(listing, **headers).status, status)
        get = self.ask(client.server, "GET", "/mcp", headers={"accept": "text/event-stream"})
        self.assertEqual((get.status, get.headers["allow"]), (405, "POST, DELETE, OPTIONS"))

    def test_a_message_has_a_limit(self):
        self.configure("ok")
        client = self.client()
        long = client.message("tools/call", {"name": "image_cost", "arguments": {"prompt": "x" * (4 << 20)}})
        self.assertEqual(client.post(long).status, 413)


class Sessions(McpHttpCase):
    def test_a_session_ends_when_it_is_told_to_and_is_then_unknown(self):
        self.configure("ok")
        client = self.client(era=LEGACY)
        headers = client.headers()
        self.assertEqual(self.ask(client.server, "DELETE", "/mcp", headers=headers).status, 204)
        self.assertEqual(client.post(client.message("ping")).status, 404)
        self.assertEqual(self.ask(client.server, "DELETE", "/mcp", headers=headers).status, 404)
        self.assertEqual(self.ask(client.server, "DELETE", "/mcp").status, 400)

    def test_the_end_of_a_session_ends_its_calls_and_no_picture(self):
        self.configure("slow-1500")
        client = self.client(era=LEGACY)
        waiting = client.open(client.message("tools/call", {"name": "generate_image", "arguments": {"prompt": "a fox"}}))
        self.wait_for_request("slow-1500")
        self.ask(client.server, "DELETE", "/mcp", headers=client.headers())
        response = http.client.HTTPResponse(waiting)
        response.begin()
        self.assertEqual(response.status, 404)
        again = self.client(client.server, era=LEGACY).say("generate_image", {"prompt": "a fox"})
        self.assertEqual(again["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_who_brings_no_session_is_answered_for_itself(self):
        self.configure("ok")
        client = self.client(era=LEGACY)
        answer = client.post(client.message("tools/list"), mcp_session_id=None, mcp_protocol_version=None)
        self.assertEqual((answer.status, len(answer.json["result"]["tools"])), (200, 4))
        self.assertEqual(client.post(client.message("ping"), mcp_session_id="none").status, 404)
        self.assertEqual(client.post(client.message("ping"), mcp_protocol_version="1900-01-01").status, 400)

    def test_sessions_that_nobody_ends_make_room(self):
        self.configure("ok")
        server = self.server()
        first = self.client(server, era=LEGACY)
        for _ in range(128):
            last = self.client(server, era=LEGACY)
        self.assertEqual(first.post(first.message("ping")).status, 404)
        self.assertEqual(last.post(last.message("ping")).status, 200)

    def test_a_session_that_was_refused_is_none(self):
        self.configure("ok")
        client = self.client(era=LEGACY)
        answer = client.post(client.message("initialize", {"protocolVersion": 7}), mcp_session_id=None)
        self.assertEqual(answer.json["error"]["code"], -32602)
        self.assertNotIn("mcp-session-id", answer.headers)

    def test_a_key_in_what_is_said_is_not_told(self):
        self.configure("ok")
        client = self.client(era=LEGACY)
        answer = client.post(client.message("tools/call", {"name": CANARY + "one"}))
        self.assertEqual(answer.json["error"]["code"], -32602)


if __name__ == "__main__":
    unittest.main()
