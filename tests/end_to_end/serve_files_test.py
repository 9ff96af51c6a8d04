"""`limn serve` and addresses of pictures: who has one may have the picture, and nothing else."""

import base64
import json
import os
import time
import unittest

from limn_case import all_below, content_of
from scripted_server import ScriptedServer, answer
from serve_test import ServeCase

BY_ADDRESS = {"response_format": "url"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'


class Addresses(ServeCase):
    def address(self, answer, base_url):
        """The path of the only picture of an answer."""
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([sorted(one) for one in answer.json["data"]], [["url"]])
        url = answer.json["data"][0]["url"]
        self.assertRegex(url, f"^{base_url}/files/[0-9a-f]{{32}}\\.[a-z]+$")
        return url.removeprefix(base_url)

    def test_a_picture_is_had_from_its_address_without_a_key(self):
        self.configure("ok")
        key = self.limn("serve", "key", "new", "mine").stdout.strip()
        server = self.server()
        base_url = f"http://127.0.0.1:{server.port}"
        path = self.address(self.draw(server, BY_ADDRESS, authorization=f"Bearer {key}"), base_url)
        picture = self.images_in(self.pictures)[0].read_bytes()
        got = self.ask(server, "GET", path)
        self.assertEqual((got.status, got.body), (200, picture))
        headers = got.headers
        self.assertEqual((headers["content-type"], headers["x-content-type-options"], headers["content-length"]), ("image/png", "nosniff", str(len(picture))))
        self.assertIn("private", headers["cache-control"])
        head = self.ask(server, "HEAD", path)
        self.assertEqual((head.status, head.body, head.headers["content-length"]), (200, b"", str(len(picture))))

    def test_it_holds_for_the_next_server_too_and_nothing_tells_it(self):
        self.configure("ok")
        server = self.server()
        path = self.address(self.draw(server, BY_ADDRESS), f"http://127.0.0.1:{server.port}")
        server.end()
        self.assertEqual(self.ask(self.server(), "GET", path).status, 200)
        token = path.split("/")[-1].split(".")[0].encode()
        folder = self.home / ".local/state/limn/links"
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        for file in all_below(self.home):
            self.assertNotIn(token, bytes(file))
            if file.is_file():
                self.assertNotIn(token, content_of(file), file)

    def test_each_answer_has_addresses_of_its_own(self):
        self.configure("ok")
        server = self.server()
        urls = [one["url"] for name in ("0", "1") for one in self.draw(server, {"n": 2, **BY_ADDRESS}, idempotency_key="one", x_stainless_retry_count=name).json["data"]]
        self.assertEqual(len(set(urls)), 4)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_is_at_no_address_is_not_there(self):
        self.configure("ok")
        server = self.server()
        path = self.address(self.draw(server, BY_ADDRESS), f"http://127.0.0.1:{server.port}")
        other = path[:-5] + ("0" if path[-5] != "0" else "1") + path[-4:]
        for wrong in (other, path[:-4], path[:-4] + ".jpg", path + "/x", "/files", "/files/", "/files/..%2f..%2fjobs.db", "/files/../jobs.db", "/files/" + "x" * 32 + ".png"):
            with self.subTest(wrong):
                refused = self.ask(server, "GET", wrong)
                self.assertEqual(refused.status, 404, refused)
        self.assert_refused(self.ask(server, "POST", path), 405, "method_not_allowed")
        self.assert_refused(self.ask(server, "GET", path, headers={"origin": "https://evil.example"}), 403, "unknown_origin")
        self.assert_refused(self.ask(server, "GET", path, headers={"host": "evil.example"}), 421, "unknown_host")

    def test_only_what_the_job_drew_is_had(self):
        """Not what somebody puts in its place, or in its link's."""
        self.configure("ok")
        server = self.server()
        path = self.address(self.draw(server, BY_ADDRESS), f"http://127.0.0.1:{server.port}")
        link, = (self.home / ".local/state/limn/links").iterdir()
        told = link.read_text()
        secret = self.home / "secret.png"
        secret.write_bytes(self.images_in(self.pictures)[0].read_bytes())
        link.write_text(told.split("\n")[0] + "\n" + str(secret))
        self.assertEqual(self.ask(server, "GET", path).status, 404)
        link.write_text(told)
        self.assertEqual(self.ask(server, "GET", path).status, 200)
        picture = self.images_in(self.pictures)[0]
        os.replace(secret, picture)
        self.assertEqual(self.ask(server, "GET", path).status, 404)

    def test_an_address_is_good_for_a_day(self):
        self.configure("ok")
        server = self.server()
        path = self.address(self.draw(server, BY_ADDRESS), f"http://127.0.0.1:{server.port}")
        link, = (self.home / ".local/state/limn/links").iterdir()
        for hours, status in ((23, 200), (25, 404)):
            then = time.time() - hours * 3600
            os.utime(link, (then, then))
            self.assertEqual(self.ask(server, "GET", path).status, status)
        # One that starts later clears it away with the first that it makes.
        self.draw(self.server(), BY_ADDRESS)
        self.assertFalse(link.exists())

    def test_a_drawing_with_scripts_in_it_runs_none(self):
        told = json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(SVG).decode()}]}).encode()
        gateway = ScriptedServer(lambda request: answer(told))
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url())
        server = self.server()
        drawn = self.draw(server, BY_ADDRESS)
        got = self.ask(server, "GET", self.address(drawn, f"http://127.0.0.1:{server.port}"))
        self.assertEqual((got.headers["content-type"], got.headers["content-disposition"]), ("image/svg+xml", "attachment"))
        self.assertIn("sandbox", got.headers["content-security-policy"])

    def test_addresses_begin_where_clients_find_the_server(self):
        self.configure("ok")
        for public in ("https://limn.example", "http://limn.example:99/pictures/"):
            server = self.server("--no-key", "--public-url", public)
            self.address(self.draw(server, {"prompt": public, **BY_ADDRESS}), public.rstrip("/"))
        named = self.server("--no-key", "--allow-host", "limn.example")
        self.address(self.draw(named, {"prompt": "named", **BY_ADDRESS}, host="limn.example:7"), "http://limn.example:7")
        for wrong in ("limn.example", "ftp://limn.example", "https://limn.example/?a=b"):
            refused = self.limn("serve", "--no-key", "--port", "0", "--public-url", wrong)
            self.assert_status(refused, 2)
            self.assertIn("--public-url", refused.stderr)

    def test_where_no_address_can_be_kept_the_picture_itself_is_told(self):
        self.configure("ok")
        state = self.home / ".local/state/limn"
        state.mkdir(parents=True)
        (state / "links").write_text("no folder")
        self.assert_drawn(self.draw(self.server(), BY_ADDRESS))


if __name__ == "__main__":
    unittest.main()
