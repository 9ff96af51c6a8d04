"""Pictures that go to an S3-compatible store, and come from one: what is paid for gets there, whatever becomes of the store or of limn."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import threading
import unittest

import scripted_server
import store_server
from batch_case import BatchCase
from kill_test import fault_of_png
from limn_case import CANARY, LIMN
from network_case import IS_SANITIZED, MIB, NetworkCase
from store_server import StoreServer, error

SECRET = CANARY + "store"


class Stores(unittest.TestCase):
    """The store of these tests knows a right signature: the example of AWS's documentation, "GET Object"."""

    def test_it_signs_as_aws_does(self):
        headers = {"host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9", "x-amz-content-sha256": store_server.NOTHING, "x-amz-date": "20130524T000000Z"}
        self.assertEqual(store_server.signature("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "GET", "/test.txt", headers, sorted(headers), "20130524/us-east-1/s3/aws4_request"),
                         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")


class StoreCase(BatchCase):
    def store(self, *buckets, **more):
        store = StoreServer(*(buckets or ("pictures",)), secret=SECRET, **more)
        self.addCleanup(store.stop)
        return store

    def environment(self, *behaviours, **more):
        return super().environment(*behaviours, **{"STORE_ID": "AKIATESTTESTTEST", "STORE_SECRET": SECRET, **more})

    def settings(self, port, more="", **gateways):
        self.configure(f"{more}\nfallback: {{late_error: 60s}}\nstores:\n  - endpoint: http://127.0.0.1:{port}\n    access_key_env: STORE_ID\n    secret_key_env: STORE_SECRET",
                       **(gateways or {"gw": "ok"}))

    def kept(self):
        folder = self.home / ".local/state/limn/recovered"
        return sorted(folder.iterdir()) if folder.exists() else []

    def notes(self):
        folder = self.home / ".local/state/limn/uploads"
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.exists() else []

    def assert_nothing_left(self):
        self.assertEqual((self.kept(), self.notes()), ([], []))

    def assert_there(self, store, images):
        """Each of these, as it was told of, and nothing else."""
        for image in images:
            scheme, _, bucket, key = image["path"].split("/", 3)
            self.assertEqual(scheme, "s3:")
            data = store.buckets[bucket][key]
            self.assertIsNone(fault_of_png(data))
            self.assertEqual((len(data), hashlib.sha256(data).hexdigest()), (image["bytes"], image["sha256"]))
        self.assertEqual(sum(map(len, store.buckets.values())), len({image["path"] for image in images}))


class Proof(StoreCase):
    """A store has to prove who it is before it is told a signature, or sent a picture."""

    def setUp(self):
        super().setUp()
        self.authority = scripted_server.Authority(str(self.work), "known")

    def begin(self, name, **more):
        store = self.store(tls=self.authority.context("store", name, **more))
        self.configure(f"""fallback: {{late_error: 60s}}
stores:
  - endpoint: https://127.0.0.1:{store.port}
    access_key_env: STORE_ID
    secret_key_env: STORE_SECRET""", gw="ok")
        return store

    def test_one_that_does_is_sent_the_picture(self):
        store = self.begin("IP:127.0.0.1")
        outcome = self.generate("a fox", "-d", "s3://pictures/den", "--cacert", self.authority.file, env=self.environment())
        self.assert_status(outcome, 0)
        self.assert_there(store, outcome.json["images"])
        self.assert_nothing_left()

    def test_one_that_cannot_hears_nothing_and_nothing_is_paid_for(self):
        for why, name, more, cacert in (("unknown", "IP:127.0.0.1", {}, ()), ("another name", "IP:127.0.0.2", {}, ("--cacert", self.authority.file)),
                                        ("expired", "IP:127.0.0.1", {"end": "20210101000000Z"}, ("--cacert", self.authority.file))):
            with self.subTest(why):
                store = self.begin(name, **more)
                outcome = self.generate("a fox", "-d", "s3://pictures/den", *cacert, env=self.environment())
                self.assert_status(outcome, 2)
                self.assertIn("no safe connection", outcome.json["error"]["message"])
                self.assertGreater(store.connections, 0)
                self.assertEqual((store.requests, self.sandbox.billable()), ([], 0))
                self.assert_nothing_left()


class Going(StoreCase):
    def test_a_picture_gets_there_signed_whole_and_once(self):
        store = self.store()
        self.settings(store.port)
        outcome = self.generate("Füchse & 日本 im Schnee!", "-d", "s3://pictures/den/", "-n", "2", "-vv", env=self.environment())
        self.assert_status(outcome, 0)
        images = outcome.json["images"]
        self.assertEqual(len(images), 2)
        self.assert_there(store, images)
        for image in images:
            self.assertRegex(image["path"], r"^s3://pictures/den/[0-9]{4}-[0-9]{2}-[0-9]{2}-[A-Za-z0-9-]*chse-im-schnee-[0-9a-f]{16}\.png$")
        for put in store.puts():
            self.assertEqual((put.headers["if-none-match"], put.headers["content-type"]), ("*", "image/png"))
        self.assert_nothing_left()
        self.assertEqual(self.sandbox.billable(), 1 if len(store.puts()) == 2 else 2)

    def test_a_name_of_the_users_own_is_kept_with_the_digest_behind_it(self):
        store = self.store()
        self.settings(store.port)
        outcome = self.generate("a fox", "-o", "s3://pictures/den/my fox.png".replace(" ", "_"), env=self.environment())
        self.assertRegex(outcome.json["images"][0]["path"], r"^s3://pictures/den/my_fox-[0-9a-f]{16}\.png$")
        for wrong in ("s3://pictures/a b/", "s3://Pictures/x", "s3://pictures/../x", "s3://", "s3://pictures//x"):
            self.assert_status(self.limn("generate", "a fox", "-d", wrong, env=self.environment()), 2)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_batch_goes_there_and_is_known_to_be(self):
        store = self.store()
        self.settings(store.port, gw="slow-100")
        items = self.write([{"id": f"i{n}", "prompt": f"fox number {n}", "directory": f"s3://pictures/set/{n % 2}"} for n in range(12)] + [
            {"id": "named", "prompt": "a cat", "output": "s3://pictures/cats/tom.png"}])
        outcome = self.batch(items, "--manifest", self.manifest, "--jobs", "6", env=self.environment())
        self.assert_status(outcome, 0)
        images = [image for line in self.lines() for image in line["images"]]
        self.assertEqual(len(images), 13)
        self.assert_there(store, images)
        self.assert_nothing_left()
        self.assert_status(self.batch(items, "--manifest", self.manifest, "--resume", env=self.environment()), 0)
        self.assertEqual(self.sandbox.billable(), 13)

    def test_with_nothing_in_limn_yaml_the_variables_of_aws_are_the_store(self):
        store = self.store(region="eu-central-1")
        self.configure(gw="ok")
        env = self.environment(AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{store.port}", AWS_ACCESS_KEY_ID="AKIATESTTESTTEST", AWS_SECRET_ACCESS_KEY=SECRET,
                               AWS_SESSION_TOKEN=CANARY + "token", AWS_REGION="eu-central-1")
        outcome = self.generate("a fox", "-d", "s3://pictures", env=env)
        self.assert_status(outcome, 0)
        self.assert_there(store, outcome.json["images"])
        self.assertEqual({put.headers["x-amz-security-token"] for put in store.puts()}, {CANARY + "token"})

    def test_the_bucket_may_stand_in_the_host(self):
        store = self.store()
        self.configure(f"""stores:
  - endpoint: http://localhost:{store.port}
    addressing: host
    access_key_env: STORE_ID
    secret_key_env: STORE_SECRET
    allow_plaintext: true""", gw="ok")
        outcome = self.generate("a fox", "-d", "s3://pictures/den", env=self.environment())
        self.assert_status(outcome, 0)
        self.assert_there(store, outcome.json["images"])
        self.assertEqual({request.headers["host"] for request in store.requests}, {f"pictures.localhost:{store.port}"})

    def test_a_key_goes_to_its_own_endpoint_and_to_no_other(self):
        mine, other = self.store("mine"), self.store("other")
        self.configure(f"""stores:
  - buckets: [mine]
    endpoint: http://127.0.0.1:{mine.port}
    access_key: AKIATESTTESTTEST
    secret_key_file: {self.home}/secret.key
  - endpoint: http://127.0.0.1:{other.port}
    access_key: AKIAOTHEROTHER
    secret_key_env: OTHER_SECRET""", gw="ok")
        (self.home / "secret.key").write_text(SECRET + "\n")
        (self.home / "secret.key").chmod(0o600)
        env = self.environment(OTHER_SECRET=CANARY + "other", AWS_ACCESS_KEY_ID="AKIAAWSAWSAWS", AWS_SECRET_ACCESS_KEY=CANARY + "aws")
        self.assert_status(self.generate("a fox", "-d", "s3://mine/", env=env), 0)
        refused = self.generate("a fox", "-d", "s3://other/", env=env)
        self.assert_status(refused, 2)
        self.assertIn("InvalidAccessKeyId", refused.json["error"]["message"])
        for store, key in ((mine, "AKIATESTTESTTEST"), (other, "AKIAOTHEROTHER")):
            self.assertTrue(store.requests)
            for request in store.requests:
                self.assertIn(f"Credential={key}/", request.headers["authorization"])
                self.assertNotIn(CANARY, json.dumps(request.headers))
        self.assertEqual(self.sandbox.billable(), 1)


class Refused(StoreCase):
    def test_a_wrong_secret_a_missing_bucket_and_no_store_are_told_before_anything_is_paid_for(self):
        store = self.store()
        self.settings(store.port)
        wrong = self.generate("a fox", "-d", "s3://pictures/", env=self.environment(STORE_SECRET=CANARY + "wrong"))
        self.assertIn("SignatureDoesNotMatch", wrong.json["error"]["message"])
        missing = self.generate("a fox", "-d", "s3://absent/", env=self.environment())
        self.assertIn("NoSuchBucket", missing.json["error"]["message"])
        unset = self.environment()
        del unset["STORE_SECRET"]
        without = self.generate("a fox", "-d", "s3://pictures/", env=unset)
        self.assertIn("STORE_SECRET is not set", without.json["error"]["message"])
        self.configure(gw="ok")
        nobody = self.batch(self.write([{"prompt": "a fox", "directory": "s3://pictures"}]), env=self.environment())
        self.assertIn("no store is known", nobody.stdout)
        for outcome in (wrong, missing, without, nobody):
            self.assert_status(outcome, 2)
        self.assertEqual((self.sandbox.billable(), store.puts()), (0, []))

    def test_a_picture_that_the_store_refuses_is_kept_and_goes_there_once_it_may(self):
        store = self.store()
        store.trouble = lambda request: error(403, "AccessDenied", "may not write") if request.method == "PUT" else None
        self.settings(store.port)
        outcome = self.generate("a fox", "-d", "s3://pictures/den", env=self.environment())
        self.assert_status(outcome, 10)
        self.assertEqual(len(self.kept()), 1)
        for word in ("HTTP 403 AccessDenied: may not write", str(self.kept()[0]), "s3://pictures/den/"):
            self.assertIn(word, outcome.json["error"]["message"])
        self.assertIsNone(fault_of_png(self.kept()[0].read_bytes()))
        listed = self.limn("recover", "--json", env=self.environment()).json["files"]
        self.assertEqual([file["address"].rpartition("/")[0] for file in listed], ["s3://pictures/den"])
        still = self.limn("recover", "--all", "--json", env=self.environment())
        self.assert_status(still, 10)
        self.assertEqual(len(self.kept()), 1)
        store.trouble = lambda request: None
        moved = self.limn("recover", "--all", "--json", env=self.environment())
        self.assert_status(moved, 0)
        self.assertEqual([file["moved_to"] for file in moved.json["files"]], [listed[0]["address"]])
        self.assertEqual(["s3://pictures/" + key for key in store.buckets["pictures"]], [listed[0]["address"]])
        self.assert_nothing_left()
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_batch_begins_no_more_for_a_store_that_refuses(self):
        store = self.store()
        store.trouble = lambda request: error(403, "AccessDenied") if request.method == "PUT" else None
        self.settings(store.port)
        outcome = self.batch(self.write([{"prompt": f"fox {n}", "directory": "s3://pictures"} for n in range(10)]), "--jobs", "1", env=self.environment())
        self.assertNotEqual(outcome.status, 0)
        self.assertEqual((self.sandbox.billable(), len(self.kept())), (1, 1))


class Unwell(StoreCase):
    def test_a_store_that_comes_back_gets_what_was_drawn_meanwhile_and_nothing_is_drawn_twice(self):
        for name, trouble in {
                "down": lambda request: error(503, "SlowDown", "later", "Retry-After: 1"),
                "full": lambda request: error(507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."),
                "broken": lambda request: error(500, "InternalError"),
                "in two minds": lambda request: error(409, "ConditionalRequestConflict"),
                "cut": lambda request: b""}.items():
            with self.subTest(name):
                self.sandbox.reset()
                store = self.store()
                left = [2 if name == "down" else 1]

                def now_and_then(request, trouble=trouble, left=left):
                    if request.method != "PUT" or left[0] == 0:
                        return None
                    left[0] -= 1
                    return trouble(request)
                store.trouble = now_and_then
                self.settings(store.port)
                outcome = self.generate("a fox", "-d", "s3://pictures/", env=self.environment())
                self.assert_status(outcome, 0)
                self.assert_there(store, outcome.json["images"])
                self.assertEqual((len(store.puts()), self.sandbox.billable()), (3 if name == "down" else 2, 1))
                self.assert_nothing_left()

    def test_an_answer_that_was_lost_is_a_picture_that_is_there(self):
        store = self.store()
        lost = []

        def takes_and_hangs_up(request):
            if request.method == "PUT" and not lost:
                lost.append(request)
                store.answer(request)
                return b""
            return None
        store.trouble = takes_and_hangs_up
        self.settings(store.port)
        outcome = self.generate("a fox", "-d", "s3://pictures/", env=self.environment())
        self.assert_status(outcome, 0)
        self.assert_there(store, outcome.json["images"])
        self.assertEqual(len(store.puts()), 2)

    def test_a_store_that_does_not_know_the_condition_gets_it_without(self):
        store = self.store()
        store.trouble = lambda request: error(501, "NotImplemented") if "if-none-match" in request.headers else None
        self.settings(store.port)
        outcome = self.generate("a fox", "-d", "s3://pictures/", env=self.environment())
        self.assert_status(outcome, 0)
        self.assert_there(store, outcome.json["images"])

    def test_a_batch_goes_on_while_nobody_listens_there(self):
        store = self.store()
        port = store.port
        store.stop()
        self.settings(port)
        running = self.begin(self.write([{"id": f"i{n}", "prompt": f"fox {n}", "directory": "s3://pictures"} for n in range(4)]), "--manifest", self.manifest, "--jobs", "4")
        running.wait_for(lambda _: len(self.notes()) == 4)
        back = self.store(port=port)
        self.assertEqual(running.end(), 0)
        self.assert_there(back, [image for line in self.lines() for image in line["images"]])
        self.assert_nothing_left()
        self.assertEqual(self.sandbox.billable(), 4)


class Ended(StoreCase):
    def held(self):
        """A store that takes no picture until `let_go` is set, and says when the first has come."""
        store = self.store()
        come, let_go = threading.Event(), threading.Event()

        def wait(request):
            if request.method == "PUT":
                come.set()
                let_go.wait(60)
            return b"" if request.method == "PUT" and not let_go.is_set() else None
        store.trouble = wait
        self.addCleanup(let_go.set)
        self.settings(store.port)
        return store, come, let_go

    def test_what_a_killed_run_was_sending_is_brought_by_recover(self):
        store, come, let_go = self.held()
        process = subprocess.Popen([LIMN, "generate", "a fox", "-d", "s3://pictures/den"], env=self.environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        self.assertTrue(come.wait(60))
        meanwhile = self.limn("recover", "--json", env=self.environment()).json["files"]
        self.assertEqual(meanwhile, [], "it belongs to who is still at it")
        process.kill()
        process.wait()
        store.trouble = lambda request: None
        let_go.set()
        listed = self.limn("recover", "--json", env=self.environment()).json["files"]
        self.assertEqual(len(listed), 1)
        self.assertEqual(listed[0]["state"], "whole")
        told = self.limn("recover", env=self.environment())
        self.assertIn(listed[0]["address"], told.stdout)
        moved = self.limn("recover", "--all", "--json", env=self.environment())
        self.assert_status(moved, 0)
        self.assertEqual(["s3://pictures/" + key for key in store.buckets["pictures"]], [listed[0]["address"]])
        self.assert_nothing_left()
        self.assertEqual(self.sandbox.billable(), 1)

    def test_it_may_be_moved_to_a_folder_instead(self):
        store, come, let_go = self.held()
        process = subprocess.Popen([LIMN, "generate", "a fox", "-d", "s3://pictures/den"], env=self.environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        self.assertTrue(come.wait(60))
        process.kill()
        process.wait()
        moved = self.limn("recover", "--all", "-d", self.work / "here", "--json", env=self.environment())
        self.assert_status(moved, 0)
        self.assert_png(moved.json["files"][0]["moved_to"])
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.limn("recover", "--json", env=self.environment()).json["files"], [])

    def test_what_recover_has_brought_is_done_for_a_batch(self):
        store, come, let_go = self.held()
        items = self.write([{"id": "fox", "prompt": "a fox", "directory": "s3://pictures"}])
        running = self.begin(items, "--manifest", self.manifest)
        self.assertTrue(come.wait(60))
        running.end(signal.SIGKILL)
        store.trouble = lambda request: None
        let_go.set()
        self.assert_status(self.limn("recover", "--all", "--json", env=self.environment()), 0)
        self.assert_status(self.batch(items, "--manifest", self.manifest, "--resume", env=self.environment()), 0)
        self.assertEqual(self.latest()["fox"]["state"], "done")
        self.assert_there(store, self.latest()["fox"]["images"])
        self.assertEqual(self.sandbox.billable(), 1)

    def test_the_next_run_of_a_killed_batch_brings_it_and_draws_it_no_more(self):
        store, come, let_go = self.held()
        items = self.write([{"id": "fox", "prompt": "a fox", "directory": "s3://pictures"}])
        running = self.begin(items, "--manifest", self.manifest)
        self.assertTrue(come.wait(60))
        running.end(signal.SIGKILL)
        store.trouble = lambda request: None
        let_go.set()
        outcome = self.batch(items, "--manifest", self.manifest, "--resume", env=self.environment())
        self.assert_status(outcome, 0)
        self.assertEqual(self.latest()["fox"]["state"], "done")
        self.assert_there(store, self.latest()["fox"]["images"])
        self.assert_nothing_left()
        self.assertEqual(self.sandbox.billable(), 1)

    def test_who_gives_up_is_told_where_it_lies(self):
        store, come, let_go = self.held()
        process = subprocess.Popen([LIMN, "generate", "a fox", "--json", "-d", "s3://pictures/den"], env=self.environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.assertTrue(come.wait(60))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(len(self.kept()), 1)
        self.assertIn(str(self.kept()[0]), json.loads(out)["error"]["message"])
        self.assertNotIn(CANARY, out + err)


class Coming(StoreCase):
    def test_an_image_to_work_from_comes_from_a_store(self):
        store = self.store()
        picture = scripted_server.png(64, 64)
        store.buckets["pictures"]["in/fox.png"] = picture
        gateway = scripted_server.ScriptedServer()
        self.addCleanup(gateway.stop)
        self.settings(store.port, gw=gateway.base_url())
        outcome = self.limn("edit", "-i", "s3://pictures/in/fox.png", "--json", "make it blue", "-d", "out", env=self.environment())
        self.assert_status(outcome, 0)
        asked = [request for request in gateway.requests if request.method == "POST"]
        self.assertEqual(len(asked), 1)
        self.assertIn(picture, asked[0].body)

    def test_the_history_tells_where_the_last_one_is(self):
        store = self.store()
        self.settings(store.port)
        path = self.generate("a fox", "-d", "s3://pictures", env=self.environment()).json["images"][0]["path"]
        outcome = self.limn("edit", "-i", "last", "--json", "make it blue", env=self.environment())
        self.assert_status(outcome, 2)
        self.assertIn(f"{path} is in a store", outcome.json["error"]["message"])
        self.assert_status(self.limn("edit", "-i", path, "--json", "make it blue", "-d", "out", env=self.environment()), 0)

    def test_what_is_not_there_or_is_refused_costs_nothing(self):
        store = self.store()
        store.buckets["pictures"]["text.png"] = b"no picture at all"
        self.settings(store.port)
        for address, word in (("s3://pictures/absent.png", "HTTP 404"), ("s3://pictures/text.png", "text.png"), ("s3://pictures/", "no image in a store")):
            outcome = self.limn("edit", "-i", address, "--json", "make it blue", env=self.environment())
            self.assert_status(outcome, 2)
            self.assertIn(word, outcome.stdout)
        outcome = self.limn("edit", "-i", "s3://pictures/text.png", "--json", "blue", env=self.environment(STORE_SECRET=CANARY + "wrong"))
        self.assertIn("HTTP 403", outcome.stdout)
        self.assertEqual(self.sandbox.billable(), 0)


class Memory(StoreCase, NetworkCase):
    @unittest.skipIf(IS_SANITIZED, "each byte takes ten times as long, and its own memory")
    def test_what_a_picture_of_many_megabytes_takes_is_no_more_than_a_small_one(self):
        noise = os.urandom(1 << 20)
        large = scripted_server.png()[:33] + b"".join(scripted_server.png_chunk(b"IDAT", noise) for _ in range(16)) + scripted_server.png_chunk(b"IEND", b"")
        peaks = []
        for picture in (scripted_server.png(), large):
            answer = scripted_server.answer(b'{"created": 1, "data": [{"b64_json": "' + base64.b64encode(picture) + b'"}]}')
            gateway = scripted_server.ScriptedServer(generation=lambda request, answer=answer: answer)
            store = self.store()
            self.settings(store.port, gw=gateway.base_url())
            outcome, peak = self.run_limn("generate", "a fox", "-d", "s3://pictures/", "--json", env=self.environment())
            gateway.stop()
            self.assert_status(outcome, 0)
            self.assertEqual(list(store.buckets["pictures"].values()), [picture])
            peaks.append(peak)
        self.assertLess(peaks[1] - peaks[0], 6 * MIB)


if __name__ == "__main__":
    unittest.main()
