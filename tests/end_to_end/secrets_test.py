"""A gateway gives the key back in every place and every spelling: none of it leaves the command."""

import base64
import itertools
import json
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest
import urllib.parse

from limn_case import CANARY, LIMN, LimnCase, Outcome, all_below, content_of
from scripted_server import MODELS, ScriptedServer, answer, image_answer, png

WINDOW = 8  # so many characters of a key in a row are a leak


def spellings(key):
    raw = key.encode()
    return {
        "whole": key,
        "masked in the middle": f"{key[:14]}***{key[-4:]}",
        "with stars": key[:16] + "*" * 12 + key[-6:],
        "URL-encoded": "".join(f"%{b:02x}" for b in raw),
        "URL-encoded in part": urllib.parse.quote(key, safe="").replace("-", "%2D"),
        "base64": base64.b64encode(raw).decode(),
        "base64 with its scheme": base64.b64encode(b"Bearer " + raw).decode(),
        "URL-safe base64": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "behind its scheme": f"Authorization: Bearer {key}",
        "twice": key + key,
        "in a URL": f"https://user:{key}@gw.example/v1?key={key}#{key}",
    }


def piece_spellings(piece):
    """What can be made of a piece of a key."""
    raw = piece.encode()
    url = "".join(f"%{b:02X}" for b in raw)
    base64_of = lambda data: base64.b64encode(data).decode()
    return {
        "as it is": piece,
        "with a blank": piece[:3] + " " + piece[3:],
        "each with a blank": " ".join(piece),
        "URL-encoded": url,
        "URL-encoded twice": url.replace("%", "%25"),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "hex with colons": raw.hex(":"),
        "hex escapes": "".join(f"\\x{b:02x}" for b in raw),
        "JSON escapes": "".join(f"\\u{b:04x}" for b in raw),
        "entities": "".join(f"&#{b};" for b in raw),
        "hex entities": "".join(f"&#x{b:x};" for b in raw),
        "base64": base64_of(raw),
        "base64 behind others": base64_of(b"xy" + raw + b"z"),
        "base64 twice": base64_of(base64_of(raw).encode()),
        "base64 twice behind others": base64_of(b"x" + base64_of(b"x" + raw).encode()),
    }


def json_error(status, **error):
    return answer(json.dumps({"error": error}).encode(), status)


# Where a gateway can say something, and how.
GENERATION = {
    "message of a 400": lambda s: json_error("400 Bad", message=f"wrong: {s}", code="invalid_value"),
    "message of a 401": lambda s: json_error("401 Unauthorized", message=f"Incorrect API key provided: {s}."),
    "message of a 500": lambda s: json_error("500 Oops", message=s),
    "code": lambda s: json_error("400 Bad", message="no", code=s),
    "type": lambda s: json_error("400 Bad", message="no", type=s),
    "param": lambda s: json_error("400 Bad", message="Unknown parameter", code="unknown_parameter", param=s),
    "error as string": lambda s: answer(json.dumps({"error": s}).encode(), "403 Forbidden"),
    "plain text": lambda s: answer(f"bad key {s}".encode(), "403 Forbidden", "text/plain"),
    "title of a page": lambda s: answer(f"<html><title>{s}</title></html>".encode(), "502 Bad", "text/html"),
    "request id": lambda s: answer(b'{"error":{"message":"no"}}', "400 Bad", headers=[f"x-request-id: {s}"]),
    "any header": lambda s: answer(b'{"error":{"message":"no"}}', "400 Bad", headers=[f"x-echo: {s}", f"set-cookie: k={s}"]),
    "target of a redirect": lambda s: answer(b"", "307 Go", headers=[f"Location: https://elsewhere.example/{s}?k={s}"]),
    "words instead of an image": lambda s: answer(json.dumps({"choices": [{"message": {"content": f"your key is {s}"}}]}).encode()),
    "error in a 200": lambda s: answer(json.dumps({"error": {"message": s}}).encode()),
    "error in an event": lambda s: answer(f"event: error\ndata: {json.dumps({'error': {'message': s}})}\n\n".encode(),
                                          content_type="text/event-stream"),
    "URL of an image": lambda s: answer(json.dumps({"data": [{"url": f"https://10.0.0.1/{s}.png"}]}).encode()),
    "what was drawn": lambda s: image_answer(size=s, quality=s, background=s, output_format=s, model=s, usage={s: s}),
    "revised prompt": lambda s: answer(json.dumps({"data": [{"b64_json": base64.b64encode(png()).decode(), "revised_prompt": s}]}).encode()),
}
MODELS_LIST = {
    "message of a 401": lambda s: json_error("401 Unauthorized", message=f"Incorrect API key provided: {s}."),
    "another model": lambda s: answer(json.dumps({"data": [{"id": s}]}).encode()),
    "prefix of the model": lambda s: answer(json.dumps({"data": [{"id": f"{s}/gpt-image-2"}]}).encode()),
    "title of a page": lambda s: answer(f"<html><title>{s}</title></html>".encode(), "200 OK", "text/html"),
    "beside the list": lambda s: answer(MODELS, headers=[f"x-request-id: {s}", f"x-echo: {s}"]),
}


def pieces_of(key):
    """Every run of WINDOW characters of the key, and of what base64, hex and others make of it."""
    runs = lambda text, size: {text[i:i + size] for i in range(len(text) - size + 1)}
    raw = key.encode()
    pieces = runs(raw.hex(), 2 * WINDOW) | runs(raw.hex().upper(), 2 * WINDOW)
    for piece in runs(key, WINDOW):
        pieces |= {text for name, text in piece_spellings(piece).items() if " " not in text and "base64" not in name}
    for shift in range(3):  # base64 depends on what stands before
        inner = base64.b64encode(b"\0" * shift + raw).decode()[4 if shift else 0:-4]
        pieces |= runs(inner, WINDOW * 8 // 6)
        for again in range(3):
            pieces |= runs(base64.b64encode(b"\0" * again + inner.encode()).decode()[4 if again else 0:-4], WINDOW * 64 // 36)
    return pieces


class Secrets(LimnCase):
    KEY = CANARY + "openai"
    PIECES = pieces_of(CANARY[3:] + "openai")  # "sk-" alone says nothing

    def assert_no_piece(self, text, where):
        together = "".join(text.split())  # no piece has a blank: what is in the text is also in this
        for piece in self.PIECES:
            if piece in together:
                self.fail(f"{piece!r} of the key is {where}")

    def assert_nothing_left(self, outcome, where):
        self.assert_no_piece(outcome.stdout, f"on stdout: {where}")
        self.assert_no_piece(outcome.stderr, f"on stderr: {where}")
        for path in all_below(self.home):
            self.assert_no_piece(path.name, f"in a file's name: {where}")
            if path.is_file():
                self.assert_no_piece(content_of(path).replace(b"\0", b"").decode("latin-1"), f"in {path.name}: {where}")
        for path in self.home.rglob("history.*"):
            path.unlink()  # it grows, and all of it was looked at

    def test_a_key_that_comes_back_is_seen_nowhere(self):
        places = [("generation", name, build) for name, build in GENERATION.items()]
        places += [("models", name, build) for name, build in MODELS_LIST.items()]
        for part, place, build in places:
            for spelling, text in spellings(self.KEY).items():
                server = ScriptedServer(**{part: lambda request, text=text: build(text)})
                env = self.environment(server.base_url())
                where = f"{part}, {place}, {spelling}"
                self.assert_nothing_left(self.limn("generate", "-v", "--json", "--events", "-q", "low", "a fox", env=env), where)
                server.stop()

    def test_eight_characters_of_a_key_that_come_back_are_seen_nowhere(self):
        """In each place each spelling, each time of other pieces of the key; tests/unit/redaction_test.cpp tries all pieces in all of them."""
        pieces = itertools.cycle(self.KEY[i:i + WINDOW] for i in range(2, len(self.KEY) - WINDOW + 1))
        places = [("generation", name, build) for name, build in GENERATION.items()]
        places += [("models", name, build) for name, build in MODELS_LIST.items()]
        self.assertEqual(len(places), 23)
        for part, place, build in places:
            names = list(piece_spellings("x" * WINDOW))
            for some in range(0, len(names), 4):
                text = "|".join(piece_spellings(next(pieces))[name] for name in names[some:some + 4])
                server = ScriptedServer(**{part: lambda request, text=text: build(text)})
                env = self.environment(server.base_url())
                where = f"{part}, {place}, {text}"
                for form in (["--json", "--events"], []):
                    self.assert_nothing_left(self.limn("generate", "-v", *form, "-q", "low", "a fox", env=env), where)
                server.stop()

    def test_hiding_a_key_leaves_what_is_useful(self):
        """A key that has the names of a model, a gateway and a folder in it, and the beginning of others."""
        folder = self.work / "acme-images"
        folder.mkdir()
        server = ScriptedServer(generation=lambda request: json_error("400 Bad", message="gpt-image-2 of acme-images takes no sk-proj- keys, key-0815"))
        self.addCleanup(server.stop)
        (self.home / ".config/limn").mkdir(parents=True)
        settings = self.home / ".config/limn/limn.yaml"
        key = "sk-proj-gpt-image-2-acme-images-key-0815"
        settings.write_text(f"gateways: [{{name: acme-images, base_url: '{self.sandbox.base_url('ok')}', api_key: {key}}}]\n")
        settings.chmod(0o600)
        outcome = self.limn("generate", "--json", "--events", "-d", str(folder), "a fox")
        self.assertEqual(outcome.json["gateway"]["name"], "acme-images")
        self.assertEqual(outcome.json["model"], "gpt-image-2")
        self.assertEqual(outcome.json["images"][0]["path"], str(folder / pathlib.Path(outcome.json["images"][0]["path"]).name))
        self.assertNotIn("[redacted]", outcome.stdout + outcome.stderr)
        plain = self.limn("generate", "-d", str(folder), "a fox")
        self.assertTrue(pathlib.Path(plain.stdout.strip()).is_file(), plain)
        settings.write_text(f"gateways: [{{name: acme-images, base_url: '{server.base_url()}', api_key: {key}}}]\n")
        outcome = self.limn("generate", "--json", "a fox")
        self.assertIn("gpt-image-2 of acme-images takes no sk-proj- keys, [redacted]", outcome.json["attempts"][0]["message"])

    def test_a_gateways_other_secrets_are_hidden_as_its_key_is(self):
        secrets = {"X-Proxy-Auth": "proxy9credential", "X-Acme-Token": "acme9token9value", "Cookie": "session=cookie9value9"}
        server = ScriptedServer(generation=lambda request: json_error(
            "400 Bad", message=f"sent {request.headers['x-proxy-auth'][2:12]} {request.headers['x-acme-token'].encode().hex()} cookie9v"))
        self.addCleanup(server.stop)
        (self.home / ".config/limn").mkdir(parents=True)
        settings = self.home / ".config/limn/limn.yaml"
        headers = ", ".join(f"{name}: {value}" for name, value in secrets.items())
        settings.write_text(f"gateways:\n- {{base_url: '{server.base_url()}', api_key: {self.KEY}, headers: {{{headers}}}}}\n"
                            "- {base_url: 'https://joe:pass9word9@gw.example/v1', api_key: none}\n"
                            "- {base_url: 'https://gw.example/v1?api_key=query9secret9', api_key: none}\n")
        settings.chmod(0o600)
        for command in (["generate", "a fox"], ["config", "list"], ["discover"], ["doctor"]):
            for mode in ([], ["--json"], ["-v"]):
                outcome = self.limn(*command, *mode)
                for secret in ("proxy9cr", "oxy9cred", "acme9tok", "acme9token9value".encode().hex(), "cookie9v", "pass9word9", "query9secret9"):
                    self.assertNotIn(secret, outcome.stdout + outcome.stderr, f"{command} {mode}")

    def test_text_output_shows_no_piece_either(self):
        for place, build in GENERATION.items():
            text = spellings(self.KEY)["masked in the middle"]
            server = ScriptedServer(generation=lambda request: build(text + " " + self.KEY))
            self.assert_nothing_left(self.limn("generate", "-v", "a fox", env=self.environment(server.base_url())), place)
            server.stop()

    def test_every_command_keeps_the_key_to_itself(self):
        server = ScriptedServer(models=lambda request: json_error("401 No", message=f"Incorrect API key provided: {self.KEY}"))
        self.addCleanup(server.stop)
        (self.home / ".config/limn").mkdir(parents=True)
        settings = self.home / ".config/limn/limn.yaml"
        settings.write_text(f"gateways: [{{base_url: '{server.base_url()}', api_key: {self.KEY}}}]\n")
        settings.chmod(0o600)
        for command in (["discover"], ["verify"], ["doctor"], ["config", "list"], ["config", "get", "gateways"], ["forget"], ["plugins"],
                        ["generate", "--dry-run", "a fox"], ["generate", self.KEY, "--api-key", self.KEY], [self.KEY],
                        ["generate", "--gateway", self.KEY, "x"], ["generate", "-d", f"/proc/{self.KEY}", "x"]):
            for mode in ([], ["--json"], ["-v"]):
                outcome = self.limn(*command, *mode)
                self.assertNotIn(self.PIECES.__iter__().__next__(), outcome.stdout)
                self.assert_no_piece(outcome.stdout, f"on stdout of {command[0]}")
                self.assert_no_piece(outcome.stderr, f"on stderr of {command[0]}")

    def test_a_key_in_a_file_that_others_can_read_is_told_with_the_cure(self):
        (self.home / ".config/limn").mkdir(parents=True)
        settings = self.home / ".config/limn/limn.yaml"
        settings.write_text(f"gateways: [{{base_url: '{self.sandbox.base_url('ok')}', api_key: {self.KEY}}}]\n")
        settings.chmod(0o644)
        outcome = self.limn("discover")
        self.assertIn(f"chmod 600 {settings}", outcome.stderr)
        settings.chmod(0o600)
        self.assertNotIn("chmod", self.limn("discover").stderr)
        key = self.home / "key"
        key.write_text(self.KEY + "\n")
        key.chmod(0o640)
        settings.write_text(f"gateways: [{{base_url: '{self.sandbox.base_url('ok')}', api_key_file: {key}}}]\n")
        self.assertIn(f"chmod 600 {key}", self.limn("discover").stderr)

    def test_a_key_of_the_keyring_draws_and_is_seen_nowhere(self):
        tools = self.home / "bin"
        tools.mkdir()
        tool = tools / "secret-tool"
        tool.write_text(f"#!/bin/sh\necho \"$@\" >> {self.home}/asked\nprintf %s '{CANARY}'\"openai\"\n")
        tool.chmod(0o700)
        (self.home / ".config/limn").mkdir(parents=True)
        (self.home / ".config/limn/limn.yaml").write_text(
            f"gateways: [{{base_url: '{self.sandbox.base_url('ok')}', api_key_keyring: {{service: limn, account: work}}}}]\n")
        env = self.environment(PATH=f"{tools}:{os.environ['PATH']}")
        completed = subprocess.run([LIMN, "generate", "-v", "a fox"], env=env, cwd=self.work, text=True, capture_output=True, timeout=60)
        self.assertEqual(completed.returncode, 0, completed)
        self.assertEqual((self.home / "asked").read_text(), "lookup service limn account work\n")
        self.assert_no_piece(completed.stdout + completed.stderr, "in the output")
        self.assertEqual(len(self.images_in(self.work)), 1)

    def test_the_keyring_is_not_asked_unless_limn_yaml_says_so(self):
        tools = self.home / "bin"
        tools.mkdir()
        tool = tools / "secret-tool"
        tool.write_text(f"#!/bin/sh\ntouch {self.home}/asked\n")
        tool.chmod(0o700)
        self.limn("generate", "a fox", env=self.environment("ok", PATH=f"{tools}:{os.environ['PATH']}"))
        self.limn("discover", env=self.environment(PATH=f"{tools}:{os.environ['PATH']}"))
        self.assertFalse((self.home / "asked").exists())

    def test_a_crash_shows_no_key_and_leaves_no_core(self):
        def any_core():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        for signal_number in (signal.SIGSEGV, signal.SIGABRT):
            process = subprocess.Popen([LIMN, "generate", "-v", "a fox"], env=self.environment("slow-60000"), cwd=self.work, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=any_core)
            while "POST" not in (line := process.stderr.readline()):
                self.assertNotEqual(line, "", "it ended by itself")
            limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
            command = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
            process.send_signal(signal_number)
            stdout, stderr = process.communicate(timeout=60)
            self.assertRegex(limits, r"Max core file size +1 +1 ", "a core could be written, or piped to a program")
            self.assert_no_piece(command, "in the process's arguments")
            self.assert_no_piece(stdout + stderr, "in what a crash prints")
            self.assertEqual([p.name for p in self.work.iterdir()], [])


if __name__ == "__main__":
    unittest.main()
