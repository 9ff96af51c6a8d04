"""The pages of the manual: of each command one with all of its options, and nothing in them that man or groff complains of."""

import os
import re
import subprocess
import unittest

import command_line_test
import documents
import shells
from limn_case import LimnCase, skip_for

MAN = shells.SHARE / "man"
PAGES = sorted(path for path in MAN.glob("man*/limn*"))
READERS = {"groff": ("groff", "-K", "utf8", "-T", "utf8", "-man", "-ww", "-z"), "man": ("man", "--warnings", "-l")}


def read(page):
    """What stands on the terminal, without the marks of bold words."""
    shown = subprocess.run(["man", "-l", str(page)], env={**os.environ, "MANWIDTH": "500", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""},
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True)
    return re.sub(".\b", "", shown.stdout)


class Manual(LimnCase):
    def test_there_is_a_page_of_each_command_with_all_of_its_options(self):
        skip_for(shells.why_no("man"))
        commands = {"-".join(("limn", *words)): words for words in ((), *command_line_test.Help.COMMANDS)}
        self.assertLessEqual(set(commands), {page.stem for page in PAGES if page.suffix == ".1"})
        for name, words in commands.items():
            with self.subTest(name):
                shown = read(MAN / "man1" / f"{name}.1")
                told = self.limn(*words, "--help").stdout
                options = [line.strip() for line in re.findall(r"^  (-\w, --\S+(?: [A-Z]\S*)?|    --\S+(?: [A-Z]\S*)?)", told, re.MULTILINE)]
                self.assertGreater(len(options), 5)
                for option in options:
                    self.assertRegex(shown, rf"(?m)^ +{re.escape(option)}( |$)")  # one that is short has its description beside it
                self.assertIn(" ".join(("limn", *words)), shown)

    def test_no_page_is_of_what_is_no_more_or_limns_own(self):
        self.assertEqual({page.stem for page in PAGES if page.suffix == ".1"},
                         {"-".join(("limn", *words)) for words in ((), *self.commands())})

    def commands(self, words=()):
        """As the help tells them."""
        told = self.limn(*words, "--help").stdout
        for name in re.findall(r"^  ([a-z]\S*)", "".join(re.findall(r"^Commands:\n((?:.+\n)+)", told, re.MULTILINE)), re.MULTILINE):
            yield (*words, name)
            yield from self.commands((*words, name))


class Pages(unittest.TestCase):
    def test_nobody_complains_of_a_page(self):
        self.assertGreater(len(PAGES), 35)
        for name, argv in READERS.items():
            skip_for(shells.why_no(name))
            for page in PAGES:
                with self.subTest(reader=name, page=page.name):
                    ran = subprocess.run([*argv, str(page)], env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
                    self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_what_a_page_names_is_there(self):
        there = {page.name for page in PAGES}
        for page in PAGES:
            see_also = page.read_text().split(".SH SEE ALSO\n")[1].replace("\\-", "-")
            named = re.findall(r"\\fB(\S+)\\fR\((\d)\)", see_also)
            self.assertGreater(len(named), 1, page.name)
            self.assertEqual({f"{name}.{section}" for name, section in named} - there, set(), page.name)

    def test_pages_of_the_documents_have_what_those_say(self):
        for document, page in ("limn-yaml.md", "man5/limn.yaml.5"), ("exit-statuses.md", "man7/limn-exit-statuses.7"), ("writing-a-provider.md", "man7/limn-plugins.7"):
            text = documents.text_of(f"docs/{document}")
            plain = re.sub(r"\\f[BR]", "", (MAN / page).read_text()).replace("\\-", "-")
            for level, title in documents.headings(text)[1:]:
                title = re.sub("[`*]", "", title).translate(str.maketrans({"'": "\\(aq"}))
                self.assertIn(f"\n.SH {title.upper()}\n" if level == 2 else f"\n.SS {title}\n", plain)
            for first in re.findall(r"^\| `([\w.]+)` \|", text, re.MULTILINE):
                self.assertIn(f".TP\n{first}\n", plain)

    def test_nothing_tells_when_or_where_it_was_made(self):
        for page in PAGES:
            text = page.read_text()
            self.assertRegex(text, r'(?m)^\.TH \S+ \d "" "limn \d+\.\d+\.\d+" "limn"$')
            self.assertNotIn(str(documents.ROOT), text)


if __name__ == "__main__":
    unittest.main()
