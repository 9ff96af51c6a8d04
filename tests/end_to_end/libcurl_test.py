"""libcurl is loaded when a server is asked, and not before: it takes more than half of the time in which a process starts."""

from batch_case import BatchCase

ASK_NO_SERVER = (
    ["--version"], ["help", "generate"], ["history"], ["spend"], ["show", "last"], ["config", "show"], ["plugins"], ["discover"],
    ["generate", "--dry-run", "a fox"], ["complete", "words", "limn", "generate", "--gateway", ""],
)


class Libcurl(BatchCase):
    def setUp(self):
        super().setUp()
        self.configure(gw="ok")

    def loaded(self, *words):
        """What the dynamic linker says, of the process and those that it starts."""
        traces = self.home / "loaded"
        self.limn(*words, env=self.environment(LD_DEBUG="files", LD_DEBUG_OUTPUT=str(traces)))
        files = list(self.home.glob("loaded.*"))
        told = "".join(path.read_text() for path in files)
        for path in files:
            path.unlink()
        self.assertIn("libc.so", told)
        return told

    def test_who_asks_no_server_does_not_load_it(self):
        self.assert_status(self.limn("generate", "a fox"), 0)
        for words in ASK_NO_SERVER:
            with self.subTest(words):
                self.assertNotIn("libcurl", self.loaded(*words))
        self.assertIn("libcurl", self.loaded("generate", "a fox"))

    def test_where_it_is_missing_limn_says_so_and_what_to_do_and_does_the_rest(self):
        broken = self.home / "lib"
        broken.mkdir()
        (broken / "libcurl.so.4").write_text("no library")
        env = self.environment(LD_LIBRARY_PATH=str(broken))
        self.assert_status(self.limn("--version", env=env), 0)
        told = self.limn("--version", "--json", env=env)
        self.assert_status(told, 0)
        self.assert_valid(told.json, "version")
        self.assertEqual((told.json["libraries"]["libcurl"], told.json["libraries"]["TLS"]), ("not found", "not found"))
        self.assert_status(self.limn("generate", "--dry-run", "a fox", env=env), 0)
        for words in (["serve", "--port", "0", "--no-key"], ["work", "--queue", "postgresql://127.0.0.1:9/none"]):
            self.assertEqual(self.limn(*words, env=env).status, 2, words)  # at once, and not days later
        before = self.sandbox.get("/_counts")["total"]
        outcome = self.limn("generate", "--json", "a fox", env=env)
        self.assertEqual(outcome.status, 2, outcome)
        self.assertIn("libcurl.so.4", outcome.json["error"]["message"])
        self.assertIn("libcurl4", outcome.json["error"]["hint"])
        self.assertEqual(self.sandbox.get("/_counts")["total"], before)
