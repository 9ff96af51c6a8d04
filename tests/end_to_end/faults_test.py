"""Disks that run full, folders that go away, and kernels that say no: the image is saved, or kept, or it is said that it is not."""

import errno
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import kernel
from limn_case import LIMN, LimnCase, Outcome

MIB = 1 << 20

needs_unnamed_files = unittest.skipUnless(kernel.has_unnamed_files(tempfile.gettempdir()), "this file system has no unnamed files")


class Faults(LimnCase):
    def setUp(self):
        super().setUp()
        self.kept = self.home / ".local/state/limn/recovered"

    def kept_files(self):
        return sorted(self.kept.iterdir()) if self.kept.exists() else []

    def assert_kept_whole(self, outcome):
        """The one image is in recovered/, whole, the message says so, and `limn recover` gets it."""
        self.assert_status(outcome, 10)
        kept, = self.kept_files()
        self.assert_png(kept)
        self.assertIn(str(kept), outcome.json["error"]["message"])
        self.assertIn("limn recover", outcome.json["error"]["hint"])
        moved, = self.limn("recover", "--json", "--all", "-d", self.home / "at-last").json["files"]
        self.assert_png(moved["moved_to"])
        self.assertEqual(self.kept_files(), [])

    def while_it_draws(self, what, *args):
        """Runs limn against a gateway that takes its time, and does `what` once it was asked."""
        process = subprocess.Popen([LIMN, "generate", "--json", *map(str, args), "a fox"], env=self.environment("slow-1000"), cwd=self.work,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while self.sandbox.billable() == 0 and process.poll() is None:
            time.sleep(0.01)
        what()
        stdout, stderr = process.communicate(timeout=120)
        return Outcome(subprocess.CompletedProcess([], process.returncode, stdout, stderr))

    # --- Room ---

    def limited(self, limit, behaviour):
        return self.limn("generate", "--json", "-o", "fox.png", "a fox", env=self.environment(behaviour),
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))

    def test_a_write_that_fails_at_any_byte_leaves_nothing_under_the_name(self):
        size = self.generate("-d", self.home, "a fox", env=self.environment("big-6")).json["images"][0]["bytes"]
        for limit in (4 * MIB, 4 * MIB + 1, 5_000_000, size - 4096, size - 1):
            with self.subTest(limit):
                outcome = self.limited(limit, "big-6")
                self.assert_status(outcome, 10)
                self.assertEqual(list(self.work.iterdir()), [])
                kept, = self.kept_files()  # what fits, and not as an image
                self.assertEqual((kept.suffix, kept.stat().st_size), (".part", limit))
                self.assertIn(str(kept), outcome.json["error"]["message"])
                kept.unlink()
        self.assert_status(self.limited(size, "big-6"), 0)
        self.assert_png(self.work / "fox.png")

    def test_no_room_for_an_image_is_found_out_before_anything_is_paid_for(self):
        self.assert_status(self.limited(MIB, "ok"), 10)
        self.assertEqual(self.sandbox.billable(), 0)

    # --- Folders ---

    def test_a_folder_that_is_removed_meanwhile_costs_no_image(self):
        folder = self.home / "gone"
        self.assert_kept_whole(self.while_it_draws(lambda: shutil.rmtree(folder), "-d", folder))

    def test_a_folder_that_became_a_file_meanwhile_costs_no_image(self):
        folder = self.home / "gone"
        self.assert_kept_whole(self.while_it_draws(lambda: (folder.rmdir(), folder.write_text("")), "-d", folder))

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_may_not_be_written_to_any_more_costs_no_image(self):
        folder = self.home / "closed"
        outcome = self.while_it_draws(lambda: folder.chmod(0o500), "-d", folder)
        self.assert_kept_whole(outcome)

    def test_a_folder_may_be_a_link(self):
        (self.home / "real").mkdir()
        (self.work / "link").symlink_to(self.home / "real")
        path = self.generate("-d", "link", "a fox", env=self.environment("ok")).json["images"][0]["path"]
        self.assertEqual(path, str(self.work / "link" / pathlib.Path(path).name))
        self.assertEqual(len(self.images_in(self.home / "real")), 1)

    # --- Names ---

    def test_twenty_at_once_with_one_name_make_twenty_files(self):
        many = [subprocess.Popen([LIMN, "generate", "-q", "low", "-o", "fox.png", f"fox {i}"], env=self.environment("ok"), cwd=self.work,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for i in range(20)]
        told = {one.communicate(timeout=120)[0].strip() for one in many}
        self.assertEqual([one.returncode for one in many], [0] * 20)
        expected = {str(self.work / name) for name in ["fox.png"] + [f"fox-{i}.png" for i in range(2, 21)]}
        self.assertEqual((told, {str(p) for p in self.work.iterdir()}), (expected, expected))
        for path in told:
            self.assert_png(path)
        self.assertEqual(len({pathlib.Path(p).read_bytes() for p in told}), 20, "two of them are the same image")

    def test_names_in_any_script(self):
        for prompt, stem in (("雪中的狐狸", "雪中的狐狸"), ("ثعلب في الثلج", "ثعلب-في-الثلج"), ("e\u0301te\u0301 a\u0300 Paris", "e\u0301te\u0301-a\u0300-paris"),
                             ("🦊❄️ fox", "🦊❄️-fox"), ("fox \u202egnp.exe", "fox-gnp-exe"), ("a\x1b[31mred\x07\nfox", "ared-fox"),
                             ("--version", "version"), ("...hidden", "hidden"), ("CON", "con"), ("../../etc/passwd", "etc-passwd"), ("!?", "image")):
            with self.subTest(prompt):
                self.limn("config", "set", "output.name", "{slug}")
                path = self.generate("--", prompt, env=self.environment("ok")).json["images"][0]["path"]
                self.assertEqual(path, str(self.work / f"{stem}.png"))
                self.assert_png(path)

    def test_the_path_that_is_told_is_the_path_that_it_has(self):
        for folder in ("👩\u200d🚀", "می\u200cخواهم", "a\u202eb", "a\x1b[31m\nb", 'a "quoted\\ one'):
            with self.subTest(folder):
                told = self.generate("-d", self.work / folder, "a fox", env=self.environment("ok")).json["images"][0]["path"]
                self.assertEqual(pathlib.Path(told).parent, self.work / folder)
                self.assert_png(told)
                printed = self.limn("generate", "-d", self.work / folder, "-q", "low", "a fox", env=self.environment("ok")).stdout[:-1]
                self.assert_png(printed)
                shutil.copy(told, self.home / "kept.png")
                self.kept.mkdir(parents=True, exist_ok=True)
                shutil.move(self.home / "kept.png", self.kept / "kept.png")
                moved, = self.limn("recover", "--json", "--all", "-d", self.work / folder).json["files"]
                self.assert_png(moved["moved_to"])

    def test_long_names_are_cut_between_characters(self):
        self.limn("config", "set", "output.name", "{slug}-{slug}-{slug}-{slug}-{slug}-{slug}")
        for prompt in ("狐" * 3000, "🦊" * 3000, "e\u0301" * 3000, "x" * 30000):
            with self.subTest(prompt[:2]):
                path = pathlib.Path(self.generate(prompt, env=self.environment("ok")).json["images"][0]["path"])
                self.assertLessEqual(len(os.fsencode(path.name)), 255)
                self.assert_png(path)

    def test_a_name_of_ones_own_that_is_too_long_is_found_out_before_anything_is_paid_for(self):
        self.assert_status(self.limn("generate", "-o", "狐" * 90, "a fox", env=self.environment("ok")), 2)
        self.assertEqual(self.sandbox.billable(), 0)
        self.assert_status(self.generate("-o", "狐" * 79, "a fox", env=self.environment("ok")), 0)
        self.assert_png(self.work / ("狐" * 79 + ".png"))


@unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
class SmallDisks(LimnCase):
    """File systems of their own, in a mount namespace that only this test sees."""

    def setUp(self):
        super().setUp()
        self.kept = self.home / ".local/state/limn/recovered"
        self.disk = self.home / "disk"
        for folder in (self.disk, self.kept):
            folder.mkdir(parents=True)
        self.namespace = kernel.Namespace()
        self.addCleanup(self.namespace.close)

    def files_on(self, folder):
        return sorted(pathlib.Path(self.namespace.path(folder)).iterdir())

    def inside(self, *args, behaviour):
        return self.limn(*args, env=self.environment(behaviour), through=self.namespace.command())

    def test_a_full_disk_is_found_out_before_anything_is_paid_for(self):
        for options in ("size=1m", "nr_inodes=1"):
            with self.subTest(options):
                self.namespace.run(f"mount -t tmpfs -o {options} none {self.disk}")
                outcome = self.inside("generate", "--json", "-d", self.disk, "a fox", behaviour="ok")
                self.assert_status(outcome, 10)
                self.assertIn("nothing was asked for yet", outcome.json["error"]["hint"])
                self.assertEqual(self.sandbox.billable(), 0)

    def test_a_disk_that_runs_full_meanwhile_costs_no_image(self):
        self.namespace.run(f"mount -t tmpfs -o size=6m none {self.disk}")
        outcome = self.inside("generate", "--json", "-d", self.disk, "a fox", behaviour="big-8")
        self.assert_status(outcome, 10)
        kept, = self.kept.iterdir()
        self.assert_png(kept)
        self.assertIn(str(kept), outcome.json["error"]["message"])
        self.assertEqual(self.files_on(self.disk), [])

    def test_where_no_disk_has_room_it_says_so(self):
        self.namespace.run(f"mount -t tmpfs -o size=6m none {self.disk}; mount -t tmpfs -o size=5m none {self.kept}")
        outcome = self.inside("generate", "--json", "-d", self.disk, "a fox", behaviour="big-8")
        self.assert_status(outcome, 10)
        self.assertIn("could not be kept", outcome.json["error"]["message"])
        self.assertNotIn("limn recover", outcome.json["error"]["hint"])
        self.assertEqual((self.files_on(self.disk), self.files_on(self.kept)), ([], []))

    def test_a_disk_with_no_room_takes_nothing_from_recovered(self):
        self.namespace.run(f"mount -t tmpfs -o size=64k none {self.disk}")
        png = pathlib.Path(self.generate("-o", self.kept / "1.png", "a fox", env=self.environment("ok")).json["images"][0]["path"])
        self.assert_status(self.inside("recover", "--all", "-d", self.disk, behaviour="ok"), 10)
        self.assert_png(png)
        self.assertEqual(self.files_on(self.disk), [])

    def test_a_disk_that_became_read_only_meanwhile_costs_no_image(self):
        self.namespace.run(f"mount -t tmpfs none {self.disk}")
        process = subprocess.Popen(self.namespace.command(LIMN, "generate", "--json", "-d", self.disk, "a fox"), text=True,
                                   env=self.environment("slow-1000"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        while self.sandbox.billable() == 0 and process.poll() is None:
            time.sleep(0.01)
        self.namespace.run(f"mount -o remount,bind,ro {self.disk}")
        stdout = process.communicate(timeout=120)[0]
        self.assertEqual(process.returncode, 10, stdout)
        kept, = self.kept.iterdir()
        self.assert_png(kept)
        self.assertIn(str(kept), stdout)


@unittest.skipIf(kernel.why_no_filter(), kernel.why_no_filter())
class Refusals(LimnCase):
    """Every system call on the way to the final name fails once, or is the last that the process gets to."""

    NO_TMPFILE = {"tmpfile": kernel.errno_of(errno.EOPNOTSUPP)}

    def setUp(self):
        super().setUp()
        self.kept = self.home / ".local/state/limn/recovered"

    def generate_under(self, **calls):
        return self.limn("generate", "--json", "-o", "fox.png", "a fox", env=self.environment("ok"), preexec_fn=kernel.system_calls(**calls))

    def names(self, folder):
        return sorted(p.name for p in folder.iterdir()) if folder.exists() else []

    def test_a_file_system_without_unnamed_files_serves_as_well(self):
        self.assert_status(self.generate_under(**self.NO_TMPFILE), 0)
        self.assertEqual(self.names(self.work), ["fox.png"])
        self.assert_png(self.work / "fox.png")
        mode = (self.work / "fox.png").stat().st_mode & 0o777
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(mode, 0o666 & ~mask)

    def test_so_does_one_that_cannot_refuse_to_replace(self):
        (self.work / "fox.png").write_text("mine")
        self.assert_status(self.generate_under(**self.NO_TMPFILE, renameat2=kernel.errno_of(errno.EINVAL)), 0)
        self.assertEqual(self.names(self.work), ["fox-2.png", "fox.png"])
        self.assertEqual((self.work / "fox.png").read_text(), "mine")

    @needs_unnamed_files
    def test_so_does_one_that_forbids_links(self):
        (self.work / "fox.png").write_text("mine")
        self.assert_status(self.generate_under(linkat=kernel.errno_of(errno.EACCES)), 0)
        self.assertEqual(self.names(self.work), ["fox-2.png", "fox.png"])
        self.assert_png(self.work / "fox-2.png")

    def test_a_disk_that_does_not_confirm_the_bytes_gives_no_name_and_loses_nothing(self):
        for calls in ({}, self.NO_TMPFILE):
            with self.subTest(calls):
                outcome = self.generate_under(fsync=kernel.errno_of(errno.EIO), **calls)
                self.assert_status(outcome, 10)
                self.assertEqual(self.names(self.work), [])
                kept, = self.kept.iterdir()
                self.assert_png(kept)
                self.assertIn(str(kept), outcome.json["error"]["message"])
                kept.unlink()

    @needs_unnamed_files
    def test_where_nothing_can_be_given_a_name_it_says_so(self):
        outcome = self.generate_under(linkat=kernel.errno_of(errno.ENOSPC))
        self.assert_status(outcome, 10)
        self.assertIn("could not be kept", outcome.json["error"]["message"])
        self.assertEqual((self.names(self.work), self.names(self.kept)), ([], []))

    @needs_unnamed_files
    def test_a_kill_at_any_call_leaves_no_half_file_and_nothing_hidden(self):
        for call in ("tmpfile", "fsync", "linkat"):
            with self.subTest(call):
                self.assertEqual(self.generate_under(**{call: kernel.KILL}).status, -signal.SIGSYS)
                self.assertEqual((self.names(self.work), self.names(self.kept)), ([], []))

    def test_a_kill_at_any_call_leaves_what_recover_finds_where_there_are_no_unnamed_files(self):
        for call, state in (("flock", "damaged"), ("fsync", "whole"), ("renameat2", "whole")):
            with self.subTest(call):
                self.assertEqual(self.generate_under(**self.NO_TMPFILE, **{call: kernel.KILL}).status, -signal.SIGSYS)
                found, = self.limn("recover", "--json").json["files"]
                self.assertEqual((self.names(self.work), found["state"]), ([pathlib.Path(found["path"]).name], state))
                moved, = self.limn("recover", "--json", pathlib.Path(found["path"]).name, "-d", self.home / "at-last").json["files"]
                self.assertEqual(self.names(self.work), [])
                if state == "whole":
                    self.assert_png(moved["moved_to"])


if __name__ == "__main__":
    unittest.main()
