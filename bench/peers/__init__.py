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
        self._env = places.env(base, **env or {})
        self._base = base
        self._endpoint = endpoint
        self._delivery = delivery
        self._image = image
        self._folder = folder
        self._url = f"{base}/{ENDPOINTS[endpoint]}"

    def isolated_limn(self, bench):
        return self.limn(bench, "--isolate", PROVIDERS[self._endpoint])

    def limn(self, bench, *options):
        """As its second run: the first, which is the warm-up, has asked for the list of models."""
        file = self._folder / "limn.png"
        return self._command(file, (bench.limn, *options, "generate", "--quiet", "--provider", PROVIDERS[self._endpoint],
                                     "-o", file, "x"))

    def curl(self, answer, then=""):
        """Writes the answer as it comes, undecoded; `then` is a command for the file."""
        file = self._folder / "curl"
        argv = ("curl", "-s", "-o", file, *POST, self._url)
        if then:
            argv = ("bash", "-c", f'"${{@:2}}" && {then} "$1"', "bash", file, *argv)
        return self._command(file, argv, answer)

    def jq(self):
        file = self._folder / "jq.png"
        pipeline = f'set -o pipefail; "${{@:2}}" | {TO_BASE64[self._endpoint, self._delivery]} | base64 -d >"$1"'
        return self._command(file, ("bash", "-c", pipeline, "bash", file, "curl", "-s", *POST, self._url))

    def urllib(self):
        file = self._folder / "urllib.png"
        return self._command(file, (sys.executable, "-B", HERE / "image_urllib.py", self._base, self._endpoint, self._delivery,
                                     file))

    def node(self, package):
        file = self._folder / "node.png"
        return self._command(file, ("node", package / "image.mjs", self._base, self._endpoint, self._delivery, file))

    def _command(self, file, argv, expected=None):
        def check():
            if not filecmp.cmp(file, expected or self._image, shallow=False):
                raise Failed(f"{argv[0]} wrote another file than the server has")

        return Command(argv, self._env, self._folder, lambda: file.unlink(missing_ok=True), check)


CURL_AT_ONCE = 250  # one curl has 300 at most


class Batch:
    """Commands that bring `count` images to a folder, `at_once` of them in flight."""

    def __init__(self, places, base, count, at_once, image, folder):
        self._env = places.env(base)
        self._base = base
        self._count = count
        self._at_once = at_once
        self._image = image
        self._folder = folder

    def limn(self, bench):
        jobs = self._folder.parent / "jobs.jsonl"
        jobs.write_text("".join(json.dumps({"prompt": f"picture {number}"}) + "\n" for number in range(self._count)))
        return self._command((bench.limn, "batch", "--quiet", "--jobs", str(self._at_once), "-d", self._folder, jobs),
                              self._image)

    def curl(self, answer):
        """Raw bodies, undecoded."""
        processes = -(-self._at_once // CURL_AT_ONCE)
        url = f"{self._base}/{ENDPOINTS['images']}?[1-{self._count // processes}]"
        one = ("curl", "-s", "--parallel", "--parallel-immediate", "--parallel-max", str(self._at_once // processes), *POST, url)
        if processes == 1:
            return self._command((*one, "-o", self._folder / "#1"), answer)
        all_of_them = f'for i in $(seq {processes}); do "$@" -o "$i-#1" & done; wait'
        return self._command(("bash", "-c", all_of_them, "bash", *one), answer)

    def node(self, package):
        return self._command(("node", package / "batch.mjs", self._base, str(self._count), str(self._at_once), self._folder),
                              self._image)

    def _command(self, argv, expected):
        def before():
            for path in self._folder.iterdir():
                path.unlink()

        def check():
            files = list(self._folder.iterdir())
            if len(files) != self._count or not all(filecmp.cmp(path, expected, shallow=False) for path in files):
                raise Failed(f"{argv[0]} wrote other files than the server has")

        return Command(argv, self._env, self._folder, before, check, patience_s=120)


def node_package(build):
    """The folder of the official package in the build tree, installed if it is not there; or nothing, and why."""
    return _installed(build / "bench-node", "node", "openai")


def mcp_package(build):
    """The same with another server of tools for pictures."""
    return _installed(build / "bench-mcp", "mcp", "@cloudwerxlab/gpt-image-1-mcp")


def serve_package(build):
    """The same with another gateway between programs and those who draw."""
    return _installed(build / "bench-serve", "serve", "@portkey-ai/gateway")


def _installed(package, source, name):
    if not shutil.which("node") or not shutil.which("npm"):
        return None, f"node {name}: skipped, there is no node or no npm"
    shutil.copytree(HERE / source, package, dirs_exist_ok=True)
    wanted = json.loads((package / "package.json").read_text())["dependencies"][name]
    installed = package / "node_modules" / name / "package.json"
    if installed.exists() and json.loads(installed.read_text())["version"] == wanted:
        return package, ""
    try:
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--fetch-retries=1"],
                       cwd=package, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=90)
    except subprocess.SubprocessError as error:
        lines = [line for line in str(error.stderr).splitlines() if line.lower().startswith("npm err")]
        return None, f"node {name}: skipped, npm cannot install {name} {wanted}: {(lines or [str(error)])[0]}"
    return package, ""
