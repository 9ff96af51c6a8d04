"""What each command takes before it does anything."""

from measuring import Command, Comparison, Limit

NAME = "start"
TITLE = "Start: limn against a process that only initialises libcurl"
LIMITS = (Limit("wall ratio", 1.3), Limit("cpu ratio", 1.3))
COMMANDS = (("--version",), ("discover",), ("plugins",), ("config", "list"), ("generate", "--dry-run", "x"))


def fill(table, places, _node):
    def command(*argv):
        return Command(argv, places.env(), places.tmpfs)

    peer = command(table.bench.build / "bin/bench_curl_init")
    comparisons = [Comparison("limn " + " ".join(words), command(table.bench.limn, *words), peer, LIMITS,
                              short="`limn discover`, against libcurl's initialisation" if words == ("discover",) else "")
                   for words in COMMANDS]
    table.compare(comparisons, 10, 41)
