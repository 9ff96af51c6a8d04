"""`limn --version --json`: which limn this is, what it is made of, and where its files are."""

import ctypes
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import documents
from limn_case import CANARY, LIMN, LimnCase

# What a process has besides, whatever it is for.
RUNTIME = {"libc", "libdl", "libgcc_s", "libm", "libpthread", "libresolv", "librt", "libstdc++", "ld-linux-x86-64", "ld-linux-aarch64"}
TOLD_AS = {"libbrotlidec": "brotli", "libz": "zlib", "libzstd": "zstd", "libyaml-cpp": "yaml-cpp", "libpng16": "libpng", "libsqlite3": "SQLite"}


class Version(LimnCase):
    def told(self, *words, env=None):
        outcome = self.limn("--version", "--json", *words, env=env)
        self.assert_status(outcome, 0)
        self.assertEqual(outcome.stderr, "")
        self.assert_valid(outcome.json, "version")
        return outcome.json

    def test_it_is_the_version_that_is_printed_without_json(self):
        self.assertEqual(self.limn("--version").stdout, f"limn {self.told()['version']}\n")
        self.assertEqual(self.limn("-V", "--json").json, self.told())
        self.assertEqual(self.limn("--json", "--version").json, self.told())
        self.assertEqual(self.limn("generate", "--version", "--json").json, self.told())

    def test_the_commit_is_one_of_this_repository(self):
        if not (documents.ROOT / ".git").exists():
            self.assertEqual(self.told()["commit"], "unknown")
            return
        commit = self.told()["commit"].removesuffix("-dirty")
        subprocess.run(["git", "-C", documents.ROOT, "cat-file", "-e", commit + "^{commit}"], check=True)

    def test_the_contract_is_that_of_the_header(self):
        header = documents.text_of("core/include/limn/abi.h")
        major, minor = (re.search(rf"#define LIMN_ABI_{which} (\d+)", header)[1] for which in ("MAJOR", "MINOR"))
        self.assertEqual(self.told()["contract"], {"version": f"{major}.{minor}", "accepted": {"from": f"{major}.0", "to": f"{major}.{minor}"}})

    def test_libraries_are_those_of_the_process(self):
        needed = re.findall(r"\(NEEDED\).*\[(.+?)\.so", subprocess.run(["readelf", "-d", LIMN], check=True, capture_output=True, text=True).stdout)
        told = self.told()["libraries"]
        self.assertEqual({TOLD_AS.get(name, name) for name in needed if name not in RUNTIME} - set(told), set())
        loaded = dict(re.findall(r"(\S+?)\.so\S* => (\S+)", subprocess.run(["ldd", LIMN], check=True, capture_output=True, text=True).stdout))
        curl = ctypes.CDLL("libcurl.so.4")
        curl.curl_version.restype = ctypes.c_char_p
        words = curl.curl_version().decode().split()
        self.assertEqual(words[0], "libcurl/" + told["libcurl"])
        self.assertIn(told["TLS"], words)
        crypto = ctypes.CDLL(loaded["libcrypto"])
        crypto.OpenSSL_version.restype = ctypes.c_char_p
        self.assertIn(f"OpenSSL {told['libcrypto']} ", crypto.OpenSSL_version(0).decode())
        for name, version in told.items():
            self.assertRegex(version, r"\d+\.\d+", name)

    def test_paths_are_where_things_are(self):
        env = self.environment(XDG_CONFIG_HOME=str(self.home / "c"), XDG_STATE_HOME=str(self.home / "s"), XDG_CACHE_HOME=str(self.home / "k"), XDG_DATA_HOME=str(self.home / "d"))
        paths = self.told(env=env)["paths"]
        self.assertEqual({name: paths[name] for name in ("limn_yaml", "preferences")},
                         {name: path for name, path in self.limn("config", "path", "--json", env=env).json.items() if name != "ok"})
        self.assert_status(self.limn("generate", "--sandbox", "a fox", env=env), 0)
        self.assert_status(self.limn("history", env=env), 0)
        self.assertTrue(pathlib.Path(paths["history"]).is_file())
        self.assertEqual(pathlib.Path(paths["history"]).parent, pathlib.Path(paths["state"]))
        self.assertEqual(paths["cache"], str(self.home / "k/limn"))
        self.assertTrue(os.access(pathlib.Path(paths["libexec"], "limn-view"), os.X_OK))
        self.assertTrue(list(pathlib.Path(paths["plugins"][-1]).glob("openai_images.so")))

    def test_folders_of_plugins_are_in_the_order_in_which_they_are_looked_into(self):
        settings = self.home / "my limn.yaml"
        settings.write_text("plugins: {directories: [/configured]}\n")
        env = self.environment(LIMN_PLUGIN_PATH="/first:/second")
        for words in ("--config", settings), (f"--config={settings}",):
            paths = self.told(*words, env=env)["paths"]
            self.assertEqual(paths["limn_yaml"], str(settings))
            self.assertEqual(paths["plugins"][:-1], ["/first", "/second", "/configured", str(self.home / ".local/share/limn/plugins")])

    def test_it_is_told_where_settings_are_broken_and_nothing_is_made(self):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True)
        (folder / "limn.yaml").write_text(f"gateways: [{{api_key: {CANARY}\n")
        (folder / "limn.yaml").chmod(0o600)
        before = sorted(self.home.rglob("*"))
        self.assertEqual(self.told()["paths"]["limn_yaml"], str(folder / "limn.yaml"))
        self.assertEqual(sorted(self.home.rglob("*")), before)

    def test_the_same_build_says_the_same(self):
        self.assertEqual(self.limn("--version", "--json").stdout, self.limn("--version", "--json").stdout)


class Commit(unittest.TestCase):
    """What cmake/BuildCommit.cmake makes of a folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="limn-commit-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.source = self.folder / "source"
        self.source.mkdir()
        self.cpp = self.folder / "commit.cpp"

    def git(self, *words, folder=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        return subprocess.run(["git", "-c", "user.name=fox", "-c", "user.email=fox@example.org", *words], cwd=folder or self.source, env=env, check=True,
                              capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git("init", "-q")
        (self.source / "file").write_text("1")
        self.git("add", "file")
        self.git("commit", "-q", "-m", "first")
        return self.git("rev-parse", "HEAD")

    def told(self, cmake="cmake", **env):
        subprocess.run([cmake, f"-DSOURCE={self.source}", f"-DCOMMIT_CPP={self.cpp}", "-P", documents.ROOT / "cmake/BuildCommit.cmake"], check=True,
                       env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **env})
        return re.search('return "(.*)";', self.cpp.read_text())[1]

    def test_it_is_that_of_the_folder_and_tells_of_changes(self):
        commit = self.commit()
        self.assertEqual(self.told(), commit)
        (self.source / "new").write_text("not of the repository")
        self.assertEqual(self.told(), commit)
        (self.source / "file").write_text("2")
        self.assertEqual(self.told(), commit + "-dirty")

    def test_a_file_that_says_it_already_is_left_alone(self):
        self.commit()
        self.told()
        os.utime(self.cpp, (1, 1))
        self.told()
        self.assertEqual(self.cpp.stat().st_mtime, 1)

    def test_it_is_unknown_without_a_repository_of_limns_own_a_commit_or_git(self):
        self.assertEqual(self.told(), "unknown")
        self.git("init", "-q", folder=self.folder)
        self.git("commit", "-q", "--allow-empty", "-m", "of another project", folder=self.folder)
        self.assertEqual(self.told(), "unknown")
        self.git("init", "-q")
        self.assertEqual(self.told(), "unknown")
        self.commit()
        cmake = subprocess.run(["which", "cmake"], check=True, capture_output=True, text=True).stdout.strip()
        self.assertEqual(self.told(cmake, PATH="/nonexistent"), "unknown")


if __name__ == "__main__":
    unittest.main()
