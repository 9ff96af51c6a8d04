"""Every behaviour of the sandbox against the real command: alone, and with a healthy gateway behind it. One row each, and one table of them all."""

import concurrent.futures
import json
import os
import subprocess
import threading
import unittest
from typing import NamedTuple

from limn_case import LIMN, LimnCase, SandboxProcess

# A little larger than 1024x1024, so that a refusal of the size has somewhere to fall back to.
ARGUMENTS = ("-s", "1088x1024", "a fox in the snow")

RUN_AS = {"slow": "slow-50", "big": "big-1", "late-error": "late-error-1500"}  # those that are too much of a good thing by themselves


class End(NamedTuple):
    status: int     # of the command
    asked: int      # requests for an image
    charged: int    # those of them that a real gateway could have charged for
    images: int     # on disk


class Row(NamedTuple):
    classes: str    # of the attempts, with this gateway alone
    alone: End
    followed: End   # with a healthy gateway after it


OK = End(0, 1, 1, 1)                # drawn at once
OK_SECOND = End(0, 2, 1, 1)         # drawn by the second request that asked for it
OK_THIRD = End(0, 3, 1, 1)          # by the third: one gateway has two ways to an image

DRAWN = Row("ok", OK, OK)
WAITED = Row("rate_limited ok", OK_SECOND, OK_SECOND)
BILLING = Row("billing", End(5, 1, 0, 0), OK_SECOND)
BILLING_AT_ONCE = Row("billing", End(5, 0, 0, 0), OK)       # told by the list of models already
AUTH = Row("auth", End(4, 1, 0, 0), OK_SECOND)
AUTH_AT_ONCE = Row("auth", End(4, 0, 0, 0), OK)
ACCESS = Row("access", End(4, 1, 0, 0), OK_SECOND)
ACCESS_AT_ONCE = Row("access", End(4, 0, 0, 0), OK)
MODEL = Row("model model", End(6, 2, 0, 0), OK_THIRD)
ENDPOINT = Row("endpoint endpoint", End(6, 2, 0, 0), OK_THIRD)
RATE_LIMITED = Row("rate_limited", End(12, 1, 0, 0), OK_SECOND)
SERVER = Row("server server", End(8, 2, 0, 0), OK_THIRD)
SIZE = Row("size size size size", End(13, 4, 0, 0), End(0, 5, 1, 1))


def stops(failure_class, status, charged):
    """The same with and without another gateway: nothing may follow."""
    return Row(failure_class, End(status, 1, charged, 0), End(status, 1, charged, 0))


INVALID = stops("invalid_request", 13, 0)
UNCLEAR = Row("unclear unclear", End(13, 2, 0, 0), OK_THIRD)
PARAMETER = stops("parameter", 13, 0)                       # one that was never sent: nothing to leave out
CONTENT = stops("content", 7, 1)
CONTENT_AT_THE_GATE = stops("content", 7, 0)
UNKNOWN = stops("outcome_unknown", 9, 1)

TABLE = {
    "ok": DRAWN,
    "billing-400": BILLING,
    "billing-402": BILLING,
    "quota-429": BILLING,
    "quota-403": BILLING,
    "quota-200": BILLING,
    "base-resp-200": BILLING,
    "unauthorized": AUTH_AT_ONCE,
    "echo-key": AUTH_AT_ONCE,
    "unverified": ACCESS,
    "no-auth": DRAWN,
    "redirect": ENDPOINT,
    "no-models-list": DRAWN,
    "model-not-listed": Row("model", End(6, 0, 0, 0), OK),
    "vendor-prefix": DRAWN,
    "no-channel-503": MODEL,
    "no-images-endpoint": Row("endpoint ok", OK_SECOND, OK_SECOND),
    "no-responses-endpoint": DRAWN,
    "html-200": ENDPOINT,
    "size-1024-only": Row("size ok", OK_SECOND, OK_SECOND),
    "unknown-parameter": DRAWN,
    "moderated": CONTENT,
    "moderated-output": CONTENT,
    "rate-limited": WAITED,
    "retry-after-date": WAITED,
    "retry-after-ms": WAITED,
    "rate-limited-words": WAITED,
    "rate-limited-reset": WAITED,
    "should-not-retry": RATE_LIMITED,
    "rate-limited-long": RATE_LIMITED,
    "five-a-minute": DRAWN,
    "budget-used-up": DRAWN,
    "requests-used-up": DRAWN,
    "server-500": SERVER,
    "late-error": UNKNOWN,
    "gateway-504": UNKNOWN,
    "gateway-524": UNKNOWN,
    "slow": DRAWN,
    "hang-up": UNKNOWN,
    "cut-mid-image": UNKNOWN,
    "cut-mid-image-chunked": UNKNOWN,
    "keep-alive-whitespace": DRAWN,
    "keep-alive-then-error": SERVER,
    "big": DRAWN,
    "truncated-png": stops("bad_image", 11, 1),
    "data-uri": DRAWN,
    "escaped-slashes": DRAWN,
    "wrapped-base64": DRAWN,
    "url-safe-base64": DRAWN,
    "url-result": DRAWN,
    "base64-beside-empty-url": DRAWN,
    "url-beside-empty-base64": DRAWN,
    "url-elsewhere": stops("not_saved", 10, 1),
    "url-flaky": DRAWN,
    "url-redirected": DRAWN,
    "no-image-200": stops("no_image", 11, 1),
    "sse": DRAWN,
    "sse-crlf": DRAWN,
    "sse-odd": DRAWN,
    "sse-error": SERVER,
    "sse-error-after-partial": UNKNOWN,
    "sse-ends-too-early": UNKNOWN,
    "json-not-sse": DRAWN,
    "responses-incomplete-output": DRAWN,
    # These differ for providers that have to be asked for: chat_completions_test.py, submit_poll_test.py.
    "chat-null-content": DRAWN,
    "chat-markdown": DRAWN,
    "chat-long-pieces": DRAWN,
    "chat-markdown-url": DRAWN,
    "chat-bare-url": DRAWN,
    "chat-parts": DRAWN,
    "chat-candidates": DRAWN,
    "chat-data": DRAWN,
    "chat-top-images": DRAWN,
    "chat-refusal": DRAWN,
    "chat-filtered": DRAWN,
    "job-fails": DRAWN,
    "job-unavailable": DRAWN,
    "job-page": DRAWN,
    "job-hangs-up": DRAWN,
    "job-cut": DRAWN,
    "job-gone": DRAWN,
    "job-never-ends": DRAWN,
    "job-elsewhere": DRAWN,
    "batch-slow": DRAWN,
    "batch-expires": DRAWN,
    "batch-invalid": DRAWN,
    "batch-refuses-some": DRAWN,
    "batch-answer-lost": DRAWN,
    "batch-never-begun": DRAWN,
    "batch-cut": DRAWN,
    "batch-absent": DRAWN,
    "image-job": DRAWN,
    "image-job-told": DRAWN,
    "image-job-lost": UNKNOWN,
    "image-job-fails": UNKNOWN,
    "minimax-urls": DRAWN,
    "seedream-events": DRAWN,
    "no-previews": DRAWN,
    "no-size": Row("parameter ok", OK_SECOND, OK_SECOND),
    "codex-responses": Row("endpoint ok", OK_SECOND, OK_SECOND),
    "openai-content-policy": CONTENT,
    "content-451": CONTENT,
    "openai-invalid-value": INVALID,
    "openai-input-fidelity": PARAMETER,
    "openai-size": SIZE,
    "openai-mimetype": INVALID,
    "openai-no-key": AUTH_AT_ONCE,
    "openai-ip-401": AUTH,
    "openai-country": ACCESS,
    "openai-project-model": ACCESS,
    "openai-model-404": MODEL,
    "openai-invalid-url": ENDPOINT,
    "openai-408": UNKNOWN,
    "openai-409": UNKNOWN,
    "openai-415": INVALID,
    "openai-billing-words": BILLING,
    "openai-credit": BILLING,
    "openai-organization-spend": BILLING,
    "openai-project-spend": BILLING,
    "openai-organization-usage": BILLING,
    "openai-slow-down": RATE_LIMITED,
    "openai-image-failed": SERVER,
    "openai-overloaded": SERVER,
    "overloaded-529": SERVER,
    "new-api-bad-token": AUTH_AT_ONCE,
    "new-api-bad-token-english": AUTH_AT_ONCE,
    "new-api-token-exhausted": BILLING_AT_ONCE,
    "new-api-token-expired": AUTH,
    "new-api-ip": ACCESS_AT_ONCE,
    "new-api-token-model": ACCESS,
    "new-api-token-model-english": ACCESS,
    "new-api-group": ACCESS,
    "new-api-group-retired": ACCESS,
    "new-api-user-banned": ACCESS,
    "new-api-user-quota": BILLING,
    "new-api-token-quota": BILLING,
    "new-api-no-channel-english": MODEL,
    "new-api-channel-503": MODEL,
    "new-api-channel-500": MODEL,
    "new-api-saturated": RATE_LIMITED,
    "new-api-rate-limit": RATE_LIMITED,
    "new-api-price": MODEL,
    "new-api-validation": INVALID,
    "new-api-body-too-large": INVALID,
    "new-api-sensitive-400": CONTENT_AT_THE_GATE,
    "new-api-sensitive-500": CONTENT_AT_THE_GATE,
    "new-api-do-request": UNKNOWN,
    "new-api-do-request-refused": SERVER,
    "new-api-upstream-503": SERVER,
    "new-api-upstream-524": UNKNOWN,
    "new-api-upstream-page": UNKNOWN,
    "new-api-unknown-path": ENDPOINT,
    "new-api-not-implemented": ENDPOINT,
    "one-api-quota": BILLING,
    "one-api-saturated": RATE_LIMITED,
    "one-api-size": SIZE,
    "one-api-prompt-too-long": INVALID,
    "one-api-n": INVALID,
    "one-api-prompt-missing": INVALID,
    "one-api-fork": BILLING,
    "sub2api-key-required": AUTH_AT_ONCE,
    "sub2api-invalid-key": AUTH_AT_ONCE,
    "sub2api-key-disabled": AUTH_AT_ONCE,
    "sub2api-user-inactive": AUTH_AT_ONCE,
    "sub2api-balance": BILLING,
    "sub2api-subscription": BILLING,
    "sub2api-access-denied": ACCESS_AT_ONCE,
    "sub2api-usage-limit": BILLING,
    "litellm-budget": BILLING,
    "litellm-budget-400": BILLING,
    "litellm-unknown-key": AUTH_AT_ONCE,
    "litellm-expired-key": AUTH_AT_ONCE,
    "litellm-auth": AUTH_AT_ONCE,
    "litellm-model-denied": ACCESS,
    "litellm-unknown-route": ENDPOINT,
    "litellm-no-deployments": MODEL,
    "litellm-unhealthy": MODEL,
    "litellm-rate-limit": WAITED,
    "openrouter-402": BILLING,
    "openrouter-402-in-200": BILLING,
    "openrouter-429": WAITED,
    "openrouter-503": SERVER,
    "openrouter-moderation": CONTENT_AT_THE_GATE,
    "openrouter-error-in-200": UNKNOWN,
    "openrouter-error-in-sse": UNKNOWN,
    "portkey-failure": SERVER,
    "portkey-412": BILLING,
    "portkey-446": CONTENT,
    "portkey-246": DRAWN,
    "azure-content-filter": CONTENT,
    "azure-key": AUTH_AT_ONCE,
    "azure-429": WAITED,
    "azure-deployment": MODEL,
    "siliconflow-30011": BILLING,
    "siliconflow-30001": BILLING,
    "minimax-1002": RATE_LIMITED,
    "minimax-1004": AUTH,
    "minimax-1026": CONTENT,
    "minimax-2013": INVALID,
    "minimax-2049": AUTH,
    "zhipu-1302": RATE_LIMITED,
    "zhipu-1113": BILLING,
    "google-404": MODEL,
    "google-404-in-array": MODEL,
    "google-429": RATE_LIMITED,
    "pollinations-400": UNCLEAR,
    "fal-422": INVALID,
    "alibaba-arrearage": BILLING,
    "alibaba-free-tier": BILLING,
    "alibaba-inspection": CONTENT_AT_THE_GATE,
    "content-in-chinese": CONTENT_AT_THE_GATE,
    "modelscope-jobs-only": ENDPOINT,
    "ark-size": SIZE,
    "google-expired-key": AUTH,
    "google-key": AUTH_AT_ONCE,
    "google-blocked": CONTENT,
    "google-filtered": CONTENT,
    "codex-model": MODEL,
    "litellm-not-transformed": UNKNOWN,
    "workers-not-stored": UNKNOWN,
    "new-api-response-body": UNKNOWN,
    "relay-eof-400": UNKNOWN,
    "envoy-reset": UNKNOWN,
    "envoy-not-connected": SERVER,
    "nginx-405": ENDPOINT,
    "nginx-413": INVALID,
    "nginx-502": UNKNOWN,
    "nginx-503": SERVER,
    "nginx-500": UNKNOWN,
    "cloudflare-520": UNKNOWN,
    "cloudflare-521": SERVER,
    "cloudflare-522": UNKNOWN,
    "cloudflare-523": SERVER,
    "cloudflare-524": UNKNOWN,
    "cloudflare-525": SERVER,
    "cloudflare-526": SERVER,
    "cloudflare-527": UNKNOWN,
    "cloudflare-challenge": ACCESS,
    "fastapi-405": ENDPOINT,
    "fastapi-422": PARAMETER,
    "error-as-string": BILLING,
    "error-as-string-in-200": BILLING,
    "error-without-code": BILLING,
    "error-code-only": BILLING,
    "error-in-list": BILLING,
    "error-msg": BILLING,
    "error-err": BILLING,
    "error-error-msg": BILLING,
    "error-detail": BILLING,
    "error-in-header": BILLING,
    "error-in-response": CONTENT,
    "error-in-data": CONTENT,
    "error-as-text": BILLING,
    "error-of-odd-words": UNCLEAR,
}

# A failure of these classes may have been charged, so that nothing may follow it.
ENDS = {"content", "outcome_unknown", "no_image", "bad_image", "not_saved"}


def listed_behaviours():
    listed = subprocess.run([LIMN, "sandbox", "--list", "--json"], capture_output=True, text=True, timeout=60, check=True)
    return [behaviour["name"] for behaviour in json.loads(listed.stdout)["behaviours"]]


def run(sandbox, *behaviours):
    """The classes of the attempts, how it ended, how many drawings were begun, and whether an attempt is said to have cost something."""
    case = LimnCase("limn")
    case.sandbox = sandbox
    case.setUp()
    try:
        late_error = "1s" if behaviours[0].startswith("late-error") else "60s"  # the others must not become late on a busy machine
        settings = case.home / ".config/limn"
        settings.mkdir(parents=True)
        (settings / "limn.yaml").write_text(f"fallback: {{late_error: {late_error}}}\n")
        outcome = case.generate(*ARGUMENTS, env=case.environment(*behaviours))
        images = case.images_in(case.work)
        for image in images:
            case.assert_png(image)
        case.assertEqual([str(i) for i in images], sorted(i["path"] for i in outcome.json.get("images", [])), "on disk, and reported")
        total = sandbox.get("/_counts")["total"]
        attempts = outcome.json["attempts"]
        return (" ".join(attempt["class"] for attempt in attempts), End(outcome.status, total["billable"], total["possibly_paid"], len(images)),
                total["paid"], any(attempt["may_have_cost"] for attempt in attempts))
    finally:
        case.doCleanups()


class Runs:
    """Everything that the table speaks of, several at once, each thread with a sandbox of its own."""

    def __init__(self):
        self.local = threading.local()
        self.sandboxes = []
        self.behaviours = listed_behaviours()
        try:
            with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
                self.results = dict(zip(self.behaviours, pool.map(self.run_both, self.behaviours)))
        finally:
            for sandbox in self.sandboxes:
                sandbox.stop()

    def run_both(self, behaviour):
        if not hasattr(self.local, "sandbox"):
            self.local.sandbox = SandboxProcess()
            self.sandboxes.append(self.local.sandbox)
        name = RUN_AS.get(behaviour, behaviour)
        try:
            return run(self.local.sandbox, name), run(self.local.sandbox, name, "ok")
        except Exception as fault:  # told by the test of this row
            return fault

    @property
    def ended(self):
        """Without those that could not be run: they have a test of their own."""
        return {behaviour: result for behaviour, result in self.results.items() if not isinstance(result, Exception)}

    def table(self):
        def ends(end):
            return f"{end.status:>6} {end.asked:>6} {end.charged:>8} {end.images:>7}"

        heading = f"{'exit':>6} {'asked':>6} {'charged?':>8} {'images':>7}"
        yield f"{'':32}{'alone':^52} | {'with a healthy gateway after it':^30}"
        yield f"{'behaviour':32}{'classes of the attempts':22} {heading} | {heading}"
        for behaviour, result in self.results.items():
            if isinstance(result, Exception):
                yield f"{behaviour:32}{result}"
                continue
            (classes, alone, *_), (_, followed, *_) = result
            yield f"{behaviour:32}{classes:22} {ends(alone)} | {ends(followed)}"
        good = self.ended.values()
        yield f"{len(self.results)} behaviours; exit: of the command; asked: requests for an image; charged?: those that a real gateway could have charged for"
        yield f"drawn alone: {sum(r[0][1].images for r in good)}; with a healthy gateway after it: {sum(r[1][1].images for r in good)}"


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runs = Runs()
        print("\n".join(cls.runs.table()), flush=True)

    def test_each_behaviour_ends_as_its_row_says(self):
        for behaviour, row in TABLE.items():
            with self.subTest(behaviour):
                result = self.runs.results.get(behaviour, KeyError("the sandbox has no such behaviour"))
                if isinstance(result, Exception):
                    raise result
                (classes, alone, *_), (_, followed, *_) = result
                self.assertEqual(Row(classes, alone, followed), row)

    def test_every_behaviour_has_a_row_and_every_row_a_behaviour(self):
        self.assertEqual(sorted(self.runs.behaviours), sorted(TABLE))

    def test_no_image_is_paid_for_twice(self):
        for behaviour, result in self.runs.ended.items():
            for _, end, paid, _ in result:
                with self.subTest(behaviour, end=end):
                    self.assertLessEqual(paid, 1, "drawing began more than once")
                    self.assertLessEqual(end.charged, 1, "more than one request could have been charged")

    def test_what_could_have_been_charged_is_told(self):
        for behaviour, result in self.runs.ended.items():
            for _, end, _, is_told in result:
                if end.charged:
                    with self.subTest(behaviour, end=end):
                        self.assertTrue(is_told)

    def test_nothing_follows_what_may_have_been_charged(self):
        for behaviour, (_, (classes, end, *_)) in self.runs.ended.items():
            with self.subTest(behaviour):
                reached = classes.split()
                for failure_class in ENDS & set(reached):
                    self.assertEqual(reached[-1], failure_class)
                    self.assertEqual(reached.count(failure_class), 1)
                    self.assertEqual(end.images, 0)


if __name__ == "__main__":
    unittest.main()
