"""What each command takes before it does anything."""

from measuring import Command, Comparison, Limit

NAME = "start"
TITLE = "Start: limn against a process that only initialises libcurl"
LIMITS = (Limit("wall ratio", 1), Limit("cpu ratio", 1))  # none of these asks a server, so none loads it
COMMANDS = (("--version",), ("discover",), ("plugins",), ("config", "list"), ("generate", "--dry-run", "x"))

# Of what a shell asks at each key press: an option, and a name. One of the history is in its table.
KEY_PRESS = (Limit("wall ms", 10),)
LINES = ("limn generate --qua", "limn generate --gateway ")


def fill(table, places, _node):
    def command(*argv):
        return Command(argv, places.env(), places.tmpfs)

    peer = command(table.bench.build / "bin/bench_curl_init")
    comparisons = [Comparison("limn " + " ".join(words), command(table.bench.limn, *words), peer, LIMITS,
                              short="`limn discover`, against libcurl's initialisation" if words == ("discover",) else "")
                   for words in COMMANDS]
    comparisons += [Comparison(f"a key press behind {line.strip()}", command(table.bench.limn, "complete", "line", line), peer, KEY_PRESS) for line in LINES]
    table.compare(comparisons, 10, 41)
