"""The commands that are compared: limn, and what people use instead. Each writes one file, checked after its warm-up."""

import filecmp
import json
import pathlib
import shutil
import subprocess
import sys

from answers import ENDPOINTS
from measuring import Command, Failed

HERE = pathlib.Path(__file__).resolve().parent
PROVIDERS = {"images": "openai_images", "responses": "responses_api"}
BODY = json.dumps({"model": "gpt-image-2", "prompt": "x"})
POST = ("-H", "Authorization: Bearer bench", "-H", "Content-Type: application/json", "-d", BODY)

# What takes the base64 out of an answer, as one would write it on a command line.
TO_BASE64 = {
    ("images", "JSON"): "jq -r '.data[0].b64_json'",
    ("images", "SSE"): "sed -n 's/^data: //p' | jq -r '.b64_json // empty'",
    ("responses", "JSON"): "jq -r '.output[0].result'",
    ("responses", "SSE"): "sed -n 's/^data: //p' | jq -r '.item.result // empty'",
}


class Image:
    """Commands that bring one image from `base` to a file in `folder`; `image` is what has to lie there."""

    def __init__(self, places, base, endpoint, delivery, image, folder, env=None):
        self.m_env = places.env(base, **env or {})
        self.m_base = base
        self.m_endpoint = endpoint
        self.m_delivery = delivery
        self.m_image = image
        self.m_folder = folder
        self.m_url = f"{base}/{ENDPOINTS[endpoint]}"

    def isolated_limn(self, bench):
        return self.limn(bench, "--isolate", PROVIDERS[self.m_endpoint])

    def limn(self, bench, *options):
        """As its second run: the first, which is the warm-up, has asked for the list of models."""
        file = self.m_folder / "limn.png"
        return self.m_command(file, (bench.limn, *options, "generate", "--quiet", "--provider", PROVIDERS[self.m_endpoint],
                                     "-o", file, "x"))

    def curl(self, answer, then=""):
        """Writes the answer as it comes, undecoded; `then` is a command for the file."""
        file = self.m_folder / "curl"
        argv = ("curl", "-s", "-o", file, *POST, self.m_url)
        if then:
            argv = ("bash", "-c", f'"${{@:2}}" && {then} "$1"', "bash", file, *argv)
        return self.m_command(file, argv, answer)

    def jq(self):
        file = self.m_folder / "jq.png"
        pipeline = f'set -o pipefail; "${{@:2}}" | {TO_BASE64[self.m_endpoint, self.m_delivery]} | base64 -d >"$1"'
        return self.m_command(file, ("bash", "-c", pipeline, "bash", file, "curl", "-s", *POST, self.m_url))

    def urllib(self):
        file = self.m_folder / "urllib.png"
        return self.m_command(file, (sys.executable, "-B", HERE / "image_urllib.py", self.m_base, self.m_endpoint, self.m_delivery,
                                     file))

    def node(self, package):
        file = self.m_folder / "node.png"
        return self.m_command(file, ("node", package / "image.mjs", self.m_base, self.m_endpoint, self.m_delivery, file))

    def m_command(self, file, argv, expected=None):
        def check():
            if not filecmp.cmp(file, expected or self.m_image, shallow=False):
                raise Failed(f"{argv[0]} wrote another file than the server has")

        return Command(argv, self.m_env, self.m_folder, lambda: file.unlink(missing_ok=True), check)


CURL_AT_ONCE = 250  # one curl has 300 at most


class Batch:
    """Commands that bring `count` images to a folder, `at_once` of them in flight."""

    def __init__(self, places, base, count, at_once, image, folder):
        self.m_env = places.env(base)
        self.m_base = base
        self.m_count = count
        self.m_at_once = at_once
        self.m_image = image
        self.m_folder = folder

    def limn(self, bench):
        jobs = self.m_folder.parent / "jobs.jsonl"
        jobs.write_text("".join(json.dumps({"prompt": f"picture {number}"}) + "\n" for number in range(self.m_count)))
        return self.m_command((bench.limn, "batch", "--quiet", "--jobs", str(self.m_at_once), "-d", self.m_folder, jobs),
                              self.m_image)

    def curl(self, answer):
        """Raw bodies, undecoded."""
        processes = -(-self.m_at_once // CURL_AT_ONCE)
        url = f"{self.m_base}/{ENDPOINTS['images']}?[1-{self.m_count // processes}]"
        one = ("curl", "-s", "--parallel", "--parallel-immediate", "--parallel-max", str(self.m_at_once // processes), *POST, url)
        if processes == 1:
            return self.m_command((*one, "-o", self.m_folder / "#1"), answer)
        all_of_them = f'for i in $(seq {processes}); do "$@" -o "$i-#1" & done; wait'
        return self.m_command(("bash", "-c", all_of_them, "bash", *one), answer)

    def node(self, package):
        return self.m_command(("node", package / "batch.mjs", self.m_base, str(self.m_count), str(self.m_at_once), self.m_folder),
                              self.m_image)

    def m_command(self, argv, expected):
        def before():
            for path in self.m_folder.iterdir():
                path.unlink()

        def check():
            files = list(self.m_folder.iterdir())
            if len(files) != self.m_count or not all(filecmp.cmp(path, expected, shallow=False) for path in files):
                raise Failed(f"{argv[0]} wrote other files than the server has")

        return Command(argv, self.m_env, self.m_folder, before, check, patience_s=120)


def node_package(build):
    """The folder of the official package in the build tree, installed if it is not there; else why it is missing."""
    package = build / "bench-node"
    if not shutil.which("node") or not shutil.which("npm"):
        return None, "node: skipped, there is no node or no npm"
    shutil.copytree(HERE / "node", package, dirs_exist_ok=True)
    npm = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"], cwd=package,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if npm.returncode != 0:
        return None, "node: skipped, npm cannot install the package openai: " + (npm.stderr.strip().splitlines() or [""])[-1]
    return package, ""
