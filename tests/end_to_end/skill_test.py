"""The skill: agents read it and do what it says, so it is held to its format, and every command in it is run."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import unittest

import yaml

import documents
import schemas
from limn_case import LIMN, LimnCase

SOURCE = schemas.FOLDER / "skill/limn"
FILES = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*") if path.is_file())
KEYS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def front_matter(text):
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.DOTALL).group(1))


class SkillCase(LimnCase):
    def installed(self, *words, **more):
        outcome = self.limn("skill", "install", "--json", *words, **more)
        self.assert_valid(outcome.json, "skill_copies")
        self.assert_status(outcome, 0 if outcome.json["ok"] else 2)
        return {copy["folder"]: copy for copy in outcome.json["copies"]}

    def copy(self):
        self.installed("--host", "codex")
        return self.home / ".agents/skills/limn"


class Format(SkillCase):
    """https://agentskills.io/specification"""

    def test_the_front_matter(self):
        folder = self.copy()
        text = (folder / "SKILL.md").read_text()
        matter = front_matter(text)
        self.assertLessEqual(set(matter), KEYS)
        self.assertEqual(matter["name"], folder.name)
        self.assertRegex(matter["name"], r"^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$")
        self.assertLessEqual(len(matter["description"]), 1024)
        self.assertIn("Use when", matter["description"])
        self.assertIn("Do not use", matter["description"])
        self.assertLessEqual(len(matter["compatibility"]), 500)
        self.assertTrue(all(isinstance(key, str) and isinstance(value, str) for key, value in matter["metadata"].items()))
        self.assertIsInstance(matter["allowed-tools"], str)

    def test_it_is_short(self):
        folder = self.copy()
        text = (folder / "SKILL.md").read_text()
        self.assertLess(len(text.splitlines()), 120)
        self.assertLess(len(text), 8000, "about 2000 tokens")
        for file in FILES:
            self.assertLess(len((folder / file).read_text().splitlines()), 120, file)

    def test_its_links_lead_to_files_and_each_file_is_led_to(self):
        folder = self.copy()
        text = (folder / "SKILL.md").read_text()
        links = set(re.findall(r"\]\(([^)]+)\)", text))
        self.assertEqual({"SKILL.md", *links}, set(FILES))
        for file in FILES:
            for name in re.findall(r"\b([a-z]+\.md)\b", (folder / file).read_text()):
                self.assertTrue((folder / "references" / name).exists(), f"{file} names {name}")

    def test_each_exit_status_is_told_of(self):
        rows = set(re.findall(r"\d+", " ".join(re.findall(r"(?m)^\| ([\d, ]+) \|", (self.copy() / "references/errors.md").read_text()))))
        known = set(re.findall(r"\d+", " ".join(re.findall(r"(?m)^  ([\d, ]+?)  +", self.limn("help", "exit-status").stdout))))
        self.assertGreater(len(known), 14)
        self.assertEqual(rows, known - {"0"})

    def test_the_tool_of_the_server_comes_first(self):
        text = (self.copy() / "SKILL.md").read_text()
        self.assertLess(text.index("generate_image"), text.index("```sh"))

    def test_what_it_says_of_answers_is_in_them(self):
        env = self.environment("ok")
        drawn = self.limn("generate", "--json", "-o", self.work / "a.png", "a fox", env=env).json
        self.assertEqual(drawn["images"][0]["path"], str(self.work / "a.png"))
        self.assertIn("usd", drawn["cost"])
        self.assertIn("received", drawn["size"])
        self.assertEqual(self.limn("generate", "--json", "-o", self.work / "a.png", "a fox", env=env).json["images"][0]["path"], str(self.work / "a-2.png"))
        failed = self.limn("generate", "--json", "a fox", env=self.environment("billing-402")).json
        self.assertEqual(set(failed) & {"ok", "error", "attempts"}, {"ok", "error", "attempts"})
        self.assertLessEqual({"class", "message", "hint"}, set(failed["error"]))
        self.assertIn("may_have_cost", failed["attempts"][0])
        plan = self.limn("generate", "--json", "--dry-run", "a fox", env=env).json
        self.assertIn("cost", plan["plan"][0])
        told = re.search(r"about \$([\d.]+), \$([\d.]+) and \$([\d.]*\d)", (self.copy() / "references/sizes.md").read_text()).groups()
        for quality, price in zip(("low", "medium", "high"), told):
            plan = self.limn("generate", "--json", "--dry-run", "-q", quality, "a fox", env=env).json
            self.assertEqual(f"{plan['cost']['usd']:.3f}", price)
        self.assertEqual({entry["outcome"] for entry in self.limn("history", "--json").json["entries"]}, {"drawn"})
        lost = self.limn("generate", "--json", "a bear", env=self.environment("gateway-504"))
        self.assert_status(lost, 9)
        entry, = self.limn("history", "--failed", "--json").json["entries"]
        self.assertNotEqual(entry["outcome"], "drawn")
        self.assertTrue(entry["may_have_cost"])
        for size, is_drawn in (("1024x1024", "1024x1024"), ("16:9", "1536x864"), ("landscape", "1536x1024"), ("9:16", "864x1536"), ("portrait", "1024x1536"),
                               ("2K", "2048x2048"), ("4K", "3840x2160"), ("2K 16:9", "2048x1152")):
            self.assertEqual(self.limn("generate", "--json", "--dry-run", "-s", size, "a fox", env=env).json["plan"][0]["size"], is_drawn)


class Commands(SkillCase):
    def test_every_command_does_what_it_says(self):
        """In the order of the files, in one folder, with the gateways of the sandbox: each begins with what those before it have left."""
        folder = self.copy()
        env = self.environment("ok", PATH=f"{pathlib.Path(LIMN).parent}:{os.environ['PATH']}")
        ran = 0
        for file in sorted(FILES, key=lambda name: (name != "SKILL.md", name)):
            for code in documents.blocks((folder / file).read_text(), "sh"):
                for line in code.splitlines():
                    with self.subTest(file=file, line=line):
                        done = subprocess.run(["sh", "-c", line], env=env, cwd=self.work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
                        self.assertEqual(done.returncode, 0, done.stderr)
                        ran += 1
                        if "--json" in line:
                            answer = json.loads(done.stdout)
                            self.assertTrue(answer["ok"])
                            for image in answer.get("images", []):
                                self.assert_png(image["path"])
        self.assertGreaterEqual(ran, 14)
        self.assertEqual({path.name for path in self.images_in(self.work)}, {"fox.png", "fox-night.png", "banner.png", "plane.png", "draft.png"})
        self.assertEqual({path.name for path in self.images_in(self.work / "icons")}, {"fox.png", "bear.png"})

    def test_commands_within_sentences_are_known_with_their_options(self):
        folder = self.copy()
        spoken = {}
        for file in FILES:
            text = documents.prose((folder / file).read_text())
            for words in re.findall(r"`(limn [^`]+)`", text):
                spoken[words] = file
            for option in re.findall(r"`(--?[a-z][a-z-]*)", text):
                self.assertRegex(self.limn("batch", "--help").stdout + self.limn("generate", "--help").stdout + self.limn("recover", "--help").stdout,
                                 rf"{option}\b", f"{file} names {option}")
        self.assertGreaterEqual(len(spoken), 5)
        for words, file in spoken.items():
            with self.subTest(file=file, words=words):
                self.assert_status(self.limn(*words.split()[1:], "--help"), 0)


class Print(SkillCase):
    def test_it_prints_each_file(self):
        self.assertEqual(self.limn("skill", "print").stdout, (SOURCE / "SKILL.md").read_text())
        for file in FILES:
            self.assertEqual(self.limn("skill", "print", file).stdout, (SOURCE / file).read_text())
            self.assertEqual(self.limn("skill", "print", file, "--json").json, {"ok": True, "file": file, "text": (SOURCE / file).read_text()})

    def test_what_is_no_file(self):
        outcome = self.limn("skill", "print", "references/error.md")
        self.assert_status(outcome, 2)
        self.assertIn("did you mean 'references/errors.md'?", outcome.stderr)

    def test_it_is_installed_with_limn(self):
        folder = pathlib.Path(LIMN).resolve().parents[1] / "share/limn/skill/limn"
        for file in FILES:
            self.assertEqual((folder / file).read_text(), (SOURCE / file).read_text())


class Install(SkillCase):
    def assert_whole(self, folder):
        self.assertEqual(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")), FILES)
        for file in FILES:
            self.assertEqual((folder / file).read_text(), (SOURCE / file).read_text())

    def test_where_it_goes(self):
        agents, claude, hermes = ".agents/skills/limn", ".claude/skills/limn", ".hermes/skills/limn"
        for words, folders in (((), (agents, claude)), (("--host", "claude"), (claude,)), (("--host", "codex,opencode", "--host", "cursor"), (agents,)),
                               (("--host", "hermes"), (hermes,)), (("--host", "all"), (agents, claude, hermes))):
            with self.subTest(words):
                self.assertEqual(set(self.installed(*words)), {str(self.home / folder) for folder in folders})
        for folder in (agents, claude, hermes):
            self.assert_whole(self.home / folder)
        self.assertEqual(set(self.installed("--project")), {str(self.work / agents), str(self.work / claude)})
        self.assertEqual(set(self.installed("--project", "--host", "all")), {str(self.work / agents), str(self.work / claude)})
        self.assert_whole(self.work / claude)
        self.assertEqual(set(self.installed("--host", "hermes", env=self.environment(HERMES_HOME=str(self.home / "h")))), {str(self.home / "h/skills/limn")})

    def test_what_is_no_host(self):
        for words, said in ((("--host", "cladue"), "did you mean 'claude'?"), (("--host", "hermes", "--project"), "hermes has no skills of a project")):
            outcome = self.limn("skill", "install", *words)
            self.assert_status(outcome, 2)
            self.assertIn(said, outcome.stderr)
        self.assertFalse((self.home / ".claude").exists())

    def test_paths_are_printed_and_saying_it_again_does_nothing(self):
        outcome = self.limn("skill", "install")
        self.assertEqual(outcome.stdout, f"{self.home}/.agents/skills/limn\n{self.home}/.claude/skills/limn\n")
        times = {path: path.stat().st_mtime_ns for path in self.home.rglob("*") if path.is_file()}
        again = self.limn("skill", "install")
        self.assert_status(again, 0)
        self.assertEqual((again.stdout, again.stderr.count("nothing was written")), ("", 2))
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.home.rglob("*") if path.is_file()}, times)

    def test_what_a_user_has_changed_is_left_alone_until_it_is_forced(self):
        folder = self.copy()
        (folder / "references/sizes.md").write_text("mine\n")
        (folder / "references/batch.md").unlink()
        outcome = self.limn("skill", "install")
        self.assert_status(outcome, 2)
        self.assertIn(f"{folder} was left alone: references/sizes.md was changed there; --force", outcome.stderr)
        self.assertEqual((folder / "references/sizes.md").read_text(), "mine\n")
        self.assertFalse((folder / "references/batch.md").exists(), "nor is what lies beside it touched")
        self.assert_whole(self.home / ".claude/skills/limn")
        for i in range(2):
            (folder / "references/sizes.md").write_text(f"mine {i}\n")
            copy, = self.installed("--host", "codex", "--force").values()
            backup = folder / f"references/sizes.md.bak{'' if i == 0 else '-2'}"
            self.assertEqual((copy["state"], copy["changed"], copy["backups"]), ("updated", ["references/sizes.md"], [str(backup)]))
            self.assertEqual(backup.read_text(), f"mine {i}\n")
        self.assertEqual((folder / "references/sizes.md").read_text(), (SOURCE / "references/sizes.md").read_text())

    def test_an_older_limns_copy_that_nobody_has_changed_is_brought_up_to_date(self):
        folder = self.copy()
        old = "---\nname: limn\n---\nolder\n"
        (folder / "SKILL.md").write_text(old)
        self.assertEqual(self.installed("--host", "codex")[str(folder)]["state"], "left_alone")
        note = folder / ".limn.sha256"
        checked = subprocess.run(["sha256sum", "-c", "--status", note.name], cwd=folder)
        self.assertEqual(checked.returncode, 1)
        note.write_text(re.sub(r"(?m)^\w+  SKILL.md$", hashlib.sha256(old.encode()).hexdigest() + "  SKILL.md", note.read_text()))  # as that limn has noted it
        self.assertEqual(self.installed("--host", "codex")[str(folder)]["state"], "updated")
        self.assert_whole(folder)
        self.assertEqual(subprocess.run(["sha256sum", "-c", "--status", note.name], cwd=folder).returncode, 0)

    def test_a_copy_by_another_hand_counts_once_it_is_the_same(self):
        folder = self.home / ".agents/skills/limn"
        for file in FILES:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text((SOURCE / file).read_text())
        self.assertEqual(self.installed("--host", "codex")[str(folder)]["state"], "same")

    def test_a_folder_that_leads_to_the_other_one_is_followed(self):
        folder = self.copy()
        (self.home / ".claude/skills").mkdir(parents=True)
        (self.home / ".claude/skills/limn").symlink_to(folder)
        self.assertEqual({copy["state"] for copy in self.installed().values()}, {"same"})
        self.assertTrue((self.home / ".claude/skills/limn").is_symlink())

    def test_a_repositorys_links_lead_nowhere(self):
        """Whoever wrote the repository chose the links, and the note that says which text is limn's."""
        stock = self.home / ".bashrc"
        stock.write_text("mine\n")
        noted = hashlib.sha256(stock.read_bytes()).hexdigest()
        folder = self.work / ".claude/skills/limn"
        outside = self.home / "outside"
        outside.mkdir()
        for link, target in ((".claude/skills/limn/SKILL.md", stock), (".claude/skills/limn/references/errors.md", outside / "new.md"),
                             (".claude/skills/limn/.limn.sha256", stock), (".claude/skills/limn/references", outside), (".claude/skills/limn", outside),
                             (".claude/skills", outside), (".claude", outside)):
            for words in ((), ("--force",)):
                with self.subTest(link=link, words=words):
                    shutil.rmtree(self.work / ".claude", ignore_errors=True)
                    if "/" in link:
                        (self.work / link).parent.mkdir(parents=True)
                    (self.work / link).symlink_to(target)
                    if folder.is_dir() and not link.endswith("sha256") and folder.parent.resolve().is_relative_to(self.work) and not folder.is_symlink():
                        (folder / ".limn.sha256").write_text(f"{noted}  SKILL.md\n")
                    outcome = self.limn("skill", "install", "--project", "--host", "claude", *words)
                    self.assert_status(outcome, 2)
                    self.assertIn(f"{self.work / link} is a symbolic link", outcome.stderr)
                    self.assertEqual((stock.read_text(), list(outside.iterdir())), ("mine\n", []))
                    self.assertTrue((self.work / link).is_symlink())
                    (self.work / link).unlink()

    def test_links_below_ones_own_folder_lead_nowhere_either(self):
        folder = self.copy()
        foreign = self.home / "foreign.md"
        foreign.write_text("mine\n")
        (folder / "SKILL.md").unlink()
        (folder / "SKILL.md").symlink_to(foreign)
        outcome = self.limn("skill", "install", "--host", "codex", "--force")
        self.assert_status(outcome, 2)
        self.assertIn(f"{folder}/SKILL.md is a symbolic link", outcome.stderr)
        self.assertEqual(foreign.read_text(), "mine\n")

    def test_a_projects_note_lets_nothing_go_without_a_copy(self):
        folder = self.work / ".claude/skills/limn"
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text("theirs\n")
        (folder / ".limn.sha256").write_text(hashlib.sha256(b"theirs\n").hexdigest() + "  SKILL.md\n")
        copy, = self.installed("--project", "--host", "claude").values()
        self.assertEqual((copy["state"], copy["backups"]), ("updated", [f"{folder}/SKILL.md.bak"]))
        self.assertEqual((folder / "SKILL.md.bak").read_text(), "theirs\n")

    def test_what_is_no_file_is_told_and_not_waited_for(self):
        folder = self.copy()
        for name in ("SKILL.md", ".limn.sha256"):
            for make, said in ((os.mkfifo, "is no file"), (os.mkdir, "is no file"), (lambda path: os.symlink("/dev/zero", path), "is a symbolic link"),
                               (lambda path: path.write_bytes(b"x" * (2 << 20)), "is too large")):
                with self.subTest(name=name, said=said):
                    (folder / name).unlink()
                    make(folder / name)
                    outcome = self.limn("skill", "install", "--host", "codex", "--force")
                    self.assert_status(outcome, 2)
                    self.assertIn(f"{folder / name} {said}", outcome.stderr)
                    (folder / name).rmdir() if (folder / name).is_dir() else (folder / name).unlink()
                    (folder / name).touch()

    def test_a_file_keeps_its_mode_and_so_does_its_copy(self):
        folder = self.copy()
        (folder / "SKILL.md").write_text("mine\n")
        (folder / "SKILL.md").chmod(0o600)
        self.installed("--host", "codex", "--force")
        for name in ("SKILL.md", "SKILL.md.bak"):
            self.assertEqual(stat.S_IMODE((folder / name).stat().st_mode), 0o600)

    def test_one_folder_that_fails_hides_no_other(self):
        (self.home / ".claude").write_text("no folder")
        copies = self.installed()
        self.assertEqual([copies[f"{self.home}/{name}/skills/limn"]["state"] for name in (".agents", ".claude")], ["written", "failed"])
        self.assertIn(f"{self.home}/.claude", copies[f"{self.home}/.claude/skills/limn"]["problem"])
        self.assert_whole(self.home / ".agents/skills/limn")

    def test_nothing_that_lies_there_is_written_over_by_a_beginning(self):
        folder = self.copy()
        (folder / "SKILL.md").unlink()
        there = folder / "others.txt"
        there.write_text("mine\n")
        # Whoever starts limn knows what its process will be called.
        script = 'for i in 1 2; do ln -f others.txt ".SKILL.md.$$-$i"; done; exec "$0" skill install --host codex'
        done = subprocess.run(["sh", "-c", script, LIMN], env=self.environment(), cwd=folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(there.read_text(), "mine\n")
        self.assertEqual((folder / "SKILL.md").read_text(), (SOURCE / "SKILL.md").read_text())

    def test_what_is_in_the_way_is_told(self):
        (self.home / ".agents").write_text("no folder")
        outcome = self.limn("skill", "install")
        self.assert_status(outcome, 2)
        self.assertIn(f"{self.home}/.agents", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
