"""What could not be given its name is found again, and moved without a loss."""

import errno
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

import kernel
from limn_case import LimnCase


def is_other_file_system(folder):
    return os.access(folder, os.W_OK) and os.stat(folder).st_dev != os.stat(tempfile.gettempdir()).st_dev


class Recover(LimnCase):
    state_is_below = None

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="limn-e2e-", dir=self.state_is_below))
        self.addCleanup(shutil.rmtree, self.state, ignore_errors=True)
        self.kept = self.state / "limn/recovered"
        self.kept.mkdir(parents=True)
        self.png = pathlib.Path(self.generate("-d", self.home / "made", "a fox", env=self.environment("ok")).json["images"][0]["path"]).read_bytes()

    def environment(self, *behaviours, **more):
        return super().environment(*behaviours, XDG_STATE_HOME=str(self.state), **more)

    def put(self, name, data=None, time=1_700_000_000, folder=None):
        path = (folder or self.kept) / name
        path.write_bytes(self.png if data is None else data)
        os.utime(path, (time, time))
        return path

    def recover(self, *args, status=0):
        outcome = self.limn("recover", "--json", *args)
        self.assert_status(outcome, status)
        if outcome.json.get("attempts") is None:
            self.assert_valid(outcome.json, "recover")
        return outcome.json

    def test_nothing_kept_is_an_empty_list(self):
        self.kept.rmdir()
        self.assertEqual(self.recover(), {"ok": True, "files": []})
        self.assertIn("nothing is kept", self.limn("recover").stderr)

    def test_the_list_says_what_each_file_is(self):
        self.put("2.png", time=1_700_000_100)
        self.put("1.part", self.png[:5000])
        self.put("3.part", b"no image", time=1_700_000_200)
        files = self.recover()["files"]
        self.assertEqual([(pathlib.Path(f["path"]).name, f["state"], f["format"], f["width"], f["bytes"], f["time"]) for f in files],
                         [("1.part", "damaged", "png", 0, 5000, "2023-11-14T22:13:20Z"),
                          ("2.png", "whole", "png", 1024, len(self.png), "2023-11-14T22:15:00Z"),
                          ("3.part", "damaged", None, 0, 8, "2023-11-14T22:16:40Z")])
        text = self.limn("recover").stdout.splitlines()
        self.assertEqual(len(text), 3)
        self.assertRegex(text[1], rf"whole +png 1024x1024 +{len(self.png)} bytes  {self.kept}/2.png$")

    def test_a_list_moves_nothing(self):
        self.put("1.png")
        self.recover()
        self.assertEqual(([p.name for p in self.kept.iterdir()], list(self.work.iterdir())), (["1.png"], []))

    def test_all_moves_what_is_whole_to_where_generate_would_save(self):
        self.put("1.png")
        damaged = self.put("2.part", self.png[:5000])
        self.limn("config", "set", "output.directory", self.home / "pictures")
        moved = self.recover("--all")["files"]
        self.assertEqual([f["moved_to"] for f in moved], [str(self.home / "pictures/1.png")])
        self.assertEqual((self.home / "pictures/1.png").read_bytes(), self.png)
        self.assertEqual(list(self.kept.iterdir()), [damaged])

    def test_the_paths_are_the_result_on_standard_output(self):
        self.put("1.png")
        self.assertEqual(self.limn("recover", "1.png", "-d", self.home / "there").stdout, f"{self.home}/there/1.png\n")

    def test_a_damaged_one_is_moved_when_it_is_named_with_the_extension_of_its_bytes(self):
        self.put("1.part", self.png[:5000])
        self.put("2.part", b"no image")
        self.assertEqual(sorted(f["moved_to"] for f in self.recover("1.part", self.kept / "2.part")["files"]),
                         [str(self.work / "1.png"), str(self.work / "2.part")])

    def test_moving_never_overwrites(self):
        (self.work / "1.png").write_text("mine")
        (self.work / "1-2.png").symlink_to("nowhere")
        self.put("1.png")
        self.assertEqual(self.recover("--all")["files"][0]["moved_to"], str(self.work / "1-3.png"))
        self.assertEqual((self.work / "1.png").read_text(), "mine")

    def test_a_name_that_is_not_there_moves_nothing_at_all(self):
        self.put("1.png")
        outcome = self.limn("recover", "1.png", "2.png")
        self.assert_status(outcome, 2)
        self.assertEqual([p.name for p in self.kept.iterdir()], ["1.png"])

    def test_what_is_no_file_is_left_alone(self):
        os.mkfifo(self.kept / "pipe")
        (self.kept / "link.png").symlink_to(self.home / "made")
        (self.kept / "folder").mkdir()
        self.assertEqual(self.recover("--all")["files"], [])

    def test_a_folder_that_takes_nothing_costs_nothing(self):
        kept = self.put("1.png")
        (self.home / "file").write_text("")
        answer = self.recover("--all", "-d", self.home / "file", status=10)
        self.assertEqual((answer["ok"], answer["error"]["class"], answer["files"][0]["moved_to"]), (False, "not_saved", None))
        self.assertEqual(kept.read_bytes(), self.png)

    def test_to_where_they_are_already_is_refused(self):
        self.put("1.png")
        self.assert_status(self.limn("recover", "--all", "-d", self.kept), 2)

    def test_what_a_killed_run_left_in_the_folder_is_found(self):
        self.put(".limn-a1B2c3.part", folder=self.work)
        self.put(".limn-notours.part", folder=self.work)
        self.assertEqual([pathlib.Path(f["path"]).name for f in self.recover()["files"]], [".limn-a1B2c3.part"])
        self.assertEqual(self.recover("--all")["files"][0]["moved_to"], str(self.work / "limn-a1B2c3.png"))

    def test_what_is_still_written_to_is_left_alone(self):
        import fcntl
        with open(self.put(".limn-a1B2c3.part", folder=self.work)) as busy:
            fcntl.flock(busy, fcntl.LOCK_EX)
            self.assertEqual(self.recover("--all")["files"], [])

    def test_two_at_once_move_each_file_once(self):
        import subprocess
        from limn_case import LIMN
        for i in range(20):
            self.put(f"{i}.png")
        both = [subprocess.Popen([LIMN, "recover", "--all", "--quiet"], env=self.environment(), cwd=self.work,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
        for one in both:
            one.wait(timeout=60)
        self.assertEqual((len(list(self.work.iterdir())), list(self.kept.iterdir())), (20, []))

    def test_the_hint_of_a_failure_names_the_command_and_the_command_gets_the_image(self):
        outcome = self.generate("a fox", env=self.environment("truncated-png"))
        self.assertIn("limn recover", outcome.json["error"]["hint"])
        self.assertEqual(len(self.recover()["files"]), 1)


@unittest.skipUnless(is_other_file_system("/dev/shm"), "/dev/shm is no file system of its own that can be written to")
class RecoverFromAnotherFileSystem(Recover):
    """The same where no rename reaches the folder: each file is copied."""

    state_is_below = "/dev/shm"

    @unittest.skipIf(kernel.why_no_filter(), kernel.why_no_filter())
    def test_a_kill_before_the_original_is_removed_leaves_both(self):
        kept = self.put("1.png")
        killed = self.limn("recover", "--all", preexec_fn=kernel.system_calls(unlink=kernel.KILL))
        self.assertEqual(killed.status, -signal.SIGSYS)
        self.assertEqual((kept.read_bytes(), (self.work / "1.png").read_bytes()), (self.png, self.png))

    @unittest.skipIf(kernel.why_no_filter(), kernel.why_no_filter())
    def test_a_copy_that_does_not_reach_the_disk_does_not_count(self):
        kept = self.put("1.png")
        failed = self.limn("recover", "--all", preexec_fn=kernel.system_calls(fsync=kernel.errno_of(errno.EIO)))
        self.assert_status(failed, 10)
        self.assertEqual((kept.read_bytes(), list(self.work.iterdir())), (self.png, []))


if __name__ == "__main__":
    unittest.main()
