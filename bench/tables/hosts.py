"""What looking at the files of all AI hosts adds to finding the gateways of a machine."""

import pathlib
import shutil

from measuring import Command, Comparison, Limit

NAME = "hosts"
TITLE = "Files of AI hosts: limn discover with the source ai_hosts and all of its rows, against the same without that source"
HOMES = pathlib.Path(__file__).resolve().parent.parent.parent / "tests/end_to_end/hosts/home"
WITHOUT = "env, limn, config_yaml"
FEW = (".codex", ".hermes", ".config/opencode", ".local/share/opencode")
# What each user pays, and one with three hosts; a home with the files of all of them has 51 gateways to tell, too.
ROWS = {"no host's files": ((), (Limit("wall ms more", 3),)), "files of three hosts": (FEW, (Limit("wall ms more", 3),)), "files of every host": ((".",), ())}


def fill(table, places, _node):
    comparisons = []
    for name, (folders, limits) in ROWS.items():
        def command(sources):
            home = places.folder(f"{name}, {sources}")
            for folder in folders:
                shutil.copytree(HOMES / folder, home / folder, dirs_exist_ok=True)
            settings = home / ".config/limn/limn.yaml"
            settings.parent.mkdir(parents=True, exist_ok=True)
            settings.write_text(f"sources: [{sources}]\n", encoding="utf-8")
            for path in (*home.rglob("*"), home):
                path.chmod(0o700 if path.is_dir() else 0o600)  # as a user keeps what has keys in it
            return Command((table.bench.limn, "discover", "--json"), places.env(HOME=str(home)), places.tmpfs)

        comparisons.append(Comparison(name, command(f"{WITHOUT}, ai_hosts"), command(WITHOUT), limits))
    table.compare(comparisons, 10, 41)
