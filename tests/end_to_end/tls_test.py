"""TLS: whoever is at the other end has to prove it, before it hears a key."""

import shutil
import ssl
import tempfile
import unittest
import warnings

import kernel
from limn_case import LimnCase
from scripted_server import MODELS, Authority, Listener, ScriptedServer, answer, png, url_answer

HERE = "IP:127.0.0.1,DNS:localhost"


class PlainText(Listener):
    def serve(self, connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


class Tls(LimnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="limn-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.known = Authority(cls.folder, "known")
        cls.unknown = Authority(cls.folder, "unknown")

    def serve(self, context):
        server = ScriptedServer(tls=context)
        self.addCleanup(server.stop)
        return server

    def refused(self, url, *problem, **env):
        """Generates over `url`, which must fail as `problem`, and then over the sandbox, which works."""
        outcome = self.generate("--cacert", self.known.file, "a fox", env=self.environment(url, "ok", **env))
        self.assert_status(outcome, 0)
        first = outcome.json["attempts"][0]
        self.assertEqual(first["class"], "tls", outcome)
        for words in problem:
            self.assertRegex(first["message"], words)

        alone = self.generate("--cacert", self.known.file, "a fox", env=self.environment(url, **env))
        self.assert_status(alone, 8)
        self.assertEqual(alone.json["error"]["class"], "tls")
        hint = alone.json["error"]["hint"]
        for words in ("certificate store", "date", "proxy", "--cacert"):
            self.assertIn(words, hint)
        self.assertNotRegex(hint, r"(?i)insecure|skip verif|disable|turn off|-k\b")
        return alone

    def test_a_server_that_cannot_prove_who_it_is_hears_nothing(self):
        for name, context, problem in (
            ("unknown authority", self.unknown.context("stranger", HERE), "unable to get local issuer certificate"),
            ("expired", self.known.context("expired", HERE, end="20210101000000Z"), "certificate has expired"),
            ("not yet valid", self.known.context("early", HERE, start="20980101000000Z"), "certificate is not yet valid"),
            ("another name", self.known.context("other", "DNS:other.example,IP:127.0.0.2"), "127.0.0.1"),
            ("signed by itself", self.known.context("self", HERE, signed_by_itself=True), "self.signed certificate"),
        ):
            with self.subTest(name):
                server = self.serve(context)
                self.refused(server.base_url("https"), problem)
                self.assertGreater(server.connections, 0)
                self.assertEqual(server.requests, [])

    def test_a_certificate_for_another_name_is_none_for_localhost(self):
        server = self.serve(self.known.context("elsewhere", "DNS:other.example"))
        self.refused(server.base_url("https", "localhost"), "localhost")
        self.assertEqual(server.requests, [])

    def test_the_system_store_does_not_know_a_company_of_its_own(self):
        server = self.serve(self.known.context("company", HERE))
        outcome = self.generate("a fox", env=self.environment(server.base_url("https")))
        self.assert_status(outcome, 8)
        self.assertEqual(server.requests, [])

    def test_cacert_and_the_variable_of_openssl_let_a_company_of_its_own_in(self):
        server = self.serve(self.known.context("company", HERE))
        for how, args, env in (("--cacert", ["--cacert", self.known.file], {}), ("variable", [], {"SSL_CERT_FILE": str(self.known.file)})):
            for host in ("127.0.0.1", "localhost"):
                with self.subTest(how, host=host):
                    outcome = self.generate(*args, "a fox", env=self.environment(server.base_url("https", host), **env))
                    self.assert_status(outcome, 0)
                    self.assert_png(outcome.json["images"][0]["path"], (8, 8))

    @unittest.skipIf(kernel.why_no_mounts(), kernel.why_no_mounts())
    def test_the_bundle_of_every_distribution_is_found(self):
        """limn may run on another one than it was built for. Of the machine that the test runs on nothing is left in /etc."""
        server = self.serve(self.known.context("company", HERE))
        for place in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem", None):
            with self.subTest(place):
                here = kernel.Namespace()
                self.addCleanup(here.close)
                here.run("mount -t tmpfs none /etc")
                if place:
                    here.run(f"mkdir -p $(dirname {place}); cp {self.known.file} {place}")
                before = len(server.requests)
                outcome = self.generate("a fox", env=self.environment(server.base_url("https")), through=here.command())
                self.assert_status(outcome, 0 if place else 8)
                self.assertEqual(len(server.requests) > before, bool(place))

    def test_cacert_wins_over_the_variable_and_a_file_that_is_none_is_told(self):
        server = self.serve(self.known.context("company", HERE))
        env = self.environment(server.base_url("https"), SSL_CERT_FILE=str(self.known.file))
        outcome = self.generate("--cacert", self.unknown.file, "a fox", env=env)
        self.assert_status(outcome, 8)
        missing = self.limn("generate", "--json", "--cacert", self.home / "missing.pem", "a fox", env=env)
        self.assertIn("missing.pem", missing.stdout + missing.stderr)
        self.assertNotEqual(missing.status, 0)
        self.assertEqual(server.requests, [])

    def test_an_image_on_the_gateways_own_host_is_fetched_over_tls_where_its_address_says_http(self):
        for address in ("http://127.0.0.1:{port}/a.png", "http://127.0.0.1/a.png", "http://localhost:{port}/a.png"):
            with self.subTest(address):
                server = self.serve(self.known.context("own", HERE))
                server.generation = lambda request: url_answer(address.format(port=server.port))
                server.models = lambda request: answer(png() if request.target == "/a.png" else MODELS)
                outcome = self.generate("--cacert", self.known.file, "a fox", env=self.environment(server.base_url("https")))
                self.assert_status(outcome, 0)
                self.assert_png(outcome.json["images"][0]["path"], (8, 8))

    def test_plain_text_on_the_port_of_tls(self):
        server = PlainText()
        self.addCleanup(server.stop)
        self.refused(f"https://127.0.0.1:{server.port}/v1", "wrong version number|packet length|record layer")

    def test_a_server_that_knows_only_tls_1_0(self):
        context = self.known.context("old", HERE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        server = self.serve(context)
        self.refused(server.base_url("https"), "protocol")
        self.assertEqual(server.requests, [])

    def test_no_option_turns_verification_off(self):
        for command in ((), ("generate",), ("verify",), ("doctor",), ("discover",), ("config",)):
            text = self.limn(*command, "--help").stdout
            self.assertIn("--", text)
            self.assertNotRegex(text, r"(?i)insecure|no-verify-|skip-verif|(^|\s)-k\b")
        for option in ("-k", "--insecure", "--no-check-certificate"):
            self.assert_status(self.limn("generate", option, "a fox"), 2)


if __name__ == "__main__":
    unittest.main()
