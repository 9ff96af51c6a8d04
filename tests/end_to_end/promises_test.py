"""docs/promises.md is kept: what the command does is held to what tests/promises has of the day of 1.0. What is new passes; what is gone or means
something else fails, and that is answered by bringing it back, not by a change of tests/promises.

What is new is a promise from the release on that brings it. It is added there:
 * to envelope.json and events.json by `python3 -B promises_test.py record`, run where and as this test is, which only adds, and not where a promise is broken;
 * to the others by hand, a row each: a setting with values that it takes and how `limn config list` shows them, a class with its status, a header with the
   form of its value, a column, an option; to contract.json the id of a test of `limn plugins check`.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import unittest

import documents
import promises
import schemas
from documents_test import help_groups
from limn_case import CANARY, LIMN, LimnCase
from serve_test import ServeCase

sys.path.insert(0, str(documents.ROOT / "tests/abi"))
from append_only import Header, faults  # noqa: E402

SCHEMAS = {"envelope": ("envelope", "batch"), "events": ("events",)}


def rows_of_today(name):
    definitions = {}
    for schema in SCHEMAS[name]:
        definitions.update(json.loads((schemas.FOLDER / f"{schema}.schema.json").read_text())["$defs"])
    return promises.rows_of({"$defs": definitions})


class Itself(unittest.TestCase):
    """A change that would harm somebody is seen, and one that does not is not."""

    def told(self, old, new, input=False):
        def schema(body):
            return {"$defs": {"item" if input else "answer": {"type": "object", **body}}}
        return list(promises.broken(promises.rows_of(schema(old)), promises.rows_of(schema(new))))

    def test_of_what_limn_writes_nothing_goes_and_nothing_becomes_something_else(self):
        old = {"required": ["a"], "properties": {"a": {"type": "string"}, "b": {"enum": ["x", "y"]}}}
        grown = {"required": ["a", "c"], "properties": {"a": {"type": "string"}, "b": {"enum": ["x", "y", "z"]}, "c": {"type": "integer"}}}
        self.assertEqual(self.told(old, grown), [])
        self.assertEqual(self.told(grown, old), ["answer.b is never \"z\" any more", "answer.c is gone"])
        self.assertEqual(self.told(old, {**old, "required": []}), ["answer.a was always there"])
        self.assertEqual(self.told(old, {**old, "properties": {**old["properties"], "a": {"type": ["string", "null"]}}}),
                         ["answer.a was string, and is null or string"])

    def test_of_what_limn_reads_all_is_taken_and_no_more_is_wanted(self):
        old = {"properties": {"a": {"type": ["string", "null"]}}}
        self.assertEqual(self.told(old, {"properties": {"a": {"type": ["string", "null", "integer"]}, "b": {"type": "string"}}}, input=True), [])
        self.assertEqual(self.told(old, {"properties": {"a": {"type": "string"}}}, input=True), ["item.a was null or string, and is string"])
        self.assertEqual(self.told(old, {**old, "required": ["a"]}, input=True), ["item.a could be left out"])
        more = {"required": ["b"], "properties": {**old["properties"], "b": {"type": "string"}}}
        self.assertEqual(self.told(old, more, input=True), ["item.b has to be given now"])

    def test_a_record_keeps_what_was_promised_and_adds_what_is_new(self):
        old = {"answer.a": {"types": ["null", "string"], "words": ["1"]}}
        self.assertEqual(promises.grown(old, {"answer.a": {"types": ["string"], "required": True, "words": ["1", "2"]}, "answer.b": {"types": ["array"]}}),
                         {"answer.a": {"types": ["null", "string"], "required": True, "words": ["1", "2"]}, "answer.b": {"types": ["array"]}})
        for name in SCHEMAS:
            self.assertEqual(list(promises.broken(promises.frozen(name), promises.grown(promises.frozen(name), rows_of_today(name)))), [])

    def test_what_an_answer_lacks_is_seen(self):
        rows = promises.rows_of({"$defs": {"answer": {"type": "object", "required": ["list"], "properties": {"list": {"type": "array", "items": {
            "type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}}}}}})
        self.assertEqual(list(promises.missing({"list": [{"n": 1}], "more": 2}, "answer", rows)), [])
        self.assertEqual(list(promises.missing({}, "answer", rows)), ["answer.list is not there"])
        self.assertEqual(list(promises.missing({"list": [{"n": "1"}, {}]}, "answer", rows)), ['answer.list[].n is "1"', "answer.list[].n is not there"])


class Contract(LimnCase):
    FROZEN = documents.ROOT / "tests/abi/frozen/1.0/limn/abi.h"
    PROMISED = promises.frozen("contract")

    def test_the_header_of_1_0_is_what_it_was_and_today_s_goes_on_from_it(self):
        header = Header(self.FROZEN.read_text())
        told = json.dumps([header.macros, header.structs, header.enums, sorted(header.others)], sort_keys=True)
        self.assertEqual(hashlib.sha256(told.encode()).hexdigest(), self.PROMISED["declarations_sha256"])
        self.assertEqual(list(faults(header, Header((documents.ROOT / "core/include/limn/abi.h").read_text()))), [])

    def test_an_id_of_the_conformance_kit_is_for_ever(self):
        listed = {test["id"] for test in self.limn("plugins", "check", "--list", "--json").json["tests"]}
        self.assertEqual(set(self.PROMISED["conformance_tests"]) - listed, set())


class Commands(LimnCase):
    def test_each_has_the_options_that_it_had(self):
        for command, options in promises.frozen("commands").items():
            with self.subTest(command):
                told = self.limn(*command.split()[1:], "--help")
                self.assert_status(told, 0)
                known = set().union(*(names for group, names in help_groups(told.stdout).items() if group not in ("Commands", "Arguments")))
                self.assertEqual(set(options) - known, set())


class Settings(LimnCase):
    def write(self, name, text):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)

    def shown(self):
        outcome = self.limn("config", "list", "--json")
        self.assert_status(outcome, 0)
        return {one["key"]: one["value"].replace(str(self.home), "~") for one in outcome.json["settings"]}

    def test_every_setting_takes_the_values_that_it_took(self):
        """All settings at once, each with its first value, then with its second, and so on."""
        promised = promises.frozen("limn-yaml")
        for nth in range(max(map(len, promised.values()))):
            lines = ["gateways: [{name: work, base_url: https://gw.example/v1, api_key: none}]"]
            expected = {}
            for key, values in promised.items():
                written, expected[key] = values[min(nth, len(values) - 1)]
                section, _, name = key.rpartition(".")
                if section and f"{section}:" not in lines:
                    lines.append(f"{section}:")
                at = lines.index(f"{section}:") + 1 if section else 0
                lines.insert(at, f"{'  ' if section else ''}{name}: {written}")
            self.write("limn.yaml", "\n".join(lines) + "\n")
            shown = self.shown()
            self.assertEqual({key: shown.get(key) for key in expected}, expected)

    def test_the_settings_of_0_1_are_read(self):
        for name in ("limn", "preferences"):
            self.write(f"{name}.yaml", (promises.FOLDER / f"{name}-0.1.yaml").read_text())
        shown = self.shown()
        expected = promises.frozen("settings-0.1")
        self.assertEqual({key: shown.get(key) for key in expected}, expected)
        (self.home / "key").write_text("a-key-of-a-file\n")
        (self.home / "key").chmod(0o600)
        found = self.limn("discover", "--json", env=self.environment(WORK_KEY=CANARY, PLAIN_KEY=CANARY)).json["gateways"]
        of_file = {gateway["name"]: gateway["base_url"] for gateway in found}
        self.assertEqual({of_file.get(name) for name in ("work", "local", "lan", "plain")},
                         {expected[f"gateways[{n}].base_url"] for n in (0, 1, 2, 4)})


class Envelope(LimnCase):
    PROMISED = promises.frozen("envelope")

    def test_the_schemas_promise_what_they_promised(self):
        for name in SCHEMAS:
            self.assertEqual(list(promises.broken(promises.frozen(name), rows_of_today(name))), [])

    def test_the_command_prints_it(self):
        env = self.environment("ok")
        (self.work / "items").write_text('"a fox"\n')
        for words, name, status in (
            (("generate", "a fox"), "generate", 0), (("generate", "--dry-run", "a fox"), "dry_run", 0), (("batch", "items"), "batch", 0),
            (("history",), "history", 0), (("show", "last"), "history_entry", 0), (("spend",), "spend", 0), (("discover",), "discover", 0),
            (("verify",), "verify", 0), (("models",), "models", 0), (("config", "list"), "settings", 0), (("plugins",), "plugins", 0),
            (("recover",), "recover", 0), (("doctor",), "doctor", 0), (("forget",), "forget", 0), (("nonsense",), "failure", 2),
        ):
            with self.subTest(words):
                outcome = self.limn(*words, "--json", env=env)
                self.assert_status(outcome, status)
                self.assertEqual(list(promises.missing(outcome.json, name, self.PROMISED)), [])
        failed = self.limn("generate", "a fox", "--json", env=self.environment("billing-402"))
        self.assertEqual(list(promises.missing(failed.json, "generate", self.PROMISED)), [])
        self.assertEqual((failed.json["ok"], failed.json["error"]["class"], failed.json["attempts"][0]["class"]), (False, "billing", "billing"))

    def test_a_manifest_is_what_it_was(self):
        (self.work / "items").write_text('{"id": "one", "prompt": "a fox"}\n')
        self.assert_status(self.limn("batch", "items", "--manifest", "manifest", env=self.environment("ok")), 0)
        line, = map(json.loads, (self.work / "manifest").read_text().splitlines())
        self.assertEqual(list(promises.missing(line, "manifest_line", self.PROMISED)), [])


class Events(LimnCase):
    def lines(self, *words, behaviour="ok"):
        outcome = self.limn(*words, "--events", env=self.environment(behaviour))
        return [json.loads(line) for line in outcome.stderr.splitlines()]

    def test_they_come_with_what_they_told(self):
        promised = {**promises.frozen("envelope"), **promises.frozen("events")}
        names = {path for path in promises.frozen("events") if f"{path}.event" in promised}
        (self.work / "items").write_text('"a fox"\n')
        told = [*self.lines("generate", "a fox"), *self.lines("batch", "items"), *self.lines("generate", "a fox", "--wait", "30s", behaviour="rate-limited"),
                *self.lines("generate", "--quality", "high", "a fox", behaviour="unknown-parameter")]
        for event in told:
            if event["event"] in names:
                with self.subTest(event):
                    self.assertEqual(list(promises.missing(event, event["event"], promised)), [])
        self.assertEqual(names - {event["event"] for event in told}, set())


class ExitStatuses(LimnCase):
    PROMISED = promises.frozen("exit-statuses")["classes"]
    OTHERS = promises.frozen("exit-statuses")["others"]
    BEHAVIOURS = {"auth": "unauthorized", "access": "unverified", "billing": "billing-402", "model": "model-not-listed", "endpoint": "html-200",
                  "content": "moderated", "server": "server-500", "outcome_unknown": "gateway-504", "not_saved": "url-elsewhere",
                  "no_image": "no-image-200", "bad_image": "truncated-png", "rate_limited": "rate-limited-long", "size": "openai-size",
                  "parameter": "openai-input-fidelity", "invalid_request": "nginx-413", "unclear": "pollinations-400", "unreachable": "http://127.0.0.1:9/v1"}

    def setUp(self):
        super().setUp()
        self.take_time()

    def assert_ends(self, outcome, name):
        self.assertEqual((outcome.json["error"]["class"], outcome.status), (name, self.PROMISED[name]))

    def test_an_end_has_the_status_of_its_class(self):
        self.assert_status(self.limn("generate", "a fox", env=self.environment("ok")), self.OTHERS["done"])
        for name, behaviour in self.BEHAVIOURS.items():
            with self.subTest(name):
                self.assert_ends(self.limn("generate", "--size", "1024x1024", "--json", "a fox", env=self.environment(behaviour)), name)
        self.assert_ends(self.limn("generate", "--no-such", "--json"), "usage")
        self.assert_ends(self.limn("generate", "--json", "a fox"), "no_gateway")
        https = self.sandbox.base_url("ok").replace("http:", "https:")
        self.assert_ends(self.limn("generate", "--json", "a fox", env=self.environment(https)), "tls")
        (self.home / ".config/limn/limn.yaml").write_text("timeoutt: 1\n")
        self.assert_ends(self.limn("config", "list", "--json"), "settings")

    def test_a_batch_that_is_done_in_part_has_one_of_its_own(self):
        folder = self.home / ".config/limn"
        gateways = "".join(f"  - {{name: {name}, base_url: {self.sandbox.base_url(name)}, api_key: {CANARY}}}\n" for name in ("ok", "billing-402"))
        (folder / "limn.yaml").write_text(f"gateways:\n{gateways}")
        (self.work / "items").write_text('{"prompt": "a", "gateway": "ok"}\n{"prompt": "b", "gateway": "billing-402"}\n')
        self.assert_status(self.limn("batch", "items"), self.OTHERS["a part of a batch"])

    def test_signals_have_theirs(self):
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with self.subTest(name), socket.create_server(("127.0.0.1", 0)) as silent:
                silent.settimeout(60)
                env = self.environment(f"http://127.0.0.1:{silent.getsockname()[1]}/v1")
                process = subprocess.Popen([LIMN, "generate", "a fox"], env=env, cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                self.addCleanup(process.kill)
                connection, _ = silent.accept()
                with connection:
                    connection.recv(1)  # it asks for the models
                    process.send_signal(getattr(signal, name))
                    self.assertEqual(process.wait(timeout=60), self.OTHERS[name])

    def test_the_page_and_the_command_list_all_of_them(self):
        rows = documents.table_rows(documents.text_of("docs/exit-statuses.md"), "exit status")
        listed = {name.strip("` "): row[0] for row in rows for name in row[2].split(",") if name.strip()}
        self.assertEqual({name: listed.get(name) for name in self.PROMISED}, {name: str(status) for name, status in self.PROMISED.items()})
        told = self.limn("help", "exit-status").stdout
        for status in {*self.PROMISED.values(), *self.OTHERS.values()}:
            self.assertRegex(told, rf"(?m)^  ([\d, ]*, )?{status}\b")


class HttpHeaders(ServeCase):
    def test_they_tell_what_they_told(self):
        self.configure("five-a-minute", more="providers: [responses_api]\n")
        file = self.home / ".config/limn/limn.yaml"
        file.write_text(file.read_text().replace("late_error: 60s", "late_error: 60s, wait: 0"))
        server = self.server()
        drawn = self.draw(server, {"n": 7, "user": "me", "style": "vivid"}, x_request_id="mine", idempotency_key="seven")
        self.assert_drawn(drawn, 5)
        again = self.draw(server, {"n": 7, "user": "me", "style": "vivid"}, idempotency_key="seven")
        self.assertEqual((again.body, again.headers["x-limn-job"]), (drawn.body, drawn.headers["x-limn-job"]))
        refused = self.draw(server, {"n": 7000})
        self.assertGreaterEqual(refused.status, 400)
        for name, form in promises.frozen("http-headers").items():
            with self.subTest(name):
                self.assertIn(f"`{name}`", documents.text_of("docs/promises.md"))
                told = [answer.headers[name] for answer in (drawn, again, refused) if name in answer.headers]
                self.assertNotEqual(told, [])
                for value in told:
                    self.assertRegex(value, f"^(?:{form})$")
        self.assertEqual(drawn.headers["x-request-id"], "mine")


class History(LimnCase):
    def database(self):
        return contextlib.closing(sqlite3.connect(self.home / ".local/state/limn/history.db"))

    def test_its_tables_have_the_columns_that_they_had(self):
        self.assert_status(self.limn("generate", "a fox", env=self.environment("ok")), 0)
        self.assertEqual(len(self.limn("history", "--json").json["entries"]), 1)
        with self.database() as database:
            for table, columns in promises.frozen("history").items():
                found = {name: {"type": kind, "notnull": bool(notnull), "key": bool(key)}
                         for _, name, kind, notnull, _, key in database.execute(f"PRAGMA table_info({table})")}
                self.assertEqual({name: found.get(name) for name in columns}, columns, table)
                self.assertEqual(database.execute(f"SELECT count(*) FROM {table}").fetchone(), (1,))

    def test_a_history_of_the_day_of_1_0_is_read_and_goes_on(self):
        folder = self.home / ".local/state/limn"
        folder.mkdir(parents=True, mode=0o700)
        with self.database() as database:
            database.executescript((promises.FOLDER / "history-1.0.sql").read_text())
        before = self.limn("history", "--json").json["entries"]
        self.assertEqual([(one["id"], one["outcome"], one["class"], one["cost"]["basis"]) for one in before],
                         [("w4gmwnebtk", "failed", "outcome_unknown", "estimate"), ("sd3js5uwxa", "failed", "content", "estimate"),
                          ("3sdwcxeg77", "drawn", None, "usage")])
        self.assertEqual((before[2]["image"]["path"], before[2]["image"]["format"], before[2]["asked"]),
                         ("/pictures/a-füchs.png", "png", {"size": "1024x1024", "n": 1, "quality": "low"}))
        self.assertEqual([one["id"] for one in self.limn("history", "--json", "FÜCHS").json["entries"]], [one["id"] for one in before])
        self.assert_status(self.limn("generate", "a fox", env=self.environment("ok")), 0)
        self.assertEqual([one["id"] for one in self.limn("history", "--json").json["entries"][1:]], [one["id"] for one in before])


def record():
    for name in SCHEMAS:
        promised, today = promises.frozen(name), rows_of_today(name)
        told = list(promises.broken(promised, today))
        if told:
            sys.exit("\n".join(told))
        (promises.FOLDER / f"{name}.json").write_text(promises.text_of(promises.grown(promised, today)))


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        record()
    else:
        unittest.main()
