"""Pictures go into a store that others wrote (s3rver), and come back from it. Signatures it does not check: store_test does."""

import hashlib
import pathlib
import socket
import subprocess
import time

import clients_of_others
from limn_case import skip_for
from store_test import StoreCase

PROGRAM = clients_of_others.MODULES / "s3rver/bin/s3rver.js"


class StoreOfOthers(StoreCase):
    @classmethod
    def setUpClass(cls):
        skip_for(clients_of_others.why_not("s3rver"))
        super().setUpClass()

    def begin_store(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        program, _ = clients_of_others.node()
        self.data = self.home / "data"
        process = subprocess.Popen([program, str(PROGRAM), "-d", str(self.data), "-p", str(port), "-a", "127.0.0.1", "-s", "--configure-bucket", "pictures"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.home)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return port
            except OSError:
                self.assertLess(time.monotonic(), until, "s3rver does not listen")
                time.sleep(0.1)

    def environment(self, *behaviours, **more):
        return super().environment(*behaviours, **{"STORE_ID": "S3RVER", "STORE_SECRET": "S3RVER", **more})

    def test_a_batch_goes_there_and_one_of_its_pictures_comes_back(self):
        self.settings(self.begin_store())
        items = self.write([{"id": f"i{n}", "prompt": f"fox number {n}", "directory": "s3://pictures/set"} for n in range(6)])
        self.assert_status(self.batch(items, "--manifest", self.manifest, env=self.environment()), 0)
        images = [image for line in self.lines() for image in line["images"]]
        self.assertEqual(len(images), 6)
        for image in images:
            stored = pathlib.Path(str(self.data / image["path"].removeprefix("s3://")) + "._S3rver_object").read_bytes()
            self.assertEqual(hashlib.sha256(stored).hexdigest(), image["sha256"])
        self.assert_nothing_left()
        self.assert_status(self.limn("edit", "-i", images[0]["path"], "--json", "make it blue", "-d", "out", env=self.environment()), 0)
        missing = self.generate("a fox", "-d", "s3://absent/", env=self.environment())
        self.assertIn("NoSuchBucket", missing.json["error"]["message"])
        self.assertEqual(self.sandbox.billable(), 7)
