"""A thousand answers that let wait for themselves."""

import answers
import peers
from measuring import Comparison, Limit
from server import ECHO_MODULE, Server

NAME = "in flight"
COUNT = 1000
LATE_S = 20
TITLE = f"{COUNT} jobs in flight, each answered after {LATE_S} s with an image of 10 KB"


def fill(table, places, _node):
    if not ECHO_MODULE.exists():
        table.notes.append("skipped, nginx has no echo module")
        return
    folder = places.folder("in_flight")
    image = folder / "image.png"
    image.write_bytes(answers.png(10_000))
    answers.write_answers(folder / "answers", image.read_bytes(), ("images",), ("JSON",))
    with Server(folder / "nginx", folder / "answers", late=LATE_S) as server:
        made = peers.Batch(places, server.base("late"), COUNT, COUNT, image, places.folder("out"))
        answer = folder / "answers" / answers.path_of("images", "JSON")
        table.compare([
            Comparison("limn batch, against four curl --parallel at once", made.limn(table.bench), made.curl(answer),
                       (Limit("cpu s", 3), Limit("peak MB", 100)), COUNT,
                       short=f"{COUNT} in flight for {LATE_S} s, against four `curl --parallel`")], 0, 0)
