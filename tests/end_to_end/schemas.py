"""The schemas of docs/, and a validator that holds output to them (python3-jsonschema)."""

import functools
import json
import os
import pathlib

import jsonschema

FOLDER = pathlib.Path(os.environ["LIMN_SCHEMA"]).parent
NAMES = ("envelope", "batch", "events")


@functools.lru_cache(maxsize=None)
def _schemas():
    """Each of them, with the names of all under $defs: references from one file to another become local ones."""
    texts = {name: (FOLDER / f"{name}.schema.json").read_text() for name in NAMES}
    loaded = {}
    for name, text in texts.items():
        for other in NAMES:
            text = text.replace(f'"{other}.schema.json#/$defs/', '"#/$defs/')
        loaded[name] = json.loads(text)
    every = {}
    for schema in loaded.values():
        clash = every.keys() & schema["$defs"].keys()
        assert not clash, f"two schemas define {clash}"
        every.update(schema["$defs"])
    return loaded, every


@functools.lru_cache(maxsize=None)
def _validator(root):
    loaded, every = _schemas()
    schema = {**loaded[root], "$defs": every} if root in loaded else {"$ref": f"#/$defs/{root}", "$defs": every}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


_events_seen = set()


def faults(value, root):
    """What is wrong with it; `root`: a schema ("events") or one of its definitions ("manifest_line")."""
    # To try each kind of event on each line takes longer than limn does: once a kind has fitted, the name says which it is.
    kind = value.get("event") if root == "events" and isinstance(value, dict) else None
    root = kind if kind in _events_seen else root
    found = [f"{'/'.join(map(str, error.absolute_path)) or '.'}: {error.message[:2000]}" for error in _validator(root).iter_errors(value)]
    if not found and kind in definitions():
        _events_seen.add(kind)
    return found


def definitions():
    return set(_schemas()[1])
