"""A provider in another language, by limn/abi.h alone: it lies in memory as C has it, keeps the contract, and draws. Where there is no rustc it is skipped."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from limn_case import LimnCase  # noqa: E402

RUSTC = shutil.which("rustc")
CC = shutil.which("cc") or shutil.which("gcc")
HEADERS = {"today": ROOT / "core/include", "1.0": ROOT / "tests/abi/frozen/1.0"}


def rustc(source, output, *options):
    """Without cargo, and so without a network."""
    done = subprocess.run([RUSTC, "--edition", "2021", "-O", "-D", "warnings", *options, HERE / source, "-o", output],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return output


@unittest.skipUnless(RUSTC and CC, "there is no rustc")
class RustPlugin(LimnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(os.environ["LIMN_RUST_FOLDER"])
        shutil.rmtree(cls.folder, ignore_errors=True)
        cls.folder.mkdir(parents=True)
        cls.plugin = rustc("provider.rs", cls.folder / "test_rust.so", "--crate-type", "cdylib")

    def told_by_c(self, told, include):
        """The same lines, by a C program that sees nothing but the header."""
        prints = {"sizeof": 'printf("sizeof {0} %zu\\n", sizeof({0}));',
                  "member": 'printf("member {0} {1} %zu %zu\\n", offsetof({0}, {1}), sizeof((({0}*)0)->{1}));',
                  "constant": 'printf("constant {0} %lld\\n", (long long){0});'}
        lines = [prints[kind].format(*words) for kind, *words in map(str.split, told)]
        source = self.work / "layout.c"
        source.write_text("#include <limn/abi.h>\n#include <stdio.h>\nint main(void)\n{\n" + "\n".join(lines) + "\nreturn 0;\n}\n")
        subprocess.run([CC, "-std=c11", "-I", include, source, "-o", self.work / "layout_c"], check=True, timeout=120)
        return subprocess.run([self.work / "layout_c"], check=True, capture_output=True, text=True, timeout=30).stdout.splitlines()

    def test_its_structs_lie_as_the_header_says_today_and_on_the_day_of_1_0(self):
        program = rustc("layout.rs", self.folder / "layout")
        told = subprocess.run([program], check=True, capture_output=True, text=True, timeout=30).stdout.splitlines()
        declared = re.findall(r"pub struct (\w+)", (HERE / "limn_abi.rs").read_text())
        self.assertEqual([line.split()[1] for line in told if line.startswith("sizeof")], declared)
        members = re.findall(r"^    pub (\w+):", (HERE / "limn_abi.rs").read_text(), re.MULTILINE)
        self.assertEqual([line.split()[2] for line in told if line.startswith("member")], members)
        constants = re.findall(r"pub const (\w+)", (HERE / "limn_abi.rs").read_text())
        self.assertEqual([line.split()[1] for line in told if line.startswith("constant")], constants)
        for name, include in HEADERS.items():
            of_c = self.told_by_c(told, include)
            self.assertEqual(len(of_c), len(told))
            for ours, theirs in zip(told, of_c):
                with self.subTest(header=name, ours=ours):
                    if ours.startswith("sizeof"):  # what the header has more stands at the end
                        self.assertLessEqual(int(ours.split()[2]), int(theirs.split()[2]))
                    else:
                        self.assertEqual(ours, theirs)

    def test_it_exports_one_symbol_and_keeps_the_contract(self):
        checked = self.limn("plugins", "check", self.plugin, "--json", "--time-limit", "100", timeout=600)
        self.assert_status(checked, 0)
        of_status = lambda status: {test["id"] for test in checked.json["tests"] if test["status"] == status}
        self.assertEqual(of_status("failure") | of_status("warning"), set())
        self.assertGreater(len(of_status("success")), 60)
        # What it does not do, and what it was not given.
        self.assertEqual({id for id in of_status("skipped") if not id.startswith("sample.")}, {"lifetime.cancelled", "provider.inputs", "provider.terms"} & of_status("skipped"))

    def test_a_picture_is_drawn_through_it_also_in_a_process_of_its_own(self):
        for options in ((), ("--isolate", "test_rust")):
            with self.subTest(options):
                drawn = self.generate("--plugin", self.plugin, *options, "--provider", "test_rust", "a \"lighthouse\"\n at dusk", env=self.environment("ok"))
                self.assert_status(drawn, 0)
                self.assertEqual(drawn.json["provider"], "test_rust")
                image, = drawn.json["images"]
                self.assert_png(image["path"])
        self.assertEqual(self.sandbox.billable(), 2)

    def test_a_lost_answer_is_not_paid_for_twice(self):
        env = self.environment("gateway-504", "ok")
        failed = self.generate("--plugin", self.plugin, "--provider", "test_rust", "a fox", env=env)
        self.assertFalse(failed.json["ok"])
        self.assertTrue(failed.json["attempts"][0]["may_have_cost"])
        self.assertEqual(self.sandbox.billable(), 1)


if __name__ == "__main__":
    unittest.main()
