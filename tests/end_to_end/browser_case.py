"""What tests of the page of `limn serve` in a real browser share. With LIMN_SCREENSHOTS=FOLDER they leave pictures of it there."""

import base64
import json
import os
import pathlib
import threading

from browser import Browser, why_no_browser
from limn_case import skip_for
from scripted_server import ScriptedServer
from serve_page_test import PageCase, png

SCREENSHOTS = os.environ.get("LIMN_SCREENSHOTS")
READY = "document.documentElement.dataset.ready === 'true'"


class BrowserCase(PageCase):
    @classmethod
    def setUpClass(cls):
        skip_for(why_no_browser())
        super().setUpClass()
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        super().tearDownClass()

    def address(self, server, path="/"):
        return f"http://127.0.0.1:{server.port}{path}"

    def visit(self, address, **options):
        """A tab of somebody who was never there; what its console complains of is the test's to judge."""
        page = self.browser.page(**options)
        self.addCleanup(page.close)
        page.go(address)
        return page

    def open(self, server, **options):
        """The page, ready, which must have nothing to complain of to the end of the test."""
        page = self.visit(self.address(server), **options)
        page.wait_for(READY)
        self.addCleanup(self.assert_no_troubles, page)
        return page

    def assert_no_troubles(self, page):
        page.see("1")  # brings what it heard meanwhile
        self.assertEqual(page.troubles, [])

    def reload(self, page):
        page.tell(("reload",))
        page.wait_for(READY)

    def shot(self, page, name):
        if SCREENSHOTS:
            page.wait_for("[...document.images].every(i => i.complete || i.getBoundingClientRect().top > innerHeight)")
            pathlib.Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(pathlib.Path(SCREENSHOTS, f"{name}.png"))

    def press_draw(self, page, prompt):
        page.tell(("locator", "#prompt"), ("fill", prompt))
        page.press("Control+Enter")

    def draw(self, page, prompt):
        """Until its picture is there."""
        self.press_draw(page, prompt)
        page.wait_for(f"[...document.querySelectorAll('#batch .tile:not(.drawing) img')].some(i => i.alt === {json.dumps(prompt)} && i.naturalWidth > 0)")

    def ratio(self, page, selector):
        return page.see(f"(b => b.width / b.height)(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")

    def slow_gateway(self, preview=None, picture=None):
        """One whose picture comes once the event that is returned with it is set, behind a preview."""
        finish = threading.Event()
        self.addCleanup(finish.set)

        def pieces():
            yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
            yield event("partial_image", preview or png(96, 64), partial_image_index=0)
            finish.wait(120)
            yield event("completed", picture or png(300, 200))

        gateway = ScriptedServer(generation=lambda request: pieces())
        self.addCleanup(gateway.stop)
        return gateway, finish


def event(kind, picture, **more):
    return f"data: {json.dumps({'type': f'image_generation.{kind}', 'b64_json': base64.b64encode(picture).decode(), **more})}\n\n".encode()
