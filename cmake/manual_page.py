"""A page of the manual from a page of the documents: of the Markdown in docs/ all that is used there, in the macros of man(7).

    manual_page.py DOCUMENT PAGE DESCRIPTION VERSION SEE-ALSO...

PAGE is the file to be written, NAME.SECTION.
The same document makes the same page, whenever and wherever that is done."""

import pathlib
import re
import sys
import textwrap

ESCAPES = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"})


def plain(text):
    return text.translate(ESCAPES)


def line(text):
    """A text that begins a line: what would be a request of roff is none."""
    return "\\&" + text if text.startswith((".", "'")) else text


def inline(text):
    """Code and what is bold stand out; of a link its words are left."""
    out = []
    for code, bold, link, _, rest in re.findall(r"`([^`]+)`|\*\*(.+?)\*\*|\[((?:`[^`]*`|[^]`])+)\]\(([^)\s]+)\)|(.[^`*\[]*)", text, re.DOTALL):
        if code:
            out.append(f"\\fB{plain(code)}\\fR")
        elif bold:
            out.append(f"\\fB{plain(bold.replace('`', ''))}\\fR")
        elif link:
            out.append(inline(link))
        else:
            out.append(plain(rest.replace("\\|", "|")))
    return "".join(out)


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]


def table(rows):
    """Each row begins with its first cell; those between it and the last are told with their headings."""
    heads = cells(rows[0])
    for row in map(cells, rows[2:]):
        yield ".TP"
        yield line(f"\\fB{inline(row[0]).replace(chr(92) + 'fB', '').replace(chr(92) + 'fR', '')}\\fR")
        told = [f"{inline(head)}: {inline(cell)}" if head else inline(cell) for head, cell in zip(heads[1:-1], row[1:-1]) if cell]
        text = "; ".join([*told, *([inline(row[-1])] if row[-1] else [])])
        yield line(text) if text else "\\&"


def blocks(text):
    """The parts of a document: ("heading", level, title), ("code", lines), ("table", rows), ("item", text), ("text", text)."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        first = lines[at]
        end = at + 1
        if heading := re.match(r"(#+) (.*)", first):
            yield "heading", len(heading[1]), heading[2]
        elif re.match(r" *```", first):
            while not re.match(r" *```", lines[end]):
                end += 1
            yield "code", lines[at + 1:end]
            end += 1
        elif first.startswith("|"):
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            yield "table", lines[at:end]
        elif first.strip():
            while end < len(lines) and lines[end].strip() and not re.match(r"( *[*-] |\d+\. |\||#+ | *```)", lines[end]):
                end += 1
            item = re.match(r" *([*-]|\d+\.) ", first)
            words = " ".join([first[item.end():] if item else first, *lines[at + 1:end]])
            yield "item" if item else "text", re.sub(r"\s+", " ", words).strip()
        at = end


def page(text, name, section, description, version, see_also):
    yield f'.TH {plain(name.upper())} {section} "" "limn {version}" "limn"'
    yield ".nr HY 0"
    yield ".ad l"
    yield ".SH NAME"
    yield f"{plain(name)} \\- {plain(description)}"
    yield ".SH DESCRIPTION"
    for kind, *rest in blocks(text):
        if kind == "heading" and rest[0] > 1:
            title = re.sub("[`*]", "", rest[1])
            yield f".SH {plain(title.upper())}" if rest[0] == 2 else f".SS {plain(title)}"
        elif kind == "code":
            yield from (".PP", ".RS 4", ".EX", *(line(plain(code)) for code in textwrap.dedent("\n".join(rest[0])).splitlines()), ".EE", ".RE")
        elif kind == "table":
            yield from table(rest[0])
        elif kind == "item" and "](#" not in rest[0]:  # which are of a list of what the document has
            yield from (".IP \\(bu 2", line(inline(rest[0])))
        elif kind == "text":
            yield from (".PP", line(inline(rest[0])))
    yield ".SH SEE ALSO"
    pages = [re.fullmatch(r"(.+)\((\d)\)", other) for other in see_also]
    yield ",\n".join(f"\\fB{plain(other[1])}\\fR({other[2]})" for other in pages)


def without_empty_paragraphs(lines):
    """A paragraph that nothing stands in, since a heading or another one follows, is none."""
    lines = list(lines)
    for at, one in enumerate(lines):
        begins = lines[at - 1] if at else ""
        if one == ".PP" and begins.startswith((".SH", ".SS")):
            continue
        yield one


def main():
    document, file, description, version, *see_also = sys.argv[1:]
    text = pathlib.Path(document).read_text(encoding="utf-8")
    file = pathlib.Path(file)
    lines = page(text, file.stem, file.suffix[1:], description, version, see_also)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(without_empty_paragraphs(lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
