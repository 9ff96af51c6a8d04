"""The conformance kit: it finds the fault of each broken plugin and no other, and none in a sound one."""

import os
import pathlib
import re
import unittest

from kit_case import KitCase
from limn_case import TEST_PLUGINS

BROKEN = pathlib.Path(os.environ["LIMN_CONFORMANCE_DIR"])
ABI_BROKEN = pathlib.Path(os.environ["LIMN_ABI_BROKEN_DIR"])
IN_TREE = pathlib.Path(os.environ["LIMN_PLUGIN_DIR"])
PAGE = pathlib.Path(os.environ["LIMN_CONFORMANCE_PAGE"])
SANITIZED = bool(os.environ.get("LIMN_SANITIZE"))

# Which tests fail, or warn, for which plugin.
FAULTS = {
    "asks_network": {"calls.no_network"},
    "changes_terms": {"provider.terms"},
    "closes_once_sent": {"lifetime.closed_early"},
    "crashes": {"provider.unknown_event"},
    "does_not_stop": {"source.stops"},
    "draws": set(),
    "edits_nothing": {"provider.capabilities"},
    "escapes_nothing": {"provider.prompt"},
    "exits": {"provider.unknown_event"},
    "finds": set(),
    "finds_once": {"source.collects_again"},
    "gives_empty_image": {"calls.well_formed"},
    "has_no_summary": {"component.texts"},
    "has_no_vendor": {"entry.texts"},
    "hides_the_cost": {"provider.billable"},
    "holds_the_loop": {"calls.quick"},
    "keeps_borrowed": {"host.borrowed_memory"},
    "keeps_dropped": {"provider.dropped_parameters"},
    "leaks_dialogue": {"lifetime.dialogues"},
    "leaks_instance": {"lifetime.instances"},
    "mixes_keys": {"source.pairs"},
    "moves": {"entry.stable"},
    "needs_a_key": {"source.nothing_to_find"},
    "needs_clock": {"host.without_services", "host.without_one_service"},
    "never_finishes": {"provider.finishes"},
    "opens_file": {"library.opens_nothing"},
    "overflows_on_setting": {"create.long_setting"},
    # Without an answer of their gateway nothing can be said of these: see answers_test.
    "own_words": set(),
    "own_words_asks_again": set(),
    "own_words_takes_sketch": set(),
    "pays_again": {"provider.class_lost", "provider.bad_gateway"},
    "prints": {"calls.prints_nothing"},
    "prints_at_load": {"library.prints_nothing"},
    "reads_past_struct": {"host.struct_ends"},
    "reads_past_text": {"host.text_ends"},
    "refuses_unknown_event": {"provider.unknown_event"},
    "refuses_unknown_message": {"provider.unknown_messages"},
    "reports_twice": {"calls.one_report"},
    "sends_empty": {"provider.absent_parameters"},
    "sends_wrong_input": {"provider.inputs"},
    "sets_flags": {"component.reserved"},
    "sets_variable": {"library.leaves_environment"},
    "shares_body": {"lifetime.interleaved"},
    "shows_header": {"provider.keeps_secrets"},
    "shows_key": {"source.keys_stay_keys"},
    "starts_thread": {"library.starts_no_thread"},
    "takes_signal": {"library.leaves_signals"},
    "times_out": {"provider.slow"},
    "throws": {"calls.no_exception"},
    "trusts_files": {"source.broken_files"},
    "trusts_malloc": {"host.out_of_memory"},
    "waits_in_cancel": {"lifetime.cancelled"},
    "wants_exact_size": {"host.longer_structs"},
    "wants_token": {"provider.short_image"},
    # One image too many is one too many wherever images are counted.
    "draws_twice": {"provider.billable", "lifetime.interleaved", "lifetime.two_instances", "provider.draws",
                    "provider.unknown_event", "provider.more_members"},
    "gives_twice": {"provider.draws", "lifetime.interleaved", "lifetime.two_instances", "provider.unknown_event",
                    "provider.more_members"},
}

WARNINGS = {
    "exports_more": {"library.one_symbol"},
    "loads_slowly": {"library.load_time"},
    "calls_it_success": {"provider.class_content", "provider.class_billing", "provider.class_auth", "provider.class_model",
                         "provider.class_rate_limited", "provider.class_parameter", "provider.class_server",
                         "provider.class_access", "provider.class_endpoint", "provider.class_size", "provider.class_invalid_request",
                         "provider.class_lost", "provider.bad_gateway"},
}

# Of the loader's own test plugins those whose fault shows here, and those that have none.
ABI_FAULTS = {
    "asks_for_host_header": {"calls.well_formed"},
    "bad_id": {"component.described"},
    "duplicate_id": {"component.ids"},
    "future_major": {"library.loads"},
    "message_without_data": {"calls.well_formed"},
    "million_components": {"library.loads"},
    "missing_function": {"component.described"},
    "needs_newer_host": {"library.loads"},
    "needs_setting": set(),
    "newer_minor": set(),
    "no_entry": {"library.loads"},
    "null_component": {"component.described"},
    "ok_with_report": {"calls.one_report"},
    "other_report": {"calls.one_report"},
    "says_nothing": {"calls.well_formed"},
    "says_two_things": {"calls.well_formed"},
    "short_component": {"component.described"},
    "short_entry": {"library.loads"},
    "short_table": {"component.described"},
    "sound": set(),
    "status_without_report": {"calls.one_report"},
    "throws_in_component_at": {"library.loads"},
    "throws_in_create": {"calls.no_exception"},
    "throws_in_describe": {"calls.no_exception"},
    "throws_in_next": {"calls.no_exception"},
    "two_reports": {"calls.one_report"},
    "unknown_kind": set(),
    "unknown_status": {"calls.known_status"},
}


class Conformance(KitCase):
    def assert_faults(self, plugin, expected):
        with self.subTest(plugin=plugin.name):
            # A sanitizer ends the process at the first sign of a fault, in any test, and takes ten times as long for all of them.
            only = ("--only", f"^({'|'.join(expected)})$") if SANITIZED and expected else ()
            tests = self.check(plugin, *only)
            found = self.ids(tests, "failure")
            if only:
                self.assertTrue(found, tests)
            else:
                self.assertEqual(found, expected, [test for test in tests if test["status"] == "failure"])

    def test_each_fault_is_found_and_nothing_else(self):
        for name, expected in FAULTS.items():
            if SANITIZED and name.startswith("leaks_"):
                continue  # its allocator does not say what is in use
            self.assert_faults(BROKEN / f"{name}.so", expected)

    def test_the_faults_of_the_loader_s_test_plugins_are_found_and_nothing_else(self):
        for name, expected in ABI_FAULTS.items():
            self.assert_faults(ABI_BROKEN / f"{name}.so", expected)

    @unittest.skipIf(SANITIZED, "a warning is no matter of memory")
    def test_what_is_unwise_but_no_fault_is_a_warning(self):
        for name, expected in WARNINGS.items():
            with self.subTest(plugin=name):
                tests = self.check(BROKEN / f"{name}.so")
                self.assertEqual(self.ids(tests, "failure"), set())
                self.assertLessEqual(expected, self.ids(tests, "warning"))

    @unittest.skipIf(SANITIZED, "the tests conformance_* do the same")
    def test_every_plugin_of_the_tree_keeps_the_contract(self):
        plugins = sorted(IN_TREE.glob("*.so"))
        self.assertGreaterEqual(len(plugins), 4)
        for plugin in plugins:
            self.assert_faults(plugin, set())

    @unittest.skipIf(SANITIZED, "the tests conformance_* do the same")
    def test_plugins_written_elsewhere_keep_the_contract(self):
        for name in ("test_c11", "test_source"):
            self.assert_faults(TEST_PLUGINS / f"{name}.so", set())

    def test_each_broken_plugin_has_an_expectation(self):
        built = {path.stem for path in BROKEN.glob("*.so")}
        self.assertEqual(built, FAULTS.keys() | WARNINGS.keys() | {"hangs"})

    def test_a_call_that_never_returns_is_named_and_the_next_test_goes_on(self):
        outcome = self.limn("plugins", "check", BROKEN / "hangs.so", "--json", "--time-limit", "1", "--only",
                            "^provider.unknown_event$|^entry.texts$")
        self.assert_status(outcome, 1)
        tests = {test["id"]: test for test in outcome.json["tests"]}
        self.assertEqual(tests["provider.unknown_event"]["status"], "failure")
        self.assertIn("it hangs in receive", tests["provider.unknown_event"]["message"])
        self.assertEqual(tests["entry.texts"]["status"], "success")

    @unittest.skipIf(SANITIZED, "a sanitizer turns signals into exits")
    def test_a_signal_and_an_exit_are_named_with_the_function(self):
        for name, words in (("crashes", "ended with signal 11 (SIGSEGV) in receive"),
                            ("exits", "ended the process with exit status 3 in receive"),
                            ("closes_once_sent", "ended with signal 6 (SIGABRT) in close"),
                            ("asks_network", "it asked for a network socket in open")):
            (expected,) = FAULTS[name]
            tests = self.check(BROKEN / f"{name}.so", "--only", f"^{re.escape(expected)}$")
            self.assertIn(words, tests[0]["message"])

    def test_all_in_one_process_says_the_same_of_a_sound_plugin(self):
        tests = self.check(BROKEN / "draws.so", "--in-process")
        self.assertEqual(self.ids(tests, "failure"), set())
        self.assertGreater(len(self.ids(tests, "success")), 40)

    def test_a_file_that_is_not_there_fails(self):
        tests = self.check(self.home / "nothing.so")
        self.assertIn("library.loads", self.ids(tests, "failure"))

    def test_what_cannot_be_loaded_is_one_failure_and_nobody_waits_for_it(self):
        os.mkfifo(self.home / "pipe.so")
        (self.home / "folder.so").mkdir()
        (self.home / "text.so").write_text("no library")
        for name in ("pipe", "folder", "text"):
            with self.subTest(name):
                tests = self.check(self.home / f"{name}.so", "--time-limit", "600")
                self.assertEqual(self.ids(tests, "failure"), {"library.loads"})
                self.assertTrue(all(test["message"].startswith("it cannot be loaded: it is ") for test in tests[1:]), tests)

    def test_what_makes_no_sense_is_a_usage_error(self):
        for args in ((), (BROKEN / "draws.so", "--only", "("), (BROKEN / "draws.so", "--only", "no_such_test"),
                     (BROKEN / "draws.so", "--time-limit", "nan")):
            self.assert_status(self.limn("plugins", "check", *args), 2)

    def test_the_text_ends_with_the_failures_and_a_summary(self):
        outcome = self.limn("plugins", "check", BROKEN / "has_no_vendor.so", "--only", "^entry")
        self.assert_status(outcome, 1)
        lines = outcome.stdout.splitlines()
        self.assertEqual(sum("its vendor is empty" in line for line in lines), 2)
        self.assertIn("3 succeeded, 1 failed, 0 warnings, 0 skipped", lines)

    def test_the_page_and_the_list_agree(self):
        outcome = self.limn("plugins", "check", "--list", "--json")
        self.assert_status(outcome, 0)
        listed = {test["id"]: test for test in outcome.json["tests"]}
        rows = re.findall(r"^\| `([a-z_.0-9]+)` \| (.*?) \| (.*?) \|$", PAGE.read_text(), re.M)
        self.assertEqual([row[0] for row in rows], list(listed))
        for id, protects, rule in rows:
            self.assertEqual(protects, listed[id]["protects"])
            self.assertEqual(rule, listed[id]["rule"])


if __name__ == "__main__":
    unittest.main()
