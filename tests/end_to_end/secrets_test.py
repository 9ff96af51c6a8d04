"""A gateway gives the key back in every place and every spelling: none of it leaves the command."""

import base64
import json
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest
import urllib.parse

from limn_case import CANARY, LIMN, LimnCase, Outcome
from scripted_server import MODELS, ScriptedServer, answer, image_answer, png

WINDOW = 10  # so many characters of a key in a row are a leak


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
    "URL of an image": lambda s: answer(json.dumps({"data": [{"url": f"https://127.0.0.1:1/{s}.png"}]}).encode()),
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
    """Every run of WINDOW characters of the key, and of what base64 and URLs make of it."""
    raw = key.encode()
    texts = [key, "".join(f"%{b:02x}" for b in raw)]
    for shift in range(3):  # base64 depends on what stands before
        texts.append(base64.b64encode(b"\0" * shift + raw).decode()[4 if shift else 0:-4])
    return {text[i:i + WINDOW] for text in texts for i in range(len(text) - WINDOW + 1)}


class Secrets(LimnCase):
    KEY = CANARY + "openai"
    PIECES = pieces_of(CANARY[3:] + "openai")  # "sk-" alone says nothing

    def assert_no_piece(self, text, where):
        for piece in self.PIECES:
            self.assertNotIn(piece, text, f"{piece!r} of the key is {where}")

    def assert_nothing_left(self, outcome, where):
        self.assert_no_piece(outcome.stdout, f"on stdout: {where}")
        self.assert_no_piece(outcome.stderr, f"on stderr: {where}")
        for path in self.home.rglob("*"):
            self.assert_no_piece(path.name, f"in a file's name: {where}")
            if path.is_file():
                self.assert_no_piece(path.read_bytes().decode("latin-1"), f"in {path.name}: {where}")

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
