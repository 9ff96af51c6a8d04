"""A thousand answers that let wait for themselves."""

import answers
import peers
from measuring import Comparison, Limit
from server import ECHO_MODULE, Server

NAME = "in flight"
COUNT = 1000
LATE_S = 20
TITLE = f"{COUNT} jobs in flight, each answered after {LATE_S} s with an image of 10 KB"


class Table:
    def __init__(self, bench, places, _node):
        self.m_bench = bench
        self.m_places = places
        self.rows = []
        self.notes = []

    def run(self):
        if not ECHO_MODULE.exists():
            self.notes.append("skipped, nginx has no echo module")
            return
        folder = self.m_places.folder("in_flight")
        image = folder / "image.png"
        image.write_bytes(answers.png(10_000))
        answers.write_answers(folder / "answers", image.read_bytes(), ("images",), ("JSON",))
        with Server(folder / "nginx", folder / "answers", late=LATE_S) as server:
            made = peers.Batch(self.m_places, server.base("late"), COUNT, COUNT, image, self.m_places.folder("out"))
            answer = folder / "answers" / answers.path_of("images", "JSON")
            self.rows = self.m_bench.compare(NAME, [
                Comparison("limn batch, against four curl --parallel at once", made.limn(self.m_bench), made.curl(answer),
                           (Limit("cpu s", 3), Limit("peak MB", 100)), COUNT,
                           short=f"{COUNT} in flight for {LATE_S} s, against four `curl --parallel`")], 0, 0)
