"""Who gets into the page of `limn serve`, in a real browser: with a key, by a link, and not from elsewhere."""

import http.server
import json
import threading
import unittest

from browser_case import READY, BrowserCase
from serve_test import Server


class Entering(BrowserCase):
    def test_signed_in_by_a_key_that_is_kept_nowhere(self):
        self.configure("ok")
        key = self.key()
        page = self.visit(self.address(self.server()))
        page.wait_for_focus("#key")
        self.shot(page, "sign-in")
        page.type("lm-wrong")
        page.press("Enter")
        page.wait_for("document.querySelector('#sign-in-trouble').textContent")
        self.shot(page, "sign-in-wrong")
        self.assertEqual(page.see("document.querySelector('#bar').hidden"), True)
        page.type(key)
        page.press("Enter")
        page.wait_for(READY)
        kept = page.see("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, document.documentElement.outerHTML])")
        self.assertNotIn(key, kept)
        self.assertFalse([url for url in page.requests if key in url])
        self.draw(page, "a fox")
        self.limn("serve", "key", "revoke", "page")
        page.click("#spend")
        page.wait_for("!document.querySelector('#sign-in').hidden && document.querySelector('#bar').hidden")
        self.assertEqual([one for one in page.troubles if "401" not in one], [])

    def test_a_link_signs_in_and_does_not_stay_in_the_address(self):
        self.configure("ok")
        tools = self.home / "tools"
        tools.mkdir()
        (tools / "xdg-open").write_text(f'#!/bin/sh\nprintf %s "$1" >{self.home}/link.part\nmv {self.home}/link.part {self.home}/link\n')
        (tools / "xdg-open").chmod(0o755)
        env = self.environment()
        Server(self, "--open", env={**env, "PATH": f"{tools}:{env['PATH']}"})
        self.wait_until((self.home / "link").exists)
        page = self.visit((self.home / "link").read_text())
        page.wait_for(READY)
        self.assertNotIn("#", page.see("location.href"))
        self.assert_no_troubles(page)

    def test_a_page_of_another_port_gets_nothing(self):
        """Also of who is signed in: browsers send cookies to all ports of an address."""
        self.configure("ok")
        key = self.key()
        server = self.server()
        page = self.visit(self.address(server))
        page.wait_for_focus("#key")
        page.type(key)
        page.press("Enter")
        page.wait_for(READY)
        self.draw(page, "a fox")
        past = page.see("document.querySelector('#batch .open').dataset.id")
        other = page.beside()
        other.go(f"http://127.0.0.1:{self.elsewhere()}/")
        got = other.see(f"""(async () => {{
            const base = {json.dumps(self.address(server, ''))}, got = [];
            const job = JSON.stringify({{prompt: 'an owl'}});
            for (const [path, more] of [['/api/jobs', {{}}], ['/api/history', {{}}], ['/api/gateways', {{}}], ['/session', {{}}],
                ['/api/jobs', {{method: 'POST', body: job, headers: {{'content-type': 'application/json', 'idempotency-key': 'a'}}}}],
                ['/api/jobs', {{method: 'POST', body: job}}], ['/session', {{method: 'DELETE'}}], ['/api/history/{past}', {{method: 'DELETE'}}]]) {{
              await fetch(base + path, {{credentials: 'include', ...more}}).then(async a => got.push([path, await a.text()]), () => {{}});
              await fetch(base + path, {{credentials: 'include', mode: 'no-cors', ...more}}).catch(() => {{}});
            }}
            await new Promise(end => {{ const i = new Image(); i.onload = () => (got.push('picture'), end()); i.onerror = end; i.src = base + '/api/pictures/{past}'; }});
            await new Promise(end => {{ const s = new EventSource(base + '/events', {{withCredentials: true}}); s.onopen = () => (got.push('events'), s.close(), end()); s.onerror = () => (s.close(), end()); }});
            return got; }})()""")
        self.assertEqual(got, [])
        # A form of its own, which a browser sends without asking anybody; what comes back replaces the page.
        other.see(f"""(() => {{ const form = document.createElement('form'); form.method = 'post'; form.enctype = 'text/plain'; form.action = {json.dumps(self.address(server, '/api/jobs'))};
            form.innerHTML = '<input name=\\'{{"prompt":"an owl","x":"\\' value=\\'"}}\\'>'; document.body.append(form); form.submit(); }})()""")
        other.wait_for(f"location.port === '{server.port}' && document.body.innerText")
        self.assertIn("error", other.see("document.body.innerText"))
        # Nor is it shown within another one.
        third = page.beside()
        third.go(f"http://127.0.0.1:{self.elsewhere()}/")
        third.see(f"""new Promise(end => {{ const f = document.createElement('iframe'); f.onload = end; f.src = {json.dumps(self.address(server))}; document.body.append(f); }})""")
        self.assertNotIn(self.address(server), [url for url in third.see("performance.getEntriesByType('resource').map(e => e.name)") if "/page/" in url])
        self.assertEqual(self.sandbox.billable(), 1)
        self.reload(page)
        page.wait_for("document.querySelector('#gallery img')?.alt === 'a fox'")  # still signed in, still there

    def elsewhere(self):
        """The port of an empty page of somebody else."""
        class Empty(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>elsewhere</title><body>elsewhere")

            def log_message(self, *words):
                pass

        there = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
        threading.Thread(target=there.serve_forever, daemon=True).start()
        self.addCleanup(there.server_close)
        self.addCleanup(there.shutdown)
        return there.server_port


if __name__ == "__main__":
    unittest.main()
