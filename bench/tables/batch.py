"""Many images, some at once."""

import json

import answers
import peers
from measuring import Comparison, Limit
from server import Server

NAME = "batch"
TITLE = "64 images of 1.5 MB, 16 at once, to a folder on tmpfs: limn batch against its peers"
COUNT = 64
AT_ONCE = 16


def fill(table, places, node):
    folder = places.folder("batch")
    image = folder / "image.png"
    image.write_bytes(answers.png(1_500_000))
    answers.write_answers(folder / "answers", image.read_bytes(), ("images",), ("JSON",))
    with Server(folder / "nginx", folder / "answers") as server:
        made = peers.Batch(places, server.base(), COUNT, AT_ONCE, image, places.folder("out"))
        limn = made.limn(table.bench)
        comparisons = [Comparison("against curl --parallel, raw bodies", limn,
                                  made.curl(folder / "answers" / answers.path_of("images", "JSON")),
                                  (Limit("rate ratio", 0.6, "at least"), Limit("peak MB", 40)), COUNT,
                                  short=f"{COUNT} x 1.5 MB, {AT_ONCE} at once, against `curl --parallel`")]
        if node:
            comparisons.append(Comparison("against node openai", limn, made.node(node), images=COUNT))
        table.compare(comparisons, 25, 11)
