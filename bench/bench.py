"""limn against its peers, in one run: each figure is a median over pairs run in turn, with minimum and maximum."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(__file__).resolve().parent.parent / "build/release"
LIMN = BUILD / "bin/limn"
CURL_INIT = BUILD / "bin/bench_curl_init"
MEASURE = BUILD / "bin/bench_measure"


def run(command, env, cwd):
    """Wall seconds, CPU seconds and peak MB of one process."""
    told = subprocess.run([MEASURE, *command], env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    wall, cpu, peak, status = map(int, told.stdout.split())
    if status not in (0, 3):  # 3: discover finds no gateway, which is what it does here
        sys.exit(f"{' '.join(map(str, command))} ended with {status}")
    return wall / 1e6, cpu / 1e6, peak / 1024


def compare(name, ours, theirs, runs, env, cwd, before=lambda: None):
    """The two in turn, one warm-up each."""
    samples = {"ours": [], "theirs": []}
    for i in range(runs + 1):
        for who, command in (("ours", ours), ("theirs", theirs)):
            before()
            sample = run(command, env, cwd)
            if i > 0:
                samples[who].append(sample)
    figures = {who: [statistics.median(column) for column in zip(*taken)] for who, taken in samples.items()}
    ratios = [a[0] / b[0] for a, b in zip(samples["ours"], samples["theirs"])]
    return {
        "name": name,
        "wall_ms": figures["ours"][0] * 1000, "peer_wall_ms": figures["theirs"][0] * 1000,
        "ratio": statistics.median(ratios), "ratio_min": min(ratios), "ratio_max": max(ratios),
        "cpu_ms": figures["ours"][1] * 1000, "peer_cpu_ms": figures["theirs"][1] * 1000,
        "peak_mb": max(s[2] for s in samples["ours"]), "peer_peak_mb": max(s[2] for s in samples["theirs"]),
    }


def one_image(runs, env, folder):
    """One image from loopback to a file on tmpfs, against curl writing the same answer as it comes."""
    sandbox = subprocess.Popen([LIMN, "sandbox", "--json"], stdout=subprocess.PIPE, text=True)
    port = json.loads(sandbox.stdout.readline())["port"]
    rows = []

    def clean():
        for path in folder.iterdir():
            path.unlink()

    try:
        for megabytes in (1.5, 8, 30, 200):
            base = f"http://127.0.0.1:{port}/big-{megabytes:g}/v1"
            env = dict(env, OPENAI_BASE_URL=base, OPENAI_API_KEY="bench")
            body = json.dumps({"model": "gpt-image-2", "prompt": "x", "size": "1024x1024"})
            curl = ["curl", "-s", "-o", folder / "answer", "-H", "Authorization: Bearer bench", "-H", "Content-Type: application/json",
                    "-d", body, base + "/images/generations"]
            limn = [LIMN, "generate", "--quiet", "--verify", "never", "-o", folder / "image", "x"]
            rows.append(compare(f"one image, {megabytes:g} MB", limn, curl, runs, env, folder, clean))
            if megabytes == 30:
                isolated = [LIMN, "--isolate", "openai_images", *limn[1:]]
                rows.append(compare("the same, provider isolated, against limn without", isolated, limn, runs, env, folder, clean))
    finally:
        sandbox.terminate()
        sandbox.wait()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--runs", type=int, default=9, help="counted runs of each command")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="limn-bench-", dir="/dev/shm"))
    home = pathlib.Path(tempfile.mkdtemp(prefix="limn-bench-home-"))
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "OPENAI_API_KEY": "bench"}
    try:
        rows = one_image(options.runs, env, folder)
        rows.append(compare("start: limn discover, against libcurl's initialisation", [LIMN, "discover"], [CURL_INIT], options.runs * 3, env, folder))
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(home)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'':56} {'wall ms':>9} {'peer':>9} {'ratio (min to max)':>22} {'cpu ms':>8} {'peer':>8} {'peak MB':>8} {'peer':>7}")
    for r in rows:
        ratio = f"{r['ratio']:.2f} ({r['ratio_min']:.2f} to {r['ratio_max']:.2f})"
        print(f"{r['name']:56} {r['wall_ms']:9.1f} {r['peer_wall_ms']:9.1f} {ratio:>22} {r['cpu_ms']:8.1f} {r['peer_cpu_ms']:8.1f} "
              f"{r['peak_mb']:8.1f} {r['peer_peak_mb']:7.1f}")


if __name__ == "__main__":
    main()
