"""The page of `limn serve`, as its browser asks for it: who may, what a press begins, and what is told of it. The page itself: page_browser_test."""

import base64
import contextlib
import hashlib
import http.client
import json
import pathlib
import re
import sqlite3
import struct
import subprocess
import threading
import time
import unittest
import zlib

from limn_case import CANARY, LIMN
from scripted_server import ScriptedServer, answer, image_answer
from serve_test import Server, ServeCase

PAGE = pathlib.Path(__file__).resolve().parents[2] / "host/serve/page"
STYLES = sorted(PAGE.glob("*.css"))
JSON = {"content-type": "application/json"}


def png(width=64, height=64, alpha=255):
    raw = b"".join(b"\0" + b"".join(bytes((x * 3 % 256, y * 5 % 256, 90, alpha if x < width // 2 else 255)) for x in range(width)) for y in range(height))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def fill_history(case, count, folder=None):
    """So many pictures of before, in the real tables: limn makes them, the rows are put here. Their files are one."""
    case.limn("generate", "the first", "--json", env=case.environment("ok"))
    state = case.home / ".local/state/limn"
    case.limn("history", "--json")  # takes the lines in
    picture = str(next(iter(sorted((folder or case.work).glob("*.png")))))
    database = sqlite3.connect(state / "history.db")
    attempt = database.execute("SELECT * FROM attempt").fetchone()
    names = [column[1] for column in database.execute("PRAGMA table_info(attempt)")]
    now = int(time.time() * 1000)
    alphabet = "abcdefghijklmnopqrstuvwxyz23456789"
    attempts, images = [], []
    for number in range(count):
        name = "".join(alphabet[number // 34 ** place % 34] for place in range(6))
        row = dict(zip(names, attempt), number=None, id=f"at{name}zz", at=now - number * 60_000 - 60_000, prompt=f"picture {number} of many", folded=None)
        attempts.append(tuple(row[one] for one in names))
        images.append((f"im{name}zz", row["id"], row["at"], picture, 0, 1024, 1024 if number % 3 else 1536, 1000, "", ""))
    with database:
        database.executemany(f"INSERT INTO attempt VALUES ({', '.join('?' * len(names))})", attempts)
        database.executemany("INSERT INTO image (id, attempt, at, path, format, width, height, bytes, sha256, revised_prompt) VALUES (?,?,?,?,?,?,?,?,?,?)", images)
    database.close()


class Events:
    """A stream of events, read as it comes."""

    def __init__(self, case, server, cookie="", last=""):
        self.case = case
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.connection.request("GET", "/events", headers={**({"cookie": cookie} if cookie else {}), **({"last-event-id": last} if last else {})})
        self.answer = self.connection.getresponse()
        case.assertEqual((self.answer.status, self.answer.getheader("content-type")), (200, "text/event-stream"))
        case.addCleanup(self.close)
        self.id = ""

    def close(self):
        self.answer.close()
        self.connection.close()

    def next(self):
        """(name, value) of the next one."""
        name, data = "", ""
        while True:
            line = self.answer.readline().decode()
            self.case.assertNotIn(CANARY, line)
            if not line:
                raise EOFError
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "id":
                self.id = value
            elif field == "data":
                data += value
            elif line == "\n" and name:
                return name, json.loads(data)

    def until(self, wanted):
        while True:
            name, value = self.next()
            if wanted(name, value):
                return value


class PageCase(ServeCase):
    def press(self, server, body=None, name="press-1", **headers):
        return self.ask(server, "POST", "/api/jobs", json.dumps({"prompt": "a fox", **(body or {})}), {**JSON, "idempotency-key": name, **headers})

    def jobs(self, server, headers=None):
        return {job["id"]: job for job in self.ask(server, "GET", "/api/jobs", headers=headers).json["jobs"]}

    def wait_for_end(self, server, job, headers=None):
        self.wait_until(lambda: self.jobs(server, headers).get(job, {}).get("is_over"))
        return self.jobs(server, headers)[job]

    def get(self, server, path, **headers):
        return self.ask(server, "GET", path, headers=headers)

    def key(self):
        return self.limn("serve", "key", "new", "page", "--json").json["local_key"]

    def sign_in(self, server, **body):
        return self.ask(server, "POST", "/session", json.dumps(body), JSON)


class Files(PageCase):
    def test_the_page_is_there_for_whoever_asks_and_nothing_of_it_comes_from_elsewhere(self):
        self.configure("ok")
        self.key()
        server = self.server()
        self.assertEqual(server.ready["page"], f"http://127.0.0.1:{server.port}/")
        for path, kind in (("/", "text/html"), ("/page/page.js", "text/javascript"), ("/page/icon.svg", "image/svg+xml")):
            with self.subTest(path):
                answer = self.get(server, path)
                self.assertEqual((answer.status, answer.headers["content-type"].split(";")[0]), (200, kind))
                text = (PAGE / (path[6:] or "index.html")).read_text()
                for style in STYLES: # a browser need not ask for them
                    text = text.replace(f'<link rel="stylesheet" href="/page/{style.name}">', f"<style>{style.read_text()}</style>")
                self.assertEqual(answer.body.decode(), text)
                policy = answer.headers["content-security-policy"]
                for style in STYLES:
                    self.assertIn(base64.b64encode(hashlib.sha256(style.read_bytes()).digest()).decode(), policy)
                for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "base-uri 'none'"):
                    self.assertIn(rule, policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual((answer.headers["x-content-type-options"], answer.headers["referrer-policy"]), ("nosniff", "no-referrer"))
                again = self.get(server, path, **{"if-none-match": answer.headers["etag"]})
                self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", answer.headers["etag"]))
        for path in ("/page", "/page/", "/page/none.js", "/page/../server.cpp", "/page/..%2fserver.cpp", "/page/page.js/x", "/page/page.css"):
            with self.subTest(path):
                self.assertEqual(self.get(server, path).status, 404)
        self.assertLess(sum(file.stat().st_size for file in PAGE.iterdir()), 100_000, "a page that is there at once")
        for file in PAGE.iterdir():
            self.assertEqual(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", file.read_text().replace("http://www.w3.org/2000/svg", "")), [], file)
            self.assertNotRegex(file.read_text(), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function")

    def test_both_languages_have_the_same_texts_and_the_page_uses_no_other(self):
        text = (PAGE / "texts.js").read_text()
        tables = json.loads(re.search(r"const tables = (\{.*?\n\});", text, re.S)[1] + "")
        self.assertEqual(list(tables["en"]), list(tables["zh"]))
        for key, english in tables["en"].items():
            with self.subTest(key):
                self.assertTrue(english and tables["zh"][key])
                self.assertEqual(sorted(re.findall(r"\{\d\}", english)), sorted(re.findall(r"\{\d\}", tables["zh"][key])))
        said = {key for file in PAGE.glob("*.js") for key in re.findall(r'say\("([a-z0-9_]+)"', file.read_text())}
        said |= set(re.findall(r'data-(?:text|label|placeholder|title)="([a-z0-9_]+)"', (PAGE / "index.html").read_text()))
        self.assertEqual(said - set(tables["en"]), set())


class Entry(PageCase):
    PRIVATE = (("GET", "/api/jobs"), ("POST", "/api/jobs"), ("DELETE", "/api/jobs/job-x"), ("GET", "/api/history"), ("GET", "/api/history/abcdefghij"),
               ("DELETE", "/api/history/abcdefghij"), ("GET", "/api/pictures/abcdefghij"), ("GET", "/api/thumbnails/abcdefghij"), ("POST", "/api/estimate"),
               ("GET", "/api/gateways"), ("GET", "/api/spend"), ("GET", "/events"), ("POST", "/api/uploads"))

    def test_without_a_session_nothing_is_told(self):
        self.configure("ok")
        key = self.key()
        server = self.server()
        self.assertEqual(self.get(server, "/session").json, {"open": False, "needs_key": True})
        for method, path in self.PRIVATE:
            for headers in ({}, {"cookie": f"limn_session_{server.port}={'0' * 64}"}, {"authorization": f"Bearer {key}"}):
                with self.subTest(path=path, headers=headers):
                    answer = self.ask(server, method, path, "{}" if method == "POST" else None, {**JSON, **headers})
                    self.assert_refused(answer, 401, "no_session")
        self.assertEqual(self.sandbox.billable(), 0)

    def test_a_key_opens_a_session_that_ends_with_it(self):
        self.configure("ok")
        key = self.key()
        server = self.server()
        for body in ({"key": "lm-" + "0" * 48}, {"key": ""}, {"token": "0" * 64}, {}, {"key": 7}):
            with self.subTest(body):
                answer = self.sign_in(server, **body)
                self.assertEqual(answer.status, 401)
                self.assertNotIn("set-cookie", answer.headers)
        answer = self.sign_in(server, key=key)
        self.assertEqual(answer.json, {"open": True, "needs_key": True})
        self.assertNotIn(key.encode(), answer.body + str(answer.headers).encode())
        cookie = answer.headers["set-cookie"]
        self.assertRegex(cookie, rf"^limn_session_{server.port}=[0-9a-f]{{64}}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800$")
        mine = {"cookie": "other=1; " + cookie.split(";")[0]}
        self.assertTrue(self.get(server, "/session", **mine).json["open"])
        self.assertEqual(self.ask(server, "GET", "/api/jobs", headers=mine).json, {"jobs": []})
        self.assert_refused(self.ask(server, "POST", "/v1/images/generations", '{"prompt":"a fox"}', {**JSON, **mine}), 401, "invalid_api_key")
        self.limn("serve", "key", "revoke", "page")
        self.assert_refused(self.ask(server, "GET", "/api/jobs", headers=mine), 401, "no_session")

    def test_a_key_with_limits_opens_no_session(self):
        """The page shows and spends what is everybody's."""
        self.configure("ok")
        limited = {name: self.limn("serve", "key", "new", name, *args).stdout.strip() for name, args in
                   (("all", ("--budget", "5")), ("day", ("--budget-per-day", "5")), ("models", ("--models", "gpt-image-2")))}
        server = self.server()
        for name, key in limited.items():
            with self.subTest(name):
                answer = self.sign_in(server, key=key)
                self.assert_refused(answer, 403, "restricted_key")
                self.assertNotIn("set-cookie", answer.headers)
                self.assertNotIn(key.encode(), answer.body)
        self.assertEqual(self.sign_in(server, key=self.key()).status, 200)

    def test_limits_that_a_key_gets_hold_in_the_session_that_it_opened(self):
        self.configure("ok", more="model: [gpt-image-2, gpt-image-2-2026-04-21]\n")
        key = self.key()
        server = self.server()
        mine = {"cookie": self.sign_in(server, key=key).headers["set-cookie"].split(";")[0]}
        file = self.home / ".config/limn/serve-keys.json"
        keys = json.loads(file.read_text())
        keys["keys"][0]["models"] = ["gpt-image-2-2026-04-21"]
        file.write_text(json.dumps(keys))
        self.assert_refused(self.press(server, {"model": "gpt-image-2"}, "other", **mine), 404, "model_not_found")
        self.assertEqual(self.sandbox.billable(), 0)
        job = self.press(server, None, "unsaid", **mine).json["id"]
        self.assertEqual(self.wait_for_end(server, job, mine)["report"]["model"], "gpt-image-2-2026-04-21")
        keys["keys"][0]["budget"] = "0.0001"
        file.write_text(json.dumps(keys))
        self.assert_refused(self.press(server, None, "dear", **mine), 402, "limn_budget_exceeded")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_leaving_ends_the_session(self):
        self.configure("ok")
        key = self.key()
        server = self.server()
        mine = {"cookie": self.sign_in(server, key=key).headers["set-cookie"].split(";")[0]}
        self.assertIn("Max-Age=0", self.ask(server, "DELETE", "/session", headers=mine).headers["set-cookie"])
        self.assert_refused(self.ask(server, "GET", "/api/jobs", headers=mine), 401, "no_session")

    def test_the_events_of_a_session_end_with_it(self):
        """Where its tab leaves, and where its key is revoked; those of others go on."""
        self.configure("ok")
        keys = {name: self.limn("serve", "key", "new", name, "--json").json["local_key"] for name in ("leaves", "revoked", "stays")}
        server = self.server()
        cookies = {name: self.sign_in(server, key=key).headers["set-cookie"].split(";")[0] for name, key in keys.items()}
        streams = {name: Events(self, server, cookie) for name, cookie in cookies.items()}
        self.assertEqual(self.ask(server, "DELETE", "/session", headers={"cookie": cookies["leaves"]}).status, 200)
        self.limn("serve", "key", "revoke", "revoked")
        for name in ("leaves", "revoked"):
            with self.subTest(name), self.assertRaises(EOFError):
                streams[name].until(lambda *_: False)
        job = self.press(server, cookie=cookies["stays"]).json["id"]
        streams["stays"].until(lambda name, value: name == "job" and value["id"] == job and value["is_over"])

    def test_the_link_of_open_works_once_and_needs_no_key(self):
        """What opens the browser is a program of ours here."""
        self.configure("ok")
        tools = self.home / "tools"
        tools.mkdir()
        (tools / "xdg-open").write_text(f'#!/bin/sh\nprintf %s "$1" >{self.home}/link.part\nmv {self.home}/link.part {self.home}/link\n')
        (tools / "xdg-open").chmod(0o755)
        env = self.environment()
        server = Server(self, "--open", env={**env, "PATH": f"{tools}:{env['PATH']}"})
        self.wait_until((self.home / "link").exists)
        page, token = (self.home / "link").read_text().split("#")
        self.assertEqual(page, server.ready["page"])
        self.assertRegex(token, r"^[0-9a-f]{64}$")
        opened = self.sign_in(server, token=token)
        self.assertEqual(opened.status, 200)
        mine = {"cookie": opened.headers["set-cookie"].split(";")[0]}
        self.assertEqual(self.ask(server, "GET", "/api/gateways", headers=mine).json["gateways"][0]["name"], "one")
        again = self.sign_in(server, token=token)
        self.assert_refused(again, 401, "invalid_token")
        (self.home / "link").unlink()

    def test_pages_of_elsewhere_are_refused_also_where_no_key_is_needed(self):
        self.configure("ok")
        server = self.server("--no-key", "--allow-origin", "https://app.example")
        own = f"http://127.0.0.1:{server.port}"
        foreign = ({"origin": "https://evil.example"}, {"origin": "null"}, {"origin": f"http://127.0.0.1:{server.port + 1}"}, {"origin": "https://app.example"},
                   {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": own, "sec-fetch-site": "cross-site"})
        for headers in foreign:
            for method, path in (*self.PRIVATE, ("POST", "/session"), ("DELETE", "/session"), ("GET", "/session")):
                with self.subTest(path=path, headers=headers):
                    answer = self.ask(server, method, path, "{}" if method == "POST" else None, {**JSON, **headers})
                    self.assert_refused(answer, 403, "unknown_origin")
        for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""):
            with self.subTest(kind):
                answer = self.ask(server, "POST", "/api/jobs", '{"prompt":"a fox"}', {"idempotency-key": "x", **({"content-type": kind} if kind else {})})
                self.assertEqual(answer.status, 415)
        self.assertEqual(self.sandbox.billable(), 0)
        for headers in ({}, {"origin": own}, {"origin": own, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
            with self.subTest(headers):
                self.assertEqual(self.ask(server, "GET", "/api/jobs", headers=headers).status, 200)
        answer = self.press(server, None, "own", origin=own)
        self.assertEqual(answer.status, 202, answer)
        self.wait_for_end(server, answer.json["id"])


class Jobs(PageCase):
    def test_a_press_is_a_job_whose_picture_comes_whoever_is_there(self):
        self.configure("ok")
        server = self.server()
        events = Events(self, server)
        self.assertEqual(events.next(), ("reset", {}))
        answer = self.press(server, {"size": "1K 3:2", "quality": "low", "n": 2})
        self.assertEqual(answer.status, 202, answer)
        told = answer.json
        self.assertEqual((told["n"], told["asked"]["prompt"], told["is_over"]), (2, "a fox", False))
        self.assertGreater(told["estimate"]["usd"], 0)
        done = events.until(lambda name, job: name == "job" and job["is_over"])
        self.assertEqual((done["id"], done["state"], len(done["pictures"])), (told["id"], "done", 2))
        self.assertEqual(done["report"]["gateway"]["name"], "one")
        for picture in done["pictures"]:
            self.assertEqual(picture["url"], f"/api/pictures/{picture['history_id']}")
            got = self.get(server, picture["url"])
            self.assertEqual((got.status, got.headers["content-type"], got.headers["x-content-type-options"]), (200, "image/png", "nosniff"))
            self.assertEqual(struct.unpack(">II", got.body[16:24]), (1536, 1024))
            self.assertIn(picture["name"], [file.name for file in self.images_in(self.pictures)])
            entry = self.get(server, f"/api/history/{picture['history_id']}").json
            self.assertEqual((entry["prompt"], entry["door"], entry["asked"]["n"]), ("a fox", "serve:page", 1))  # with previews each is asked for by itself
        self.assertEqual(self.get(server, f"/api/jobs/{done['id']}/pictures/1").body, got.body)
        self.assertEqual(self.get(server, f"/api/jobs/{done['id']}/pictures/2").status, 404)

    def test_one_press_is_one_job_and_two_presses_are_two(self):
        self.configure("slow-2500")
        server = self.server()
        first = self.press(server, None, "one").json["id"]
        self.assertEqual(self.press(server, None, "one").json["id"], first)
        self.wait_for_request("slow-2500")
        second = self.press(server, None, "two").json["id"]
        self.assertNotEqual(first, second)
        for job in (first, second):
            self.assertEqual(self.wait_for_end(server, job)["state"], "done")
        self.assertEqual(self.press(server, None, "one").json["id"], first)
        self.assertEqual(self.sandbox.billable(), 2)
        self.assert_refused(self.press(server, {"prompt": "an owl"}, "one"), 422, "idempotency_key_reused")
        self.assertEqual(self.ask(server, "POST", "/api/jobs", '{"prompt":"a fox"}', JSON).status, 400)

    def test_a_job_outlives_the_tab_and_the_server(self):
        self.configure("slow-2500")
        server = self.server()
        events = Events(self, server)
        job = self.press(server).json["id"]
        self.wait_for_request("slow-2500")
        events.close()
        server.kill()
        another = self.server()
        self.assertFalse(self.jobs(another)[job]["is_over"])
        self.assertEqual(self.jobs(another)[job]["asked"]["prompt"], "a fox")
        self.assertEqual(self.wait_for_end(another, job)["state"], "done")
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_failed_says_what_to_do_until_it_is_dismissed(self):
        self.configure("moderated", "ok")
        server = self.server()
        job = self.wait_for_end(server, self.press(server).json["id"])
        self.assertEqual((job["state"], job["pictures"]), ("unknown", []))  # it may have been charged for
        error = job["report"]["error"]
        self.assertEqual(error["class"], "content")
        self.assertTrue(error["hint"])
        self.assertEqual([(attempt["gateway"], attempt["class"]) for attempt in job["report"]["attempts"]], [("one", "content")])
        events = Events(self, server)
        events.next()
        self.assertEqual(self.ask(server, "DELETE", f"/api/jobs/{job['id']}").status, 200)
        self.assertEqual(events.next(), ("dismissed", {"id": job["id"]}))
        self.assertEqual(self.jobs(server), {})
        self.assertEqual(self.ask(server, "DELETE", f"/api/jobs/{job['id']}").status, 404)

    def test_a_key_that_a_gateway_repeats_is_told_to_no_browser(self):
        self.configure("echo-key")
        server = self.server()
        events = Events(self, server)
        job = self.press(server).json["id"]
        ended = events.until(lambda name, value: value.get("is_over"))
        self.assertIn("[redacted]", json.dumps(ended))
        self.assertEqual(self.jobs(server)[job]["report"]["error"]["class"], "auth")

    def test_where_nothing_opens_the_browser_the_address_is_told(self):
        self.configure("ok")
        tools = self.home / "tools"
        tools.mkdir()
        (tools / "xdg-open").write_text("#!/bin/sh\nexit 3\n")
        (tools / "xdg-open").chmod(0o755)
        env = self.environment()
        server = Server(self, "--open", env={**env, "PATH": f"{tools}:{env['PATH']}"})
        told = server.process.stderr.readline()
        self.assertIn(f"open {server.ready['page']} yourself", told)
        self.assertNotRegex(told, "[0-9a-f]{64}")

    def test_what_was_not_sent_is_cancelled_and_what_was_goes_on(self):
        self.configure("slow-2500")
        server = self.server()
        sent = self.press(server, None, "sent").json["id"]
        self.wait_for_request("slow-2500")
        self.assertEqual(self.ask(server, "DELETE", f"/api/jobs/{sent}").json["state"], "sent")
        self.assertEqual(self.wait_for_end(server, sent)["state"], "done")
        self.configure("five-a-minute", more="providers: [responses_api]\n")
        waits = self.press(server, {"n": 5}, "five").json["id"]
        self.assertEqual(self.wait_for_end(server, waits)["state"], "done")
        waits = self.press(server, None, "waits").json["id"]  # for a minute
        self.wait_for_request("five-a-minute", 6)
        self.wait_until(lambda: self.jobs(server)[waits]["state"] == "claimed")
        self.ask(server, "DELETE", f"/api/jobs/{waits}")
        self.assertEqual(self.wait_for_end(server, waits)["state"], "cancelled")

    def test_what_was_sent_is_saved_and_nobody_else_is_asked_once_it_is_cancelled(self):
        for status, said in (("200 OK", None), ("503 Service Unavailable", b'{"error":{"message":"Overloaded, nothing was drawn"}}')):
            with self.subTest(status):
                go_on = threading.Event()

                def generation(request):
                    self.assertTrue(go_on.wait(60))
                    return image_answer() if said is None else answer(said, status)

                gateway = ScriptedServer(generation)
                self.addCleanup(gateway.stop)
                self.addCleanup(go_on.set)
                self.configure(gateway.base_url(), "ok")
                server = self.server()
                job = self.press(server, {"prompt": f"a fox and {status}"}, status).json["id"]
                self.wait_until(lambda: gateway.billable == 1)
                told = self.ask(server, "DELETE", f"/api/jobs/{job}")
                self.assertEqual((told.status, told.json["state"], told.json["is_over"]), (200, "sent", False))
                go_on.set()
                ended = self.wait_for_end(server, job)
                self.assertEqual((len(ended["pictures"]), ended["state"] == "done"), (1, True) if said is None else (0, False), ended)
                self.assertEqual((gateway.billable, self.sandbox.billable()), (1, 0))
        self.assertEqual(len(self.images_in(self.pictures)), 1)

    def test_an_end_loses_no_press_that_is_under_way(self):
        self.configure("slow-1500")
        server = self.server()
        job = self.press(server).json["id"]
        self.wait_for_request("slow-1500")
        self.assertEqual(server.end(), 0)
        self.wait_until(lambda: self.pictures.exists() and self.images_in(self.pictures))
        self.assert_png(self.images_in(self.pictures)[0])
        another = self.server()
        self.assertEqual(self.press(another).json["id"], job)
        self.assertEqual(self.sandbox.billable(), 1)
        self.assertEqual([entry["outcome"] for entry in self.get(another, "/api/history").json["entries"]], ["drawn"])

    def test_below_the_place_of_presses_nothing_is_begun(self):
        self.configure("ok")
        server = self.server()
        body = json.dumps({"prompt": "a fox"})
        for path in ("/api/jobs/x", "/api/jobs/job-x/pictures/0", "/api/job"):
            with self.subTest(path):
                answer = self.ask(server, "POST", path, body, {**JSON, "idempotency-key": path})
                self.assertEqual(answer.status, 404, answer)
        self.assert_refused(self.ask(server, "POST", "/api/jobs/x", body, {**JSON, "idempotency-key": "x"}), 404, "unknown_url")
        self.assertEqual((self.jobs(server), self.sandbox.billable()), ({}, 0))

    def test_a_stream_goes_on_where_it_was_cut(self):
        self.configure("ok")
        server = self.server()
        events = Events(self, server)
        events.next()
        last = events.id
        events.close()
        job = self.press(server).json["id"]
        self.wait_for_end(server, job)
        seen = Events(self, server, last=last)
        self.assertEqual(seen.until(lambda name, value: value.get("is_over"))["id"], job)
        self.assertEqual(Events(self, server, last="00000000-1").next(), ("reset", {}))
        self.assertEqual(server.end(), 0, "a stream does not keep a server")

    def test_what_a_page_may_not_say_is_refused_before_anything_is_asked_for(self):
        self.configure("ok")
        server = self.server()
        for body in ({"output": "/tmp/x.png"}, {"directory": "/tmp"}, {"input": ["/etc/passwd"]}, {"mask": "/etc/passwd"}, {"input": ["upload:../../x"]},
                     {"input": ["upload:" + "0" * 64 + ".png"]}, {"input": ["history:last/../x"]}, {"n": "two"}, {"prompt": ""}, {"size": "100x100"},
                     {"gateway": "none"}, {"prompt": f"a fox {CANARY}one"}):
            with self.subTest(body):
                self.assertEqual(self.press(server, body).status, 400)
        self.assertEqual(self.sandbox.billable(), 0)
        self.assertEqual(self.jobs(server), {})

    def test_the_price_is_told_before_the_press(self):
        self.configure("ok")
        server = self.server()
        price = lambda **body: self.ask(server, "POST", "/api/estimate", json.dumps(body), JSON).json
        low, high = price(quality="low"), price(quality="high", n=2)
        self.assertLess(low["cost"]["usd"], high["cost"]["usd"])
        self.assertEqual((low["gateway"], low["model"]), ("one", "gpt-image-2"))
        self.assertEqual(self.sandbox.billable(), 0)
        self.assertEqual(self.ask(server, "POST", "/api/estimate", '{"n":0}', JSON).status, 400)


class Inputs(PageCase):
    def upload(self, server, data, kind="image/png"):
        return self.ask(server, "POST", "/api/uploads", data, {"content-type": kind})

    def test_a_picture_and_a_mask_that_were_sent_reach_the_gateway(self):
        self.configure("ok")
        server = self.server()
        picture, mask = png(), png(alpha=0)
        names = [self.upload(server, data).json["upload"] for data in (picture, mask)]
        self.assertEqual(names[0], hashlib.sha256(picture).hexdigest() + ".png")
        self.assertEqual(self.get(server, f"/api/uploads/{names[0]}").body, picture)
        job = self.press(server, {"prompt": "make it blue", "input": [f"upload:{names[0]}"], "mask": f"upload:{names[1]}"})
        self.assertEqual(self.wait_for_end(server, job.json["id"])["state"], "done")
        self.assertEqual(self.sandbox.counts("ok", "billable"), 1)
        self.assertIn("/images/edits", json.dumps(self.sandbox.get("/_log")))
        folder = self.home / ".local/state/limn/uploads"
        self.assertEqual((folder.stat().st_mode & 0o777, {file.stat().st_mode & 0o777 for file in folder.iterdir()}), (0o700, {0o600}))
        past = self.wait_for_end(server, job.json["id"])["pictures"][0]["history_id"]
        again = self.press(server, {"prompt": "and green", "input": [f"history:{past}"]}, "again")
        self.assertEqual(self.wait_for_end(server, again.json["id"])["state"], "done")

    def test_what_is_no_picture_is_not_kept(self):
        self.configure("ok")
        server = self.server()
        for data, kind in ((b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"), (b"MZ", "image/png"), (b"", "image/png"), (png(), "text/plain"), (png(), "application/json")):
            with self.subTest(data=data[:20], kind=kind):
                self.assertEqual(self.upload(server, data, kind).status, 415)
        self.assertFalse((self.home / ".local/state/limn/uploads").exists())
        for name in ("../jobs.db", "..%2fjobs.db", "0" * 64 + ".png", "x"):
            self.assertEqual(self.get(server, f"/api/uploads/{name}").status, 404)


class Past(PageCase):
    def test_ten_thousand_pictures_are_told_a_page_at_a_time(self):
        self.configure("ok")
        fill_history(self, 10_000)
        server = self.server()
        begin = time.monotonic()
        first = self.get(server, "/api/history?limit=60").json
        self.assertEqual(len(first["entries"]), 60)
        seen, before, pages = [], "", 0
        while True:
            page = self.get(server, f"/api/history?limit=200&before={before}").json
            seen += [entry["id"] for entry in page["entries"]]
            before, pages = page["next"], pages + 1
            if before is None:
                break
            if pages == 2:  # what comes or goes meanwhile moves nothing
                self.limn("forget", "--history", seen[0])
                self.limn("generate", "newer", "--json", env=self.environment("ok"))
        self.assertEqual((len(seen), len(set(seen))), (10_001, 10_001))
        self.assertLess((time.monotonic() - begin) / pages, 2, "seconds a page, on a slow machine")
        found = self.get(server, "/api/history?search=MANY+picture%209999").json["entries"]
        self.assertEqual([entry["prompt"] for entry in found], ["picture 9999 of many"])
        self.assertEqual(self.get(server, "/api/history?search=%25").json["entries"], [])
        for before in ("x", "1", "1.2", "1.2.x", "1.2.3.4"):
            self.assertEqual(self.get(server, f"/api/history?before={before}").status, 404)

    def test_small_pictures_are_made_once_and_kept_for_their_user(self):
        self.configure("ok")
        server = self.server()
        job = self.wait_for_end(server, self.press(server, {"size": "1536x1024"}).json["id"])
        past = job["pictures"][0]["history_id"]
        small = self.get(server, f"/api/thumbnails/{past}")
        self.assertEqual((small.status, small.headers["content-type"]), (200, "image/jpeg"), small)
        self.assertEqual(small.body[:3], b"\xff\xd8\xff")
        height, width = struct.unpack(">HH", re.search(rb"\xff[\xc0\xc2]..\x08(....)", small.body, re.S)[1])
        self.assertEqual((width, height), (320, 213))
        kept = self.home / ".cache/limn/thumbnails" / f"{past}.jpg"
        self.wait_until(kept.exists)
        self.assertEqual((kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777, kept.read_bytes()), (0o600, 0o700, small.body))
        self.images_in(self.pictures)[0].unlink()
        self.assertEqual(self.get(server, f"/api/thumbnails/{past}").body, small.body)
        self.assertEqual(self.get(server, f"/api/pictures/{past}").status, 404)
        self.assertEqual(self.get(server, f"/api/pictures/{past}", **{"if-none-match": f'"{past}"'}).status, 304)

    def test_only_pictures_of_the_history_are_sent(self):
        self.configure("ok")
        server = self.server()
        (self.work / "secret.png").write_bytes(png())
        job = self.wait_for_end(server, self.press(server).json["id"])
        past = job["pictures"][0]["history_id"]
        for name in ("last", past[:5], past + "x", "../secret.png", "..%2f..%2fetc%2fpasswd", "%00", "", past + "/x", past.upper()):
            for path in ("pictures", "thumbnails"):
                with self.subTest(name=name, path=path):
                    self.assertEqual(self.get(server, f"/api/{path}/{name}").status, 404)
        picture = self.images_in(self.pictures)[0]
        picture.unlink()
        picture.write_bytes(b"<html><script>alert(1)</script></html>")  # somebody put something else there
        answer = self.get(server, f"/api/pictures/{past}")
        self.assertEqual((answer.headers["content-type"], answer.headers["content-disposition"].split(";")[0]), ("application/octet-stream", "attachment"))

    def test_an_entry_is_forgotten_and_its_file_stays(self):
        self.configure("ok")
        server = self.server()
        past = self.wait_for_end(server, self.press(server).json["id"])["pictures"][0]["history_id"]
        self.assertEqual(self.ask(server, "DELETE", "/api/history/last").status, 404)
        self.assertEqual(self.ask(server, "DELETE", f"/api/history/{past}").status, 200)
        self.assertEqual(self.get(server, "/api/history").json["entries"], [])
        self.assertEqual(len(self.images_in(self.pictures)), 1)

    def test_what_is_no_id_deletes_nothing(self):
        self.configure("ok")
        server = self.server()
        past = self.wait_for_end(server, self.press(server).json["id"])["pictures"][0]["history_id"]
        picture = self.images_in(self.pictures)[0]
        for name in (past[:5], past + "x", past.upper(), f"{past}/x", f"x/{past}", f"..%2f{past}", str(picture), str(picture).replace("/", "%2f"), picture.name, "*", "%", "_" * 10,
                     "last", "all", "?id=" + past, ""):
            with self.subTest(name):
                answer = self.ask(server, "DELETE", f"/api/history/{name}")
                self.assertIn(answer.status, (404, 405), answer)
        self.assertEqual(self.ask(server, "DELETE", "/api/history").status // 100, 4)
        self.assertEqual([entry["image"]["path"] for entry in self.get(server, "/api/history").json["entries"]], [str(picture)])
        self.assert_png(picture)

    def test_spending_is_told(self):
        self.configure("ok")
        server = self.server()
        self.wait_for_end(server, self.press(server).json["id"])
        told = self.get(server, "/api/spend").json
        self.assertEqual((told["today"]["images"], told["all"]["images"], told["by_gateway"][0]["name"]), (1, 1, "one"))
        self.assertGreater(told["month"]["usage_usd"], 0)


if __name__ == "__main__":
    unittest.main()
