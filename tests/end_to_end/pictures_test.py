"""Pictures in the terminal: what is sent to it is the picture that was saved, and where nobody would see one, nothing is."""

import base64
import fcntl
import json
import os
import pathlib
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import tty
import unittest
import zlib

from limn_case import LIMN, LimnCase
from scripted_server import ScriptedServer, answer
from terminal_pictures import (blocks_picture, iterm2_pictures, kitty_pictures, picture_of_png, png, sixel_pictures)

VIEWER = pathlib.Path(LIMN).parent.parent / "libexec/limn/limn-view"
PATIENCE = 60  # seconds; for nothing but a hang

QUESTION = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
SIXEL_ANSWER = b"\x1b[?62;4;22c"
PLAIN_ANSWER = b"\x1b[?62;22c"
KITTY_ANSWER = b"\x1b_Gi=31;OK\x1b\\" + PLAIN_ANSWER

KITTY = {"TERM": "xterm-kitty"}
FOOT = {"TERM": "foot"}
ITERM2 = {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}
UNKNOWN = {"TERM": "xterm-256color"}

PICTURE_BEGINS = (b"\x1b_Ga=T", b"\x1bP", b"\x1b]1337", b"\x1b[38;", b"\x1b[48;")


class Window:
    """A terminal that controls the command: 100 columns of 40 rows unless it is said otherwise, a cell of 10 by 20 pixels."""

    def __init__(self, case, args, env, size=(100, 40), cell=(10, 20), answers=None, reads=True, stdout=None, stderr=None):
        try:
            self.master, terminal = pty.openpty()
        except OSError as error:
            case.skipTest(f"this machine has no pseudo terminals: {error}")
        self.terminal = terminal  # its other end stays open: so its modes can be looked at
        columns, rows = size
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * cell[0], rows * cell[1]))
        self.modes = termios.tcgetattr(terminal)
        self.seen = b""
        self.answers = answers
        self.changed = threading.Condition()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen([str(a) for a in args], env=env, cwd=case.work, stdin=terminal, stdout=stdout or terminal,
                                        stderr=stderr or terminal, preexec_fn=take_terminal, pass_fds=(terminal,))
        self.is_over = False
        self.reader = threading.Thread(target=self.read, daemon=True)
        if reads:
            self.reader.start()
        case.addCleanup(self.stop)

    def read(self):
        while True:
            ready, _, _ = select.select([self.master], [], [], 0 if self.is_over else 0.05)
            if not ready:
                if self.is_over:
                    return
                continue
            chunk = os.read(self.master, 65536)
            with self.changed:
                asked_before = QUESTION in self.seen
                self.seen += chunk
                self.changed.notify_all()
            if self.answers and QUESTION in self.seen and not asked_before:
                self.answers(self.master)

    def wait_for(self, condition):
        with self.changed:
            return self.changed.wait_for(lambda: condition(self.seen), timeout=PATIENCE)

    def end(self):
        """The status, and all that the terminal was sent."""
        status = self.process.wait(timeout=PATIENCE)
        self.is_over = True
        if self.reader.ident is None:
            self.reader.start()
        self.reader.join(timeout=PATIENCE)
        return status, self.seen

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.is_over = True
        if self.reader.ident is not None:
            self.reader.join(timeout=PATIENCE)
        for descriptor in (self.master, self.terminal):
            os.close(descriptor)


def saying(text):
    return lambda master: os.write(master, text)


class PicturesCase(LimnCase):
    def window(self, *args, variables, gateway=None, extra=None, **more):
        env = {**self.environment(*([gateway] if gateway else [])), **variables, **(extra or {})}
        return Window(self, [LIMN, *args], env, **more)

    def generate_on(self, variables, *args, **more):
        """The path that stands on the terminal's first line, what was saved there, and all that was sent."""
        status, seen = self.window("generate", "--sandbox", *args, "a fox", variables=variables, **more).end()
        self.assertEqual(status, 0, seen[-2000:])
        path = pathlib.Path(re.search(rb"(/[^\r\n]*\.png)\r\n", seen).group(1).decode())
        return path, picture_of_png(path.read_bytes()), seen

    def assert_same(self, shown, saved, tolerance):
        wanted = saved.smaller(*shown.size)
        self.assertLessEqual(shown.difference(wanted), tolerance)
        self.assertGreater(shown.upside_down().difference(wanted), 3 * tolerance + 1, "this test would not notice another picture")

    def assert_no_picture(self, seen):
        for begin in PICTURE_BEGINS:
            self.assertNotIn(begin, seen)
        self.assertNotIn(QUESTION, seen)


class Protocols(PicturesCase):
    def test_kitty_gets_the_picture_behind_its_path_pixel_by_pixel(self):
        for variables in (KITTY, {"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, {"TERM": "xterm-ghostty"}):
            with self.subTest(variables):
                path, saved, seen = self.generate_on(variables)
                shown = kitty_pictures(seen)
                self.assertEqual(len(shown), 1)
                self.assertEqual(shown[0].picture.size, (400, 400))  # half of the window's height
                self.assert_same(shown[0].picture, saved, 0)
                self.assertLess(seen.index(os.fsencode(path)), seen.index(b"\x1b_G"))
                self.assertTrue(seen.endswith(b"\x1b\\\r\n"))
                self.assertNotIn(QUESTION, seen)
                path.unlink()

    def test_a_terminal_that_tells_no_pixels_gets_cells(self):
        _, saved, seen = self.generate_on(KITTY, cell=(0, 0))
        shown = kitty_pictures(seen)[0]
        self.assertEqual((shown["c"], shown["r"]), ("40", "20"))
        self.assert_same(shown.picture, saved, 0)

    def test_iterm2_gets_an_inline_image(self):
        for variables in (ITERM2, {"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, {"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}):
            with self.subTest(variables):
                _, saved, seen = self.generate_on(variables)
                (keys, shown), = iterm2_pictures(seen)
                self.assertEqual((keys["width"], keys["height"], keys["preserveAspectRatio"]), ("40", "20", "1"))
                self.assert_same(shown, saved, 0)

    def test_sixels(self):
        _, saved, seen = self.generate_on(FOOT)
        shown, = sixel_pictures(seen)
        self.assertEqual(shown.size, (396, 396))  # a sixel is six pixels high
        self.assert_same(shown, saved, 4)

    def test_blocks_of_24_bit_and_of_256_colours(self):
        for variables, tolerance in (({"TERM": "alacritty", "COLORTERM": "truecolor"}, 4), ({"TERM": "linux"}, 13),
                                     ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0", "KITTY_WINDOW_ID": "1"}, 13)):
            with self.subTest(variables):
                _, saved, seen = self.generate_on(variables)
                lines = [line for line in seen.decode().split("\r\n") if "\x1b[" in line.replace("\r\x1b[K", "")]
                self.assertEqual(len(lines), 20)
                shown = blocks_picture("\r\n".join(lines))
                self.assertEqual(shown.size, (80, 40))
                self.assert_same(shown, saved, tolerance)
                self.assertTrue(seen.endswith(b"\x1b[0m\r\n"))

    def test_a_window_sets_the_size_and_no_picture_grows(self):
        for size, pixels in (((100, 10), (100, 100)), ((12, 40), (110, 110)), ((1000, 500), (1024, 1024)), ((1, 1), (10, 10))):
            with self.subTest(size):
                _, _, seen = self.generate_on(KITTY, size=size)
                self.assertEqual(kitty_pictures(seen)[0].picture.size, pixels)

    def test_each_of_several_images_is_shown_in_the_order_of_the_paths(self):
        status, seen = self.window("generate", "--sandbox", "-n", "3", "a fox", variables=KITTY).end()
        self.assertEqual(status, 0)
        paths = re.findall(rb"(/[^\r\n]*\.png)\r\n", seen)
        shown = kitty_pictures(seen)
        self.assertEqual((len(paths), len(shown)), (3, 3))
        for path, picture in zip(paths, shown):
            self.assert_same(picture.picture, picture_of_png(pathlib.Path(path.decode()).read_bytes()), 0)


class Asking(PicturesCase):
    """A terminal that nobody knows is asked."""

    def show(self, answers, **more):
        window = self.window("generate", "--sandbox", "a fox", variables=UNKNOWN, answers=answers, **more)
        status, seen = window.end()
        self.assertEqual(status, 0, seen)
        self.assertIn(QUESTION, seen)
        self.assertEqual(termios.tcgetattr(window.terminal), window.modes, "the terminal's modes are not as before")
        return window, seen

    def test_what_it_answers_decides(self):
        for answers, shown_by in ((saying(KITTY_ANSWER), kitty_pictures), (saying(SIXEL_ANSWER), sixel_pictures)):
            _, seen = self.show(answers)
            self.assertEqual(len(shown_by(seen)), 1)
        for answers in (saying(PLAIN_ANSWER), None):
            _, seen = self.show(answers)
            self.assertIn(b"\x1b[38;5;", seen)
            self.assertFalse(kitty_pictures(seen) + sixel_pictures(seen))

    def test_it_is_asked_once_for_several_pictures(self):
        status, seen = self.window("generate", "--sandbox", "-n", "3", "a fox", variables=UNKNOWN, answers=saying(SIXEL_ANSWER)).end()
        self.assertEqual(status, 0)
        self.assertEqual((seen.count(QUESTION), len(sixel_pictures(seen))), (1, 3))

    def test_the_answer_is_not_shown_and_does_not_reach_the_shell(self):
        window, seen = self.show(saying(KITTY_ANSWER))
        self.assertNotIn(b"62;22", seen)
        self.assertEqual(self.waiting(window), b"")

    def test_what_was_typed_before_is_there_for_the_shell(self):
        """And then nobody is asked: the answer would stand behind it."""
        server = ScriptedServer()
        self.addCleanup(server.stop)
        ready, go_on = threading.Event(), threading.Event()

        def draw(request):
            ready.set()
            go_on.wait(PATIENCE)
            return answer(json.dumps({"data": [{"b64_json": base64.b64encode(png(64, 64, [bytes(192)] * 64)).decode()}]}).encode())

        server.generation = draw
        window = self.window("generate", "--verify", "never", "a fox", variables=UNKNOWN, gateway=server.base_url(), answers=saying(KITTY_ANSWER))
        self.assertTrue(ready.wait(PATIENCE))
        os.write(window.master, b"ls -l\n")
        window.wait_for(lambda seen: b"ls -l" in seen)  # as its echo
        go_on.set()
        status, seen = window.end()
        self.assertEqual(status, 0, seen)
        self.assertNotIn(QUESTION, seen)
        self.assertIn(b"\x1b[38;5;", seen)
        self.assertEqual(self.waiting(window), b"ls -l\n")

    def test_a_signal_while_it_is_asked_leaves_the_terminal_as_it_was(self):
        def interrupt(master):
            os.write(master, b"\x03")

        window = self.window("generate", "--sandbox", "a fox", variables=UNKNOWN, answers=interrupt)
        status, seen = window.end()
        self.assertEqual(status, -signal.SIGINT)
        self.assertEqual(termios.tcgetattr(window.terminal), window.modes)
        self.assertRegex(seen, rb"/[^\r\n]*\.png\r\n")

    def waiting(self, window):
        """What a shell would read now."""
        tty.setraw(window.terminal, termios.TCSANOW)
        ready, _, _ = select.select([window.terminal], [], [], 0)
        return os.read(window.terminal, 4096) if ready else b""


class Nothing(PicturesCase):
    def test_where_nobody_would_see_it_nothing_is_shown(self):
        rows = (("--json", KITTY, ("--json",)), ("--events", KITTY, ("--events",)), ("--quiet", KITTY, ("--quiet",)),
                ("never", KITTY, ("--show", "never")), ("dumb", {"TERM": "dumb"}, ()), ("no TERM", {}, ()),
                ("CI", {**KITTY, "CI": "true"}, ()), ("no colours", {"TERM": "linux", "NO_COLOR": "1"}, ()),
                ("always, but --json", KITTY, ("--show", "always", "--json")), ("always, but --quiet", KITTY, ("--show", "always", "--quiet")))
        for name, variables, args in rows:
            with self.subTest(name):
                status, seen = self.window("generate", "--sandbox", *args, "a fox", variables=variables).end()
                self.assertEqual(status, 0, seen)
                self.assert_no_picture(seen)

    def test_nothing_in_a_pipe_and_a_path_there_stays_exact(self):
        for name in ("stdout", "stderr"):
            with self.subTest(name):
                read, write = os.pipe()
                window = self.window("generate", "--sandbox", "a fox", variables=KITTY, **{name: write})
                os.close(write)
                status, seen = window.end()
                with os.fdopen(read, "rb") as pipe:
                    piped = pipe.read()
                self.assertEqual(status, 0)
                self.assert_no_picture(seen + piped)
                if name == "stdout":
                    self.assertRegex(piped, rb"\A/[^\n\x1b]*\.png\n\Z")

    def test_always_is_also_where_the_path_goes_elsewhere_in_ci_and_where_codes_are_unknown(self):
        read, write = os.pipe()
        window = self.window("generate", "--sandbox", "--show", "always", "a fox", variables={**KITTY, "CI": "true"}, stdout=write)
        os.close(write)
        _, seen = window.end()
        with os.fdopen(read, "rb") as pipe:
            self.assertRegex(pipe.read(), rb"\A/[^\n\x1b]*\.png\n\Z")
        self.assertEqual(len(kitty_pictures(seen)), 1)
        _, _, seen = self.generate_on({"TERM": "dumb"}, "--show", "always")
        self.assertIn(b"\x1b[38;5;", seen)

    def test_the_setting_decides_where_nothing_is_said(self):
        self.assert_status(self.limn("config", "set", "show", "never"), 0)
        _, _, seen = self.generate_on(KITTY)
        self.assert_no_picture(seen)
        _, _, seen = self.generate_on(KITTY, "--show", "auto")
        self.assertEqual(len(kitty_pictures(seen)), 1)
        outcome = self.limn("config", "set", "show", "sometimes")
        self.assert_status(outcome, 2)
        self.assertIn("auto, always or never", outcome.stderr)

    def test_a_word_that_makes_no_sense_costs_nothing(self):
        for words in (("--show", "sometimes"), ("--partial", "4"), ("--partial", "-1"), ("--partial", "many")):
            self.assert_status(self.limn("generate", *words, "a fox", env=self.environment("ok")), 2)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_an_image_that_went_into_a_pipe_is_not_shown(self):
        fifo = self.work / "pipe"
        os.mkfifo(fifo)
        with subprocess.Popen(["cat", str(fifo)], stdout=subprocess.DEVNULL) as reader:
            _, seen = self.window("generate", "--sandbox", "-o", fifo, "a fox", variables=KITTY).end()
            reader.wait(timeout=PATIENCE)
        self.assert_no_picture(seen)

    def test_a_format_that_is_not_shown_is_told_with_v_only(self):
        gif = base64.b64encode(b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;").decode()
        server = ScriptedServer(generation=lambda request: answer(json.dumps({"data": [{"b64_json": gif}]}).encode()))
        self.addCleanup(server.stop)
        for verbose in ((), ("-v",)):
            status, seen = self.window("generate", *verbose, "--verify", "never", "a fox", variables=KITTY, gateway=server.base_url()).end()
            self.assertEqual(status, 0, seen)
            self.assert_no_picture(seen)
            self.assertEqual(b"limn shows no gif" in seen, bool(verbose), seen)


def event(kind, picture, **more):
    return f"data: {json.dumps({'type': f'image_generation.{kind}', 'b64_json': base64.b64encode(picture).decode(), **more})}\n\n".encode()


def coloured(width, height, colour):
    return png(width, height, [bytes(colour) * width] * height)


class Previews(PicturesCase):
    RED, GREEN = coloured(300, 200, (250, 10, 10)), coloured(300, 200, (10, 250, 10))

    def serve(self, pieces):
        server = ScriptedServer(generation=lambda request: pieces())
        self.addCleanup(server.stop)
        return server

    def head(self):
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    def test_a_preview_is_shown_while_the_image_is_drawn_and_smaller(self):
        window = None
        ready = threading.Event()
        shown_meanwhile = []

        def pieces():
            yield self.head() + event("partial_image", self.RED, partial_image_index=0)
            ready.wait(PATIENCE)
            shown_meanwhile.append(window.wait_for(lambda seen: b"m=0;" in seen and seen.rstrip().endswith(b"\x1b\\")))
            yield event("completed", self.GREEN)

        server = self.serve(pieces)
        window = self.window("generate", "--verify", "never", "--partial", "1", "a fox", variables=KITTY, gateway=server.base_url(), size=(100, 16))
        ready.set()
        status, seen = window.end()
        self.assertEqual(status, 0, seen)
        self.assertEqual(shown_meanwhile, [True])
        self.assertEqual(json.loads(server.requests[-1].body)["partial_images"], 1)
        preview, image = kitty_pictures(seen)
        self.assertEqual((preview.picture.size, image.picture.size), ((120, 80), (240, 160)))
        self.assertEqual((preview.picture.rows[0][:3], image.picture.rows[0][:3]), (bytes((250, 10, 10)), bytes((10, 250, 10))))
        path = re.search(rb"(/[^\r\n]*\.png)\r\n", seen)
        self.assertLess(seen.index(b"m=0;"), path.start())
        before = seen[:seen.index(b"\x1b_G")].rsplit(b"\n", 1)[-1]
        self.assertTrue(before in (b"",) or before.endswith(b"\x1b[K"), "the progress line stood where the picture begins")

    def test_the_setting_asks_for_them_too_and_the_option_goes_before_it(self):
        self.assert_status(self.limn("config", "set", "partial", "2"), 0)
        for args, wanted in (((), 2), (("--partial", "3"), 3), (("--partial", "0"), None)):
            server = self.serve(lambda: answer(self.body(), content_type="text/event-stream"))
            outcome = self.limn("generate", "--verify", "never", *args, "a fox", env=self.environment(server.base_url()))
            self.assert_status(outcome, 0)
            self.assertEqual(json.loads(server.requests[-1].body).get("partial_images"), wanted)

    def body(self):
        return event("completed", self.GREEN)

    def test_where_no_picture_is_shown_they_are_asked_for_and_not_shown(self):
        server = self.serve(lambda: answer(event("partial_image", self.RED, partial_image_index=0) + self.body(), content_type="text/event-stream"))
        for words in (("--json",), ("--events",), ()):
            outcome = self.limn("generate", *words, "--verify", "never", "--partial", "1", "a fox", env=self.environment(server.base_url()))
            self.assert_status(outcome, 0)
            self.assertNotIn("\x1b", outcome.stdout + outcome.stderr)
            self.assertEqual(json.loads(server.requests[-1].body)["partial_images"], 1)

    def test_what_they_cost_is_told_beforehand(self):
        env = self.environment("ok")

        def cost(*args):
            return self.limn("generate", "--dry-run", "--json", "-q", "low", *args, "a fox", env=env).json["cost"]["usd"]

        # 100 tokens at $30 for a million each, for each image.
        self.assertAlmostEqual(cost("--partial", "3") - cost(), 3 * 100 * 30e-6)
        self.assertAlmostEqual(cost("--partial", "1", "-n", "4") - cost("-n", "4"), 4 * 100 * 30e-6)
        chat = ("--provider", "chat_completions")
        self.assertAlmostEqual(cost("--partial", "3", *chat), cost(*chat), msg="it has no previews")
        self.assertIn("100 image output tokens", " ".join(self.limn("generate", "--help").stdout.split()))

    def test_lines_that_are_said_meanwhile_stand_around_the_picture_and_not_in_it(self):
        noisy = png(300, 200, [random.Random(y).randbytes(900) for y in range(200)])
        pieces = event("partial_image", noisy, partial_image_index=0) + event("completed", self.GREEN)
        server = self.serve(lambda: answer(pieces, content_type="text/event-stream"))
        for _ in range(5):
            status, seen = self.window("generate", "-v", "--verify", "never", "--partial", "1", "a fox", variables=KITTY,
                                       gateway=server.base_url()).end()
            self.assertEqual(status, 0, seen)
            self.assertEqual(len(kitty_pictures(seen)), 2)  # nothing in the midst of either


class SlowTerminals(PicturesCase):
    """A terminal that does not read takes no image away, and no report of it for ever."""

    def test_one_that_never_reads_ends_with_its_report(self):
        window = self.window("generate", "--sandbox", "a fox", variables=KITTY, reads=False, size=(400, 200))
        status, seen = window.end()
        self.assertEqual(status, 0)
        self.assertRegex(seen, rb"/[^\r\n]*\.png\r\n")
        self.assertTrue(self.images_in(self.work))

    def test_a_preview_that_is_not_read_does_not_hold_up_the_image(self):
        noisy = png(600, 600, [random.Random(y).randbytes(1800) for y in range(600)])

        def pieces():
            yield (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                   + event("partial_image", noisy, partial_image_index=0))
            yield event("completed", noisy)

        server = ScriptedServer(generation=lambda request: pieces())
        self.addCleanup(server.stop)
        window = self.window("generate", "--verify", "never", "--partial", "1", "a fox", variables=KITTY, gateway=server.base_url(),
                             reads=False, size=(400, 200))
        status, seen = window.end()
        self.assertEqual(status, 0)
        self.assertRegex(seen, rb"/[^\r\n]*\.png\r\n")

    def test_an_interrupted_picture_has_an_end(self):
        picture = self.work / "noise.png"
        picture.write_bytes(png(900, 900, [random.Random(y).randbytes(2700) for y in range(900)]))
        for way, end in (("kitty", b"m=0;\x1b\\\r\n"), ("sixel", b"\x1b\\\r\n"), ("iterm2", b"\x1b\\\r\n")):
            with self.subTest(way), open(picture, "rb") as file:
                master, terminal = pty.openpty()
                tty.setraw(terminal)
                process = subprocess.Popen([VIEWER, way, "200x50", "10x20", "none"], stdin=file, stdout=terminal, stderr=subprocess.PIPE)
                seen = os.read(master, 1000)  # it has begun, and cannot go on
                process.send_signal(signal.SIGTERM)
                os.set_blocking(master, False)
                while process.poll() is None:
                    select.select([master], [], [], 0.01)
                    try:
                        seen += os.read(master, 65536)
                    except BlockingIOError:
                        pass
                try:
                    while True:
                        seen += os.read(master, 65536)
                except BlockingIOError:
                    pass
                self.assertEqual(process.communicate()[1], b"the picture was interrupted\n")
                self.assertTrue(seen.endswith(end), seen[-60:])
                os.close(master)
                os.close(terminal)


ESCAPES = b"\x1b]0;owned\x07\x1b[31mEVIL\x1b[0m"


class Hostile(PicturesCase):
    """Of a file nothing reaches the terminal but pixels, and nothing that it is made of ends in a crash."""

    def view(self, data, way="kitty"):
        file = self.work / "hostile"
        file.write_bytes(data)
        with open(file, "rb") as picture:
            return subprocess.run([VIEWER, way, "80x12", "10x20", "none"], stdin=picture, capture_output=True, timeout=PATIENCE)

    def test_what_cannot_be_shown_is_one_sentence_and_a_status(self):
        whole = png(200, 100, [random.Random(y).randbytes(600) for y in range(100)])
        huge = png(200, 100, []).replace(struct.pack(">II", 200, 100), struct.pack(">II", 65000, 65000))
        huge = huge[:29] + struct.pack(">I", zlib.crc32(huge[12:29])) + huge[33:]
        wrong_text = whole[:-12] + struct.pack(">I", 4) + b"tEXt" + b"EVIL" + b"\0\0\0\0" + whole[-12:]
        rows = (("cut", whole[:len(whole) // 2]), ("cut in its head", whole[:20]), ("empty", b""), ("huge", huge), ("no picture", ESCAPES * 10),
                ("of a bomb's kind", png(1, 1, [b"123"], (b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000))))[:200]),
                ("a GIF", b"GIF89a" + ESCAPES * 5), ("a JPEG of nothing", b"\xff\xd8\xff\xe0" + ESCAPES * 5), ("an SVG", b"<svg>" + ESCAPES + b"</svg>"),
                ("a WebP of nothing", b"RIFF\x40\0\0\0WEBPVP8 " + ESCAPES * 3))
        for name, data in rows:
            with self.subTest(name):
                ended = self.view(data)
                self.assertEqual(ended.stdout, b"")
                self.assertEqual(ended.returncode, 1, ended)
                self.assertRegex(ended.stderr, rb"\A[A-Za-z ,:]+\n\Z")
                self.assertNotIn(b"EVIL", ended.stderr)
        self.assertEqual(self.view(wrong_text).returncode in (0, 1), True)

    def test_texts_in_a_picture_stay_there(self):
        rows = [random.Random(y).randbytes(192) for y in range(64)]
        for kind, content in ((b"tEXt", b"Comment\0" + ESCAPES), (b"iTXt", b"Comment\0\0\0\0\0" + ESCAPES), (b"eXIf", ESCAPES), (b"prVt", ESCAPES)):
            for way in ("kitty", "iterm2", "sixel", "blocks", "blocks-256"):
                with self.subTest(kind=kind, way=way):
                    ended = self.view(png(64, 64, rows, (kind, content)), way)
                    self.assertEqual((ended.returncode, ended.stderr), (0, b""))
                    for words in (b"EVIL", b"owned", base64.b64encode(b"EVIL")):
                        self.assertNotIn(words, ended.stdout)
                    if way == "kitty":
                        self.assertEqual(kitty_pictures(ended.stdout)[0].picture.rows, rows)

    def test_no_change_of_a_picture_makes_it_crash(self):
        whole = png(60, 40, [random.Random(y).randbytes(180) for y in range(40)])
        chance = random.Random(7)
        for i in range(60):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            ended = self.view(bytes(data))
            self.assertIn(ended.returncode, (0, 1), (i, ended))
            if ended.returncode == 1:
                self.assertEqual(ended.stdout, b"")

    def test_a_picture_that_limn_saves_and_cannot_show_is_a_success_all_the_same(self):
        changed = bytearray(png(200, 100, [random.Random(y).randbytes(600) for y in range(100)]))
        changed[len(changed) // 2] ^= 1  # which nobody looks at who only saves it
        server = ScriptedServer(generation=lambda request: answer(json.dumps({"data": [{"b64_json": base64.b64encode(changed).decode()}]}).encode()))
        self.addCleanup(server.stop)
        status, seen = self.window("generate", "--verify", "never", "a fox", variables=KITTY, gateway=server.base_url()).end()
        self.assertEqual(status, 0, seen)
        self.assert_no_picture(seen)
        self.assertRegex(seen, rb"/[^\r\n]*\.png\r\n")

    def test_the_viewer_sees_no_key_and_no_other_descriptor(self):
        """In the place of limn-view of another installation: what it was given."""
        prefix = self.home / "prefix"
        subprocess.run(["cp", "-a", str(pathlib.Path(LIMN).parent.parent), str(prefix)], check=True)
        told = self.home / "told"
        viewer = prefix / "libexec/limn/limn-view"
        viewer.unlink()
        viewer.write_text(f"#!{sys.executable} -IB\nimport json, os\nfiles = os.listdir('/proc/self/fd')\n"
                          f"open({str(told)!r}, 'w').write(json.dumps([dict(os.environ), files]))\n")
        viewer.chmod(0o755)
        window = Window(self, [prefix / "bin/limn", "generate", "a fox"], {**self.environment("ok"), **KITTY, "SECRET": "x"})
        status, seen = window.end()
        self.assertEqual(status, 0, seen)
        variables, descriptors = json.loads(told.read_text())
        self.assertEqual(variables.pop("TERM"), "xterm-kitty")
        self.assertLessEqual(set(variables), {"COLORTERM", "LANG", "LC_ALL", "LC_CTYPE"})
        self.assertLessEqual(set(descriptors), {"0", "1", "2", "3"})  # 3: the look at them

    def test_without_the_viewer_everything_else_is_as_ever(self):
        prefix = self.home / "prefix"
        subprocess.run(["cp", "-a", str(pathlib.Path(LIMN).parent.parent), str(prefix)], check=True)
        (prefix / "libexec/limn/limn-view").unlink()
        for verbose in ((), ("-v",)):
            status, seen = Window(self, [prefix / "bin/limn", "generate", *verbose, "--sandbox", "a fox"], {**self.environment(), **KITTY}).end()
            self.assertEqual(status, 0, seen)
            self.assert_no_picture(seen)
            self.assertEqual(b"the picture cannot be shown: " in seen, bool(verbose))


if __name__ == "__main__":
    unittest.main()
