#!/usr/bin/env python3
"""Code in the guide for authors is code that is compiled: each block stands, line by line, in one of the files that tests build."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs/writing-a-provider.md"
COMPILED = [*(ROOT / "tests/out_of_tree_plugin").glob("*.c*"), *(ROOT / "host/new_plugin").glob("*/*.cpp")]


def lines_of(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())


blocks = re.findall(r"^```(?:cpp|c)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
sources = [lines_of(path.read_text()) for path in COMPILED]
strange = [block for block in blocks if not any(lines_of(block) in source for source in sources)]
for block in strange:
    print(f"{GUIDE.name}: this stands in no file that is compiled:\n{block}", file=sys.stderr)
if not blocks:
    print(f"{GUIDE.name}: there is no code", file=sys.stderr)
sys.exit(1 if strange or not blocks else 0)
