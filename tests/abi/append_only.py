"""append_only.py FROZEN CURRENT: what in the current contract is not an append to the frozen one.

Reads the headers as text, without their comments: a plugin that was compiled against the frozen header must find
everything that it was compiled with, in the same place and with the same value. Exit status 1 if it would not.
"""

import re
import sys
from pathlib import Path

MAY_GROW = {"LIMN_ABI_MINOR"}


class Header:
    def __init__(self, text):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S).replace("\\\n", " ")
        self.macros = {}  # name -> body
        for name, body in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+(?:\([^)]*\))?)([^\n]*)$", text, flags=re.M):
            # LIMN_EXPORT has a body for each compiler.
            self.macros[name] = (self.macros.get(name, "") + " | " + plain(body)).removeprefix(" | ")
        text = re.sub(r"^[ \t]*#[^\n]*$", " ", text, flags=re.M)
        text = re.sub(r'extern "C" \{', " ", text)
        self.structs = {}  # name -> members in order
        self.enums = []  # {name: value} in order
        self.others = set()  # every other declaration
        for declaration in declarations(text):
            struct = re.fullmatch(r"(?:typedef )?struct (\w+) \{(.*)\}(?:\1)?", declaration)
            enum = re.fullmatch(r"enum \{(.*)\}", declaration)
            if struct:
                self.structs[struct[1]] = members(struct[2])
            elif enum:
                entries = [entry.split("=") for entry in enum[1].split(",") if entry.strip()]
                self.enums.append({name.strip(): (value[0].strip() if value else "") for name, *value in entries})
            elif declaration not in ("", "}"):
                self.others.add(declaration)

    def may_grow(self, struct):
        return self.structs[struct][:1] == ["uint32_t struct_size"]


def plain(text):
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" ?([(){},;*=\[\]]) ?", lambda m: {"{": " {", "*": "* "}.get(m[1], m[1]), text)


def declarations(text):
    """The text, split at the semicolons outside of braces."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ";" and depth <= 0:
            yield plain(text[start:at])
            start, depth = at + 1, 0


def members(body):
    """One entry a member: `uint32_t width, height` are two."""
    found = []
    for member in filter(None, (part.strip() for part in body.split(";"))):
        several = re.fullmatch(r"(\w+) (\w+(?:,\w+)+)", member)
        found += [f"{several[1]} {name}" for name in several[2].split(",")] if several else [member]
    return found


def faults(frozen, current):
    for name, body in frozen.macros.items():
        new = current.macros.get(name)
        if new is None:
            yield f"{name} is gone"
        elif new != body and not (name in MAY_GROW and int(new) >= int(body)):
            yield f"{name} was {body!r} and is {new!r}"

    for name, old in frozen.structs.items():
        new = current.structs.get(name)
        if new is None:
            yield f"struct {name} is gone"
        elif new[: len(old)] != old:
            at = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
            yield f"struct {name}: member {at} was '{old[at]}' and is '{new[at] if at < len(new) else 'gone'}'"
        elif len(new) > len(old) and not frozen.may_grow(name):
            yield f"struct {name} has no struct_size and has grown by '{new[len(old)]}'"

    for old in frozen.enums:
        first = next(iter(old))
        new = next((enum for enum in current.enums if first in enum), {})
        for name, value in old.items():
            if new.get(name) != value:
                yield f"enumerator {name} was {value} and is {new.get(name, 'gone')}"
        for name, value in new.items():
            if value == "":
                yield f"enumerator {name} has no value of its own"
            elif name not in old and value in old.values():
                yield f"enumerator {name} has the value {value}, which is taken"

    for declaration in sorted(frozen.others - current.others):
        yield f"'{declaration}' is gone or has changed"

    if current.macros.get("LIMN_ABI_MINOR") == frozen.macros["LIMN_ABI_MINOR"]:
        for name in additions(frozen, current):
            yield f"{name} is new, and LIMN_ABI_MINOR is not"

    for name, listed in current.structs.items():
        for member in listed:
            of = member.split(" ")[0].removeprefix("const ")
            if of in current.structs and current.may_grow(of) and "*" not in member:
                yield f"struct {name} holds {of}, which may grow, by value: '{member}'"


def additions(frozen, current):
    yield from current.macros.keys() - frozen.macros.keys()
    yield from current.others - frozen.others
    for name, listed in current.structs.items():
        yield from (f"{name}: {member}" for member in listed[len(frozen.structs.get(name, [])):])
    known = {name for enum in frozen.enums for name in enum}
    yield from (name for enum in current.enums for name in enum if name not in known)


def main(argv):
    frozen, current = (Header(Path(path).read_text()) for path in argv[1:])
    found = list(faults(frozen, current))
    for fault in found:
        print(f"{argv[2]}: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
