"""The package for npm, as npm lays it out: its command is limn itself, and says where there is none for the machine."""

import os
import pathlib
import platform
import shutil
import subprocess
import unittest

from limn_case import LIMN, LimnCase

COMMAND = pathlib.Path(__file__).resolve().parents[2] / "packaging/npm/limn"
PREFIX = pathlib.Path(LIMN).resolve().parents[1]


class Npm(LimnCase):
    def setUp(self):
        super().setUp()
        package = self.work / "node modules/limn"
        package.mkdir(parents=True)
        shutil.copy(COMMAND, package)
        for cpu in ("x64", "arm64"):
            (package / f"linux-{cpu}").symlink_to(PREFIX)
        self.command = package.parent / ".bin/limn"
        self.command.parent.mkdir()
        self.command.symlink_to("../limn/limn")

    def run_command(self, *words, **more):
        return subprocess.run([self.command, *words], env=self.environment() | more, cwd=self.home, capture_output=True, text=True, timeout=120)

    def test_it_takes_the_words_as_they_are_and_has_the_status_of_limn(self):
        done = self.run_command("generate", "--sandbox", "a fox & a 'hare'", "-o", "a fox.png")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.home / "a fox.png").is_file())
        self.assertEqual(self.run_command("no such command").returncode, self.limn("no such command", env=self.environment()).status)

    def test_signals_reach_limn_since_it_has_become_limn(self):
        process = subprocess.Popen([self.command, "sandbox"], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self.assertTrue(process.stdout.readline())
            self.assertEqual(os.path.realpath(f"/proc/{process.pid}/exe"), os.path.realpath(LIMN))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def run_on(self, machine):
        tools = self.work / "tools"
        tools.mkdir()
        for name in ("dirname", "readlink"):
            (tools / name).symlink_to(shutil.which(name))
        (tools / "uname").write_text(f"#!/bin/sh\necho {machine}\n")
        (tools / "uname").chmod(0o755)
        return self.run_command("--version", PATH=str(tools))

    def test_a_machine_that_it_has_no_limn_for(self):
        done = self.run_on("pdp11")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "limn: this package has no limn for pdp11 on pdp11\n")

    @unittest.skipUnless(platform.machine() == "x86_64", "its loader is there")
    def test_a_system_without_glibc(self):
        done = self.run_on("aarch64")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("without glibc", done.stderr)
