"""limn against its peers: each figure is of commands run in turn in the same run, a median with minimum and maximum."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import signal
import subprocess
import sys

import peers
import printing
from measuring import Bench, Table
from places import Places
from tables import batch, history, hosts, in_flight, mcp, micro, one_image, queue, serve, start, tls

BUILD = pathlib.Path(__file__).resolve().parent.parent / "build/release"
TABLES = (start, hosts, one_image, history, tls, batch, in_flight, queue, mcp, serve, micro)


def machine(bench):
    """What the figures depend on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpus = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    libcurl = subprocess.run([bench.build / "bin/bench_curl_init", "--version"], check=True, capture_output=True, text=True)
    return {"cores": os.cpu_count(), "cpu": cpus[0] if cpus else platform.machine(), "kernel": platform.release(),
            "libcurl": libcurl.stdout.strip(), "date": datetime.date.today().isoformat()}


def parsed():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, and nothing of 200 MB")
    parser.add_argument("--only", metavar="REGEX", default="",
                        help="only rows where this is found in 'TABLE: ROW'; tables: " + ", ".join(table.NAME for table in TABLES))
    for form, what in (("json", "everything as JSON"), ("markdown", "the short table of docs/comparison.md")):
        parser.add_argument(f"--{form}", metavar="FILE", nargs="?", const="-",
                            help=f"{what}, into a file or on standard output; the text is on standard error then")
    return parser.parse_args()


def raise_file_limit():
    """A thousand connections have two ends here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536, hard))


def run_tables(bench, text):
    node, without_node = peers.node_package(bench.build)
    if without_node:
        print(without_node, file=text)
    tables = []
    for module in TABLES:
        with Places(bench.build) as places:
            table = Table(bench, module.NAME)
            module.fill(table, places, node)
        tables.append({"name": module.NAME, "title": module.TITLE, "rows": table.rows, "notes": table.notes})
        printing.print_table(tables[-1], text)
    return tables


def write(file, content):
    if file == "-":
        print(content)
    elif file:
        pathlib.Path(file).write_text(content + "\n", encoding="utf-8")


def main():
    options = parsed()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # through everything that clears up
    raise_file_limit()
    bench = Bench(BUILD, options.only, options.quick)
    text = sys.stderr if "-" in (options.json, options.markdown) else sys.stdout
    report = {"machine": machine(bench), "quick": options.quick, "tables": run_tables(bench, text)}
    print(f"\n{printing.limits_line(report['tables'])}\n{printing.machine_line(report['machine'])}", file=text)
    write(options.json, json.dumps(report, indent=1))
    write(options.markdown, printing.markdown(report))


if __name__ == "__main__":
    main()
