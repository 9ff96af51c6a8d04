"""What each command takes before it does anything."""

from measuring import Command, Comparison, Limit

NAME = "start"
TITLE = "Start: limn against a process that only initialises libcurl"
LIMITS = (Limit("wall ratio", 1.3), Limit("cpu ratio", 1.3))
COMMANDS = (("--version",), ("discover",), ("plugins",), ("config", "list"), ("generate", "--dry-run", "x"))


class Table:
    def __init__(self, bench, places, _node):
        self.m_bench = bench
        self.m_places = places
        self.rows = []
        self.notes = []

    def run(self):
        def command(*argv):
            return Command(argv, self.m_places.env(), self.m_places.tmpfs)

        peer = command(self.m_bench.build / "bin/bench_curl_init")
        comparisons = [Comparison("limn " + " ".join(words), command(self.m_bench.limn, *words), peer, LIMITS,
                                  short="`limn discover`, against libcurl's initialisation" if words == ("discover",) else "")
                       for words in COMMANDS]
        self.rows = self.m_bench.compare(NAME, comparisons, 10, 41)
