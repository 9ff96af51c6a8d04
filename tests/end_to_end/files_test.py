"""Where images go, and that nothing is lost or overwritten."""

import pathlib
import unittest

from limn_case import LimnCase


class Files(LimnCase):
    def generate_to(self, *args):
        return self.generate(*args, "a fox", env=self.environment("ok"))

    def test_a_name_that_is_taken_is_never_overwritten(self):
        target = self.work / "fox.png"
        target.write_text("mine")
        outcome = self.generate_to("-o", target)
        self.assertEqual(target.read_text(), "mine")
        self.assertEqual(outcome.json["images"][0]["path"], str(self.work / "fox-2.png"))

    def test_the_extension_is_that_of_the_bytes(self):
        outcome = self.generate_to("-o", self.work / "fox.jpg")
        self.assertEqual(outcome.json["images"][0]["path"], str(self.work / "fox.png"))

    def test_folders_are_made(self):
        self.assert_status(self.generate_to("-d", self.work / "a/b"), 0)
        self.assertEqual(len(self.images_in(self.work / "a/b")), 1)

    def test_a_folder_that_takes_no_file_is_found_out_before_anything_is_paid_for(self):
        (self.work / "file").write_text("")
        outcome = self.limn("generate", "--json", "-d", self.work / "file", "a fox", env=self.environment("ok"))
        self.assert_status(outcome, 10)
        self.assertEqual(self.sandbox.billable(), 0)

    def test_the_envelope_tells_the_truth_about_the_file(self):
        import hashlib
        image = self.generate("-s", "1536x1024", "a fox", env=self.environment("ok")).json["images"][0]
        data = pathlib.Path(image["path"]).read_bytes()
        self.assert_png(image["path"], (1536, 1024))
        self.assertEqual((image["width"], image["height"], image["bytes"], image["sha256"], image["format"]),
                         (1536, 1024, len(data), hashlib.sha256(data).hexdigest(), "png"))

    def test_nothing_is_left_behind_by_failures(self):
        for behaviour in ("moderated", "hang-up", "server-500", "no-image-200"):
            self.generate("a fox", env=self.environment(behaviour))
        self.assertEqual(list(self.work.iterdir()), [])

    def test_a_damaged_image_is_kept_apart(self):
        outcome = self.generate("a fox", env=self.environment("truncated-png"))
        self.assertEqual(list(self.work.iterdir()), [])
        kept = list((self.home / ".local/state/limn/recovered").iterdir())
        self.assertEqual(len(kept), 1)
        self.assertIn(str(kept[0]), outcome.json["error"]["message"])

    def test_an_image_given_as_url_is_fetched_without_the_key(self):
        self.assert_status(self.generate("a fox", env=self.environment("url-result")), 0)


if __name__ == "__main__":
    unittest.main()
