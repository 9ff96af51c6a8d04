"""The page of `limn serve` in a real browser, against the real server: what people see, press and read. Its API: serve_page_test."""

import base64
import json
import os
import pathlib
import threading
import unittest

from browser import CHROMIUM, Browser
from limn_case import CANARY
from serve_page_test import PageCase, fill_history, png
from scripted_server import ScriptedServer, answer
from serve_test import Server

SHOTS = os.environ.get("LIMN_SHOTS")  # a folder for pictures of the page, for who wants to look at it
HOSTILE = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>\u202e${7*7}{{7*7}}'


@unittest.skipUnless(CHROMIUM, "there is no chromium: scripts/setup --tests installs it")
class BrowserCase(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        super().tearDownClass()

    def open(self, server, path="/"):
        page = self.browser.page()
        page.go(f"http://127.0.0.1:{server.port}{path}")
        page.wait_for("document.documentElement.dataset.ready === 'true'")
        self.addCleanup(lambda: self.assertEqual(page.troubles, []))
        return page

    def shot(self, page, name):
        if SHOTS:
            page.wait_for("[...document.images].every(i => i.complete || i.getBoundingClientRect().top > innerHeight)")
            page.screenshot(pathlib.Path(SHOTS, f"{name}.png"))

    def draw(self, page, prompt, wait=True):
        page.see("document.querySelector('#prompt').focus()")
        page.see("document.querySelector('#prompt').select()")
        page.type(prompt)
        page.press("Enter", "ctrl")
        if wait:
            page.wait_for("document.querySelector('#batch .tile:not(.drawing)')")

    def ratio(self, page, selector):
        return page.see(f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); return b.width / b.height; }})()")


def event(kind, picture, **more):
    return f"data: {json.dumps({'type': f'image_generation.{kind}', 'b64_json': base64.b64encode(picture).decode(), **more})}\n\n".encode()


class Drawing(BrowserCase):
    def test_a_tile_sharpens_while_its_picture_is_drawn(self):
        seen = threading.Event()
        self.addCleanup(seen.set)

        def pieces():
            yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + event("partial_image", png(96, 64), partial_image_index=0)
            seen.wait(60)
            yield event("completed", png(300, 200))

        gateway = ScriptedServer(generation=lambda request: pieces())
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url())
        page = self.open(self.server())
        self.draw(page, "a fox in the snow, early light, the breath of it in the air", wait=False)
        page.wait_for("document.querySelector('#batch .tile.drawing.shown .preview')?.naturalWidth === 96")
        self.shot(page, "preview")
        seen.set()
        page.wait_for("document.querySelector('#batch .tile:not(.drawing) .open img')?.naturalWidth === 300")
        self.assertEqual(page.see("document.querySelectorAll('.preview').length"), 0)

    def test_a_prompt_becomes_a_tile_and_then_a_picture_that_stays(self):
        self.configure("slow-2500")
        server = self.server()
        page = self.open(server)
        self.assertIn("Nothing here yet", page.see("document.querySelector('#nothing').textContent"))
        page.wait_for("document.querySelector('#price').textContent.includes('$')")
        self.shot(page, "empty")
        page.see("(() => { const s = document.querySelector('[name=size]'); s.value = '3:2'; s.dispatchEvent(new Event('change')); })()")
        self.draw(page, "a fox in the snow", wait=False)
        page.wait_for("document.querySelector('#batch .tile.drawing')")
        page.wait_for("document.querySelector('.doing').textContent.includes('Drawing · one')")
        self.assertAlmostEqual(self.ratio(page, "#batch .tile"), 1.5, delta=0.02)
        self.shot(page, "drawing")
        page.wait_for("document.querySelector('#batch .tile:not(.drawing) img')?.naturalWidth > 0")
        self.assertEqual(page.see("(i => [i.naturalWidth, i.naturalHeight])(document.querySelector('#batch img'))"), [1536, 1024])
        self.assertEqual(page.see("document.querySelector('#said').textContent"), "A picture is ready.")
        page.see("document.documentElement.dataset.ready = ''")
        page.go(f"http://127.0.0.1:{server.port}/")
        page.wait_for("document.documentElement.dataset.ready === 'true' && document.querySelector('#gallery .tile img')?.naturalWidth > 0")
        self.assertEqual(page.see("document.querySelector('#gallery img').alt"), "a fox in the snow")
        self.assertAlmostEqual(self.ratio(page, "#gallery .tile"), 1.5, delta=0.02)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_failed_says_what_to_do(self):
        self.configure("moderated")
        page = self.open(self.server())
        self.draw(page, "a fox")
        text = page.wait_for("document.querySelector('.tile.failed')?.innerText")
        self.assertIn("Refused for its content", text)
        self.assertIn("Reword the prompt", text)
        page.click(".attempts summary")
        self.assertIn("one", page.see("document.querySelector('.attempts ol').innerText"))
        self.shot(page, "failed")
        page.see("document.querySelector('#prompt').value = ''")
        page.see("[...document.querySelectorAll('.failed button')].find(b => b.textContent === 'Edit and try again').click()")
        self.assertEqual(page.see("document.querySelector('#prompt').value"), "a fox")
        page.see("[...document.querySelectorAll('.failed button')].find(b => b.textContent === 'Dismiss').click()")
        page.wait_for("!document.querySelector('.tile.failed')")

    def test_texts_of_strangers_are_texts(self):
        refusal = json.dumps({"error": {"message": HOSTILE, "type": HOSTILE, "code": "moderation_blocked"}}).encode()
        gateway = ScriptedServer(generation=lambda request: answer(refusal, status="400 Bad Request"))
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url(), more=f"model: [gpt-image-2, {json.dumps(HOSTILE[:80])}]\n")
        page = self.open(self.server())
        self.draw(page, HOSTILE)
        self.assertIn("<script>", page.wait_for("document.querySelector('.tile.failed')?.textContent"))
        self.assertIn("<img", page.see("document.querySelector('[name=model]').textContent"))
        self.configure("ok")
        self.draw(page, HOSTILE)
        page.wait_for("document.querySelector('#batch .tile img')")
        page.click("#batch .open")
        self.assertIn('<img src=x onerror="', page.wait_for("document.querySelector('#detail .prompt')?.textContent"))
        self.assertEqual(page.see("[document.title, document.querySelectorAll('img[src=x]').length, document.scripts.length]"), ["limn", 0, 1])

    def test_the_keyboard_is_enough(self):
        self.configure("ok")
        page = self.open(self.server())
        self.assertEqual(page.see("document.activeElement.id"), "prompt")
        for prompt in ("a fox", "an owl", "a bear"):
            page.press("a", "ctrl")
            page.type(prompt)
            page.press("Enter", "ctrl")
            page.wait_for(f"document.querySelector('#batch img')?.alt === {json.dumps(prompt)}")
        page.wait_for("document.querySelectorAll('#gallery .open').length === 2")
        for _ in range(40):
            page.press("Tab")
            if page.see("document.activeElement.matches('#batch .open')"):
                break
        self.assertTrue(page.see("document.activeElement.matches('#batch .open')"))
        page.press("ArrowDown")
        page.press("ArrowRight")
        self.assertEqual(page.see("document.activeElement.querySelector('img').alt"), "a fox")
        page.press("ArrowLeft")
        page.press("Enter")
        page.wait_for("document.querySelector('#detail[open] .prompt')?.textContent === 'an owl'")
        page.press("ArrowRight")
        page.wait_for("document.querySelector('#detail[open] .prompt')?.textContent === 'a fox'")
        page.press("Escape")
        page.wait_for("!document.querySelector('#detail').open && document.activeElement.querySelector('img')?.alt === 'a fox'")
        page.press("/")
        self.assertEqual(page.see("document.activeElement.id"), "search")

    def test_one_press_is_one_job_also_where_its_answer_is_lost(self):
        self.configure("ok")
        page = self.open(self.server())
        page.see("""(() => { const real = fetch; let lost = 0; window.fetch = async (path, more) => { const answer = await real(path, more);
                     if (path === '/api/jobs' && more.method === 'POST' && lost++ === 0) throw new TypeError('lost'); return answer; }; })()""")
        self.draw(page, "a fox")
        page.wait_for("document.querySelector('#batch img')")
        self.assertEqual(self.sandbox.billable(), 1)
        page.wait_for("!document.querySelector('#draw').disabled")  # a press that is being sent is pressed once
        self.draw(page, "a fox")
        self.wait_for_request("ok", 2)
        page.wait_for("document.querySelectorAll('#gallery .open').length === 1 && document.querySelector('#batch img')")
        self.assertEqual(self.sandbox.billable(), 2)


class Working(BrowserCase):
    def test_a_mask_is_drawn_and_reaches_the_gateway(self):
        self.configure("ok")
        page = self.open(self.server())
        file = self.work / "snow & <b>.png"
        file.write_bytes(png(640, 480))
        page.give_files("#files", file)
        page.click(".input .tag")
        page.wait_for("document.querySelector('#mask[open] canvas')")
        left, top, width, height = page.see("(b => [b.left, b.top, b.width, b.height])(document.querySelector('#mask canvas').getBoundingClientRect())")
        page.drag([(left + width * (0.3 + 0.05 * step), top + height * 0.5) for step in range(9)])
        self.shot(page, "mask")
        page.click("#mask .draw")
        page.wait_for("document.querySelector('.tag.chosen')")
        self.draw(page, "make it blue")
        page.wait_for("document.querySelector('#batch img')?.naturalWidth > 0")
        log = json.dumps(self.sandbox.get("/_log"))
        self.assertIn("/images/edits", log)
        masks = [one for one in (self.home / ".local/state/limn/uploads").iterdir() if one.read_bytes() != file.read_bytes()]
        self.assertEqual(len(masks), 1)
        self.assertEqual(masks[0].read_bytes()[16:24], file.read_bytes()[16:24], "a mask is as large as its picture")

    def test_a_picture_of_before_is_used_again(self):
        self.configure("ok")
        page = self.open(self.server())
        self.draw(page, "a fox")
        page.wait_for("document.querySelector('#batch img')?.naturalWidth > 0")
        page.click("#batch .open")
        page.wait_for("document.querySelector('#detail[open] img')?.naturalWidth > 0")
        self.shot(page, "detail")
        page.see("""(() => { window.copied = ''; Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text; }}}); })()""")
        page.see("[...document.querySelectorAll('#detail button')].find(b => b.textContent === 'Copy as curl').click()")
        curl = page.wait_for("window.copied")
        self.assertIn("/v1/images/generations", curl)
        self.assertIn("$LIMN_KEY", curl)
        self.assertIn('"prompt":"a fox"', curl)
        page.see("[...document.querySelectorAll('#detail button')].find(b => b.textContent === 'Use as input').click()")
        page.wait_for("document.querySelector('.input img')?.naturalWidth > 0")
        self.draw(page, "at night")
        page.wait_for("document.querySelector('#batch img')?.alt === 'at night'")
        self.assertIn("/images/edits", json.dumps(self.sandbox.get("/_log")))

    def test_signed_in_by_a_key_that_is_kept_nowhere(self):
        self.configure("ok")
        key = self.key()
        server = self.server()
        page = self.browser.page()
        page.go(f"http://127.0.0.1:{server.port}/")
        page.wait_for("document.activeElement.id === 'key'")
        self.shot(page, "sign-in")
        page.type("lm-wrong")
        page.press("Enter")
        page.wait_for("document.querySelector('#sign-in-trouble').textContent")
        self.assertEqual(page.see("document.querySelector('#bar').hidden"), True)
        page.type(key)
        page.press("Enter")
        page.wait_for("document.documentElement.dataset.ready === 'true'")
        kept = page.see("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, document.documentElement.outerHTML])")
        self.assertNotIn(key, kept)
        self.assertFalse([url for url in page.requests if key in url])
        self.draw(page, "a fox")
        page.wait_for("document.querySelector('#batch img')")
        self.limn("serve", "key", "revoke", "page")
        page.see("document.querySelector('#spend').click()")
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
        page = self.browser.page()
        page.go((self.home / "link").read_text())
        page.wait_for("document.documentElement.dataset.ready === 'true'")
        self.assertNotIn("#", page.see("location.href"))
        self.assertEqual(page.troubles, [])

    def test_in_chinese(self):
        self.configure("ok")
        server = self.server()
        page = self.browser.page()
        page.language("zh-CN")
        page.go(f"http://127.0.0.1:{server.port}/")
        page.wait_for("document.documentElement.dataset.ready === 'true'")
        self.assertEqual(page.see("[document.documentElement.lang, document.querySelector('#draw').textContent, document.querySelector('#prompt').placeholder]"),
                         ["zh-Hans", "绘制", "想画什么？"])
        self.draw(page, "雪中的狐狸")
        page.wait_for("document.querySelector('#batch img')?.alt === '雪中的狐狸'")
        self.shot(page, "chinese")
        page.click("#language")
        page.wait_for("document.querySelector('#draw').textContent === 'Draw'")
        page.see("document.documentElement.dataset.ready = ''")
        page.go(f"http://127.0.0.1:{server.port}/")
        page.wait_for("document.documentElement.dataset.ready === 'true'")
        self.assertEqual(page.see("document.querySelector('#draw').textContent"), "Draw", "what was chosen stays")
        page.see("localStorage.clear()")
        self.assertEqual(page.troubles, [])


class Looking(BrowserCase):
    def test_ten_thousand_pictures_scroll(self):
        self.configure("ok")
        fill_history(self, 10_000)
        page = self.open(self.server())
        page.wait_for("document.querySelectorAll('#gallery .tile').length >= 60")
        self.shot(page, "gallery")
        # More of them come as somebody scrolls.
        count = page.wait_for("(n => n > 300 && n)((scrollTo(0, document.body.scrollHeight), document.querySelectorAll('#gallery .tile').length))")
        self.assertGreater(count, 300)
        page.see("document.querySelector('#search').focus()")
        page.type("picture 9999")
        page.wait_for("document.querySelectorAll('#gallery .tile').length === 1")
        self.assertEqual(page.see("document.querySelector('#gallery img').alt"), "picture 9999 of many")
        page.see("document.querySelector('#search').select()")
        page.type("no such words")
        page.wait_for("!document.querySelector('#nothing').hidden")

    def test_on_a_telephone_and_in_the_dark(self):
        self.configure("ok")
        server = self.server()
        page = self.open(server)
        for prompt in ("a fox in the snow, early light", "an owl", "a bear by the river"):
            self.draw(page, prompt)
            page.wait_for(f"document.querySelector('#batch img')?.alt === {json.dumps(prompt)}")
        page.wait_for("[...document.images].every(i => i.naturalWidth > 0)")
        page.dark()
        self.assertNotEqual(page.see("getComputedStyle(document.documentElement).backgroundColor"), "rgb(250, 249, 247)")
        self.shot(page, "dark")
        page.size(390, 844, 2)
        page.wait_for("innerWidth === 390")
        self.assertEqual(page.see("document.documentElement.scrollWidth"), 390, "nothing is wider than the screen")
        self.shot(page, "phone-dark")
        page.tell("Emulation.setEmulatedMedia", features=[])
        self.shot(page, "phone")
        page.click("#batch .open")
        page.wait_for("document.querySelector('#detail[open] img')?.naturalWidth > 0")
        self.assertEqual(page.see("document.documentElement.scrollWidth"), 390)
        self.shot(page, "phone-detail")

    def test_everything_has_a_name(self):
        """For who cannot see it."""
        self.configure("ok")
        page = self.open(self.server())
        self.draw(page, "a fox")
        page.wait_for("document.querySelector('#batch img')")
        nameless = page.see("""[...document.querySelectorAll('button, input:not([hidden]), select, textarea, img, dialog, a')].filter(e => e.offsetParent !== null)
            .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length || e.alt || e.querySelector('img[alt]'))).map(e => e.outerHTML)""")
        self.assertEqual(nameless, [])


if __name__ == "__main__":
    unittest.main()
