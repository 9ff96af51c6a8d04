"""The command lines of the documents, run as they stand, against the sandbox. Those of the skill are run by skill_test."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest
import urllib.request

import documents
from limn_case import CANARY, LIMN, LimnCase

RUN = [document for document in documents.DOCUMENTS if documents.SKILL not in document.parents and not document.name.endswith("zh-CN.md")]

# What is not run here, and why.
NOT_RUN = {
    r"(scripts/|bash \.ci/run)": "builds, installs, tests or measures this tree: .ci/run does that, and this test is a part of it",
    r"cmake |ctest |g\+\+ |limn --plugin \"\$PWD/b/acme\.so\"|.* -v --plugin \"\$PWD/b/acme\.so\"": "builds a plugin and draws with it: new_plugin_test does",
    r"rustc |limn plugins check \./test_rust\.so": "builds a plugin in Rust and holds it to the contract: tests/rust_plugin does",
    r"systemctl |loginctl ": "changes the service manager of whoever runs the tests: serve_operations_test holds the units to systemd-analyze",
    r"sudo apt |tar |npm |npx --package|sha256sum |limn-0\.1\.0-linux-x86_64/|ln -s \"\$PWD/limn-": "makes and installs packages: scripts/package-check does",
    r"claude ": "a program of others: serve_clients_test and mcp_http_test speak as it does",
    r"apt install |su postgres |export LIMN_QUEUE=|limn queue |limn work ": "installs and needs a database: queue_test and queue_work_test have one",
    r"limn serve --open$": "opens a browser: page_entry_test does",
}

# What serves until it is ended. It gets a free port, which stands for the one of the text from there on.
SERVERS = {r"limn sandbox --port 8765 &": "8765", r"limn serve$": "8484", r"limn serve --(max-cost|max-cost-per-day|socket) .*": "8484"}


def row_of(table, line):
    return next((row for row in table if re.match(row, line)), None)


def lines_of(document):
    for code in documents.BLOCK.finditer(document.read_text()):
        if code[2] in documents.SHELL:
            yield documents.command_lines(re.sub(rf"^{code[1]}", "", code[3], flags=re.MULTILINE), code[2])


class DocumentCommands(LimnCase):
    def begin(self):
        """A home with gateways in its files, in which a picture was drawn, and a plugin lies at hand."""
        self.doCleanups()
        self.setUp()
        gateway = f"base_url: {self.sandbox.base_url('ok')}, api_key: {CANARY}"
        self.write(".config/limn/limn.yaml", f"gateways: [{{name: work, {gateway}}}]\n")
        self.write(".hermes/config.yaml", f"model: {{{gateway}}}\n")
        self.env = self.environment(PATH=f"{pathlib.Path(LIMN).parent}:{os.environ['PATH']}")
        self.assert_status(self.limn("generate", "-o", "fox.png", "a fox", env=self.env), 0)
        self.newest = self.limn("history", "--json", env=self.env).json["entries"][0]["id"]
        plugin = next(pathlib.Path(LIMN).resolve().parents[1].glob("lib*/**/limn/plugins/openai_images.so"))
        shutil.copy(plugin, self.work / "acme.so")
        with urllib.request.urlopen(f"{self.sandbox.base_url('no-auth')}/images/generations", data=b'{"model": "gpt-image-2", "prompt": "a fox"}', timeout=60) as drawn:
            (self.work / "answer.json").write_bytes(drawn.read())
        self.ports = {}

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        path.chmod(0o600)

    def serve(self, line, port):
        words = line.removesuffix("&").replace(f"--port {port}", "").strip() + (" --json" if "--socket" in line else " --json --port 0")
        process = subprocess.Popen(["sh", "-c", f"exec {words}"], env=self.env, cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, timeout=60)
        self.addCleanup(process.send_signal, signal.SIGTERM)
        told = json.loads(process.stdout.readline())
        self.assertTrue(told["ok"], line)
        if address := re.search(r":(\d+)/", told["base_url"]):  # a unix socket has none
            self.ports[port] = address[1]

    def run_line(self, line):
        for written, found in {**self.ports, "k3f": self.newest}.items():
            line = line.replace(written, found)
        done = subprocess.run(["sh", "-c", line], env=self.env, cwd=self.work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}\n{done.stderr}")
        if "--json" in line and not line.startswith("limn plugins check"):
            self.assertTrue(json.loads(done.stdout)["ok"], line)

    def test_every_command_line_does_what_it_says(self):
        """Each block begins with what no other has left."""
        ran, used = 0, set()
        for document in RUN:
            for lines in lines_of(document):
                not_run = {line: row_of(NOT_RUN, line) for line in lines}
                used |= set(not_run.values())
                if all(not_run.values()):
                    continue
                self.begin()
                for line in lines:
                    with self.subTest(document=document.name, line=line):
                        if not_run[line] or (line.startswith("curl ") and not shutil.which("curl")):
                            continue
                        if server := row_of(SERVERS, line):
                            used.add(server)
                            self.serve(line, SERVERS[server])
                        else:
                            self.run_line(line)
                        ran += 1
        self.assertGreater(ran, 60)
        self.assertEqual({*NOT_RUN, *SERVERS} - used, set(), "no document has such a line any more")

    def test_a_run_looks_as_the_readme_shows_it(self):
        shown, = documents.blocks(documents.text_of("README.md"), "console")
        (command, *output) = shown.splitlines()
        env = self.environment("billing-402", "ok", PATH=f"{pathlib.Path(LIMN).parent}:{os.environ['PATH']}")
        done = subprocess.run(["sh", "-c", command.removeprefix("$ ")], env=env, cwd=self.work, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1)
        plain = lambda line: re.sub(r"[\d.]+", "0", re.sub(r"req_\w+", "req", line.rsplit("/", 1)[-1] if line.startswith("/") else line))
        self.assertEqual([plain(line) for line in output], [plain(line) for line in (done.stdout + done.stderr).splitlines()])


if __name__ == "__main__":
    unittest.main()
