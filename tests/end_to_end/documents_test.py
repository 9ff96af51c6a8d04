"""The documents lead where they say, and say what the command does: links, settings, commands, failures, exit statuses; the README in both languages."""

import re
import unittest

import yaml

import documents
from documents import ROOT, text_of
from limn_case import LimnCase

SHARED = ("The picture", "Where it goes", "Who draws it", "When and how much", "With every command")


def options_in(text):
    return set(re.findall(r"(?<![\w-])(--?[A-Za-z][\w-]*)", text))


def help_groups(told):
    """The groups of a help, each with the names of its options, or of its commands."""
    groups, group = {}, None
    for line in told.splitlines():
        if heading := re.fullmatch(r"([A-Z][A-Za-z ]+):", line):
            group = groups.setdefault(heading[1], set())
        elif group is not None and (row := re.match(r"  (-\w, --[\w-]+|    --[\w-]+|[a-z]\S*)", line)):
            group |= options_in(row[1]) or {row[1]}
    groups.pop("Examples", None)
    return groups


class Readme(unittest.TestCase):
    def test_it_is_short_and_its_two_commands_stand_first(self):
        for name in ("README.md", "README.zh-CN.md"):
            text = text_of(name)
            self.assertLess(len(text.splitlines()), 150, name)
            first = documents.command_lines(documents.blocks(text, "sh")[0])
            self.assertEqual(first, ['scripts/run "a lighthouse at dusk"', "scripts/test"])
            self.assertLess(text[:text.index("scripts/run")].count("\n"), 10)

    def test_every_page_is_led_to(self):
        links = set(documents.links(text_of("README.md")))
        self.assertEqual({f"docs/{page.name}" for page in documents.PAGES} - links, set())

    def test_the_figures_are_those_of_the_comparison(self):
        rows = {row[0]: row for row in documents.table_rows(text_of("docs/comparison.md"), "")}
        start = next(row for name, row in rows.items() if name.startswith("`limn discover`"))
        large = next(row for name, row in rows.items() if name.startswith("30 MB"))
        for name in ("README.md", "README.zh-CN.md"):
            text = text_of(name)
            self.assertIn(f"{round(float(start[1]))} ms", text)
            self.assertIn(large[3].split()[0], text)
            self.assertIn(f"{round(float(large[5]))} MB", text)

    def test_it_is_the_same_in_chinese(self):
        ours, theirs = text_of("README.md"), text_of("README.zh-CN.md")
        self.assertEqual([level for level, _ in documents.headings(ours)], [level for level, _ in documents.headings(theirs)])
        other = {"README.md": "README.zh-CN.md"}
        self.assertEqual(documents.links(ours), [other.get(link, link) for link in documents.links(theirs)])
        for language in ("sh", "console", "yaml"):
            commands = [[documents.command_lines(code, language) for code in documents.blocks(text, language)] for text in (ours, theirs)]
            self.assertEqual(*commands)
        self.assertEqual(documents.blocks(ours, "console"), documents.blocks(theirs, "console"))
        self.assertEqual(sorted(documents.inline_code(ours)), sorted(documents.inline_code(theirs)))
        numbers = [sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"^\d\.|\]\([^)]*\)", "", documents.prose(text), flags=re.MULTILINE))) for text in (ours, theirs)]
        self.assertEqual(*numbers)
        self.assertEqual(len(re.findall(r"^\|", ours, re.MULTILINE)), len(re.findall(r"^\|", theirs, re.MULTILINE)))
        for _, title in documents.headings(theirs)[1:]:
            self.assertRegex(title, "[\u4e00-\u9fff]")


class Links(unittest.TestCase):
    def test_every_relative_link_leads_to_a_file_and_an_anchor(self):
        followed = 0
        for document in documents.DOCUMENTS:
            for link in documents.links(document.read_text()):
                if re.match(r"[a-z]+:", link):
                    continue
                with self.subTest(document=str(document.relative_to(ROOT)), link=link):
                    path, _, anchor = link.partition("#")
                    target = (document.parent / path).resolve() if path else document
                    self.assertTrue(target.is_file(), f"there is no {path}")
                    self.assertTrue(target.is_relative_to(ROOT), "it leads out of the project")
                    if anchor:
                        self.assertIn(anchor, documents.anchors(target.read_text()))
                    followed += 1
        self.assertGreater(followed, 100)

    def test_a_link_that_leads_nowhere_is_seen(self):
        text = "# A `limn b`!\n\n## A limn b\n\n[x](y.md#z) `[no](link)` [`code`](w.md)\n\n```sh\n[n](o)\n# none\n```\n"
        self.assertEqual(documents.links(text), ["y.md#z", "w.md"])
        self.assertEqual(documents.anchors(text), ["a-limn-b", "a-limn-b-1"])


class Settings(LimnCase):
    PAGE = text_of("docs/limn-yaml.md")

    def test_every_setting_is_listed_with_its_default(self):
        settings = self.limn("config", "list", "--json").json["settings"]
        listed = {setting["key"]: setting["value"] for setting in settings if not setting["key"].startswith("prices.")}
        self.assertGreater(len(listed), 60)
        rows = documents.table_rows(self.PAGE, "setting")
        self.assertEqual({row[0].strip("`"): row[1].strip("`") for row in rows}, listed)
        self.assertEqual(len(rows), len(listed), "a setting is listed twice")

    def test_every_member_of_a_gateway_and_of_a_store_is_listed(self):
        settings = self.home / ".config/limn"
        settings.mkdir(parents=True)
        for section, heading in (("gateways", "member"), ("stores", "member of a store")):
            (settings / "limn.yaml").write_text(f"{section}: [{{q9: 1}}]\n")
            said = self.limn("config", "list").stderr
            known = re.search(r"known are (.*)", said)[1].replace(" and ", ", ").split(", ")
            self.assertGreater(len(known), 10)
            rows = {name for row in documents.table_rows(self.PAGE, heading) for name in re.findall(r"`(\w+)`", row[0])}
            self.assertEqual(rows, set(known))

    def test_each_section_of_the_file_is_told_of(self):
        told = self.limn("init", "--print").stdout
        sections = re.findall(r"^#(\w+):", told, re.MULTILINE)
        self.assertGreater(len(sections), 15)
        for section in sections:
            self.assertRegex(self.PAGE, rf"`{section}[`.:]")

    def test_every_limn_yaml_of_a_page_is_read(self):
        """Where two lines say the same key the first is taken: they are two ways to say it. `acme` is whatever a reader has written."""
        settings = self.home / ".config/limn"
        settings.mkdir(parents=True)
        read = 0
        for page in documents.PAGES:
            for code in documents.blocks(page.read_text(), "yaml"):
                with self.subTest(page=page.name, code=code):
                    keys = set()
                    lines = [line for line in code.splitlines() if not (key := re.match(r"\w+:", line)) or not (key[0] in keys or keys.add(key[0]))]
                    (settings / "limn.yaml").write_text("\n".join(lines).replace("acme", "submit_poll") + "\n")
                    outcome = self.limn("config", "list")
                    self.assert_status(outcome, 0)
                    self.assertEqual(outcome.stderr, "")
                    read += 1
        self.assertGreater(read, 4)


class Commands(LimnCase):
    PAGE = text_of("docs/commands.md")

    def groups(self, words=()):
        return help_groups(self.limn(*words, "--help").stdout)

    def commands(self, words=()):
        for name in sorted(self.groups(words).get("Commands", ())):
            yield (*words, name)
            yield from self.commands((*words, name))

    def sections(self):
        """The text behind each heading, up to the next one."""
        parts = re.split(r"^#+ (.*)$", self.PAGE, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2]))

    @staticmethod
    def documented(section):
        return {name for row in documents.table_rows(section, "option") for name in options_in(row[0])}

    def test_every_command_is_there_with_exactly_its_options(self):
        sections = self.sections()
        commands = list(self.commands())
        self.assertGreater(len(commands), 30)
        self.assertEqual({title for title in sections if title.startswith("`limn ")}, {f"`limn {' '.join(words)}`" for words in commands})
        shared = {name: self.documented(sections[name]) for name in SHARED}
        for words in commands:
            with self.subTest(words):
                section = sections[f"`limn {' '.join(words)}`"]
                anchor = lambda name: f"(#{name.lower().replace(' ', '-')})"
                without = re.search(r"; without (.*)\.", section)
                said = set().union(*(options for name, options in shared.items() if anchor(name) in section))
                for option in options_in(without[1]) if without else ():
                    self.assertIn(option, said)
                    said -= {option, *self.short_of(option)}
                said |= self.documented(section) | shared["With every command"]
                groups = self.groups(words)
                known = set().union(*(names for group, names in groups.items() if group not in ("Commands", "Arguments")))
                self.assertEqual(said, known)
                for argument in groups.get("Arguments", ()):
                    self.assertIn(f"`{argument}`", section)

    def short_of(self, option):
        return re.findall(rf"`(-\w)`, `{option}\b", self.PAGE)

    def test_commands_within_sentences_are_known_with_their_options(self):
        known = {words: set().union(*(names for group, names in self.groups(words).items() if group not in ("Commands", "Arguments")))
                 for words in [(), *self.commands()]}
        spoken = 0
        for document in (*documents.PAGES, ROOT / "README.md", ROOT / "SECURITY.md"):
            for code in documents.inline_code(document.read_text()):
                if not code.startswith("limn ") or "://" in code:
                    continue
                with self.subTest(document=document.name, code=code):
                    words = re.match(r"limn((?: [a-z][a-z-]*)*)", code)[1].split()
                    while words and tuple(words) not in known:
                        words.pop()
                    self.assertTrue(words or re.match(r"limn (-|COMMAND)", code), "no such command")
                    self.assertLessEqual(options_in(re.sub(r'"[^"]*"', "", code)), known[tuple(words)] | known[()])
                    spoken += 1
        self.assertGreater(spoken, 60)


class Failures(LimnCase):
    PAGE = text_of("docs/failures.md")

    def classes(self):
        return re.findall(r"^  (\w+)(?: = 1)?,", re.search(r"enum class FailureClass \{(.*?)\};", text_of("core/base/failure.hpp"), re.DOTALL)[1], re.MULTILINE)

    def statuses(self):
        """By class, as host/job/exit_status.cpp has them."""
        code = re.search(r"switch \(failure_class\) \{(.*?)\n  \}", text_of("host/job/exit_status.cpp"), re.DOTALL)[1]
        found = {}
        for cases, status in re.findall(r"((?:  case FailureClass::\w+:\n)+)    return (\d+|exit_status)", code):
            for name in re.findall(r"::(\w+)", cases):
                found[name] = status if status.isdigit() else "130"
        return found

    def test_each_class_is_there_with_what_limn_says_of_it_and_its_status(self):
        rows = documents.table_rows(self.PAGE, "class")
        self.assertEqual(sorted(row[0].strip("`") for row in rows), sorted(self.classes()))
        texts = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text_of("core/base/failure_texts.cpp")))
        for name, means, _, hint, status, _ in rows:
            with self.subTest(name):
                self.assertIn(means, texts)
                self.assertIn(hint, texts)
                self.assertEqual(status, self.statuses()[name.strip("`")])

    def test_which_may_have_been_charged_is_as_the_policy_has_it(self):
        code = re.search(r"bool may_have_cost\(FailureClass.*?\n\}", text_of("core/engine/policy.cpp"), re.DOTALL)[0]
        charged = set(re.findall(r"case FailureClass::(\w+):", code))
        self.assertGreater(len(charged), 5)
        self.assertEqual({row[0].strip("`") for row in documents.table_rows(self.PAGE, "class") if row[5] != "no"}, charged)

    def test_each_exit_status_is_there_with_its_classes(self):
        rows = documents.table_rows(text_of("docs/exit-statuses.md"), "exit status")
        told = self.limn("help", "exit-status").stdout
        known = re.findall(r"^  ([\d, ]+?)  +\S", told, re.MULTILINE)
        self.assertGreater(len(known), 15)
        self.assertEqual([row[0] for row in rows], known)
        of_pages = {name: row[0] for row in rows for name in re.findall(r"`(\w+)`", row[2])}
        self.assertEqual(of_pages, self.statuses())


class Forms(unittest.TestCase):
    """What GitHub reads of this project."""

    def test_a_report_asks_for_what_doctor_says_and_for_what_was_expected(self):
        forms = [path for path in sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")) if path.name != "config.yml"]
        self.assertGreater(len(forms), 1)
        for form in forms:
            with self.subTest(form.name):
                asked = {part["id"]: part for part in yaml.safe_load(form.read_text())["body"] if part["type"] != "markdown"}
                self.assertIn("`limn doctor --json`", asked["doctor"]["attributes"]["label"])
                self.assertIn("no keys in it", asked["doctor"]["attributes"]["description"])
                self.assertTrue(asked["expected"]["validations"]["required"])

    def test_ci_is_the_script_on_a_bare_debian(self):
        job, = yaml.safe_load(text_of(".github/workflows/ci.yml"))["jobs"].values()
        self.assertEqual(job["container"], "debian:12")
        self.assertEqual(job["steps"][-1]["run"], "bash .ci/run")


if __name__ == "__main__":
    unittest.main()
