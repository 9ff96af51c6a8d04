"""What -o may name besides a new file, and what of it is refused before anything is paid for."""

import os
import pathlib
import pty
import socket
import subprocess
import threading
import time
import unittest

from limn_case import LIMN, LimnCase

SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Output(LimnCase):
    def setUp(self):
        super().setUp()
        self.kept = self.home / ".local/state/limn/recovered"

    def raw(self, *args, behaviour="ok", stdout=subprocess.PIPE, **more):
        """As bytes: standard output is the image."""
        return subprocess.run([LIMN, "generate", *map(str, args), "a fox"], env=self.environment(behaviour), cwd=self.work,
                              stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, timeout=120, **more)

    def assert_whole(self, data):
        self.assertEqual((data[:8], data[-8:-4]), (SIGNATURE, b"IEND"))

    def assert_kept(self, completed, status=10):
        self.assertEqual(completed.returncode, status, completed.stderr)
        kept = list(self.kept.iterdir())
        self.assertEqual(len(kept), 1)
        self.assert_png(kept[0])
        self.assertIn(str(kept[0]).encode(), completed.stderr)
        self.assertIn(b"limn recover", completed.stderr)

    def assert_nothing_kept(self):
        self.assertEqual(list(self.kept.iterdir()) if self.kept.exists() else [], [])

    def assert_refused(self, completed, status=2):
        self.assertEqual(completed.returncode, status, completed.stderr)
        self.assertEqual(self.sandbox.billable(), 0, "it was paid for")
        self.assertEqual(list(self.work.glob("*.png")), [])

    # --- Standard output ---

    def test_dash_writes_the_image_and_nothing_else(self):
        for name in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            with self.subTest(name):
                done = self.raw("-o", name)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assert_whole(done.stdout)
                self.assertIn(b"gpt-image-2", done.stderr)
        self.assert_nothing_kept()
        self.assertEqual(list(self.work.iterdir()), [])

    def test_dash_into_a_file_appends_as_the_shell_says(self):
        with open(self.work / "log", "wb") as file:
            file.write(b"before")
            file.flush()
            self.assertEqual(self.raw("-o", "/dev/stdout", stdout=file).returncode, 0)
        data = (self.work / "log").read_bytes()
        self.assertEqual(data[:6], b"before")
        self.assert_whole(data[6:])

    def test_the_events_go_with_it_and_say_where_it_went(self):
        done = self.raw("-o", "-", "--events")
        self.assert_whole(done.stdout)
        self.assertIn(b'"path":"/dev/stdout"', done.stderr)

    def test_a_damaged_image_never_reaches_standard_output(self):
        done = self.raw("-o", "-", behaviour="truncated-png")
        self.assertEqual((done.returncode, done.stdout), (11, b""))

    def test_the_envelope_and_the_image_cannot_share_it(self):
        self.assert_refused(self.raw("-o", "-", "--json"))

    def test_two_images_do_not_fit_into_it(self):
        self.assert_refused(self.raw("-o", "-", "-n", "2"))

    def test_a_terminal_is_refused(self):
        try:
            master, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f"this machine has no pseudo terminals: {error}")
        done = self.raw("-o", "-", stdout=terminal)
        os.close(terminal)
        os.close(master)
        self.assert_refused(done)
        self.assertIn(b"limn generate -o - ... |", done.stderr)

    def test_a_closed_one_is_found_out_before_anything_is_paid_for(self):
        self.assert_refused(self.raw("-o", "-", stdout=None, preexec_fn=lambda: os.close(1)), 10)

    def test_one_that_nobody_reads_any_more_is_found_out_before_anything_is_paid_for(self):
        reading, writing = os.pipe()
        os.close(reading)
        done = self.raw("-o", "-", stdout=writing)
        os.close(writing)
        self.assert_refused(done, 10)

    def test_a_reader_that_goes_away_costs_no_image(self):
        reader = subprocess.Popen(["head", "-c", "100"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        done = self.raw("-o", "-", stdout=reader.stdin)
        reader.stdin.close()
        reader.wait()
        self.assert_kept(done)

    def test_a_full_one_is_found_out_before_anything_is_paid_for(self):
        for args in ((), ("-o", "-"), ("--json",), ("--events",), ("--quiet",), ("-o", "fox.png")):
            with self.subTest(args), open("/dev/full", "wb") as full:
                self.assert_refused(self.raw(*args, stdout=full), 10)

    def test_where_the_place_of_an_image_cannot_be_told_nothing_is_paid_for(self):
        reading, unread = os.pipe()
        os.close(reading)
        with open("/dev/zero", "rb") as for_reading:
            for name, stream in (("closed", None), ("nobody reads it", unread), ("not open for writing", for_reading)):
                for args in ((), ("--json",)):
                    with self.subTest(name, args=args):
                        close = (lambda: os.close(1)) if stream is None else None
                        self.assert_refused(self.raw(*args, stdout=stream, preexec_fn=close), 10)
        os.close(unread)

    def test_where_it_breaks_later_standard_error_and_recover_tell_the_place(self):
        items = self.work / "items.jsonl"
        items.write_text('"a fox"\n')
        for command in (("generate", "a fox"), ("generate", "--json", "a fox"), ("batch", items), ("batch", "--json", items)):
            with self.subTest(command):
                reading, writing = os.pipe()
                process = subprocess.Popen([LIMN, *map(str, command)], env=self.environment("slow-1500"), cwd=self.work, stdin=subprocess.DEVNULL,
                                           stdout=writing, stderr=subprocess.PIPE, text=True)
                os.close(writing)
                before = self.sandbox.billable()
                while self.sandbox.billable() == before and process.poll() is None:
                    time.sleep(0.01)
                os.close(reading)
                stderr = process.communicate(timeout=60)[1]
                self.assertEqual(process.returncode, 10, stderr)
                image, = self.images_in(self.work)
                self.assertIn(str(image), stderr)
                listed = self.limn("recover", "--json").json["files"]
                self.assertEqual([(f["path"], f["state"]) for f in listed], [(str(image), "whole")])
                self.assertEqual(self.limn("recover", "--all").stdout, f"{image}\n")
                self.assertEqual(self.limn("recover", "--json").json["files"], [])
                self.assert_png(image)
                image.unlink()

    def test_a_signal_while_the_reader_sleeps_costs_no_image(self):
        reading, writing = os.pipe()
        process = subprocess.Popen([LIMN, "generate", "-o", "-", "a fox"], env=self.environment("ok"), cwd=self.work,
                                   stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        first = os.read(reading, 1)  # it is in the middle of it now, and the pipe is too small for the rest
        process.terminate()
        stderr = process.communicate(timeout=60)[1]
        os.close(reading)
        self.assertEqual(first, SIGNATURE[:1])
        self.assert_kept(subprocess.CompletedProcess([], process.returncode, b"", stderr), 143)

    def test_a_state_folder_that_takes_nothing_is_found_out_before_anything_is_paid_for(self):
        self.kept.parent.mkdir(parents=True)
        self.kept.write_text("")
        self.assert_refused(self.raw("-o", "-"), 10)

    def test_doctor_keeps_it_for_its_findings(self):
        outcome = self.limn("doctor", "--generate", "-o", "-", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_closed_standard_descriptors_change_nothing_but_what_is_printed(self):
        # The report would go into whatever file, socket or pipe came to have their numbers.
        for closed in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
            with self.subTest(closed):
                path = self.work / ("closed" + "".join(map(str, closed)) + ".png")
                streams = {name: None if number in closed else subprocess.DEVNULL for number, name in enumerate(("stdin", "stdout", "stderr"))}
                process = subprocess.Popen([LIMN, "generate", "--events", "-o", path, "a fox"], env=self.environment("ok"), **streams,
                                           preexec_fn=lambda: [os.close(number) for number in closed])
                self.assertEqual(process.wait(timeout=60), 10 if 1 in closed else 0)
                self.assertEqual(path.exists(), 1 not in closed)  # who has no standard output is told nothing, and asked for nothing
                if path.exists():
                    self.assert_png(path)

    # --- Pipes, devices, sockets ---

    def test_a_pipe_with_a_name_is_written_into_and_stays_one(self):
        pipe = self.work / "pipe"
        os.mkfifo(pipe)
        arrived = []
        reader = threading.Thread(target=lambda: arrived.append(pipe.read_bytes()))
        reader.start()
        outcome = self.generate("-o", pipe, "a fox", env=self.environment("ok"))
        reader.join(60)
        self.assert_status(outcome, 0)
        self.assertEqual((outcome.json["images"][0]["path"], outcome.json["images"][0]["bytes"]), (str(pipe), len(arrived[0])))
        self.assert_whole(arrived[0])
        self.assertTrue(pipe.is_fifo())
        self.assert_nothing_kept()

    def test_nothing_is_paid_for_until_somebody_reads_a_pipe(self):
        pipe = self.work / "pipe"
        os.mkfifo(pipe)
        process = subprocess.Popen([LIMN, "generate", "-o", pipe, "a fox"], env=self.environment("ok"), stderr=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, text=True)
        self.assertIn("waiting until somebody reads", process.stderr.readline())
        self.assertEqual(self.sandbox.billable(), 0)
        process.terminate()
        process.communicate(timeout=60)

    def test_the_reader_of_a_pipe_that_goes_away_costs_no_image(self):
        pipe = self.work / "pipe"
        os.mkfifo(pipe)
        reader = subprocess.Popen(["head", "-c", "100", pipe], stdout=subprocess.DEVNULL)
        self.assert_kept(self.raw("-o", pipe))
        reader.wait()

    def test_a_descriptor_of_the_shell_takes_it(self):
        reading, writing = os.pipe()
        arrived = []

        def read():
            with os.fdopen(reading, "rb") as pipe:
                arrived.append(pipe.read())

        reader = threading.Thread(target=read)
        reader.start()
        done = self.raw("-o", f"/dev/fd/{writing}", pass_fds=[writing])
        os.close(writing)
        reader.join(60)
        self.assertEqual(done.stdout, f"/dev/fd/{writing}\n".encode())
        self.assert_whole(arrived[0])

    def test_a_stream_socket_as_standard_output_takes_it(self):
        ours, theirs = socket.socketpair()
        arrived = []
        reader = threading.Thread(target=lambda: arrived.append(ours.makefile("rb").read()))
        reader.start()
        self.assertEqual(self.raw("-o", "/dev/stdout", stdout=theirs).returncode, 0)
        theirs.close()
        reader.join(60)
        ours.close()
        self.assert_whole(arrived[0])

    def test_devices_are_written_into_and_never_replaced(self):
        done = self.raw("-o", "/dev/null")
        self.assertEqual((done.returncode, done.stdout), (0, b"/dev/null\n"))
        self.assert_nothing_kept()
        self.sandbox.reset()
        self.assert_refused(self.raw("-o", "/dev/full"), 10)
        for name in ("/dev/null.png", "/dev/full.png", "/dev/stdout.png"):
            self.assertFalse(pathlib.Path(name).exists())

    def test_what_can_take_no_image_is_refused(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.work / "socket"))
            self.assert_refused(self.raw("-o", self.work / "socket"))
        self.assert_refused(self.raw("-o", "/dev/stderr"))
        with open("/dev/zero", "rb") as for_reading:
            self.assert_refused(self.raw("-o", f"/dev/fd/{for_reading.fileno()}", pass_fds=[for_reading.fileno()]), 10)
        self.assert_refused(self.raw("-o", "/dev/fd/77"), 10)
        self.assert_refused(self.raw("-o", "/dev/null", "-n", "2"))
        self.assert_refused(self.raw("-o", ""))
        self.assert_refused(self.raw("-d", ""))
        for args in (("-o", "/"), ("-o", "//"), ("-o", "/."), ("-o", "/dev/tcp"), ("-o", "/dev/tcp/host/80"), ("-o", "/dev"), ("-d", "/dev"),
                     ("-o", "/dev/fd/x.png"), ("-o", "/proc/fox"), ("-d", "/proc/self"), ("-o", "/sys/fox.png")):
            with self.subTest(args):
                self.assert_refused(self.raw(*args))
        (self.work / "link").symlink_to("/dev")
        self.assert_refused(self.raw("-o", "link/tcp"))

    # --- Folders and links ---

    def test_a_folder_is_what_images_go_into(self):
        (self.work / "there").mkdir()
        (self.work / "link").symlink_to("there")
        for name, folder in (("there", "there"), ("link", "link"), ("new/", "new"), ("a/new/.", "a/new"), (".", "."), ("there/..", ".")):
            with self.subTest(name):
                path = pathlib.Path(self.generate("-o", name, "a fox", env=self.environment("ok")).json["images"][0]["path"])
                self.assertEqual(os.path.normpath(path.parent), os.path.normpath(self.work / folder))
                self.assert_png(path)

    def test_a_link_is_a_name_that_is_taken(self):
        (self.work / "mine.png").write_text("mine")
        for name, target in (("dangling", "nowhere/x.png"), ("loop", "loop.png"), ("link", "mine.png")):
            with self.subTest(name):
                (self.work / f"{name}.png").symlink_to(target)
                path = self.generate("-o", f"{name}.png", "a fox", env=self.environment("ok")).json["images"][0]["path"]
                self.assertEqual(path, str(self.work / f"{name}-2.png"))
                self.assertTrue((self.work / f"{name}.png").is_symlink())
        self.assertEqual((self.work / "mine.png").read_text(), "mine")

    def test_a_link_to_a_device_is_the_device(self):
        (self.work / "link").symlink_to("/dev/null")
        self.assertEqual(self.raw("-o", "link").returncode, 0)
        self.assertEqual([p.name for p in self.work.iterdir()], ["link"])

    def test_a_folder_that_is_a_loop_is_found_out_before_anything_is_paid_for(self):
        (self.work / "loop").symlink_to("loop")
        self.assert_refused(self.raw("-o", "loop/fox"), 10)

    def test_a_current_folder_that_is_gone_is_found_out_before_anything_is_paid_for(self):
        gone = self.work / "gone"
        gone.mkdir()

        def leave():
            os.chdir(gone)
            os.rmdir(gone)

        for args in ((), ("-o", "fox.png"), ("-d", "here")):
            with self.subTest(args):
                gone.mkdir(exist_ok=True)
                self.assert_refused(self.raw(*args, preexec_fn=leave), 10)
        gone.mkdir(exist_ok=True)
        self.assertEqual(self.raw("-d", self.work, preexec_fn=leave).returncode, 0)


if __name__ == "__main__":
    unittest.main()
