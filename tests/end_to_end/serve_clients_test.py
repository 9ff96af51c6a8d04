"""`limn serve` with clients that others wrote: OpenAI's own for node, of today and of before, and Vercel's. `scripts/setup --tests` installs them; what is not
there is skipped, but not where CI says that all of it must hold. And bodies as programs send them that cannot be had here."""

import base64
import json
import os
import shutil
import subprocess
import unittest
import uuid

from clients_of_others import INSTALLED, SOURCES, node, why_not
from limn_case import skip_for
from serve_edits_test import EDITS, ONE, THREE, TWO, EditCase, data_url, form, masked, part
from serve_streams_test import Drawing, PICTURE, PREVIEWS
from serve_test import CLIENT_KEY

FOX = {"model": "gpt-image-2", "prompt": "a fox", "quality": "low"}
text = lambda picture: base64.b64encode(picture).decode()


class OthersCase(EditCase):
    PACKAGES = ()

    @classmethod
    def setUpClass(cls):
        skip_for(next(filter(None, map(why_not, cls.PACKAGES)), ""))
        shutil.copy(SOURCES / "pictures.mjs", INSTALLED)  # packages are looked for beside it
        super().setUpClass()

    def run_client(self, server, *steps):
        """What tests/clients/pictures.mjs does and tells."""
        order = {"package": self.PACKAGES[0], "base_url": server.base_url, "key": CLIENT_KEY, "steps": steps}
        ran = subprocess.run([node()[0], INSTALLED / "pictures.mjs", json.dumps(order)], env={"HOME": str(self.work), "PATH": os.environ["PATH"]}, cwd=self.work,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def results(self, server, *steps):
        told = self.run_client(server, *steps)
        for one in told:
            self.assertIn("result", one)
        return [one["result"] for one in told]

    @property
    def drawn(self):
        return sorted(text(file.read_bytes()) for file in self.images_in(self.pictures))


class OpenAiNode(OthersCase):
    PACKAGES = ("openai",)

    def test_it_draws_edits_and_lists_models(self):
        gateway = self.gateway()
        drawn, one, three, models = self.results(self.server(), {"call": "generate", "body": FOX}, {"call": "edit", "body": {**FOX, "input_fidelity": "high"}, "images": [text(ONE)]},
                                                 {"call": "edit", "body": FOX, "images": [text(ONE), text(TWO), text(THREE)], "mask": text(masked())}, {"call": "models"})
        self.assertEqual(sorted(answer["data"][0]["b64_json"] for answer in (drawn, one, three)), self.drawn)
        self.assertEqual([model["id"] for model in models], ["gpt-image-2"])
        _, first, second = self.sent(gateway)
        self.assertIn(ONE, first)
        self.assertTrue(all(picture in second for picture in (ONE, TWO, THREE, masked())))

    def test_it_reads_a_stream_to_its_end(self):
        drawing = Drawing(self)
        self.configure(drawing.server.base_url())
        drawing.go_on()
        events, = self.results(self.server(), {"call": "generate", "body": {**FOX, "stream": True, "partial_images": 2}})
        *previews, completed = events
        self.assertEqual((completed["type"], completed["b64_json"]), ("image_generation.completed", text(PICTURE)))
        for preview in previews:  # as many as came before the picture
            self.assertEqual((preview["type"], preview["b64_json"]), ("image_generation.partial_image", text(PREVIEWS[preview["partial_image_index"]])))

    def test_it_reads_responses_whole_and_as_streams(self):
        self.configure("ok")
        body = {"model": "gpt-5.5", "input": "a fox", "tools": [{"type": "image_generation", "quality": "low"}]}
        whole, events = self.results(self.server(), {"call": "respond", "body": body}, {"call": "respond", "body": {**body, "input": "an owl", "stream": True}})
        self.assertEqual((events[0]["type"], events[-1]["type"]), ("response.created", "response.completed"))
        self.assertEqual(sorted(response["output"][0]["result"] for response in (whole, events[-1]["response"])), self.drawn)

    def test_its_second_tries_are_paid_for_once(self):
        """It gives up after two seconds, twice, and has the picture by the third try."""
        self.configure("slow-5000")
        drawn, = self.results(self.server(), {"call": "generate", "body": FOX, "options": {"timeout": 2000, "maxRetries": 2}})
        self.assertEqual([drawn["data"][0]["b64_json"]], self.drawn)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_is_final_it_asks_for_once(self):
        self.configure("hang-up")
        told, = self.run_client(self.server(), {"call": "generate", "body": FOX})
        error = told["error"]
        self.assertEqual((error["status"], error["code"]), (424, "outcome_unknown"))
        self.assertTrue(error["limn"]["may_have_been_charged"])
        self.assertEqual(self.sandbox.billable(), 1)


class OpenAiNodeOfBefore(OpenAiNode):
    """Version 6, which most programs still have."""

    PACKAGES = ("openai6",)


class Vercel(OthersCase):
    PACKAGES = ("ai", "@ai-sdk/openai-compatible")

    def test_it_draws_and_edits(self):
        gateway = self.gateway()
        by_address = {"limn": {"response_format": "url"}}
        drawn, edited, fetched = self.results(self.server(), {"body": {"model": "gpt-image-2", "prompt": "a fox", "n": 1, "size": "1024x1024"}},
                                              {"body": {"model": "gpt-image-2", "prompt": "with a hat"}, "images": [text(ONE), text(TWO)], "mask": text(masked())},
                                              {"body": {"model": "gpt-image-2", "prompt": "an owl", "providerOptions": by_address}})
        self.assertEqual(sorted(picture for told in (drawn, edited, fetched) for picture in told["images"]), self.drawn)
        self.assertTrue(all(picture in self.sent(gateway)[1] for picture in (ONE, TWO, masked())))

    def test_what_is_final_it_asks_for_once(self):
        self.configure("hang-up")
        told, = self.run_client(self.server(), {"body": {"model": "gpt-image-2", "prompt": "a fox"}})
        self.assertEqual(told["error"]["status"], 424)
        self.assertEqual(self.sandbox.billable(), 1)


class Bodies(EditCase):
    """As programs send them, by their sources."""

    def test_lobe_chat_edits_with_a_parameter_that_the_model_rejects(self):
        gateway = self.gateway()
        body = form(part("model", "gpt-image-2"), part("prompt", "with a hat"), part("n", 1), part("input_fidelity", "high"), part("image", ONE, "image.png"))
        answer = self.edit(self.server(), body, authorization=f"Bearer {CLIENT_KEY}")
        self.assert_drawn(answer)
        self.assertEqual(answer.headers["x-limn-dropped"], "input_fidelity")
        self.assertNotIn(b"input_fidelity", self.sent(gateway)[0])

    def test_n8n_names_a_model_that_is_gone(self):
        self.configure("ok")
        answer = self.draw(self.server(), {"prompt": "a fox", "model": "gpt-image-1-mini", "quality": "high", "size": "1024x1024"})
        self.assert_drawn(answer)
        self.assertEqual((answer.headers["x-limn-model"], answer.json["model"]), ("gpt-image-2", "gpt-image-2"))

    def test_open_webui(self):
        self.configure("ok")
        self.assert_drawn(self.draw(self.server(), {"model": "gpt-image-1", "prompt": "a fox", "n": 1, "size": "1024x1024", "response_format": "b64_json"}))

    def test_comfy_ui_sends_one_key_with_all_of_its_tries(self):
        self.configure("slow-2500")
        server, key = self.server(), uuid.uuid4().hex
        for _ in range(3):
            with self.assertRaises(TimeoutError):
                self.draw(server, timeout=0.5, idempotency_key=key)
        answer = self.draw(server, idempotency_key=key)
        self.assert_drawn(answer)
        self.assertEqual(self.assert_drawn(self.draw(server, idempotency_key=key)), self.assert_drawn(answer))
        self.assertEqual(self.sandbox.billable(), 1)

    def test_codex_edits_in_json(self):
        self.gateway()
        answer = self.edit_json(self.server(), {"images": [{"image_url": data_url(ONE)}], "background": "auto", "quality": "auto", "size": "auto", "model": "gpt-image-1.5"})
        self.assert_drawn(answer)
        self.assertIn("created", answer.json)


if __name__ == "__main__":
    unittest.main()
