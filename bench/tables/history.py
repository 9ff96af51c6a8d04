"""What it costs to remember what was drawn, to find it again, and to show it."""

import shutil
import sqlite3
import subprocess

import answers
import peers
from measuring import Command, Comparison, Limit
from server import Server

NAME = "history"
TITLE = "The history, with 200,000 entries, and pictures in the terminal"
ENTRIES = 200_000
IMAGE_MB = 1.5
# The thread that writes it, three transactions and the code of SQLite that is touched for the first time.
WRITE = (Limit("cpu ms more", 1),)


def fill(table, places, _node):
    limn = str(table.bench.limn)
    rows = [row for row in ("limn history", "limn show last", "limn history WORD that is nowhere", "limn spend --by month", "a key press behind limn show", "generate with a history, against without",
                            "limn-view kitty", "limn-view sixel", "limn-view blocks") if table.wants(row)]
    if not rows:
        return
    state = places.folder("state")

    def command(*argv, env):
        return Command(argv, env, places.tmpfs)

    full = places.env(XDG_STATE_HOME=str(state))
    version = command(limn, "--version", env=full)
    with Server(places.folder("nginx"), places.folder("answers")) as server:
        image = places.tmpfs / "image.png"
        image.write_bytes(answers.png(int(IMAGE_MB * 1e6)))
        answers.write_answers(server.root, image.read_bytes(), ("images",), ("JSON",))
        drawn = places.env(server.base(), XDG_STATE_HOME=str(state))
        subprocess.run([limn, "generate", "-d", str(places.folder("first")), "a fox"], env=drawn, check=True, capture_output=True)
        subprocess.run([limn, "history"], env=drawn, check=True, capture_output=True)  # takes in what was noted
        fill_up(state / "limn/history.db")
        table.compare([
            Comparison("limn history", command(limn, "history", env=full), version, (Limit("wall ms more", 20),)),
            Comparison("limn show last", command(limn, "show", "last", env=full), version, (Limit("wall ms more", 20),)),
            Comparison("limn history WORD that is nowhere", command(limn, "history", "zeppelin", env=full), version),
            Comparison("limn spend --by month", command(limn, "spend", "--by", "month", env=full), version),
            Comparison("a key press behind limn show", command(limn, "complete", "line", "limn show ", env=full), version, (Limit("wall ms", 10),)),
        ], 5, 15)
        table.compare([with_and_without(places, server, limn, image)], 20, 61)
    image.write_bytes(answers.drawn_png(1024))
    viewer = table.bench.limn.parent.parent / "libexec/limn/limn-view"
    limits = (Limit("wall ms more", 60), Limit("peak MB", 60))
    table.compare([Comparison(f"limn-view {way}", through_stdin(places, viewer, way, image), version, limits)
                   for way in ("kitty", "sixel", "blocks")], 5, 15)
    shutil.rmtree(state)


def with_and_without(places, server, limn, image):
    made = []
    for kept in ("on", "off"):
        home = places.folder(f"home-{kept}")
        (home / ".config/limn").mkdir(parents=True)
        (home / ".config/limn/limn.yaml").write_text(f"history: {kept}\n")
        folder = places.folder(f"out-{kept}")
        env = places.env(server.base(), HOME=str(home))
        made.append(Command((limn, "generate", "-o", str(folder / "a.png"), "a fox"), env, places.tmpfs,
                            before=lambda folder=folder: [path.unlink() for path in folder.iterdir()],
                            check=lambda folder=folder: assert_same(folder / "a.png", image)))
    return Comparison("generate with a history, against without", made[0], made[1], WRITE)


def assert_same(path, image):
    if path.read_bytes() != image.read_bytes():
        raise SystemExit(f"{path} is not the image that was served")


def through_stdin(places, viewer, way, image):
    return Command(("sh", "-c", f'exec "{viewer}" {way} 100x30 10x20 none < "{image}" > /dev/null'), places.env(), places.tmpfs)


def fill_up(file):
    """Copies of the first entry, each with an id, a time and words of its own."""
    words = "fox bear snow lighthouse dusk river city neon portrait ancient temple ink robot garden mountain sea storm cat dog castle".split()
    with sqlite3.connect(file) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(attempt)") if row[1] != "number"]
        first = dict(zip(columns, database.execute(f"SELECT {', '.join(columns)} FROM attempt").fetchone()))
        image_columns = [row[1] for row in database.execute("PRAGMA table_info(image)") if row[1] != "number"]
        picture = dict(zip(image_columns, database.execute(f"SELECT {', '.join(image_columns)} FROM image").fetchone()))

        def attempts():
            for i in range(ENTRIES):
                prompt = " ".join(words[(i * 7 + k * (k + i % 11)) % len(words)] for k in range(12))
                yield [*{**first, "id": f"a{i:09}", "at": first["at"] - (ENTRIES - i) * 60_000, "prompt": prompt}.values()]

        def images():
            for i in range(ENTRIES):
                yield [*{**picture, "id": f"i{i:09}", "attempt": f"a{i:09}", "at": first["at"] - (ENTRIES - i) * 60_000}.values()]

        for table, names, rows in (("attempt", columns, attempts()), ("image", image_columns, images())):
            database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
    database.close()
