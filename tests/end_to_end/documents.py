"""The documents, read as Markdown: headings and their anchors, links, blocks of code, and the command lines in them."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKILL = ROOT / "docs/skill"
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *PAGES, *sorted(SKILL.rglob("*.md"))]

BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "bash", "console")


def text_of(name):
    return (ROOT / name).read_text()


def blocks(text, *languages):
    """Of code in one of these languages, without their indentation."""
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, language, code in BLOCK.findall(text) if language in languages]


def prose(text):
    return BLOCK.sub("", text)


def headings(text):
    return [(len(marks), title.strip()) for marks, title in re.findall(r"^(#+) (.*)$", prose(text), re.MULTILINE)]


def anchors(text):
    """As GitHub makes them of headings."""
    found = []
    for _, title in headings(text):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        repeated = sum(other == anchor or re.fullmatch(rf"{re.escape(anchor)}-\d+", other) is not None for other in found)
        found.append(f"{anchor}-{repeated}" if repeated else anchor)
    return found


def links(text):
    """Their targets, in order. What stands in code is none."""
    return re.findall(r"(?<!!)\]\(([^()\s]+)\)", re.sub(r"`[^`]*`(?!\])", "", prose(text)))


def inline_code(text):
    return re.findall(r"`([^`\n]+)`", prose(text))


def command_lines(code, language="sh"):
    """The commands of a block, each in one line with what continues it; of a console what follows `$`. Comments behind them are left out."""
    lines = code.replace("\\\n", " ").splitlines()
    if language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    lines = [re.sub(r"\s+#\s.*$", "", line).strip() for line in lines]
    return [line for line in lines if line and not line.startswith("#")]


def table_rows(text, first):
    """The cells of the tables whose heading begins with `first`."""
    rows = []
    name = f"{re.escape(first)} " if first else ""
    for table in re.findall(rf"^\| {name}\|.*\n\|[-|]+\n((?:\|.*\n?)+)", text, re.MULTILINE):
        rows += [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table.splitlines()]
    return rows
