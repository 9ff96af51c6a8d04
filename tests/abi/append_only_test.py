"""What append_only.py must find, and what it must let pass: each row is one change of the frozen header."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
FROZEN = HERE / "frozen/1.0/limn/abi.h"

CLOSE = "void (*close)(void* dialogue);"
BREAKS = {
    "a member goes": ("  limn_str version; /* of the host, for logs */\n", "", "struct limn_host: member 2"),
    "two members change places": (
        "uint32_t kind;  /* LIMN_PART_... */\n  limn_str text;  /* LIMN_PART_TEXT */",
        "limn_str text;\n  uint32_t kind;",
        "struct limn_part: member 1",
    ),
    "a member comes in the middle": ("  limn_str prompt;", "  limn_str seed;\n  limn_str prompt;", "struct limn_job: member 2"),
    "a member gets another type": ("int64_t retry_after_ms;", "int32_t retry_after_ms;", "struct limn_error: member 6"),
    "a member gets another name": ("limn_str revised_prompt;", "limn_str new_prompt;", "struct limn_image: member 3"),
    "a second name of one declaration changes": ("uint32_t width, height;", "uint32_t height, width;", "limn_input: member 5"),
    "a function gets another parameter": (CLOSE, "void (*close)(void* dialogue, int32_t why);", "limn_provider_v1: member 6"),
    "a function gets another result": (CLOSE, "limn_status (*close)(void* dialogue);", "limn_provider_v1: member 6"),
    "a frozen value grows": ("  size_t size; /* bytes */", "  size_t size; /* bytes */\n  uint32_t flags;", "limn_str has no struct_size"),
    "a struct goes": ("limn_clock_v1;", "limn_watch_v1;", "limn_clock_v1"),
    "an enumerator gets another value": ("LIMN_AUTH = 3,", "LIMN_AUTH = 33,", "LIMN_AUTH was 3 and is 33"),
    "an enumerator goes": ("LIMN_TLS = 13,", "", "LIMN_TLS was 13 and is gone"),
    "an enumerator takes a value that has a meaning": ("LIMN_AUTH = 3,", "LIMN_AUTH = 3, LIMN_KEY = 3,", "LIMN_KEY has the value 3"),
    "a flag changes": ("LIMN_CAN_MASK UINT64_C(4)", "LIMN_CAN_MASK UINT64_C(16)", "LIMN_CAN_MASK was"),
    "an id changes": ('"limn.log/1"', '"limn.log/2"', "LIMN_SERVICE_LOG was"),
    "the symbol changes": ('"limn_entry_v1"', '"limn_entry"', "LIMN_ENTRY_SYMBOL was"),
    "the minor goes back": ("#define LIMN_ABI_MINOR 0", "#define LIMN_ABI_MINOR -1", "LIMN_ABI_MINOR was"),
    "the status gets another type": ("typedef int32_t limn_status;", "typedef int64_t limn_status;", "typedef int32_t limn_status"),
    "what may grow is held by value": (
        "#ifdef __cplusplus\n}",
        "typedef struct limn_pair_v1 { uint32_t struct_size; limn_image image; } limn_pair_v1;\n#ifdef __cplusplus\n}",
        "limn_pair_v1 holds limn_image",
    ),
}
PASSES = {
    "nothing": ("", ""),
    "words": ("/* what happened, one sentence */", "/* what happened, in other words */"),
    "a layout of other lines": ("  size_t header_count;\n  limn_str content; /* the message: JSON or text */", "size_t header_count; limn_str content;"),
    "a later minor": ("#define LIMN_ABI_MINOR 0", "#define LIMN_ABI_MINOR 1"),
}
ADDITIONS = {
    "a member at the end": ("} limn_usage;", "  double cost;\n} limn_usage;"),
    "a function at the end": ("} limn_provider_v1;", "  void (*pause)(void* dialogue);\n} limn_provider_v1;"),
    "a new status": ("LIMN_SETTINGS = 20,", "LIMN_PAUSED = 23, LIMN_SETTINGS = 20,"),
    "a new service": ("#define LIMN_SERVICE_LOG ", '#define LIMN_SERVICE_JSON "limn.json/1"\n#define LIMN_SERVICE_LOG '),
    "a new struct": ("typedef struct limn_gateway {", "typedef struct limn_seed { uint32_t struct_size; } limn_seed;\ntypedef struct limn_gateway {"),
}


def compare(old, new, minor=0):
    text = FROZEN.read_text()
    assert old in text, old
    text = text.replace("#define LIMN_ABI_MINOR 0", f"#define LIMN_ABI_MINOR {minor}") if minor else text
    with tempfile.TemporaryDirectory() as folder:
        current = Path(folder) / "abi.h"
        current.write_text(text.replace(old, new, 1) if old else text)
        return subprocess.run([sys.executable, "-B", HERE / "append_only.py", FROZEN, current], capture_output=True, text=True)


class AppendOnly(unittest.TestCase):
    def test_what_breaks_a_plugin_is_found_and_named(self):
        for name, (old, new, fault) in BREAKS.items():
            with self.subTest(name):
                done = compare(old, new)
                self.assertEqual(done.returncode, 1, done)
                self.assertIn(fault, done.stdout)

    def test_what_changes_nothing_passes(self):
        for name, (old, new) in PASSES.items():
            with self.subTest(name):
                done = compare(old, new)
                self.assertEqual((done.returncode, done.stdout), (0, ""), done)

    def test_what_is_only_added_passes_with_a_later_minor(self):
        for name, (old, new) in ADDITIONS.items():
            with self.subTest(name):
                done = compare(old, new, minor=1)
                self.assertEqual((done.returncode, done.stdout), (0, ""), done)
                done = compare(old, new)
                self.assertEqual(done.returncode, 1, done)
                self.assertIn("is new, and LIMN_ABI_MINOR is not", done.stdout)


if __name__ == "__main__":
    unittest.main()
