"""`limn plugins check --answer`: plugins whose gateways the kit does not know are tested with answers that their authors have."""

import base64
import json
import os
import pathlib
import random
import struct
import unittest
import zlib

from kit_case import KitCase
from limn_case import TEST_PLUGINS

BROKEN = pathlib.Path(os.environ["LIMN_CONFORMANCE_DIR"])
NOT_OF_IT = {"provider.inputs", "provider.terms"}  # it takes no images, and is asked as OpenAI is
SKIPPED_ANYWAY = {"lifetime.cancelled", *NOT_OF_IT}  # it cannot cancel
SANITIZED = bool(os.environ.get("LIMN_SANITIZE"))  # where memory is looked at otherwise, and everything takes ten times as long


def png(seed):
    """16x16 pixels of noise: small, and long enough to be lifted."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(48) for _ in range(16))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def text(seed):
    return base64.b64encode(png(seed)).decode()


PIXELS = {"frames": [{"sketch": text(1), "pixels": text(2)}], "seed": 7}


class AnswersCase(KitCase):
    def write(self, name, content):
        path = self.home / name
        path.write_bytes(content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))).encode())
        return path

    def with_answers(self, plugin, *answers, only=None):
        words = [word for path in answers for word in ("--answer", path)]
        only = only or ("^provider|^sample" if SANITIZED else None)
        return self.check(plugin, *words, *(("--only", only) if only else ()))

    def assert_sound(self, tests, skipped=SKIPPED_ANYWAY):
        self.assertEqual([test for test in tests if test["status"] in ("failure", "warning")], [])
        self.assertEqual(self.ids(tests, "skipped"), skipped & {test["id"] for test in tests})

    def fails(self, *answers):
        """With one line that says why, and a hint."""
        words = [word for path in answers for word in ("--answer", path)]
        outcome = self.limn("plugins", "check", BROKEN / "own_words.so", *words, "--json")
        self.assert_status(outcome, 2)
        self.assertTrue(outcome.json["error"]["hint"], outcome)
        return outcome.json["error"]["message"]


class OwnWords(AnswersCase):
    def test_without_an_answer_the_kit_says_what_it_wants(self):
        tests = {test["id"]: test for test in self.check(BROKEN / "own_words.so", "--only", "^(provider.draws|sample)")}
        for id in ("provider.draws", "sample.whole", "sample.spoiled"):
            self.assertEqual(tests[id]["status"], "skipped")
            self.assertIn("--answer FILE", tests[id]["message"])

    def test_with_one_no_test_is_skipped_for_want_of_it(self):
        self.assert_sound(self.with_answers(BROKEN / "own_words.so", self.write("answer.json", PIXELS)))

    def test_an_answer_counts_in_every_form_that_curl_saves(self):
        head = "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200 \r\ncontent-type: application/json\r\nset-cookie: a=b\r\n\r\n"
        compact = json.dumps(PIXELS, separators=(",", ":"))
        for name, content in {
            "with_headers": head + compact,
            "with_escaped_slashes": compact.replace("/", "\\/"),
            "with_escaped_plus": compact.replace("+", "\\u002B").replace("=", "\\u003d"),
            "without_padding": compact.replace("=", ""),
            "as_data_url": compact.replace('"pixels":"', '"pixels":"data:image/png;base64,'),
            "as_events": f"event: done\ndata: {compact}\n\ndata: [DONE]\n\n",
        }.items():
            with self.subTest(name):
                self.assert_sound(self.with_answers(BROKEN / "own_words.so", self.write(name, content), only="^provider|^sample"), NOT_OF_IT)

    def test_an_answer_may_give_the_address_of_its_picture(self):
        answer = {"frames": [{"pixels": "https://cdn.example/a/b.png?sig=x%2Fy&e=1"}], "status_url": "https://gw.example/tasks/1"}
        tests = self.with_answers(BROKEN / "own_words.so", self.write("answer.json", answer), only="^provider|^sample|^lifetime")
        self.assert_sound(tests, SKIPPED_ANYWAY | {"provider.short_image"})

    def test_the_answers_of_a_task_are_given_in_their_order(self):
        files = [self.write("accepted", {"id": "task-1", "state": "queued", "self": "https://gw.example/tasks/task-1"}),
                 self.write("under_way", {"id": "task-1", "state": "drawing"}), self.write("done", {"id": "task-1", "state": "done", "image": text(3)})]
        # It takes what stands behind its picture for news of the task, which its gateway never sends.
        self.assert_sound(self.with_answers(TEST_PLUGINS / "test_queue.so", *files), {*NOT_OF_IT, "provider.unknown_messages"})
        self.assertIn("no picture is in", self.fails(*files[:2]))

    def test_each_of_several_answers_is_tested(self):
        good, other = self.write("good.json", PIXELS), self.write("other.json", {"data": [{"b64_json": text(4)}]})
        tests = {test["id"]: test for test in self.with_answers(BROKEN / "own_words.so", good, other, only="^sample")}
        self.assertEqual(tests["sample.whole"]["status"], "failure")
        self.assertIn("other.json as it is", tests["sample.whole"]["message"])

    def test_in_one_process_it_is_the_same(self):
        tests = self.check(BROKEN / "own_words.so", "--in-process", "--answer", self.write("answer.json", PIXELS), "--only", "^provider|^sample")
        self.assert_sound(tests, NOT_OF_IT)


class Faults(AnswersCase):
    def test_a_fault_that_shows_with_such_an_answer_alone_is_found(self):
        answer = self.write("answer.json", PIXELS)
        for name, expected in (("own_words_asks_again", {"sample.spoiled"}), ("own_words_takes_sketch", None)):
            with self.subTest(name):
                tests = self.with_answers(BROKEN / f"{name}.so", answer)
                found = self.ids(tests, "failure")
                if expected is None:
                    self.assertIn("sample.whole", found)
                else:
                    self.assertEqual(found, expected, [test for test in tests if test["status"] == "failure"])

    def test_what_is_no_use_says_what_to_do(self):
        compact = json.dumps(PIXELS)
        cut = base64.b64encode(png(5)[:-20]).decode()
        self.assertIn("cannot be read: No such file", self.fails(self.home / "nothing.json"))
        self.assertIn("is no file", self.fails(self.home))
        self.assertIn("is empty", self.fails(self.write("empty", "")))
        self.assertIn("no picture is in", self.fails(self.write("shortened", compact.replace(text(1), "iVBORw0KGgo...").replace(text(2), "iVBORw0KGgo..."))))
        self.assertIn("no picture is in", self.fails(self.write("words", "not what was meant")))
        self.assertIn("cut.json: ", self.fails(self.write("cut.json", {"frames": [{"pixels": cut}]})))
        self.assertIn("status 429", self.fails(self.write("refusal", "HTTP/1.1 429 Too Many Requests\r\n\r\n{}")))
        os.mkfifo(self.home / "pipe")
        self.assertIn("is no file", self.fails(self.home / "pipe"))


if __name__ == "__main__":
    unittest.main()
