"""What an author of a plugin does, from the first command on, with nothing but an installed limn that was moved since."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import urllib.request

from limn_case import LIMN, LimnCase

SOURCE = pathlib.Path(__file__).resolve().parents[2]
AUTHORS = SOURCE / "tests/out_of_tree_plugin"


class NewPluginCase(LimnCase):
    """A copy of the installed prefix in a place that no CMake knows, and an author with an empty home."""

    def setUp(self):
        super().setUp()
        self.prefix = self.home / "a prefix"
        shutil.copytree(pathlib.Path(LIMN).parent.parent, self.prefix, symlinks=True)
        self.command = self.prefix / "bin/limn"

    def run_command(self, *command, status=0, cwd=None, **more):
        """In an environment that tells nothing of limn and of its sources."""
        # A limn under a sanitizer loads plugins that are not; what is set for it reaches it.
        env = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        env.update(HOME=str(self.home), PATH=f"{self.prefix}/bin:{os.environ['PATH']}", LC_ALL="C.UTF-8")
        env.update(more)
        done = subprocess.run([str(part) for part in command], env=env, cwd=cwd or self.work, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
        self.assertEqual(done.returncode, status, f"{command}:\n{done.stdout}")
        return done.stdout

    def build(self, source, folder="b"):
        self.run_command("cmake", "-S", source, "-B", folder)
        self.run_command("cmake", "--build", folder)

    def passed_tests(self, folder="b"):
        """The names of the tests of a project, all of which pass."""
        said = self.run_command("ctest", "--test-dir", folder, "--output-on-failure", "--no-tests=error")
        return set(re.findall(r"Test +#\d+: (\w+) \.* +Passed", said))

    def assert_draws(self, plugin, provider):
        folder = self.work / "pictures"
        said = self.run_command("limn", "--plugin", plugin, "generate", "--json", "--provider", provider, "--sandbox", "-d", folder, "x")
        self.assertEqual(json.loads(said)["provider"], provider)
        images = self.images_in(folder)
        self.assertEqual(len(images), 1)
        self.assert_png(images[0])


class WrittenProjects(NewPluginCase):
    def test_a_provider_builds_keeps_the_contract_and_draws(self):
        self.run_command("limn", "plugins", "new", "zebra_art")
        self.assert_nothing_is_left_to_fill_in(self.work / "zebra_art")
        self.build("zebra_art")
        self.assertEqual(self.passed_tests(), {"conformance_zebra_art", "zebra_art_draws"})
        self.assert_draws(self.work / "b/zebra_art.so", "zebra_art")
        self.assert_reads_answers_of_its_gateway(self.work / "b/zebra_art.so")

    def assert_reads_answers_of_its_gateway(self, plugin):
        """As they come from a real one, without any test that is skipped for want of one."""
        for behaviour in ("ok", "url-result", "sse"):
            request = urllib.request.Request(f"{self.sandbox.base_url(behaviour)}/images/generations", data=b'{"model": "gpt-image-2", "prompt": "a fox"}',
                                             headers={"Authorization": "Bearer none"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                (self.work / behaviour).write_bytes(f"HTTP/1.1 {answer.status} OK\r\n{answer.headers}".encode() + answer.read())
            said = self.run_command("limn", "plugins", "check", plugin, "--answer", self.work / behaviour, "--json", "--time-limit", "100")
            tests = json.loads(said)["tests"]
            self.assertEqual([test for test in tests if test["status"] in ("failure", "warning")], [])
            self.assertLessEqual({test["id"] for test in tests if test["status"] == "skipped"}, {"lifetime.cancelled", "provider.inputs", "provider.short_image", "provider.terms"})

    def test_a_provider_refuses_settings_that_it_does_not_know(self):
        self.run_command("limn", "plugins", "new", "zebra")
        self.build("zebra")
        settings = self.home / "limn.yaml"
        generate = ("limn", "--config", settings, "--plugin", self.work / "b/zebra.so", "generate", "--provider", "zebra", "--sandbox")
        settings.write_text("settings:\n  zebra: {pathh: /images/generations}\n")
        self.assertIn("pathh", self.run_command(*generate, "x", status=2))
        settings.write_text("settings:\n  zebra: {path: /nowhere}\n")
        self.assertIn("endpoint", self.run_command(*generate, "--json", "x", status=6))
        settings.write_text("settings:\n  zebra: {path: /images/generations}\n")
        self.run_command(*generate, "x")

    def test_a_provider_tells_a_stream_from_one_that_is_cut(self):
        self.run_command("limn", "plugins", "new", "zebra")
        self.build("zebra")
        for behaviour, status in (("sse", 0), ("sse-odd", 0), ("sse-ends-too-early", 9), ("billing-402", 5), ("moderated", 7)):
            gateway = {name: value for name, value in self.environment(behaviour).items() if name.startswith("OPENAI")}
            said = self.run_command("limn", "--plugin", self.work / "b/zebra.so", "generate", "--json", "--provider", "zebra",
                                    "-d", self.work / behaviour, "x", status=status, **gateway)
            told = json.loads(said.splitlines()[-1])
            self.assertEqual(told["ok"], status == 0, said)
            if status == 9:
                self.assertIn("charged for; `limn recover` lists", told["error"]["hint"])
            self.assertEqual(len(list((self.work / behaviour).glob("*.png"))), 1 if status == 0 else 0, behaviour)

    def test_a_config_source_builds_keeps_the_contract_and_is_listed(self):
        self.run_command("limn", "plugins", "new", "zebra", "--kind", "config-source", "--directory", "where/ever")
        self.assert_nothing_is_left_to_fill_in(self.work / "where/ever")
        self.build("where/ever")
        self.assertEqual(self.passed_tests(), {"conformance_zebra", "zebra_is_listed"})

    def test_an_installed_plugin_is_found(self):
        self.run_command("limn", "plugins", "new", "zebra")
        self.build("zebra")
        self.run_command("cmake", "--install", "b", "--prefix", self.prefix)
        records = json.loads(self.run_command("limn", "plugins", "--json"))["components"]
        self.assertIn("zebra", [record["id"] for record in records])

    def test_one_list_has_plugins_of_all_kinds_and_ages(self):
        self.run_command("limn", "plugins", "new", "zebra")
        self.build("zebra")
        frozen = pathlib.Path(os.environ["LIMN_FROZEN_PLUGINS"])
        of_1_0, of_1_1 = "c11_gcc", "c11_gcc_of_1_1"
        for id in (of_1_0, of_1_1):
            if not (frozen / f"{id}.so").exists():
                self.skipTest(f"the compiler of {id} is not installed")
        said = self.run_command("limn", "--plugin", self.work / "b/zebra.so", "--plugin", frozen / f"{of_1_0}.so",
                                "--plugin", frozen / f"{of_1_1}.so", "plugins", "--json")
        records = {(record["kind"], record["id"]): record["state"] for record in json.loads(said)["components"]}
        for id in ("zebra", "azure_images", "gemini_native", "openai_images", "submit_poll", of_1_0, of_1_1):
            self.assertEqual(records.get(("provider", id)), "ready", said)
        for id in ("env", "config_yaml", "ai_hosts", f"{of_1_0}_source", f"{of_1_1}_source"):
            self.assertEqual(records.get(("config-source", id)), "ready", said)

    def test_the_hint_where_limn_is_can_be_overruled(self):
        self.run_command("limn", "plugins", "new", "zebra")
        other = self.home / "other"
        self.prefix.rename(other)
        said = self.run_command("cmake", "-S", "zebra", "-B", "b", status=1, PATH=os.environ["PATH"])
        self.assertIn("limn", said)
        self.run_command("cmake", "-S", "zebra", "-B", "b", f"-DCMAKE_PREFIX_PATH={other}", PATH=os.environ["PATH"])

    def assert_nothing_is_left_to_fill_in(self, project):
        files = [path for path in project.rglob("*") if path.is_file()]
        self.assertIn(".gitignore", [path.name for path in files])
        self.assertIn("README.md", [path.name for path in files])
        for path in files:
            text = path.read_text()
            self.assertNotRegex(str(path.relative_to(project)) + text, r"(?i)acme|@[A-Z_]+@", path)
            self.assertNotIn(str(SOURCE), text, path)


class BadWishes(NewPluginCase):
    def test_a_bad_name_is_refused_with_a_better_one(self):
        for name, better in (("Acme", "acme"), ("acme-art", "acme_art"), ("2fast", "fast"), ("a b", "a_b"), ("../up", "up"),
                             ("test", "test_images"), ("limn", "limn_images"), ("preinstall", "preinstall_images"), ("x" * 65, "x" * 64), ("acme_", None), ("_", None)):
            said = self.run_command("limn", "plugins", "new", name, status=0 if name == "acme_" else 2)
            if better:
                self.assertIn(f"did you mean '{better}'?", said)
        self.assertEqual([path.name for path in self.work.iterdir()], ["acme_"])

    def test_nothing_is_written_over(self):
        taken = self.work / "zebra"
        taken.write_text("mine")
        self.assertIn("is there already", self.run_command("limn", "plugins", "new", "zebra", status=2))
        self.assertEqual(taken.read_text(), "mine")
        taken.unlink()
        taken.mkdir()
        self.run_command("limn", "plugins", "new", "zebra")  # an empty folder holds nothing to lose
        before = {path: path.read_bytes() for path in taken.rglob("*") if path.is_file()}
        self.assertIn("is there already", self.run_command("limn", "plugins", "new", "zebra", "--kind", "config-source", status=2))
        self.assertEqual({path: path.read_bytes() for path in taken.rglob("*") if path.is_file()}, before)
        (self.work / "dangling").symlink_to("nowhere")
        self.assertIn("is there already", self.run_command("limn", "plugins", "new", "dangling", status=2))

    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.work / "file").write_text("")
        said = self.run_command("limn", "plugins", "new", "zebra", "-d", "file/below", status=2)
        self.assertIn("file/below", said)
        said = self.run_command("limn", "plugins", "new", "zebra", "-d", "/proc/zebra", status=2)
        self.assertIn("/proc/zebra", said)

    def test_json_lists_what_was_written(self):
        said = json.loads(self.run_command("limn", "plugins", "new", "zebra", "--json"))
        self.assert_valid(said, "new_plugin")
        self.assertEqual(said["directory"], str(self.work / "zebra"))
        for file in said["files"]:
            self.assertTrue((self.work / "zebra" / file).is_file(), file)

    def test_wrong_use_of_the_cmake_functions_is_explained(self):
        project = self.work / "p"
        project.mkdir()
        (project / "a.c").write_text("")
        for call, answer in (("limn_add_plugin(acme)", "there are no SOURCES"), ("limn_add_plugin(Acme SOURCES a.c)", "is no name"),
                             ("limn_add_plugin(acme a.c)", "is not understood"), ("limn_add_conformance_test(acme)", "is no target")):
            (project / "CMakeLists.txt").write_text(
                f'cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES C)\nfind_package(limn 1 CONFIG REQUIRED)\n{call}\n')
            said = self.run_command("cmake", "-S", "p", "-B", "b", f"-DCMAKE_PREFIX_PATH={self.prefix}", status=1)
            self.assertIn(answer, " ".join(said.split()))


class OtherWays(NewPluginCase):
    def test_no_installed_file_for_authors_knows_the_source_tree(self):
        folders = [path for path in self.prefix.rglob("*") if path.is_dir() and path.name in ("cmake", "pkgconfig", "include", "doc")]
        self.assertEqual(len(folders), 4)
        for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
            self.assertNotIn(str(SOURCE), path.read_text(), path)
        for name in ("writing-a-provider.md", "conformance.md", "isolation.md"):
            self.assertTrue(list(self.prefix.rglob(name)), name)

    def test_plugins_in_c_and_cpp_build_against_the_installed_package(self):
        project = self.work / "authors"
        shutil.copytree(AUTHORS, project)
        self.run_command("cmake", "-S", project, "-B", "b", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_command("cmake", "--build", "b")
        self.assertLessEqual({"conformance_test_c11", "conformance_test_source"}, self.passed_tests())
        self.assert_draws(self.work / "b/test_c11.so", "test_c11")

    def test_a_project_in_c_alone_builds_against_the_installed_package(self):
        project = self.work / "p"
        project.mkdir()
        shutil.copy(AUTHORS / "c_provider.c", project)
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES C)\n"
                                                "find_package(limn 1 CONFIG REQUIRED)\nlimn_add_plugin(test_c11 SOURCES c_provider.c)\n")
        self.run_command("cmake", "-S", "p", "-B", "b", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_command("cmake", "--build", "b")
        self.assert_draws(self.work / "b/test_c11.so", "test_c11")

    @unittest.skipUnless(shutil.which("pkg-config"), "needs pkg-config")
    def test_a_plugin_builds_with_one_line_of_the_compiler(self):
        # Blanks in a path are more than a line of shell can take from pkg-config.
        prefix = self.home / "prefix"
        self.prefix.rename(prefix)
        self.prefix = prefix
        self.run_command("limn", "plugins", "new", "zebra")
        found = {"PKG_CONFIG_PATH": str(next(prefix.rglob("pkgconfig")))}
        self.run_command("sh", "-c", "g++ -std=c++20 -shared $(pkg-config --cflags limn-plugin) zebra/zebra.cpp -o zebra.so "
                                     "$(pkg-config --libs limn-plugin)", **found)
        self.assert_draws(self.work / "zebra.so", "zebra")
        folder = pathlib.Path(self.run_command("pkg-config", "--variable=plugindir", "limn-plugin", **found).strip())
        self.assertTrue((folder / "openai_images.so").is_file(), folder)


if __name__ == "__main__":
    unittest.main()
