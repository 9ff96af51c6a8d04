"""A picture is changed, or drawn anew: what it is drawn from is found, looked into before anything is paid for, and sent."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from limn_case import LIMN, LimnCase
from scripted_server import Authority, ConnectProxy, ScriptedServer, answer, png


class EditCase(LimnCase):
    def drawn(self, *args, env):
        outcome = self.limn(*args, env=env)
        self.assert_status(outcome, 0)
        return outcome.stdout.splitlines()[0]

    def entries(self):
        return self.limn("history", "--json").json["entries"]

    def refused(self, *args, words, env=None, stdin=None):
        """Told before anybody is asked."""
        before = self.sandbox.billable()
        outcome = self.limn(*args, env=env or self.environment("ok"), stdin=stdin)
        self.assert_status(outcome, 2)
        self.assertRegex(outcome.stderr, words)
        self.assertEqual(self.sandbox.billable(), before)


class Edit(EditCase):
    def test_the_last_picture_is_changed_unless_another_one_is_named(self):
        env = self.environment("ok")
        fox = self.drawn("generate", "a fox", env=env)
        bear = self.drawn("generate", "a bear", "-s", "1536x1024", env=env)
        night = self.drawn("edit", "make it night", env=env)
        entry = self.entries()[0]
        self.assertEqual((entry["door"], entry["asked"]["inputs"]), ("edit", [bear]))
        self.assertEqual(entry["asked"]["size"], "1536x1024", "the size stays as it was")
        self.assert_png(night, (1536, 1024))
        identity = next(one["id"] for one in self.entries() if one["prompt"] == "a fox")
        for name in (identity, identity[:5], fox, pathlib.Path(fox).name):
            with self.subTest(name):
                self.drawn("edit", "add a hat", "-i", name, env=env)
                self.assertEqual(self.entries()[0]["asked"]["inputs"], [fox])

    def test_several_pictures_are_sent_and_standard_input_is_one(self):
        env = self.environment("ok")
        fox = self.drawn("generate", "a fox", env=env)
        with open(fox, "rb") as picture:
            done = subprocess.run([LIMN, "edit", "both", "-i", "-", "-i", "last"], env=env, cwd=self.work, stdin=picture, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.entries()[0]["asked"]["inputs"], ["-", fox])
        self.refused("again", words="was drawn from an image on standard input", env=env)

    def test_what_was_sent_on_is_not_there_to_be_changed(self):
        env = self.environment("ok")
        self.assertTrue(subprocess.run([LIMN, "generate", "-o", "-", "a fox"], env=env, cwd=self.work, capture_output=True, check=True).stdout)
        self.refused("edit", "make it night", words="was sent on and is not kept", env=env)
        (self.work / "last").mkdir()
        fox = self.drawn("generate", "a fox", env=env)
        self.drawn("edit", "make it night", env=env)
        self.assertEqual(self.entries()[0]["asked"]["inputs"], [fox])

    def test_an_item_of_a_batch_names_the_picture_that_was_looked_at(self):
        env = self.environment("ok")
        self.drawn("generate", "a fox", env=env)
        (self.work / "items").write_text('{"prompt": "a", "input": ["last"]}\n{"prompt": "b", "input": ["-"]}\n')
        self.refused("batch", "items", words="another picture for each item", env=env)
        identity = self.entries()[0]["id"]
        (self.work / "items").write_text(f'{{"prompt": "a", "input": ["{identity}"]}}\n')
        self.drawn("batch", "items", env=env)

    def test_without_a_picture_there_is_nothing_to_change(self):
        self.refused("edit", "make it night", words="the history is empty")

    def test_each_complaint_says_which_file_and_what_is_wrong(self):
        env = self.environment("ok")
        fox = self.drawn("generate", "a fox", env=env)
        small = self.work / "small.png"
        small.write_bytes(png(64, 64))
        for name, content in (("empty.png", b""), ("text.png", b"hello"), ("cut.png", png(64, 64)[:60]), ("moving.gif", b"GIF89a\x01\0\x01\0\0\0\0\0;"),
                              ("page.png", b"<!DOCTYPE html><html>"), ("secret.png", png(64, 64))):
            (self.work / name).write_bytes(content)
        (self.work / "secret.png").chmod(0)
        for image, words in (("missing.png", "there is no file .*missing.png"), ("empty.png", r"empty.png is empty \(0 bytes\)"),
                             ("text.png", "text.png is no image in a known format"), ("cut.png", "cut.png: .*cut|cut.png: "),
                             ("moving.gif", "moving.gif is gif"), ("page.png", "page.png is no image: it is a web page"), (".", "is a folder"),
                             ("zzzz", "no file .*zzzz, and the history has no 'zzzz'"), ("http://example.com/a.png", "only over https"),
                             ("ftp://example.com/a.png", "is not fetched from")):
            with self.subTest(image):
                self.refused("edit", "x", "-i", image, words=words, env=env)
        for mask, words in ((small, "the mask .*small.png is 64x64, and the image .* 1024x1024"), (fox, "has no transparent parts"), ("text.png", "no image")):
            with self.subTest(mask=mask):
                self.refused("edit", "x", "-i", fox, "--mask", mask, words=words, env=env)
        self.refused("edit", "-", "-i", "-", words="the prompt has to come from elsewhere", env=env, stdin="x")
        self.refused("edit", "x", "-i", "-", words="standard input is empty", env=env, stdin="")
        self.refused("generate", "x", "-s", "same", words="the same size as what", env=env)

    def test_a_mask_of_the_same_size_with_transparent_parts_is_sent(self):
        env = self.environment("ok")
        image, mask = self.work / "image.png", self.work / "mask.png"
        image.write_bytes(png(64, 64))
        data = bytearray(png(64, 64))
        data[25] = 6  # colour type: with alpha; nobody looks into the pixels
        mask.write_bytes(bytes(data))
        self.drawn("edit", "a hat", "-i", image, "--mask", mask, "-s", "1024x1024", env=env)
        self.assertEqual(self.entries()[0]["asked"]["mask"], str(mask))


class Again(EditCase):
    def test_it_is_asked_for_as_before_with_what_is_said_now(self):
        env = self.environment("ok")
        self.drawn("generate", "a fox", "-s", "1536x1024", "-q", "low", "-n", "2", "--format", "png", env=env)
        self.drawn("again", env=env)
        again = self.entries()[0]
        self.assertEqual((again["door"], again["prompt"]), ("again", "a fox"))
        self.assertEqual(again["asked"], {"size": "1536x1024", "n": 1, "quality": "low", "format": "png"})
        self.drawn("again", "last", "a", "bear", "-q", "high", env=env)
        changed = self.entries()[0]
        self.assertEqual(changed["prompt"], "a bear")
        self.assertEqual(changed["asked"], {"size": "1536x1024", "n": 1, "quality": "high", "format": "png"})

    def test_it_says_beforehand_what_it_will_cost(self):
        env = self.environment("ok")
        self.drawn("generate", "a fox", "-q", "low", env=env)
        outcome = self.limn("again", env=env)
        self.assertRegex(outcome.stderr.splitlines()[0], r'"a fox" · 1024x1024 · about \$0\.00\d+ \(estimate\)')
        before = self.sandbox.billable()
        self.assert_status(self.limn("again", "--max-cost", "0.0001", env=env), 2)
        self.assert_status(self.limn("again", "--dry-run", env=env), 0)
        self.assertEqual(self.sandbox.billable(), before)


    def test_another_prompt_is_what_was_said_and_a_size_that_was_drawn_is_drawn(self):
        env = self.environment("ok")
        self.drawn("generate", "a fox", "-s", "512x512!", env=env)
        self.drawn("again", "last", "[a cat, b dog]", env=env)
        self.assertEqual((self.entries()[0]["prompt"], self.entries()[0]["asked"]["size"]), ("[a cat, b dog]", "512x512"))
        self.refused("generate", "C", "++", words="put the whole prompt in one pair of quotes", env=env)

    def test_a_limit_of_the_cost_holds_for_what_is_sent_in_the_end(self):
        for behaviour, args in (("size-1024-only", ("-q", "high", "-s", "816x816", "--max-cost", "0.19")),
                                ("unknown-parameter", ("-q", "low", "--max-cost", "0.02"))):
            with self.subTest(behaviour):
                self.sandbox.reset()
                outcome = self.limn("generate", "a fox", *args, env=self.environment(behaviour))
                self.assert_status(outcome, 2)
                self.assertIn("--max-cost allows", outcome.stderr)
                self.assertEqual(self.images_in(self.work), [])

    def test_what_the_sandbox_drew_costs_nothing_unless_somebody_says_so(self):
        self.assert_status(self.limn("generate", "--sandbox", "a fox"), 0)
        self.refused("again", words="was drawn in the sandbox")
        self.assert_status(self.limn("again", "--sandbox"), 0)
        self.drawn("again", "--gateway", "openai", env=self.environment("ok"))


class Addresses(EditCase):
    """Of what looks like the public internet, behind a proxy that plays it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="limn-edit-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder, "known")
        cls.context = cls.authority.context("public", "DNS:pictures.example")

    def serve(self, respond):
        server = ScriptedServer(tls=self.context, models=respond)
        self.addCleanup(server.stop)
        proxy = ConnectProxy({"pictures.example:443": server.port})
        self.addCleanup(proxy.stop)
        return server, self.environment("ok", SSL_CERT_FILE=str(self.authority.file), HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}", NO_PROXY="127.0.0.1")

    def test_an_image_is_fetched_without_any_key(self):
        server, env = self.serve(lambda request: answer(png(64, 64), content_type="text/plain"))
        self.drawn("edit", "make it night", "-i", "https://pictures.example/a.png?x=1", env=env)
        self.assertEqual([request.target for request in server.requests], ["/a.png?x=1"])
        self.assertNotIn("authorization", server.requests[0].headers)
        self.assertEqual(self.entries()[0]["asked"]["inputs"], ["https://pictures.example/a.png?x=1"])
        self.drawn("again", env=env)
        self.assertEqual(len(server.requests), 2)

    def test_what_is_no_image_or_cannot_be_had_costs_nothing(self):
        inside = ScriptedServer()
        self.addCleanup(inside.stop)
        for name, respond, status, words in (
                ("a page", lambda request: answer(b"<html>", content_type="image/png"), 2, "is no image: it is a web page"),
                ("not there", lambda request: answer(b"", "404 Not Found"), 2, "HTTP 404"),
                ("too large", lambda request: answer(png(64, 64) + bytes(50_000_000)), 2, "50000000 bytes or more"),
                ("led inside", lambda request: answer(b"", "302 Found", headers=[f"Location: https://127.0.0.1:{inside.port}/x"]), 2, "127.0.0.1"),
                ("led to http", lambda request: answer(b"", "302 Found", headers=["Location: http://pictures.example/x"]), 2, "HTTP 302")):
            with self.subTest(name):
                server, env = self.serve(respond)
                outcome = self.limn("edit", "x", "-i", "https://pictures.example/a.png", env=env)
                self.assert_status(outcome, status)
                self.assertRegex(outcome.stderr, words)
                self.assertEqual(self.sandbox.billable(), 0)
                self.assertEqual(inside.connections, 0)
        outcome = self.limn("edit", "x", "-i", f"https://127.0.0.1:{inside.port}/a.png", env=self.environment("ok"))
        self.assert_status(outcome, 2)
        self.assertIn("public", outcome.stderr)
        self.assertEqual((self.sandbox.billable(), inside.connections), (0, 0))

    def test_a_mask_that_does_not_fit_what_was_fetched_is_told_before_it_costs(self):
        server, env = self.serve(lambda request: answer(png(64, 64)))
        mask = self.work / "mask.png"
        data = bytearray(png(32, 32))
        data[25] = 6
        mask.write_bytes(bytes(data))
        outcome = self.limn("edit", "x", "-i", "https://pictures.example/a.png", "--mask", mask, env=env)
        self.assert_status(outcome, 2)
        self.assertIn("is 32x32", outcome.stderr)
        opaque = self.limn("edit", "x", "-i", mask, "--mask", "https://pictures.example/a.png", "-s", "1024x1024", env=env)
        self.assert_status(opaque, 2)
        mask.write_bytes(png(64, 64))
        opaque = self.limn("edit", "x", "-i", mask, "--mask", "https://pictures.example/a.png", "-s", "1024x1024", env=env)
        self.assert_status(opaque, 2)
        self.assertIn("has no transparent parts", opaque.stderr)
        self.assertEqual(self.sandbox.billable(), 0)


if __name__ == "__main__":
    unittest.main()
