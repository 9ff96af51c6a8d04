"""Proxies, as curl's users expect them, and names of the public internet, which only a proxy can play on one machine."""

import base64
import shutil
import tempfile
import unittest

from limn_case import LimnCase
from scripted_server import Authority, ConnectProxy, ScriptedServer, answer, png, url_answer

USER, PASSWORD = "walter", "correct%20horse-battery"
ANYWHERE = "0.0.0.0"  # is this machine for connect(2), and no loopback address for anybody else
LONG_LABEL = "x" * 64  # no name has such a one, so it is resolved to nothing without asking anybody
CREDENTIALS = base64.b64encode(b"walter:correct horse-battery").decode()


class Proxies(LimnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="limn-proxies-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder, "known")
        cls.context = cls.authority.context("public", "DNS:gateway.example,DNS:cdn.example,IP:0.0.0.0")

    def serve(self, **script):
        server = ScriptedServer(tls=self.context, **script)
        self.addCleanup(server.stop)
        return server

    def proxy(self, *args, **kwargs):
        proxy = ConnectProxy(*args, **kwargs)
        self.addCleanup(proxy.stop)
        return proxy

    def ask(self, *args, url="https://gateway.example/v1", **env):
        env = self.environment(url, SSL_CERT_FILE=str(self.authority.file), **env)
        return self.generate(*args, "a fox", env=env)

    def test_every_variable_that_curl_reads_leads_through_the_proxy(self):
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            with self.subTest(name):
                server = self.serve()
                proxy = self.proxy({"gateway.example:443": server.port})
                outcome = self.ask(**{name: f"http://127.0.0.1:{proxy.port}"})
                self.assert_status(outcome, 0)
                self.assertEqual({(r.method, r.target) for r in proxy.requests}, {("CONNECT", "gateway.example:443")})
                self.assertEqual(server.billable, 1)

    def test_the_proxy_of_plain_http_is_none_for_https(self):
        for name in ("HTTP_PROXY", "http_proxy"):
            with self.subTest(name):
                server, proxy = self.serve(), self.proxy()
                outcome = self.ask(url=server.base_url("https", ANYWHERE), **{name: f"http://127.0.0.1:{proxy.port}"})
                self.assert_status(outcome, 0)
                self.assertEqual(proxy.connections, 0)

    def test_http_proxy_counts_in_lower_case_only(self):
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True)
        server = ScriptedServer()
        self.addCleanup(server.stop)
        (folder / "limn.yaml").write_text(
            f"gateways:\n  - {{base_url: '{server.base_url(host=ANYWHERE)}', api_key: none, allow_plaintext: true}}\n")
        for name, direct in (("HTTP_PROXY", 1), ("http_proxy", 0)):
            server.requests.clear()
            proxy = self.proxy(refusal=lambda request: answer(b"{}", "503 Service Unavailable"))
            self.limn("verify", "--json", env=self.environment(**{name: f"http://127.0.0.1:{proxy.port}"}))
            self.assertEqual((len(server.requests), len(proxy.requests)), (direct, 1 - direct), name)

    def test_no_proxy_names_who_is_asked_directly(self):
        server, proxy = self.serve(), self.proxy()
        url, where = server.base_url("https", ANYWHERE), f"http://127.0.0.1:{proxy.port}"
        for name, value in (("NO_PROXY", "*"), ("NO_PROXY", ANYWHERE), ("no_proxy", f"other.example, {ANYWHERE}")):
            self.assert_status(self.ask(url=url, HTTPS_PROXY=where, **{name: value}), 0)
        self.assertEqual(proxy.connections, 0)
        self.assert_status(self.ask(url=url, HTTPS_PROXY=where, NO_PROXY="other.example"), 8)
        self.assertGreater(proxy.connections, 0)

    def test_this_machine_is_never_asked_through_a_proxy(self):
        proxy = self.proxy()
        where = f"http://127.0.0.1:{proxy.port}"
        outcome = self.generate("a fox", env=self.environment("ok", http_proxy=where, HTTPS_PROXY=where, ALL_PROXY=where))
        self.assert_status(outcome, 0)
        self.assertEqual(proxy.connections, 0)

    def assert_secret(self, outcome):
        for text in (outcome.stdout, outcome.stderr):
            for spelling in (PASSWORD, "correct horse-battery", CREDENTIALS):
                self.assertNotIn(spelling, text)

    def test_the_password_of_a_proxy_reaches_the_proxy_and_nobody_else(self):
        server = self.serve()
        proxy = self.proxy({"gateway.example:443": server.port})
        for args in ((), ("-v",), ("--events",)):
            outcome = self.ask(*args, HTTPS_PROXY=f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}")
            self.assert_status(outcome, 0)
            self.assert_secret(outcome)
        self.assertEqual({r.headers["proxy-authorization"] for r in proxy.requests}, {f"Basic {CREDENTIALS}"})
        for request in proxy.requests:
            self.assertNotIn("authorization", request.headers, "the gateway's key went to the proxy")
        for request in server.requests:
            self.assertNotIn("proxy-authorization", request.headers)

    def test_a_proxy_that_refuses_is_told_without_its_password_and_the_next_gateway_is_tried(self):
        def echo(status):
            def refusal(request):
                headers = "".join(f"X-Echo-{name}: {value}\r\n" for name, value in request.headers.items())
                body = headers.encode()
                return (f"HTTP/1.1 {status}\r\n{headers}Proxy-Authenticate: Basic realm=\"{PASSWORD}\"\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n").encode() + body
            return refusal

        for status in ("407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"):
            for args in ((), ("-v",)):
                with self.subTest(status, args=args):
                    proxy = self.proxy(refusal=echo(status))
                    where = f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}"
                    env = self.environment("https://gateway.example/v1", "ok", HTTPS_PROXY=where)
                    outcome = self.generate(*args, "a fox", env=env)
                    self.assert_status(outcome, 0)
                    self.assert_secret(outcome)
                    first = outcome.json["attempts"][0]
                    self.assertEqual(first["class"], "unreachable")
                    self.assertIn(status[:3], first["message"])
                    self.assertIn("proxy", first["message"].lower())
                    self.assertFalse(first["may_have_cost"])

    def test_a_proxy_that_is_not_there_is_told(self):
        with self.subTest("closed port"):
            proxy = self.proxy()
            proxy.stop()
            outcome = self.ask(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}")
            self.assert_status(outcome, 8)
            self.assert_secret(outcome)
            self.assertIn("proxy", outcome.json["error"]["hint"])
        with self.subTest("no such name"):
            outcome = self.ask(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@{LONG_LABEL}.example:3128")
            self.assert_status(outcome, 8)
            self.assert_secret(outcome)
            self.assertIn("proxy", outcome.json["error"]["message"])

    # --- Addresses of images, on what looks like the public internet ---

    def public(self, location=None):
        """A gateway that hands out an address of cdn.example, and what that serves: an image, or a redirect."""
        server = self.serve(
            generation=lambda request: url_answer("https://cdn.example/a.png"),
            models=lambda request: self.fetched(request, location))
        proxy = self.proxy({"gateway.example:443": server.port, "cdn.example:443": server.port})
        return server, proxy

    @staticmethod
    def fetched(request, location):
        if request.target == "/v1/models":
            return answer(b'{"data":[{"id":"gpt-image-2"}]}')
        if location and request.target == "/a.png":
            return answer(b"", "302 Found", headers=[f"Location: {location}"])
        return answer(png(), content_type="image/png")

    def test_a_public_address_is_fetched_without_the_key(self):
        server, proxy = self.public()
        outcome = self.ask(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        self.assert_status(outcome, 0)
        self.assert_png(outcome.json["images"][0]["path"])
        fetched = [r for r in server.requests if r.target == "/a.png"]
        self.assertEqual(len(fetched), 1)
        self.assertNotIn("authorization", fetched[0].headers)

    def test_a_public_address_may_lead_to_another_but_never_to_a_private_one(self):
        server, proxy = self.public("https://cdn.example/b.png")
        self.assert_status(self.ask(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}"), 0)
        inside = ScriptedServer()
        self.addCleanup(inside.stop)
        for location in (f"http://127.0.0.1:{inside.port}/x", f"https://127.0.0.1:{inside.port}/x", f"https://localhost:{inside.port}/x",
                         "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/x", "https://[::1]/x", "file:///etc/passwd"):
            with self.subTest(location):
                server, proxy = self.public(location)
                outcome = self.ask(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
                self.assert_status(outcome, 10)
                self.assertEqual(outcome.json["error"]["class"], "not_saved")
                self.assertEqual(server.billable, 1)
                self.assertEqual(inside.connections, 0)
                self.assertEqual({r.target for r in proxy.requests}, {"gateway.example:443", "cdn.example:443"})

    def test_an_image_at_an_address_of_plain_http_is_fetched_where_its_gateway_may_be_plain(self):
        server = ScriptedServer(generation=lambda request: url_answer("http://cdn.example/a.png"))
        self.addCleanup(server.stop)
        folder = self.home / ".config/limn"
        folder.mkdir(parents=True)
        for allowed in ("false", "true"):
            (folder / "limn.yaml").write_text(
                f"gateways:\n  - {{base_url: '{server.base_url()}', api_key: none, allow_plaintext: {allowed}}}\n")
            proxy = self.proxy(refusal=lambda request: answer(png(), content_type="image/png"))  # of plain http: it answers itself
            outcome = self.generate("a fox", env=self.environment(http_proxy=f"http://127.0.0.1:{proxy.port}"))
            if allowed == "true":
                self.assert_status(outcome, 0)
                self.assertEqual([r.target for r in proxy.requests], ["http://cdn.example/a.png"])
            else:
                self.assert_status(outcome, 10)
                self.assertIn("plain http to cdn.example is refused", outcome.json["error"]["message"])
                self.assertNotIn("key", outcome.json["error"]["message"])
                self.assertEqual(proxy.connections, 0)


if __name__ == "__main__":
    unittest.main()
