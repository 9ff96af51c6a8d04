"""`limn mcp config`: limn gets into the files of the programs that start it, and all else of them stays as it was."""

import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import tomllib
import unittest

import yaml

from limn_case import LIMN, LimnCase

import kernel


def read_jsonc(text):
    """JSON with comments, commas at ends, and a byte-order mark, as the hosts read it."""
    return json.loads(without_comments(text.removeprefix("\ufeff")) or "{}")


def without_comments(text):
    token = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*+|/\*.*?\*/)*+[}\]])', re.DOTALL)
    return token.sub(lambda found: found.group() if found.group().startswith('"') else "", text)


READERS = {"json": read_jsonc, "toml": lambda text: tomllib.loads(text.removeprefix("\ufeff")), "yaml": lambda text: yaml.safe_load(text.removeprefix("\ufeff")) or {}}

JSON_OTHERS = """{
  // mine, and to stay
  "theme": "dark", /* both */
  "%(section)s": {
    "files": { "command": "npx", "args": ["-y", "files"] }, // a server
    "web": {
      "command": "web" // the last one
    }
  }
}
"""
JSON_OLD = """{
  "%(section)s": {
    "limn": {
      // by hand
      "%(command)s": %(old)s,
      "env": {"MINE": "1"},
    },
    "web": {"command": "web"}
  }
}
"""
YAML_OTHERS = """# mine, and to stay
model: "a"   # both
%(section)s:
  # a server
  files: {command: npx, args: [-y, files]}
  web:
    command: web

    args:
      - --port
      - 1
# of what follows
last: |
  text
   more
"""
YAML_OLD = """%(section)s:
  limn:
    # by hand
    %(command)s: limn   # from before
    args:
    - mcp
    env:
      MINE: "1"
  web: {command: web}
last: 1
"""
TOML_OTHERS = '''# mine, and to stay
model = "a" # both
instructions = """
[mcp_servers.limn]
command = "not this one"
"""

[mcp_servers.files] # a server
command = 'npx'
args = [
  "-y", # yes
  "files",
]

[[profiles]]
name = "x"
[profiles.y]
a = 1
[[profiles]]
name = "z"
[profiles.y]
a = 2'''
TOML_OLD = """[mcp_servers.limn]
command = "limn" # from before
args = [ 'mcp' ]
env = { MINE = "1" }
[mcp_servers.limn.tools.generate_image]
approval_mode = "approve"

[mcp_servers.web]
command = "web"
"""
OTHERS = {"json": JSON_OTHERS, "yaml": YAML_OTHERS, "toml": TOML_OTHERS}
OLD = {"json": JSON_OLD, "yaml": YAML_OLD, "toml": TOML_OLD}
BROKEN = {"json": '{"a": 1,, }\n', "yaml": "a: [1\nb: 2\n", "toml": "a = \n"}


class Host:
    STRICT = ("claude-code", "claude-desktop", "cursor", "copilot")

    def __init__(self, name, file, form, place, command="command", timeout=None):
        self.name, self.file, self.form, self.place, self.command, self.timeout = name, file, form, place, command, timeout

    def entry(self, text):
        found = READERS[self.form](text)
        for name in self.place:
            found = found[name]
        return found

    def fill(self, sample):
        """A text of the host's format with its own section."""
        section = self.place[0]
        if len(self.place) == 3:
            if self.form == "json":
                sample = sample.replace('"%(section)s": {', '"' + self.place[0] + '": {"' + self.place[1] + '": {', 1)
                sample = sample.replace("  }\n}\n", "  }}\n}\n")
        old = '["limn", "mcp"]' if self.name.startswith("opencode") else '"limn"'
        for name, value in (("section", section), ("command", self.command), ("old", old)):
            sample = sample.replace(f"%({name})s", value)
        # No more than JSON for those that read no more.
        return without_comments(sample) if self.name in self.STRICT else sample


HOSTS = [
    Host("claude-code", ".claude.json", "json", ("mcpServers", "limn"), timeout=("timeout", 600000)),
    Host("claude-desktop", ".config/Claude/claude_desktop_config.json", "json", ("mcpServers", "limn")),
    Host("codex", ".codex/config.toml", "toml", ("mcp_servers", "limn"), timeout=("tool_timeout_sec", 600)),
    Host("cursor", ".cursor/mcp.json", "json", ("mcpServers", "limn")),
    Host("vscode", "work/.vscode/mcp.json", "json", ("servers", "limn")),
    Host("opencode", ".config/opencode/opencode.json", "json", ("mcp", "limn"), timeout=("timeout", 600000)),
    Host("hermes", ".hermes/config.yaml", "yaml", ("mcp_servers", "limn"), timeout=("timeout", 600)),
    Host("openclaw", ".openclaw/openclaw.json", "json", ("mcp", "servers", "limn"), timeout=("requestTimeoutMs", 600000)),
    Host("goose", ".config/goose/config.yaml", "yaml", ("extensions", "limn"), command="cmd", timeout=("timeout", 600)),
    Host("copilot", ".copilot/mcp-config.json", "json", ("mcpServers", "limn"), timeout=("timeout", 600000)),
]


class McpConfigCase(LimnCase):
    def begin(self, host, text):
        file = self.home / host.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def fresh(self, host):
        """No file of any host, for the next case of a table."""
        for one in HOSTS:
            top = self.home / one.file.split("/")[0]
            if one.file.startswith("work/"):
                top = self.work / ".vscode"
            shutil.rmtree(top, ignore_errors=True)
            top.unlink(missing_ok=True)
        return self.home / host.file

    def write(self, host, *words, **more):
        return self.limn("mcp", "config", host.name, "--write", *words, **more)

    def assert_registered(self, host, text):
        entry = host.entry(text)
        command = [entry[host.command], *entry["args"]] if isinstance(entry[host.command], str) else entry[host.command]
        self.assertEqual(command, [LIMN, "mcp"])
        if host.timeout:
            self.assertEqual(entry[host.timeout[0]], host.timeout[1])
        return entry

    def backups(self, file):
        return sorted(file.parent.glob(file.name + ".bak-*"))

    def assert_kept(self, old, new):
        """Every line of the old text is in the new one, in its order; it may have got a comma."""
        lines = iter(new.splitlines())
        for line in old.splitlines():
            commaless = re.escape(line).replace(r"\ ", " ")
            self.assertTrue(any(candidate == line or self._but_for_a_comma(line, candidate) for candidate in lines), f"{line!r} is lost in\n{new}")

    @staticmethod
    def _but_for_a_comma(old, new):
        return any(old[:i] + "," + old[i:] == new for i in range(len(old) + 1))


def for_each_host(test):
    def run(self):
        for host in HOSTS:
            with self.subTest(host.name):
                test(self, host, self.fresh(host))
    return run


class EveryHost(McpConfigCase):
    @for_each_host
    def test_no_file(self, host, file):
        outcome = self.write(host, preexec_fn=lambda: os.umask(0o022))
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stdout, f"{file}\n")
        self.assert_registered(host, file.read_text())
        self.assertEqual(self.backups(file), [])
        private = host.name != "vscode"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600 if private else 0o644)
        self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700 if private or file.parent == self.home else 0o755)

    @for_each_host
    def test_what_is_printed_is_what_is_written_into_nothing(self, host, file):
        printed = self.limn("mcp", "config", host.name)
        self.assert_status(printed, 0)
        self.assertIn(str(file), printed.stderr)
        self.assertFalse(file.exists())
        self.assertEqual(self.limn("mcp", "config", host.name, "--json").json["text"], printed.stdout)
        self.begin(host, "")
        self.write(host)
        self.assertEqual(file.read_text(), printed.stdout)

    @for_each_host
    def test_an_empty_file(self, host, file):
        for empty in ("", "\n", "\ufeff", " \r\n"):
            self.begin(host, empty)
            self.assert_status(self.write(host), 0)
            self.assert_registered(host, file.read_bytes().decode())

    @for_each_host
    def test_saying_it_again_writes_nothing(self, host, file):
        self.begin(host, host.fill(OTHERS[host.form]))
        self.write(host)
        before, time = file.read_bytes(), file.stat().st_mtime_ns
        again = self.write(host)
        self.assert_status(again, 0)
        self.assertIn("already: nothing was written", again.stderr)
        self.assertEqual(again.stdout, "")
        self.assertEqual((file.read_bytes(), file.stat().st_mtime_ns), (before, time))
        self.assertEqual(len(self.backups(file)), 1)
        self.assertEqual(self.write(host, "--json").json["changed"], False)

    @for_each_host
    def test_other_servers_and_comments_stay(self, host, file):
        old = host.fill(OTHERS[host.form])
        self.begin(host, old).chmod(0o640)
        outcome = self.write(host, "--json")
        self.assert_status(outcome, 0)
        new = file.read_text()
        self.assert_registered(host, new)
        self.assert_kept(old, new)
        before, after = READERS[host.form](old), READERS[host.form](new)
        section = after
        for name in host.place[:-1]:
            section = section[name]
        del section["limn"]
        self.assertEqual(after, before)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o640)
        backup, = self.backups(file)
        self.assertEqual(outcome.json["backup"], str(backup))
        self.assertEqual(backup.read_text(), old)
        self.assertEqual(stat.S_IMODE(backup.stat().st_mode), 0o640)

    @for_each_host
    def test_an_old_entry_gets_todays_command_and_keeps_what_its_user_said(self, host, file):
        old = host.fill(OLD[host.form])
        self.begin(host, old)
        self.assertEqual({one["host"]: one["registered"] for one in self.limn("mcp", "config", "--json").json["hosts"]}[host.name], "otherwise")
        self.assert_status(self.write(host), 0)
        new = file.read_text()
        entry = self.assert_registered(host, new)
        self.assertEqual(entry["env"], {"MINE": "1"})
        self.assertEqual("# from before" in new, "# from before" in old)
        self.assert_kept("\n".join(line for line in old.splitlines() if not re.search(r"limn\b.*limn|command.*limn|cmd.*limn|args|^ +- mcp", line)), new)

    @for_each_host
    def test_a_limit_that_a_user_has_set_stays(self, host, file):
        if host.timeout is None:
            return
        self.write(host)
        file.write_text(file.read_text().replace(f"{host.timeout[1]}", "77"))
        self.assertIn("already", self.write(host).stderr)
        self.assertEqual(host.entry(file.read_text())[host.timeout[0]], 77)

    @for_each_host
    def test_what_does_not_parse_is_left_alone_with_the_text_to_paste(self, host, file):
        self.begin(host, BROKEN[host.form])
        outcome = self.write(host)
        self.assert_status(outcome, 2)
        self.assertRegex(outcome.stderr, rf"{re.escape(str(file))}: line \d+.*; it was left alone")
        for line in self.limn("mcp", "config", host.name).stdout.splitlines():
            self.assertIn(line, outcome.stderr)
        self.assertEqual(file.read_text(), BROKEN[host.form])
        self.assertEqual(sorted(file.parent.glob(file.name + "*")), [file])

    @for_each_host
    def test_a_section_of_another_shape_is_left_alone(self, host, file):
        shapes = {"json": ['{"%s": []}', '{"%s": {"limn": "x"}}', '{"%s": {"limn": {"url": "http://127.0.0.1:1/mcp"}}}', "[1]"],
                  "yaml": ["%s: [1]\n", "%s: {limn: x}\n", "%s:\n  limn: {url: http://127.0.0.1:1/mcp}\n", "- 1\n",
                           "a: &a {command: x}\n%s:\n  limn: *a\n", "a: 1\n---\nb: 1\n"],
                  "toml": ["%s = 1\n", '%s = { a = { command = "x" } }\n', '%s.limn.command = "x"\n', '[%s]\nlimn = { command = "x" }\n',
                           '[%s.limn]\nurl = "http://127.0.0.1:1/mcp"\n', "[[%s]]\nname = 1\n"]}
        for shape in shapes[host.form]:
            text = shape % host.place[0] if "%" in shape else shape
            if len(host.place) == 3:
                text = text.replace('{"limn"', '{"servers": {"limn"').replace("}}", "}}}") if '"limn"' in text else text
            with self.subTest(text):
                self.begin(host, text)
                outcome = self.write(host)
                self.assert_status(outcome, 2)
                self.assertIn("it was left alone", outcome.stderr)
                self.assertEqual(file.read_text(), text)

    @for_each_host
    def test_marks_and_ends_of_lines_stay(self, host, file):
        for sample in (OTHERS, OLD):
            old = ("\ufeff" + host.fill(sample[host.form])).replace("\n", "\r\n").encode()
            self.begin(host, old)
            self.assert_status(self.write(host), 0)
            new = file.read_bytes()
            self.assertTrue(new.startswith(b"\xef\xbb\xbf"))
            self.assertEqual(new.count(b"\xef\xbb\xbf"), 1)
            self.assertEqual(re.findall(rb"(?<!\r)\n", new), [])
            self.assert_registered(host, new.decode())

    @for_each_host
    def test_a_link_stays_and_what_it_leads_to_is_changed(self, host, file):
        # That of a project may lead to another file of the project.
        real = (self.work if host.name == "vscode" else self.home) / "dotfiles" / file.name
        real.parent.mkdir(exist_ok=True)
        for text in (host.fill(OTHERS[host.form]), None):
            real.unlink(missing_ok=True)
            file.unlink(missing_ok=True)
            if text is not None:
                real.write_text(text)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.symlink_to(os.path.relpath(real, file.parent))
            self.assert_status(self.write(host), 0)
            self.assertTrue(file.is_symlink())
            self.assert_registered(host, real.read_text())
        self.assertEqual(len(self.backups(real)), 1)
        shutil.rmtree(real.parent)

    @for_each_host
    def test_a_file_that_nobody_may_write_to_is_left_alone(self, host, file):
        old = host.fill(OTHERS[host.form])
        self.begin(host, old).chmod(0o444)
        outcome = self.write(host)
        self.assert_status(outcome, 2)
        self.assertIn(f"{file} is there to be read only; it was left alone", outcome.stderr)
        for line in self.limn("mcp", "config", host.name).stdout.splitlines():
            self.assertIn(line, outcome.stderr)
        self.assertEqual((file.read_text(), self.backups(file)), (old, []))

    @for_each_host
    def test_taking_it_out_again_leaves_what_was_there(self, host, file):
        old = host.fill(OTHERS[host.form])
        self.begin(host, old)
        self.write(host)
        outcome = self.limn("mcp", "config", host.name, "--remove")
        self.assert_status(outcome, 0)
        self.assertEqual(READERS[host.form](file.read_text()), READERS[host.form](old))
        self.assert_kept(old, file.read_text())
        self.assertIn("limn is not in", self.limn("mcp", "config", host.name, "--remove").stderr)
        self.fresh(host)
        self.write(host)
        self.assert_status(self.limn("mcp", "config", host.name, "--remove"), 0)
        self.assertNotIn("limn", file.read_text())
        self.assert_status(self.write(host), 0)
        self.assert_registered(host, file.read_text())

    @unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
    @for_each_host
    def test_a_folder_that_cannot_be_written_to(self, host, file):
        old = host.fill(OTHERS[host.form])
        self.begin(host, old)
        # root may write anywhere, but not to a file system that nobody may write to.
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        outcome = self.write(host, through=["unshare", "-rm", "sh", "-c", mount, str(file.parent)])
        self.assert_status(outcome, 2)
        self.assertIn("cannot be written", outcome.stderr)
        self.assertIn("limn mcp config", outcome.stderr)
        self.assertEqual(file.read_text(), old)
        self.assertEqual(sorted(file.parent.glob(file.name + "*")), [file])


class OneHost(McpConfigCase):
    def host(self, name):
        return next(host for host in HOSTS if host.name == name)

    def test_hosts_are_listed_with_their_files_and_what_is_in_them(self):
        self.write(self.host("codex"))
        self.begin(self.host("goose"), "a: [1\n")
        outcome = self.limn("mcp", "config", "--json")
        self.assert_valid(outcome.json, "mcp_hosts")
        states = {one["host"]: (one["file"], one["registered"]) for one in outcome.json["hosts"]}
        self.assertEqual(states, {host.name: (str(self.home / host.file), {"codex": "yes", "goose": "unreadable"}.get(host.name, "no")) for host in HOSTS})
        told = self.limn("mcp", "config")
        self.assert_status(told, 0)
        self.assertRegex(told.stdout, r"(?m)^codex +registered +/.*config\.toml$")
        self.assertRegex(told.stdout, r"(?m)^cursor +not registered +/")
        self.assertRegex(told.stdout, r"(?m)^goose +cannot be read +/.*\n +line 2, column 1: ")

    def test_a_repositorys_link_out_of_its_folder_is_not_written_through(self):
        host = self.host("vscode")
        own = self.home / ".claude/settings.json"
        own.parent.mkdir()
        link = self.work / ".vscode"
        for text in ("{}", None):
            own.unlink(missing_ok=True)
            if text is not None:
                own.write_text(text)
            for at, target in ((link / "mcp.json", own), (link, own.parent)):
                for words in (("--write",), ("--remove",)):
                    with self.subTest(text=text, at=at, words=words):
                        at.parent.mkdir(exist_ok=True)
                        at.symlink_to(os.path.relpath(target, at.parent))
                        outcome = self.limn("mcp", "config", host.name, *words)
                        self.assert_status(outcome, 2)
                        self.assertIn("leads out of the folder", outcome.stderr)
                        self.assertEqual(sorted(own.parent.iterdir()), [own] if text is not None else [])
                        self.assertEqual(own.read_text() if text is not None else None, text)
                        at.unlink()
                        if link.is_dir():
                            link.rmdir()

    def test_what_is_no_host(self):
        for words, said in ((("cusror",), "there is no host 'cusror': did you mean 'cursor'?"), (("--write",), "need a host"),
                            (("codex", "--write", "--remove"), "exclude")):
            outcome = self.limn("mcp", "config", *words)
            self.assert_status(outcome, 2)
            self.assertIn(said, outcome.stderr)

    def test_hosts_that_are_told_to_keep_their_files_elsewhere(self):
        for variable, value, host, file in (("CLAUDE_CONFIG_DIR", "c", "claude-code", "c/.claude.json"), ("CODEX_HOME", "x", "codex", "x/config.toml"),
                                            ("XDG_CONFIG_HOME", "xdg", "goose", "xdg/goose/config.yaml"),
                                            ("GOOSE_PATH_ROOT", "g", "goose", "g/config/config.yaml"), ("HERMES_HOME", "h", "hermes", "h/config.yaml"),
                                            ("COPILOT_HOME", "p", "copilot", "p/mcp-config.json"), ("OPENCLAW_CONFIG_PATH", "o.json", "openclaw", "o.json"),
                                            ("OPENCLAW_STATE_DIR", "os", "openclaw", "os/openclaw.json"), ("OPENCLAW_HOME", "oh", "openclaw", "oh/.openclaw/openclaw.json"),
                                            ("OPENCODE_CONFIG", "oc.json", "opencode", "oc.json")):
            with self.subTest(variable):
                outcome = self.write(self.host(host), env=self.environment(**{variable: str(self.home / value)}))
                self.assertEqual(outcome.stdout, f"{self.home / file}\n")

    def test_opencode_keeps_the_shape_that_its_file_has(self):
        host = self.host("opencode")
        old = '{\n\t"mcp": {\n\t\t"servers": {\n\t\t\t"web": {"type": "remote", "url": "http://127.0.0.1:1/mcp"}\n\t\t}\n\t}\n}\n'
        file = self.begin(host, old)
        self.write(host)
        self.assertEqual(read_jsonc(file.read_text())["mcp"]["servers"]["limn"],
                         {"type": "local", "command": [LIMN, "mcp"], "timeout": {"startup": 30000, "request": 600000}})
        self.assertIn('\t\t\t"limn": {\n\t\t\t\t"type"', file.read_text())
        self.assertIn("already", self.write(host).stderr)
        # A server of version 1 may have that name.
        file.write_text('{"mcp": {"servers": {"type": "local", "command": ["x"]}}}')
        self.write(host)
        self.assertEqual(set(read_jsonc(file.read_text())["mcp"]), {"servers", "limn"})
        # And its other file is taken where it is there, and limn not in the first.
        file.write_text("{}")
        other = file.with_name("opencode.jsonc")
        other.write_text("{}")
        self.assertEqual(self.write(host).stdout, f"{other}\n")

    def test_what_is_switched_off_is_told(self):
        for name, change in (("codex", lambda text: text + "enabled = false\n"), ("cursor", lambda text: text.replace('"args"', '"disabled": true, "args"')),
                             ("goose", lambda text: text.replace("enabled: true", "enabled: false"))):
            host = self.host(name)
            self.write(host)
            (self.home / host.file).write_text(change((self.home / host.file).read_text()))
            self.assertRegex(self.limn("mcp", "config").stdout, rf"(?m)^{name} +registered .*\n +it is switched off there$")
        self.assert_valid(self.limn("mcp", "config", "--json").json, "mcp_hosts")

    def test_opencode_has_it_once(self):
        host = self.host("opencode")
        file = self.begin(host, "{}")
        self.write(host)
        shaped = json.loads(file.read_text())
        shaped["mcp"]["servers"] = {"web": {"type": "remote", "url": "http://127.0.0.1:1/mcp"}}
        file.write_text(json.dumps(shaped))
        self.assertIn("already", self.write(host).stderr)
        self.assertEqual(json.loads(file.read_text()), shaped)
        other = file.with_name("opencode.jsonc")
        other.write_text("{}")
        self.assertRegex(self.limn("mcp", "config").stdout, r"(?m)^opencode +registered +/.*opencode\.json$")
        self.assertIn("already", self.write(host).stderr)
        self.assertEqual(other.read_text(), "{}")
        self.assert_status(self.limn("mcp", "config", "opencode", "--remove"), 0)
        self.assertEqual(self.write(host).stdout, f"{other}\n")

    def test_json5_is_kept_as_it_is(self):
        host = self.host("openclaw")
        old = "// mine\n{\n  gateway: {port: 18789, mode: 'local',},\n  mcp: {\n    servers: {\n      'web': {command: 'web'},\n    },\n  },\n}\n"
        file = self.begin(host, old)
        self.assert_status(self.write(host), 0)
        new = file.read_text()
        self.assert_kept(old, new)
        added = [line.strip() for line in new.splitlines() if line not in old.splitlines()]
        self.assertEqual(added, ['"limn": {', f'"command": "{LIMN}",', '"args": ["mcp"],', '"requestTimeoutMs": 600000', "},"])
        self.assertIn("already", self.write(host).stderr)

    def test_everything_on_one_line(self):
        for text in ('{"servers":{"web":{"command":"web"}},"a":1}', '{"servers":{}}', '{"a":1}', "{}", '{"servers": {"limn": {"command": "limn"}}}',
                     '{"servers": {"limn": {}}}', '{ /* none */ }', '{"servers": {\n // none yet\n}}', '{"a": "\\"}{\\u00e9"}'):
            with self.subTest(text):
                file = self.begin(self.host("vscode"), text)
                self.assert_status(self.write(self.host("vscode")), 0)
                new = read_jsonc(file.read_text())
                self.assertEqual(new["servers"].pop("limn"), {"type": "stdio", "command": LIMN, "args": ["mcp"]})
                old = read_jsonc(text)
                old.setdefault("servers", {}).pop("limn", None)
                self.assertEqual(new, old)

    def assert_left_alone(self, host, text, changes=("--write", "--remove")):
        file = self.begin(host, text)
        old = file.read_bytes()
        for change in changes:
            outcome = self.limn("mcp", "config", host.name, change)
            self.assert_status(outcome, 2)
            self.assertIn("it was left alone", outcome.stderr)
            self.assertEqual(file.read_bytes(), old)

    def test_json_that_its_host_does_not_read(self):
        everywhere = ('{"a": 01x}', '{"a": 01}', '{"a": 1.2.3}', '{"a": "\\1"}', b'{"a": "\xff"}', b'{"a": 1}\x00', '{"a": "b\rc"}')
        with_comments = ('{"a": "\\q"}', b'{"a": "\x01"}', '{"a": NaN}', "{a: 1}", "{'a': 1}", '{"a": 0x1}', '{"a": .5}')
        strict = ('{"a": 1,}', '{"a": 1 // c\n}', '{"a": /* c */ 1}')
        for name, texts in (("openclaw", everywhere), ("vscode", everywhere + with_comments), ("opencode", everywhere + with_comments),
                            *((name, everywhere + with_comments + strict) for name in Host.STRICT)):
            for text in texts:
                with self.subTest(host=name, text=text):
                    self.assert_left_alone(self.host(name), text)
        for text in ('{"a": 1e308, "b": -0, "c": 12345678901234567890, "d": [1.5e-3, true, null, "\\ud83d\\ude00"]}',
                     '{"a": "cut \\ud83d", "b": "\\uDE00\\ud83d\\\\ud83d"}'):
            for name in Host.STRICT:
                self.begin(self.host(name), text)
                self.assert_status(self.write(self.host(name)), 0)

    def test_json5_whose_names_or_comments_can_be_read_in_two_ways(self):
        for text in ('{m\\u0063p: {servers: {a: {command: "x"}}}}', '{a: 1, // x\r mcp: {servers: {}}\n}', '{a: 1, // x\u2028 mcp: {servers: {}}\n}',
                     '{a: 1, // x\u2029 mcp: {servers: {}}\n}', '{a: 1,\u00a0mcp: {servers: {}}}'):
            with self.subTest(text):
                self.assert_left_alone(self.host("openclaw"), text)
        file = self.begin(self.host("openclaw"), "{$a: 1, _b: [+.5, 0xff, -Infinity, 5., 1e9], // c\r\n 'm\\u0063p': {}}")
        self.assert_status(self.write(self.host("openclaw")), 0)
        self.assertEqual(file.read_text().count("limn\":"), 1)
        self.assertNotIn('"mcp":', file.read_text())

    def test_yaml_in_other_ways(self):
        host = self.host("hermes")
        for text in ("mcp_servers:\n", "mcp_servers: {}\nb: 1\n", "mcp_servers: null # none\n", "# only words\n", "a: 1", "mcp_servers: # mine\n    web:\n        command: x\n",
                     "mcp_servers:\n  limn:\nb: 2\n", "---\na: 1\n", "a:\n  - b\n  - mcp_servers:\n", "mcp_servers:\n  limn:\n    command: limn\n\n# behind\n", 'mcp_servers:\n  limn:\n    args: [a,\n      b]\n    timeout: 5\nz: 1\n'):
            with self.subTest(text):
                file = self.begin(host, text)
                self.assert_status(self.write(host), 0)
                new = yaml.safe_load(file.read_text())
                entry = new["mcp_servers"].pop("limn")
                self.assertEqual((entry["command"], entry["args"]), (LIMN, ["mcp"]))
                old = yaml.safe_load(text) or {}
                old["mcp_servers"] = old.get("mcp_servers") or {}
                old["mcp_servers"].pop("limn", None)
                self.assertEqual(new, old)
                for comment in re.findall("#.*", text):
                    self.assertIn(comment, file.read_text())

    def test_yaml_that_ends_within_quotes_or_in_what_is_no_key(self):
        host = self.host("hermes")
        for text in ("a: 1\nb", 'a: 1\n"b: 2\nmcp_servers: {}\n', "a:\n  b:\n'c: 3\n\n# end\n", "mcp_servers:\n  limn:\n    command: limn\n# b: 1\nt\n", 'mcp_servers:\n\nz: "1\n',
                     "mcp_servers: {}\nz: 'it''\n", 'mcp_servers: {}\nz:\n- a\n- "b\\"\n'):
            with self.subTest(text):
                self.assertRaises(yaml.YAMLError, yaml.safe_load, text)
                self.assert_left_alone(host, text)
        for text in ("a: 1\nb:", "a: 1\n'b:' : ", "a: 1\nb: {c}\n", "a: 1\n\"b\\\"\": # c", "b: 'it''s'\n", 'b:\n- "c\n  d"\n', "b: ''\n", 'a: "b\\"c"'):
            with self.subTest(text):
                file = self.begin(host, text)
                self.assert_status(self.write(host), 0)
                self.assertEqual({**yaml.safe_load(file.read_text()), **yaml.safe_load(text)}, yaml.safe_load(file.read_text()))

    def test_what_another_command_has_made_is_neither_taken_over_nor_taken_out(self):
        others = {"json": ('{"%s": {"limn": {"url": "http://127.0.0.1:1/mcp"}}}', '{"%s": {"limn": {"%s": "npx", "args": ["other-limn"]}}}', '{"%s": {"limn": "x"}}'),
                  "toml": ('[%s.limn]\nurl = "http://127.0.0.1:1/mcp"\n', '[%s.limn]\n%s = "npx"\nargs = ["other-limn"]\n', '[%s.limn]\n%s = """npx"""\n'),
                  "yaml": ("%s:\n  limn:\n    url: http://127.0.0.1:1/mcp\n", "%s:\n  limn:\n    %s: npx\n    args: [other-limn]\n", "%s:\n  limn: x\n")}
        for name in ("cursor", "codex", "hermes", "goose"):
            host = self.host(name)
            for text in others[host.form]:
                with self.subTest(host=name, text=text):
                    self.assert_left_alone(host, text % ((host.place[0], host.command) if text.count("%s") == 2 else host.place[0]))
        self.assert_left_alone(self.host("opencode"), '{"mcp": {"limn": {"type": "local", "command": ["npx", "other-limn"]}}}')

    def test_a_file_that_limn_has_made_holds_nothing_when_it_is_taken_out(self):
        for host in HOSTS:
            with self.subTest(host.name):
                file = self.fresh(host)
                self.write(host)
                self.assert_status(self.limn("mcp", "config", host.name, "--remove"), 0)
                self.assertEqual(file.read_text(), "{}\n" if host.form == "json" else "")

    def test_taking_it_out_of_toml_leaves_each_line_that_is_not_its_own(self):
        host = self.host("codex")
        for old in ("a = 1\n", "a = 1\n\n[b]\nc = 2\n", "# none\n"):
            with self.subTest(old):
                file = self.begin(host, old)
                self.write(host)
                self.assertNotEqual(file.read_text(), old)
                self.assert_status(self.limn("mcp", "config", "codex", "--remove"), 0)
                self.assertEqual(file.read_text(), old)
        file = self.begin(host, 'a = 1\n\n[mcp_servers.limn]\ncommand = "limn"\n# [mcp_servers.web]\nargs = ["mcp"]\n\n[b]\nc = 2\n')
        self.assert_status(self.limn("mcp", "config", "codex", "--remove"), 0)
        self.assertIn("# [mcp_servers.web]\n", file.read_text())
        self.assertEqual(tomllib.loads(file.read_text()), {"a": 1, "b": {"c": 2}})

    def test_a_comment_behind_what_is_taken_out_stays(self):
        for name, text, left in (("openclaw", '{mcp: {servers: {limn: {command: "limn"} /* note */, b: {}}}}', "/* note */"),
                                 ("openclaw", '{mcp: {servers: {\n  limn: {command: "limn"} // note\n  , b: {}}}}', "// note"),
                                 ("vscode", '{"servers": {\n  "limn": {"command": "limn"}, // note\n  "b": {}\n}}', "// note")):
            with self.subTest(text):
                file = self.begin(self.host(name), text)
                self.assert_status(self.limn("mcp", "config", name, "--remove"), 0)
                self.assertIn(left, file.read_text())
                self.assertNotIn("limn", file.read_text())
                self.assertIn("limn is not in", self.limn("mcp", "config", name, "--remove").stderr)

    def test_comments_within_what_would_be_replaced_are_not_lost(self):
        for name, text in (("hermes", "mcp_servers:\n  limn:\n    command: limn\n    args: [a, # one\n      b] # two\nz: 1\n"),
                           ("hermes", "mcp_servers:\n  limn:\n    command: limn\n      # below\n    args: [mcp]\nz: 1\n"),
                           ("codex", '[mcp_servers.limn]\ncommand = "limn"\nargs = [\n  "a", # one\n  "b",\n] # two\n'),
                           ("vscode", '{"servers": {"limn": {"command": "limn", "args": ["a", /* one */ "b"]}}}'),
                           ("openclaw", "{mcp: {servers: {limn: {command: 'limn', args: ['a' // one\n]}}}}")):
            with self.subTest(text):
                self.assert_left_alone(self.host(name), text, changes=("--write",))
        for said in ("it's", '"it\'s # not"', 'a"b', "[it's, 'x # not']"):
            with self.subTest(said):
                text = f"mcp_servers:\n  limn:\n    command: limn # keep me\n    args: {said} # keep me\nz: 1\n"
                file = self.begin(self.host("hermes"), text)
                self.assert_status(self.write(self.host("hermes")), 0)
                self.assertEqual(file.read_text().count(" # keep me\n"), 2, file.read_text())
                self.assertEqual(yaml.safe_load(file.read_text())["mcp_servers"]["limn"]["args"], ["mcp"])
        # What says the same stays as it is written.
        file = self.begin(self.host("hermes"), "mcp_servers:\n  limn:\n    command: limn\n    args: [ # one\n      mcp] # two\nz: 1\n")
        self.assert_status(self.write(self.host("hermes")), 0)
        self.assertIn("args: [ # one\n      mcp] # two\n", file.read_text())

    def test_toml_that_is_none(self):
        host = self.host("codex")
        for text in ("[a]\n[a]\n", "a = 1\na = 2\n", 'a = "x\n', "a = 1 b = 2\n", "[a\n", "a\n", "a = [1, 2\n", "a = {b = 1\n", "a = yes\n", '"""a""" = 1\n'):
            with self.subTest(text):
                file = self.begin(host, text)
                outcome = self.write(host)
                self.assert_status(outcome, 2)
                self.assertRegex(outcome.stderr, r"line \d+: ")
                self.assertEqual(file.read_text(), text)

    def test_toml_that_is_none_in_what_limn_does_not_touch(self):
        host = self.host("codex")
        for text in ("a = 12x\n", "a = 01\n", 'b = "\\q"\n', b'a = "\x01"\n', b'a = "\xff"\n', b"# \xff\n", "a.b = 1\n[a]\nc = 1\n", b"a = 1\r# c\rb = 2\n", "a = 1979-13-01\n",
                     "[" + "a." * 30000 + "a]\n", "a" + ".a" * 30000 + " = 1\n", "a = " + "[" * 5000 + "]" * 5000 + "\n"):
            with self.subTest(text[:20]):
                file = self.begin(host, text)
                old = file.read_bytes()
                for words in (("--write",), ("--remove",)):
                    outcome = self.limn("mcp", "config", host.name, *words)
                    self.assert_status(outcome, 2)
                    self.assertIn("it was left alone", outcome.stderr)
                    self.assertEqual(file.read_bytes(), old)

    def test_toml_that_says_it_in_another_way_is_left_alone_with_the_text_to_paste(self):
        host = self.host("codex")
        for text in ('[mcp_servers.limn]\n"command".x = "x"\n', "[mcp_servers.limn]\nargs.a = 1\n", '[mcp_servers.limn]\ncommand = "limn"\n[mcp_servers.limn.args]\na = 1\n',
                     '["mcp\\u005fservers".limn]\ncommand = "limn"\n', '[mcp_servers."li\\u006dn"]\ncommand = "limn"\n',
                     '[mcp_servers.limn]\n"comm\\u0061nd" = "limn"\n', '"mcp\\u005fservers" = {}\n'):
            with self.subTest(text):
                tomllib.loads(text)
                file = self.begin(host, text)
                outcome = self.write(host)
                self.assert_status(outcome, 2)
                self.assertIn("it was left alone", outcome.stderr)
                self.assertIn("[mcp_servers.limn]", outcome.stderr)
                self.assertEqual(file.read_text(), text)

    def test_toml_with_names_in_quotes(self):
        host = self.host("codex")
        file = self.begin(host, '[ "mcp_servers" . \'limn\' ]\ncommand = "limn"\n\n[x."a.b"]\nc = 1979-05-27 07:32:00\nd = +1_000.5e-3\n')
        self.assert_status(self.write(host), 0)
        self.assert_registered(host, file.read_text())
        self.assertEqual(file.read_text().count("mcp_servers"), 1)

    def test_the_command_is_the_one_that_was_started_also_by_a_link(self):
        link = self.home / "bin/limn"
        link.parent.mkdir()
        link.symlink_to(LIMN)
        env = self.environment(PATH=f"{link.parent}:{os.environ['PATH']}")
        for words, expected in ((["limn"], link), ([str(link)], link), (["../bin/limn"], link)):
            printed = subprocess.run([*words, "mcp", "config", "cursor"], env=env, cwd=self.work, capture_output=True, text=True, timeout=60,
                                     executable=str(link)).stdout
            self.assertEqual(read_jsonc(printed)["mcpServers"]["limn"]["command"], str(expected))
        lied = subprocess.run(["/bin/true", "mcp", "config", "cursor"], env=env, cwd=self.work, capture_output=True, text=True, timeout=60, executable=LIMN).stdout
        self.assertEqual(read_jsonc(lied)["mcpServers"]["limn"]["command"], str(pathlib.Path(LIMN).resolve()))

    def test_options_that_say_where_things_are_go_along(self):
        (self.work / "own.yaml").write_text("timeout: 5m\n")
        printed = self.limn("mcp", "config", "cursor", "--config", "own.yaml")
        self.assertEqual(read_jsonc(printed.stdout)["mcpServers"]["limn"]["args"], ["--config", str(self.work / "own.yaml"), "mcp"])

    def test_backups_never_go_over_one_another(self):
        host = self.host("cursor")
        seen = set()
        for i in range(4):
            file = self.begin(host, json.dumps({"round": i}))
            seen.add(self.write(host, "--json").json["backup"])
        self.assertEqual(len(seen), 4)
        self.assertEqual(sorted(json.loads(path.read_text())["round"] for path in self.backups(file)), [0, 1, 2, 3])

    def test_what_its_host_writes_in_the_last_moment_is_not_lost(self):
        host = self.host("cursor")
        for _ in range(30):
            file = self.begin(host, json.dumps({"a": "x" * (8 << 20)}))  # a copy of which takes a while
            running = subprocess.Popen([LIMN, "mcp", "config", "cursor", "--write"], env=self.environment(), stderr=subprocess.PIPE, text=True)
            while not self.backups(file) and os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
                pass
            running.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, running.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            new = file.with_name("new")
            new.write_text('{"theirs": 1}')
            is_before = file.stat().st_size == (8 << 20) + len('{"a": ""}')
            if is_before:
                new.rename(file)
            running.send_signal(signal.SIGCONT)
            told = running.communicate()[1]
            if is_before:
                self.assertEqual(running.returncode, 2, told)
                self.assertIn("was changed by somebody else meanwhile", told)
                self.assertEqual(file.read_text(), '{"theirs": 1}')
                self.assertEqual([one.name for one in file.parent.iterdir()], ["mcp.json"])
                return
            for one in file.parent.iterdir():
                one.unlink()
        self.skipTest("limn was always quicker")

    def test_deep_and_large_files(self):
        host = self.host("claude-code")
        self.begin(host, "[" * 100_000)
        self.assert_status(self.write(host), 2)
        file = self.begin(host, json.dumps({"projects": {str(i): {"history": ["x" * 100] * 20} for i in range(2000)}}))  # 4 MB
        self.assert_status(self.write(host), 0)
        self.assertEqual(len(json.loads(file.read_text())["projects"]), 2000)


if __name__ == "__main__":
    unittest.main()
