"""The schemas fail where they should, and every command's output is held to them."""

import json
import os
import pathlib
import re
import unittest

import documents
import schemas
from limn_case import LIMN, LimnCase

DOCUMENTS = pathlib.Path(LIMN).resolve().parents[1] / "share/doc/limn"


class Schemas(unittest.TestCase):
    def test_a_root_takes_no_stranger(self):
        for root in schemas.NAMES:
            for stranger in ({}, {"a": 1}, [], 5, None, {"ok": True, "extra": 1}, {"event": "unheard of"}, {"event": "noticed"},
                             {"event": "noticed", "text": "x", "more": 1}):
                with self.subTest(root=root, stranger=stranger):
                    self.assertNotEqual(schemas.faults(stranger, root), [])

    def test_every_object_is_closed(self):
        def open_objects(schema, where):
            if isinstance(schema, dict):
                if schema.get("type") == "object" and "properties" in schema and schema.get("additionalProperties") is not False:
                    yield where
                for name, part in schema.items():
                    yield from open_objects(part, f"{where}/{name}")
            elif isinstance(schema, list):
                for i, part in enumerate(schema):
                    yield from open_objects(part, f"{where}/{i}")

        for name in schemas.NAMES:
            text = (schemas.FOLDER / f"{name}.schema.json").read_text()
            self.assertEqual(list(open_objects(json.loads(text), name)), [])

    def test_they_and_the_documents_are_installed(self):
        root = schemas.FOLDER.parent
        for source in (*documents.DOCUMENTS, *(schemas.FOLDER / f"{name}.schema.json" for name in schemas.NAMES)):
            installed = DOCUMENTS / source.relative_to(root)
            self.assertTrue(installed.is_file(), installed)
            self.assertEqual(installed.read_text(), source.read_text())

    def test_links_of_installed_documents_lead_to_installed_ones(self):
        followed = 0
        for document in DOCUMENTS.rglob("*.md"):
            for link in documents.links(document.read_text()):
                path = link.partition("#")[0]
                if re.match(r"[a-z]+:|$", path) or path.endswith((".h", ".hpp", ".cpp")):  # elsewhere; in the sources
                    continue
                with self.subTest(document=str(document.relative_to(DOCUMENTS)), link=link):
                    self.assertTrue((document.parent / path).is_file())
                    followed += 1
        self.assertGreater(followed, 100)


class Commands(LimnCase):
    """One run of each, of what the other tests do not ask for with --json."""

    def test_each_prints_what_its_definition_says(self):
        env = self.environment("ok")
        (self.work / "items").write_text('"a fox"\n')
        for words, name in (
            (("config",), "settings"), (("config", "list"), "settings"), (("config", "get", "timeout"), "settings"),
            (("config", "path"), "settings_path"), (("config", "set", "timeout", "5s"), "done"), (("config", "unset", "timeout"), "done"),
            (("forget",), "forget"), (("sandbox", "--list"), "sandbox_list"), (("plugins", "check", "--list"), "plugins_check_list"),
            (("plugins",), "plugins"), (("recover",), "recover"), (("history",), "history"), (("spend",), "spend"), (("spend", "--by", "day"), "spend"), (("discover",), "discover"), (("verify",), "verify"), (("models",), "models"), (("init",), "init"),
            (("mcp", "config"), "mcp_hosts"), (("mcp", "config", "codex"), "mcp_registration"), (("mcp", "config", "codex", "--write"), "mcp_change"), (("mcp", "check"), "doctor"),
            (("skill", "print"), "skill_file"), (("skill", "install"), "skill_copies"),
            (("doctor",), "doctor"), (("doctor", "--generate"), "doctor"), (("generate", "a fox"), "generate"),
            (("generate", "--dry-run", "a fox"), "dry_run"), (("batch", "items"), "batch"), (("batch", "items", "--dry-run"), "batch_dry_run"),
            (("plugins", "new", "acme"), "new_plugin"), (("nonsense",), "failure"), (("config", "get", "nonsense"), "failure"),
        ):
            with self.subTest(words=words):
                outcome = self.limn(*words, "--json", env=env)
                self.assert_valid(outcome.json, name)
                self.assertEqual(outcome.stdout.count("\n"), 1)

    def test_the_served_sandbox_too(self):
        self.assert_valid({"ok": True, "port": self.sandbox.port, "base_url": self.sandbox.base_url("ok")}, "sandbox")


if __name__ == "__main__":
    unittest.main()
