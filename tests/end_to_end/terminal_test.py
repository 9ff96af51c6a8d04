"""What stays on the screen of a terminal, at any width; and what JSON lines on standard error carry."""

import base64
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time
import unicodedata
import unittest

from limn_case import LIMN, LimnCase
from scripted_server import ScriptedServer, answer, png


class Screen:
    """As much of a terminal as the progress line needs: it wraps, goes back to the start of a line and erases."""

    def __init__(self, columns):
        self.columns = columns
        self.lines = [[]]
        self.column = 0

    def feed(self, text):
        i = 0
        while i < len(text):
            if text.startswith("\x1b[K", i):
                del self.lines[-1][self.column:]
                i += 3
                continue
            if color := re.match("\x1b\\[[0-9;]*m", text[i:]):
                i += color.end()
                continue
            self.put(text[i])
            i += 1

    def put(self, character):
        if character == "\x1b":
            raise AssertionError("a control code that is not known here")
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.lines.append([])
        elif not unicodedata.combining(character):
            width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            if self.column + width > self.columns:
                self.lines.append([])
                self.column = 0
            self.lines[-1][self.column:self.column + width] = [character] + [""] * (width - 1)
            self.column += width

    @property
    def text(self):
        return ["".join(line).rstrip() for line in self.lines]


class TerminalCase(LimnCase):
    def on_terminal(self, *args, env, columns, term="xterm", status=0):
        """Both streams on one terminal of that width; the screen at the end, and all bytes."""
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"this machine has no pseudo terminals: {error}")
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = dict(env)
        if args[0] == "generate":
            args = (*args, "--show", "never")  # pictures_test.py is about pictures
        if term is not None:
            env["TERM"] = term
        process = subprocess.Popen([LIMN, *map(str, args)], env=env, cwd=self.work, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:
            pass  # the terminal's other end is closed
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), status, seen)
        text = seen.decode()
        screen = Screen(columns)
        screen.feed(text)
        return screen, text

    def frames(self, text):
        """What the progress line showed, each time."""
        return [part.split("\r")[0] for part in text.split("\x1b[K") if part.split("\r")[0]]

    def items(self, prompts):
        (self.work / "items").write_text("".join(json.dumps(p) + "\n" for p in prompts))
        return "items"


class Progress(TerminalCase):
    def test_nothing_of_it_stays_and_a_path_stands_alone(self):
        for columns in (200, 80, 20):
            with self.subTest(columns=columns):
                screen, text = self.on_terminal("generate", "-o", "a.png", "a fox", env=self.environment("slow-700"), columns=columns)
                self.assertIn("\r\x1b[K", text)
                whole = "".join(screen.text) if columns < 80 else "\n".join(screen.text)
                self.assertNotIn("looking for", whole)
                first = text.index(str(self.work))
                self.assertTrue(text[:first].endswith("\x1b[K") or text[:first].endswith("\n"), repr(text[max(0, first - 40):first]))
                (self.work / "a.png").unlink()

    def test_a_batch_keeps_to_one_line_of_a_narrow_terminal(self):
        for columns in (80, 40, 20):
            with self.subTest(columns=columns):
                screen, text = self.on_terminal("batch", self.items(["a", "b", "c"]), "-d", self.work / f"of-{columns}", "--jobs", "1",
                                                env=self.environment("slow-400"), columns=columns)
                frames = [frame for frame in self.frames(text) if " done" in frame and "in flight" in frame or "…" in frame]
                self.assertTrue(frames)
                for frame in frames:
                    self.assertLess(len(frame), columns, frame)
                if columns == 40:
                    self.assertTrue([f for f in frames if f.startswith("0 of 3 done") and "…" in f and f.endswith(" · $0.00")], frames)
                shown = screen.text
                paths = [line for line in text.split("\r\n") if ".png" in line]
                self.assertEqual(len(paths), 3)
                for line in paths:
                    self.assertTrue(line.split("\x1b[K")[-1].startswith(str(self.work)), repr(line))
                self.assertFalse([line for line in shown if "in flight" in line], shown)

    def test_who_waits_sees_how_long_it_usually_takes(self):
        env = self.environment("slow-900")
        for _ in range(3):
            self.assert_status(self.limn("generate", "a fox", env=env), 0)
        for columns, has_bar in ((100, True), (50, False)):
            with self.subTest(columns=columns):
                _, text = self.on_terminal("generate", "a fox", env=env, columns=columns)
                frames = [frame for frame in self.frames(text) if " of about 1 s" in frame or " of about 2 s" in frame]
                self.assertTrue(frames, text)
                for frame in frames:
                    self.assertLess(len(re.sub("\x1b\\[[0-9;]*m", "", frame)), columns)
                self.assertEqual("░" in frames[0], has_bar, frames)
                self.assertIn("drawing", frames[0])

    def test_the_window_may_change_its_width_meanwhile(self):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        env = {**self.environment("slow-1500"), "TERM": "xterm", "NO_COLOR": "1"}
        process = subprocess.Popen([LIMN, "generate", "--show", "never", "-m", "gpt-image-2", "--verify", "never", "a fox"], env=env, cwd=self.work,
                                   stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen, narrow = b"", None
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
                if narrow is None and b"drawing" in seen:
                    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 25, 0, 0))
                    narrow = len(seen)
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        frames = [frame for frame in self.frames(seen[narrow:].decode(errors="replace")) if " s" in frame[:5]]
        self.assertGreater(len(frames), 1)
        for frame in frames[1:]:
            self.assertLess(len(frame), 25, frame)

    def test_colours_have_a_meaning_and_are_not_everywhere(self):
        env = self.environment("billing-402")
        red = "\x1b[31merror:"
        for more, words, is_red in (({}, (), True), ({"NO_COLOR": "1"}, (), False), ({"NO_COLOR": ""}, (), True), ({"NO_COLOR": "1"}, ("--color", "always"), True),
                                    ({}, ("--color", "never"), False)):
            with self.subTest(more=more, words=words):
                _, text = self.on_terminal("generate", "a fox", *words, env={**env, **more}, columns=80, status=5)
                self.assertEqual(red in text, is_red, text)
                if not is_red:
                    self.assertNotRegex(text, "\x1b\\[[0-9;]*m")
        _, text = self.on_terminal("generate", "a fox", env=env, columns=80, term="dumb", status=5)
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\x1b", self.limn("generate", "a fox", env=env).stderr)
        self.assertIn(red, self.limn("generate", "a fox", "--color", "always", env=env).stderr)
        self.assert_status(self.limn("--color", "blue", "discover", env=env), 2)

    def test_a_list_of_the_history_has_a_line_for_each_at_any_width(self):
        prompt = "a fox in the snow, 狐, and a very long story of what else there is to be seen in this picture"
        self.assert_status(self.limn("generate", prompt, env=self.environment("ok")), 0)
        for columns in (200, 80, 60, 30):
            with self.subTest(columns=columns):
                screen, _ = self.on_terminal("history", env=self.environment(), columns=columns)
                lines = [line for line in screen.text if line]
                self.assertEqual(len(lines), 1, lines)
                self.assertIn("a fox" if columns > 40 else "…", lines[0])

    def test_wide_characters_count_twice(self):
        def draw(request):
            time.sleep(0.7)  # a slow gateway
            return answer(json.dumps({"data": [{"b64_json": base64.b64encode(png()).decode()}]}).encode())

        server = ScriptedServer(generation=draw)
        self.addCleanup(server.stop)
        _, text = self.on_terminal("generate", "--verify", "never", "-m", "漢字の長い名前の模型がここにある", "a fox",
                                   env=self.environment(f"http://127.0.0.1:{server.port}/v1"), columns=48)
        frames = [frame for frame in self.frames(text) if "漢" in frame]
        self.assertTrue(frames)
        for frame in frames:
            width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in frame)
            self.assertLess(width, 48, frame)
            self.assertTrue(frame.endswith("…"), frame)

    def test_no_control_codes_where_they_are_not_understood(self):
        for term in ("dumb", "", None):
            with self.subTest(term=term):
                _, text = self.on_terminal("generate", "a fox", env=self.environment("slow-400"), columns=80, term=term)
                self.assertNotIn("\x1b", text)
                self.assertNotIn("\r", text.replace("\r\n", ""))

    def test_no_colours(self):
        for extra in ({}, {"NO_COLOR": "1"}):
            _, text = self.on_terminal("generate", "a fox", env={**self.environment("slow-400"), **extra}, columns=80)
            self.assertEqual(set(re.findall(r"\x1b\[[^A-Za-z]*[A-Za-z]", text)), {"\x1b[K"})

    def test_none_among_json_lines(self):
        _, text = self.on_terminal("generate", "--events", "-o", "a.png", "a fox", env=self.environment("slow-400"), columns=80)
        self.assertNotIn("\x1b", text)


class JsonLines(LimnCase):
    """With --events standard error carries JSON lines and nothing else, whatever happens."""

    def test_every_line_is_an_object_with_an_event(self):
        (self.work / "items").write_text('"a"\n"b"\n')
        (self.work / "bad-items").write_text('{"prompt": 5}\nnonsense\n')
        commands = (
            (("generate", "a fox"), ("ok",), 0),
            (("generate", "a fox"), ("billing-402", "ok"), 0),
            (("generate", "-v", "a fox"), ("billing-402", "ok"), 0),
            (("generate", "a fox"), ("billing-402",), 5),
            (("generate", "a fox"), ("rate-limited",), 0),
            (("generate", "--format", "webp", "a fox"), ("ok",), 0),
            (("generate", "a fox"), ("cut-mid-image",), 9),
            (("generate", "a fox"), (), 3),
            (("generate", "--nonsense"), ("ok",), 2),
            (("generate", "--dry-run", "a fox"), ("ok",), 0),
            (("generate", "-o", "/nowhere/at/all.png", "a fox"), ("ok",), None),
            (("generate", "--plugin", "absent.so", "a fox"), ("ok",), None),
            (("batch", "items"), ("ok",), 0),
            (("batch", "items"), ("billing-402",), 5),
            (("batch", "bad-items"), ("ok",), 2),
            (("doctor",), ("unauthorized",), 4),
            (("verify",), ("unauthorized",), 4),
            (("forget",), ("ok",), 0),
            (("config", "get", "nonsense"), (), 2),
            (("config", "unset", "timeout"), (), 0),
            (("recover",), (), None),
            (("nonsense",), (), 2),
        )
        for words, behaviours, status in commands:
            with self.subTest(words=words, behaviours=behaviours):
                outcome = self.limn(*words, "--events", env=self.environment(*behaviours))
                if status is not None:
                    self.assert_status(outcome, status)
                for line in outcome.stderr.splitlines():
                    self.assertIn("event", json.loads(line), line)
                if outcome.status != 0 and words[0] != "recover":
                    said = [json.loads(line) for line in outcome.stderr.splitlines()]
                    findings = words[0] in ("doctor", "verify")
                    self.assertTrue(findings or any(e["event"] == "message" and e["level"] == "error" for e in said), outcome)

    def test_what_people_would_read_is_in_them(self):
        outcome = self.limn("generate", "--events", "a fox", env=self.environment("billing-402", "ok"))
        texts = [e["text"] for e in map(json.loads, outcome.stderr.splitlines()) if e["event"] == "message"]
        self.assertTrue([t for t in texts if t.startswith("clawto · openai_images")], texts)


if __name__ == "__main__":
    unittest.main()
