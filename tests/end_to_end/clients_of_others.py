"""Clients that others wrote, in node: which are installed, and whether they can run."""

import functools
import json
import os
import pathlib
import shutil
import subprocess

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "clients"
INSTALLED = pathlib.Path(os.environ.get("LIMN_CLIENTS_DIR", "/nonexistent"))
MODULES = INSTALLED / "node_modules"


@functools.lru_cache(maxsize=None)
def node():
    """The one that is installed with the clients, else that of the machine; and its version."""
    own = next(iter(sorted(MODULES.glob("node-linux-*/bin/node"))), None)
    program = str(own) if own else shutil.which("node")
    if not program:
        return None, ()
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return program, tuple(int(part) for part in version.lstrip("v").split("."))


def why_not(package):
    """What is missing to run it; empty if nothing is."""
    wanted = json.loads((SOURCES / "package.json").read_text())["dependencies"][package].rpartition("@")[2]  # of "npm:openai@6.30.1" what is behind it
    described = MODULES / package / "package.json"
    if not described.exists():
        return f"{package} is not installed: scripts/setup --tests"
    described = json.loads(described.read_text())
    if described["version"] != wanted:
        return f"{package} is {described['version']}, not {wanted}: scripts/setup --tests"
    program, version = node()
    if program is None:
        return "there is no node"
    least = described.get("engines", {}).get("node", ">=20")  # the package of tasks says none, and runs in a client that wants that
    if version < tuple(int(part) for part in least.removeprefix(">=").split(".")):
        return f"{package} wants node {least}, and {program} is {'.'.join(map(str, version))}"
    return ""
