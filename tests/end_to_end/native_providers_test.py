"""Gateways that are not asked as OpenAI is: the key in another header, another list of models or none, other paths."""

import base64
import contextlib
import json
import pathlib
import unittest

from limn_case import CANARY, LimnCase
from scripted_server import ScriptedServer, answer, image_answer, png, url_answer

KEY = CANARY + "native"
GEMINI = "gemini-2.5-flash-image"


def gemini_answer():
    part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(png()).decode()}}
    return answer(json.dumps({"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}).encode())


class NativeCase(LimnCase):
    def settings(self, provider, base_url, model="gpt-image-2", more="", general=""):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(
            f"gateways:\n  - {{name: work, base_url: '{base_url}', api_key_env: WORK_KEY, providers: [{provider}], model: {model}{more}}}\n"
            f"fallback: {{late_error: 60s}}\n{general}")

    def env(self, *behaviours, **more):
        return self.environment(*behaviours, WORK_KEY=KEY, **more)

    def azure(self, behaviour, root="openai", **more):
        self.settings("azure_images", f"http://127.0.0.1:{self.sandbox.port}/{behaviour}" + (f"/{root}" if root else ""), **more)

    def gemini(self, behaviour, **more):
        self.settings("gemini_native", f"http://127.0.0.1:{self.sandbox.port}/{behaviour}/v1beta", **{"model": GEMINI, **more})

    def draw(self, *words, status=0, env=None):
        outcome = self.generate("--gateway", "work", *words, "a fox", env=env or self.env())
        self.assert_status(outcome, status)
        self.assertEqual([attempt["class"] for attempt in outcome.json["attempts"]][-1] == "ok", status == 0)
        return outcome

    def server(self, generation, models):
        server = ScriptedServer(generation=generation, models=models)
        self.addCleanup(server.stop)
        return server


class Azure(NativeCase):
    def test_a_picture_is_drawn_wherever_the_base_url_ends(self):
        for root in ("openai", "openai/v1", "openai/deployments/gpt-image-2", ""):
            with self.subTest(root):
                self.setUp()
                self.azure("ok", root)
                outcome = self.draw("-s", "1088x1024")
                self.assert_png(outcome.json["images"][0]["path"], (1088, 1024))
                self.assertEqual(outcome.json["attempts"][0]["provider"], "azure_images")
                self.assertEqual(self.sandbox.billable(), 1)
                drawn = [entry["path"] for entry in self.sandbox.get("/_log") if entry["method"] == "POST"]
                is_v1 = root == "openai/v1"
                self.assertEqual(drawn, [f"/ok/openai/{'v1' if is_v1 else 'deployments/gpt-image-2'}/images/generations"])
                self.doCleanups()

    def test_an_edit_and_several_pictures(self):
        self.azure("ok")
        first = self.draw().json["images"][0]["path"]
        self.assert_png(self.draw("-i", first).json["images"][0]["path"])
        self.assertEqual(len(self.draw("-n", "2").json["images"]), 2)
        self.assertEqual(self.sandbox.counts("ok", "billable"), 3)

    def test_the_key_is_in_its_header_and_in_no_other(self):
        server = self.server(lambda request: image_answer(), lambda request: answer(b'{"data":[{"id":"gpt-image-2-2026-04-21"}]}'))
        self.settings("azure_images", f"http://127.0.0.1:{server.port}", more=", settings: {api_version: 2026-01-01}")
        outcome = self.draw()
        check, drawing = server.requests
        self.assertEqual(check.target, "/openai/models?api-version=2026-01-01")
        self.assertEqual(drawing.target, "/openai/deployments/gpt-image-2/images/generations?api-version=2026-01-01")
        for request in server.requests:
            self.assertEqual(request.headers["api-key"], KEY)
            self.assertNotIn("authorization", request.headers)
            self.assertEqual([name for name, value in request.headers.items() if KEY in value], ["api-key"])
        self.assertIn("work takes the key, and does not list what it draws with", outcome.stderr)

    def test_the_key_goes_along_to_a_download_of_the_same_origin_only(self):
        elsewhere = self.server(None, lambda request: answer(b"{}", status="401 Unauthorized"))

        def picture(request):
            if request.target == "/picture" and "api-key" in request.headers:
                return answer(png(), content_type="image/png")
            return answer(b"{}", status="401 Unauthorized" if request.target == "/picture" else "200 OK")
        server = self.server(None, picture)
        server.generation = lambda request: url_answer(f"http://127.0.0.1:{server.port}/picture")
        self.settings("azure_images", f"http://127.0.0.1:{server.port}/openai")
        self.draw()
        first, second = [request for request in server.requests if request.target == "/picture"]
        self.assertEqual((first.headers.get("api-key"), second.headers.get("api-key")), (None, KEY))
        self.assertNotIn("authorization", second.headers)
        server.generation = lambda request: url_answer(f"http://127.0.0.1:{elsewhere.port}/picture")
        self.generate("--gateway", "work", "another fox", env=self.env())
        self.assertTrue(elsewhere.requests)
        for request in elsewhere.requests:
            self.assertFalse([value for value in request.headers.values() if KEY in value])

    def test_faults_are_what_they_are_in_azures_own_words(self):
        for behaviour, status, classes, billable in (("azure-key", 4, ["auth"], 0), ("azure-content-filter", 7, ["content"], 1),
                                                     ("azure-429", 0, ["rate_limited", "ok"], 2), ("azure-deployment", 6, ["model"], 1)):
            with self.subTest(behaviour):
                self.setUp()
                self.azure(behaviour)
                outcome = self.generate("--gateway", "work", "a fox", env=self.env())
                self.assert_status(outcome, status)
                self.assertEqual([attempt["class"] for attempt in outcome.json["attempts"]], classes)
                self.assertEqual(self.sandbox.billable(), billable)
                self.doCleanups()

    def test_a_deployment_that_is_not_there_is_a_model_that_is_missing(self):
        self.azure("ok", model="nowhere")
        outcome = self.draw(status=6)
        self.assertEqual(outcome.json["attempts"][0]["class"], "model")
        self.assertIn("deployment", outcome.stdout)

    def test_verification_says_what_it_could_know(self):
        self.azure("ok")
        gateway, = self.limn("models", "--json", "work", env=self.env()).json["gateways"]
        self.assertEqual((gateway["state"], gateway["model"]), ("no_list", "gpt-image-2"))
        self.assertIn("takes the key", self.limn("models", "work", env=self.env()).stdout)
        self.assertEqual(self.limn("verify", "work", env=self.env()).status, 0)
        self.azure("azure-key")
        self.assertEqual(self.limn("verify", "work", env=self.env()).status, 4)
        self.azure("ok", "openai/deployments/gpt-image-2")
        self.sandbox.reset()
        self.assertEqual(self.limn("verify", "work", env=self.env()).status, 0)
        self.assertEqual(self.sandbox.get("/_log"), [], "a gateway that has no list is asked for none")

    def test_no_key_is_seen_by_the_plugin_or_told(self):
        """Its process has no environment, no files and no key, and the picture is drawn all the same."""
        self.azure("ok")
        outcome = self.draw("--isolate", "azure_images", "-v")
        self.assert_png(outcome.json["images"][0]["path"])
        self.assertIn("> api-key: [redacted]", outcome.stderr)
        for behaviour in ("echo-key", "ok"):
            self.azure(behaviour, model="nowhere" if behaviour == "ok" else "gpt-image-2")
            outcome = self.generate("--gateway", "work", "-v", "a fox", env=self.env())
            self.assertNotEqual(outcome.status, 0)

    def test_nothing_changes_for_gateways_that_do_not_name_it(self):
        server = self.server(lambda request: image_answer(), lambda request: answer(b'{"data":[{"id":"gpt-image-2"}]}'))
        outcome = self.generate("a fox", env=self.environment(f"http://127.0.0.1:{server.port}"))
        self.assert_status(outcome, 0)
        self.assertEqual([request.target for request in server.requests], ["/v1/models", "/v1/images/generations"])
        for request in server.requests:
            self.assertTrue(request.headers["authorization"].startswith("Bearer " + CANARY))


class Keys(NativeCase):
    """Of both: each key is in the one header of its own gateway, and nowhere else."""

    OPENAI_MODELS = b'{"data":[{"id":"gpt-image-2"}]}'

    def test_a_redirect_takes_no_key_along(self):
        elsewhere = self.server(None, None)

        def redirect(request):
            return answer(b"", "307 Elsewhere", headers=[f"Location: http://127.0.0.1:{elsewhere.port}/openai/models"])
        for provider in ("azure_images", "gemini_native"):
            for generation, models in ((redirect, None), (None, redirect), (redirect, redirect)):
                server = self.server(generation, models)
                self.settings(provider, f"http://127.0.0.1:{server.port}")
                self.generate("--gateway", "work", "-v", "a fox", env=self.env())
                self.limn("verify", "work", env=self.env())
                self.assertTrue(server.requests)
        self.assertEqual(elsewhere.connections, 0)

    def test_the_next_gateway_gets_its_own_key_in_its_own_header(self):
        refusing = self.server(lambda request: answer(b'{"error":{"code":"401","message":"Access denied"}}', "401 Unauthorized"), None)
        drawing = self.server(None, lambda request: answer(self.OPENAI_MODELS))
        other_key = CANARY + "other"
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "limn.yaml").write_text(
            "sources: [limn]\nfallback: {late_error: 60s}\ngateways:\n"
            f"  - {{name: work, base_url: 'http://127.0.0.1:{refusing.port}', api_key_env: WORK_KEY, providers: [azure_images]}}\n"
            f"  - {{name: other, base_url: 'http://127.0.0.1:{drawing.port}/v1', api_key_env: OTHER_KEY}}\n")
        outcome = self.generate("-v", "a fox", env=self.env(OTHER_KEY=other_key))
        self.assert_status(outcome, 0)
        self.assertEqual([attempt["class"] for attempt in outcome.json["attempts"]], ["auth", "ok"])
        for server, header, value, strange in ((refusing, "api-key", KEY, other_key), (drawing, "authorization", "Bearer " + other_key, KEY)):
            self.assertTrue(server.billable)
            for request in server.requests:
                self.assertEqual([pair for pair in request.headers.items() if CANARY in pair[1]], [(header, value)])
                self.assertNotIn(strange.encode(), request.body + request.target.encode())

    def test_two_providers_of_one_gateway_have_their_own_headers(self):
        server = self.server(lambda request: answer(b'{"error":{"message":"Not found"}}', "404 Not Found") if "deployments" in request.target
                             else image_answer(), lambda request: answer(self.OPENAI_MODELS))
        self.settings("azure_images, openai_images", f"http://127.0.0.1:{server.port}/openai")
        self.draw()
        azure, openai = [request for request in server.requests if request.method == "POST"]
        self.assertEqual((azure.headers.get("api-key"), azure.headers.get("authorization")), (KEY, None))
        self.assertEqual((openai.headers.get("api-key"), openai.headers.get("authorization")), (None, "Bearer " + KEY))

    def test_no_process_has_the_key_among_its_arguments(self):
        seen = []

        def look(request):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if f"HOME={self.home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                        seen.append((process / "cmdline").read_bytes())
            return image_answer()
        server = self.server(look, lambda request: answer(self.OPENAI_MODELS))
        self.settings("azure_images", f"http://127.0.0.1:{server.port}")
        self.draw("--isolate", "azure_images")
        self.assertTrue(seen)
        self.assertFalse([line for line in seen if CANARY.encode() in line])

    def test_a_header_that_limn_yaml_and_the_provider_both_name_is_the_keys(self):
        server = self.server(lambda request: gemini_answer(), lambda request: answer(json.dumps({"models": [{"name": f"models/{GEMINI}"}]}).encode()))
        self.settings("gemini_native", f"http://127.0.0.1:{server.port}", GEMINI, more=", headers: {X-Title: limn}")
        self.draw()
        for request in server.requests:
            self.assertEqual((request.headers["x-goog-api-key"], request.headers["x-title"]), (KEY, "limn"))

    def test_an_answer_that_repeats_the_key_in_its_headers_and_body_is_shown_without_it(self):
        def echo(request):
            key = request.headers["api-key"]
            return answer(json.dumps({"error": {"code": "401", "message": f"api-key: {key} and {key[:12]} are wrong"}}).encode(),
                          "401 Unauthorized", headers=[f"api-key: {key}", f"X-Echo: {key}"])
        server = self.server(echo, echo)
        self.settings("azure_images", f"http://127.0.0.1:{server.port}")
        for words in (("generate", "--json", "-v", "a fox"), ("generate", "--events", "a fox"), ("verify", "work"), ("models", "--json", "work"), ("doctor",)):
            self.assertNotEqual(self.limn(*words, env=self.env()).status, 0)


class Gemini(NativeCase):
    def test_a_picture_is_drawn(self):
        self.gemini("ok")
        outcome = self.draw("-s", "1536x1024")
        self.assert_png(outcome.json["images"][0]["path"], (1536, 1024))
        self.assertEqual(outcome.json["attempts"][0]["model"], GEMINI)
        self.assertEqual(self.sandbox.billable(), 1)
        self.assertEqual([entry["path"] for entry in self.sandbox.get("/_log")],
                         ["/ok/v1beta/models", f"/ok/v1beta/models/{GEMINI}:generateContent"])
        self.settings("gemini_native", f"http://127.0.0.1:{self.sandbox.port}/ok/v1beta/", GEMINI)
        self.assert_png(self.draw("-i", outcome.json["images"][0]["path"]).json["images"][0]["path"])

    def test_the_key_is_in_its_header_and_in_no_other(self):
        server = self.server(lambda request: gemini_answer(), lambda request: answer(json.dumps(
            {"data": [{"id": "gpt-image-2"}], "models": [{"name": f"models/{GEMINI}"}]}).encode()))
        self.settings("gemini_native", f"http://127.0.0.1:{server.port}/v1beta", GEMINI)
        self.draw()
        self.assertEqual([request.target for request in server.requests],
                         ["/v1beta/models?pageSize=1000", f"/v1beta/models/{GEMINI}:generateContent"])
        for request in server.requests:
            self.assertEqual([name for name, value in request.headers.items() if KEY in value], ["x-goog-api-key"])
            self.assertNotIn("authorization", request.headers)

    def test_faults_are_what_they_are_in_googles_own_words(self):
        for behaviour, status, classes, billable in (("google-key", 4, ["auth"], 0), ("google-blocked", 7, ["content"], 1),
                                                     ("google-429", 12, ["rate_limited"], 1), ("model-not-listed", 6, ["model"], 0),
                                                     ("no-image-200", 11, ["no_image"], 1)):
            with self.subTest(behaviour):
                self.setUp()
                self.gemini(behaviour)
                outcome = self.generate("--gateway", "work", "a fox", env=self.env())
                self.assert_status(outcome, status)
                self.assertEqual([attempt["class"] for attempt in outcome.json["attempts"]], classes)
                self.assertEqual(self.sandbox.billable(), billable)
                self.doCleanups()

    def test_a_model_that_is_missing(self):
        self.gemini("ok", model="gpt-image-2")
        self.assertEqual(self.draw("--verify", "never", status=6).json["attempts"][0]["class"], "model")
        self.assertEqual(self.draw(status=6).json["attempts"][0]["class"], "model")

    def test_the_wrong_header_is_refused_so_that_the_right_one_is_seen(self):
        self.gemini("ok")
        self.assertEqual(self.draw("--provider", "chat_completions", "--verify", "never", status=6).json["attempts"][0]["class"], "endpoint")

    def test_no_key_is_seen_by_the_plugin_or_told(self):
        self.gemini("ok")
        self.assert_png(self.draw("--isolate", "gemini_native", "-v").json["images"][0]["path"])
        self.gemini("echo-key")
        self.assertNotEqual(self.generate("--gateway", "work", "-v", "a fox", env=self.env()).status, 0)

    def test_the_models_are_listed(self):
        self.gemini("ok")
        gateway, = self.limn("models", "--json", "--all", "work", env=self.env()).json["gateways"]
        self.assertEqual((gateway["state"], gateway["model"], gateway["count"]), ("listed", GEMINI, 2))


if __name__ == "__main__":
    unittest.main()
