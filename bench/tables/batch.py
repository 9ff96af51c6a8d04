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


class Table:
    def __init__(self, bench, places, node):
        self.m_bench = bench
        self.m_places = places
        self.m_node = node
        self.rows = []
        self.notes = []

    def run(self):
        folder = self.m_places.folder("batch")
        image = folder / "image.png"
        image.write_bytes(answers.png(1_500_000))
        answers.write_answers(folder / "answers", image.read_bytes(), ("images",), ("JSON",))
        with Server(folder / "nginx", folder / "answers") as server:
            made = peers.Batch(self.m_places, server.base(), COUNT, AT_ONCE, image, self.m_places.folder("out"))
            limn = made.limn(self.m_bench)
            comparisons = [Comparison("against curl --parallel, raw bodies", limn,
                                      made.curl(folder / "answers" / answers.path_of("images", "JSON")),
                                      (Limit("rate ratio", 0.6, "at least"), Limit("peak MB", 40)), COUNT,
                                      short=f"{COUNT} x 1.5 MB, {AT_ONCE} at once, against `curl --parallel`")]
            if self.m_node:
                comparisons.append(Comparison("against node openai", limn, made.node(self.m_node), images=COUNT))
            self.rows = self.m_bench.compare(NAME, comparisons, 25, 11)
