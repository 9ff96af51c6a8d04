"""What docs/promises.md promises, as it lies in tests/promises: how a schema is told in plain rows, and what a later one may not do to them."""

import json
import pathlib

# What limn reads; all else it writes.
INPUTS = {"item"}
FOLDER = pathlib.Path(__file__).resolve().parents[1] / "promises"


def frozen(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def rows_of(schema):
    """A row for each thing in a schema, by its path ("generate.images", "generate.images[]"): of which types it is (a definition is one), whether it is
    always there, and its words where it takes only some."""
    rows = {}

    def add(path, part, required, always=None):
        row = rows.setdefault(path, {"types": set(), "required": required, "words": set()})
        row["required"] = row["required"] and required
        if "$ref" in part:
            row["types"].add(part["$ref"].rsplit("/", 1)[1])
        types = part.get("type", [])
        row["types"] |= set([types] if isinstance(types, str) else types)
        row["words"] |= {json.dumps(word) for word in part.get("enum", [part["const"]] if "const" in part else [])}
        for one in part.get("allOf", []):
            add(path, one, required)
        for kind in ("oneOf", "anyOf"):
            of_all = set.intersection(*(set(one.get("required", ())) for one in part[kind])) if kind in part else set()
            for one in part.get(kind, []):
                add(path, one, required, of_all | set(part.get("required", ())))
        for name, member in part.get("properties", {}).items():
            add(f"{path}.{name}", member, name in (part.get("required", ()) if always is None else always))
        if isinstance(part.get("items"), dict):
            add(f"{path}[]", part["items"], False)
        if isinstance(part.get("additionalProperties"), dict):
            add(f"{path}.*", part["additionalProperties"], False)

    for name, part in schema["$defs"].items():
        add(name, part, True)
    return {path: {key: sorted(value) if isinstance(value, set) else value for key, value in row.items() if value} for path, row in sorted(rows.items())}


def broken(promised, rows):
    """What whoever reads by `promised` would miss in what has these rows, and whoever writes by it would be refused."""
    for path, old in promised.items():
        new = rows.get(path)
        if new is None:
            yield f"{path} is gone"
            continue
        is_input = path.split(".")[0] in INPUTS
        if bool(old.get("required")) != bool(new.get("required")) and is_input == bool(new.get("required")):
            yield f"{path} {'could be left out' if is_input else 'was always there'}"
        was, is_now = set(old.get("types", ())), set(new.get("types", ()))
        if was - is_now if is_input else is_now - was:
            yield f"{path} was {' or '.join(sorted(was)) or 'anything'}, and is {' or '.join(sorted(is_now)) or 'anything'}"
        for word in sorted(set(old.get("words", ())) - set(new.get("words", ()))):
            yield f"{path} is never {word} any more"
    for path in rows.keys() - promised.keys():
        if path.split(".")[0] in INPUTS and rows[path].get("required"):
            yield f"{path} has to be given now"


def grown(promised, rows):
    """The promised rows with what is new in these, which break none."""
    merged = {}
    for path, new in rows.items():
        old = promised.get(path, new)
        row = {**new, **old}
        for key in ("words", "types") if path.split(".")[0] in INPUTS else ("words",):
            if key in row:
                row[key] = sorted({*old.get(key, ()), *new.get(key, ())})
        merged[path] = row
    return merged


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int, "number": (int, float)}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def missing(value, path, promised):
    """What `value`, printed by the command, lacks of the promised rows at `path`."""
    row = promised.get(path, {})
    types = row.get("types", [])
    if types and not any(is_of(value, name) if name in TYPES else True for name in types):
        yield f"{path} is {json.dumps(value)[:80]}"
    for name in types:
        if name not in TYPES and not (value is None and "null" in types):
            yield from missing(value, name, promised)
    if isinstance(value, dict):
        for member, one in promised.items():
            name = member.removeprefix(path + ".")
            if member == path + "." + name and not set(".[*") & set(name):
                if name in value:
                    yield from missing(value[name], member, promised)
                elif one.get("required"):
                    yield f"{member} is not there"
    if isinstance(value, list):
        for item in value:
            yield from missing(item, f"{path}[]", promised)


def text_of(rows):
    return "{\n" + ",\n".join(f" {json.dumps(path)}: {json.dumps(row, ensure_ascii=False, sort_keys=True)}" for path, row in rows.items()) + "\n}\n"
