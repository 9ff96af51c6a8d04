#!/usr/bin/env python3
"""The documentation and the code say the same. Code in the guide for authors is code that is compiled: each block stands, line by line, in one of the files that
tests build. The errors of `limn serve` that docs/serve.md lists are those that it answers."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs/writing-a-provider.md"
COMPILED = [*(ROOT / "tests/out_of_tree_plugin").glob("*.c*"), *(ROOT / "tests/rust_plugin").glob("*.rs"),
            *(ROOT / "host/new_plugin").glob("*/*.cpp"), ROOT / "plugins/gemini_native/gemini_native.cpp"]
SERVE = ROOT / "docs/serve.md"
# How the code of an error stands in host/serve, and its status where that stands beside it.
CODES = (r'\brefusal\(\s*(\d{3}),\s*"(\w+)"', r'\bEndingRow\{Ending::\w+, (\d{3}),[^{}]*"(\w+)", Repeat::', r'\bwrong_parameter\(\s*()(?:"\w*"|\w+),\s*"(\w+)"',
         r'\b()failure\.code = "(\w+)"', r'\b()k_too_large = "(\w+)"')


def lines_of(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())


def faults_of_guide():
    blocks = re.findall(r"^```(?:cpp|c|rust)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    sources = [lines_of(path.read_text()) for path in COMPILED]
    if not blocks:
        yield f"{GUIDE.name}: there is no code"
    for block in blocks:
        if not any(lines_of(block) in source for source in sources):
            yield f"{GUIDE.name}: this stands in no file that is compiled:\n{block}"


def faults_of_errors():
    code = "\n".join(path.read_text() for path in sorted((ROOT / "host/serve").glob("*.[ch]pp")))
    answered = {pattern: set(re.findall(pattern, code)) for pattern in CODES}
    rows = re.findall(r"^\| (\d{3}(?:, \d{3})*) \| (.*?) \|", SERVE.read_text(), re.MULTILINE)
    listed = {(status, name) for statuses, names in rows for status in ("", *statuses.split(", ")) for name in re.findall(r"`(\w+)`", names)}
    for pattern, errors in answered.items():
        if not errors:
            yield f"host/serve has no error that is written like {pattern}"
    everything = set().union(*answered.values())
    for status, name in sorted(everything - listed):
        yield f"{SERVE.name}: host/serve answers with {status} {name}, which is not listed"
    for name in sorted({name for _, name in listed} - {name for _, name in everything}):
        yield f"{SERVE.name}: {name} is listed, and host/serve has no such error"


faults = [*faults_of_guide(), *faults_of_errors()]
for fault in faults:
    print(fault, file=sys.stderr)
sys.exit(1 if faults else 0)
