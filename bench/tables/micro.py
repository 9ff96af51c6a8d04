"""The parts that touch every byte, alone: bytes per second, by Google Benchmark."""

import json
import subprocess

from measuring import Limit, spread

NAME = "micro"
TITLE = "Bytes per second of base64 decoding, of the lift, of SSE, of forms and of a whole message stream (input bytes)"
LIMITS = {"base64 decode, AVX2, 1.5 MB": Limit("GB/s", 4, "at least"), "base64 decode, scalar, 1.5 MB": Limit("GB/s", 1, "at least")}
BASELINE = "memcpy"


def fill(table, _places, _node):
    program = table.bench.build / "bin/bench_micro"
    if not program.exists():
        table.notes.append("skipped, built without Google Benchmark")
        return
    listed = subprocess.run([program, "--benchmark_list_tests"], check=True, capture_output=True, text=True).stdout.splitlines()
    if not any(table.wants(name) for name in listed):
        return
    told = subprocess.run([program, "--benchmark_format=json", "--benchmark_repetitions=" + ("3" if table.bench.quick else "7"),
                           "--benchmark_enable_random_interleaving=true",
                           "--benchmark_min_time=" + ("0.02" if table.bench.quick else "0.1")],
                          check=True, capture_output=True, text=True)
    rates = {}
    for run in sorted(json.loads(told.stdout)["benchmarks"], key=lambda run: run["family_index"]):
        if run["run_type"] == "iteration":
            rates.setdefault(run["run_name"], []).append(run["bytes_per_second"] / 1e9)
    baselines = {name.removeprefix(BASELINE): spread(taken)["median"] for name, taken in rates.items() if name.startswith(BASELINE)}
    for name, taken in rates.items():
        if table.wants(name):
            table.rows.append(rate_row(name, taken, baselines))


def rate_row(name, taken, baselines):
    rate = spread(taken)
    limits = [LIMITS[name].judge({"GB/s": rate["median"]})] if name in LIMITS else []
    size = next(baseline for baseline in baselines if baseline in name)
    return {"name": name, "short": "", "runs": len(taken), "gb_per_s": rate, "of_memcpy": rate["median"] / baselines[size],
            "limits": limits}
