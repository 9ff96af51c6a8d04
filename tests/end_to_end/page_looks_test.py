"""The page of `limn serve` in a real browser: for whoever has no mouse, does not see it, reads Chinese, sits in the dark, has a telephone,
or ten thousand pictures."""

import json
import unittest

from browser_case import READY, BrowserCase
from serve_page_test import fill_history, png

NARROW = {"width": 390, "height": 844}

# What can be seen of the focus: of the element and of what surrounds it.
LOOK = """((e, all = []) => { for (let i = 0; e && e !== document.body && i < 6; ++i, e = e.parentElement) {
  const s = getComputedStyle(e); all.push([s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join()); } return all.join('\\n'); })"""


class Looking(BrowserCase):
    def assert_open_to_all(self, page, where):
        faults = page.faults_of_access()
        self.assertEqual(faults, [], where)

    def assert_no_wider_than_the_screen(self, page, where, width=NARROW["width"]):
        self.assertEqual(page.see("document.documentElement.scrollWidth"), width, where)
        beyond = page.see(f"""[...document.querySelectorAll('button, input, select, textarea, h1, h2, h3, p, dialog[open], .tile')].filter(e => {{
            const b = e.getBoundingClientRect(); return b.width > 0 && !e.closest('.options, .inputs') && (b.left < -1 || b.right > {width} + 1); }}).map(e => e.outerHTML)""")
        self.assertEqual(beyond, [], where)

    def go_to(self, page, selector, keys="Tab"):
        for _ in range(60):
            if page.see(f"document.activeElement.matches({json.dumps(selector)})"):
                return
            page.press(keys)
        self.fail(f"{keys} never comes to {selector}")


class Keyboard(Looking):
    def test_a_picture_is_drawn_without_a_mouse(self):
        """From the first key to the picture, with a size, a quality and a count."""
        self.configure("ok")
        page = self.open(self.server())
        page.wait_for_focus("#prompt")
        page.type("a fox")
        self.go_to(page, "[name=size]")
        page.press("ArrowDown", 2)
        self.go_to(page, "[name=count]")
        page.press("ArrowUp")
        self.go_to(page, "[name=quality]")
        page.press("l")  # Low
        self.assertEqual(page.see("['size', 'count', 'quality'].map(name => document.querySelector(`[name=${name}]`).value)"), ["3:2", "2", "low"])
        self.go_to(page, "#draw")
        page.press("Enter")
        page.wait_for("document.querySelectorAll('#batch .open img').length === 2")
        self.assertEqual(page.see("document.activeElement.id"), "draw", "whoever presses a button stays on it")
        self.go_to(page, "#batch .open", "Shift+Tab")
        page.press("Enter")
        page.wait_for_focus("#detail .leave")
        page.press("Tab")
        self.assertEqual(page.see("document.activeElement.textContent"), "Use as input")
        page.press("Enter")
        page.wait_for_focus("#prompt")
        self.go_to(page, ".input .tag", "Shift+Tab")
        page.press("Enter")
        page.wait_for_focus("#mask canvas")
        page.tell(("keyboard.down", " "))
        page.press("ArrowRight", 5)
        page.tell(("keyboard.up", " "))
        self.go_to(page, "#mask .draw")
        page.press("Enter")
        page.wait_for("document.querySelector('.tag.chosen')")
        page.wait_for_focus("#prompt")
        page.press("Control+a")
        page.type("make it blue")
        page.press("Control+Enter")
        page.wait_for("document.querySelector('#batch .open img')?.alt === 'make it blue'")
        self.assertIn("/images/edits", json.dumps(self.sandbox.get("/_log")))

    def test_arrows_go_from_picture_to_picture(self):
        self.configure("ok")
        page = self.open(self.server())
        for prompt in ("a fox", "an owl", "a bear"):
            page.press("Control+a")
            page.type(prompt)
            page.press("Control+Enter")
            page.wait_for(f"document.querySelector('#batch img')?.alt === {json.dumps(prompt)}")
        page.wait_for("document.querySelectorAll('#gallery .open').length === 2")
        self.go_to(page, "#batch .open", "Shift+Tab")
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

    def test_where_the_focus_is_can_be_seen(self):
        self.configure("ok")
        page = self.open(self.server())
        self.draw(page, "a fox")
        file = self.work / "a.png"
        file.write_bytes(png(320, 200))
        page.give_files("#files", file)
        page.wait_for("document.querySelector('.tag')")
        page.media(reducedMotion="reduce")  # nothing is on its way to how it will look
        for where in ("", "#detail", "#costs"):
            with self.subTest(where or "the page"):
                if where:
                    page.click({"#detail": "#batch .open", "#costs": "#spend"}[where])
                    page.wait_for(f"document.querySelector('{where}[open]')")
                    page.press("Tab")
                self.assert_focus_is_seen(page)
                page.press("Escape")

    def assert_focus_is_seen(self, page):
        page.see("window.stops = new Set()")
        for _ in range(60):
            page.press("Tab")
            # What it looks like with the focus, and without: where that is somewhere else for a moment.
            told = page.see(f"""(() => {{ const e = document.activeElement; if (e === document.body) return 'none'; if (stops.has(e)) return 'all'; stops.add(e);
                const look = {LOOK}, seen = look(e); e.blur(); const unseen = look(e); e.focus({{focusVisible: true}}); return seen === unseen ? e.outerHTML : ''; }})()""")
            if told == "all":
                return
            self.assertIn(told, ("", "none"))
        self.fail("Tab never comes round")


class Everybody(Looking):
    def test_nothing_keeps_people_out(self):
        """Rules of axe-core: names, contrast, roles, ids, ..."""
        self.configure("moderated")
        page = self.open(self.server())
        page.media(reducedMotion="reduce")
        self.assert_open_to_all(page, "empty")
        self.press_draw(page, "a bear")
        page.wait_for("document.querySelector('.tile.failed')")
        self.assert_open_to_all(page, "failed")
        gateway, finish = self.slow_gateway()
        self.configure(gateway.base_url())
        self.press_draw(page, "an owl")
        page.wait_for("document.querySelector('.drawing.shown')")
        self.assert_open_to_all(page, "drawing")
        page.media(reducedMotion="reduce", colorScheme="dark")
        self.assert_open_to_all(page, "drawing, dark")
        self.shot(page, "drawing-dark")
        finish.set()
        page.wait_for("document.querySelector('#batch .open img')")
        page.click("#batch .open:has(img)")
        page.wait_for("document.querySelector('#detail[open] img')?.naturalWidth > 0")
        self.assert_open_to_all(page, "detail, dark")
        self.shot(page, "detail-dark")
        page.media(reducedMotion="reduce", colorScheme="light")
        self.assert_open_to_all(page, "detail")
        page.press_button("Use as input")
        page.press_button("Mask")
        page.wait_for("document.querySelector('#mask[open]')")
        self.assert_open_to_all(page, "mask")
        page.press("Escape")
        page.click("#spend")
        page.wait_for("document.querySelector('#costs[open]')")
        self.assert_open_to_all(page, "spend")
        self.shot(page, "spend")
        page.press("Escape")
        page.click("#language")
        page.wait_for("document.documentElement.lang === 'zh-Hans'")
        self.assert_open_to_all(page, "Chinese")

    def test_who_signs_in_is_not_kept_out_either(self):
        self.configure("ok")
        self.key()
        page = self.visit(self.address(self.server()), locale="zh-CN")
        page.wait_for_focus("#key")
        page.type("lm-wrong")
        page.press("Enter")
        page.wait_for("document.querySelector('#sign-in-trouble').textContent.startsWith('这不是本机 limn 的密钥')")
        self.assert_open_to_all(page, "signing in")
        self.shot(page, "sign-in-chinese")
        page.media(colorScheme="dark")
        self.assert_open_to_all(page, "signing in, dark")

    def test_in_chinese(self):
        self.configure("ok")
        server = self.server()
        page = self.open(server, locale="zh-CN")
        self.assertEqual(page.see("[document.documentElement.lang, document.querySelector('#draw').textContent, document.querySelector('#prompt').placeholder]"),
                         ["zh-Hans", "绘制", "想画什么？"])
        self.shot(page, "chinese-empty")
        self.draw(page, "雪中的狐狸")
        self.shot(page, "chinese")
        page.click("#batch .open")
        page.wait_for("document.querySelector('#detail[open] img')?.naturalWidth > 0")
        self.shot(page, "chinese-detail")
        page.press("Escape")
        page.click("#language")
        page.wait_for("document.querySelector('#draw').textContent === 'Draw'")
        self.reload(page)
        self.assertEqual(page.see("document.querySelector('#draw').textContent"), "Draw", "what was chosen stays")

    def test_in_the_dark(self):
        self.configure("ok")
        fill_history(self, 40)
        page = self.open(self.server(), colorScheme="dark")
        self.draw(page, "a fox in the snow, early light")
        dark = page.see("[document.documentElement, document.querySelector('#composer')].map(e => getComputedStyle(e).backgroundColor.match(/\\d+/g).every(n => n < 64))")
        self.assertEqual(dark, [True, True])
        self.shot(page, "dark")

    def test_on_a_telephone(self):
        self.configure("ok")
        fill_history(self, 20)
        page = self.open(self.server(), viewport=NARROW, deviceScaleFactor=2, isMobile=True, hasTouch=True)
        page.size(320, 640)
        page.wait_for("innerWidth === 320")
        self.assert_no_wider_than_the_screen(page, "the smallest", 320)
        self.shot(page, "phone-small")
        page.size(**NARROW)
        page.wait_for(f"innerWidth === {NARROW['width']}")
        self.assert_no_wider_than_the_screen(page, "gallery")
        self.shot(page, "phone-gallery")
        self.draw(page, "a fox in the snow, early light, and the longest words of all: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
        self.assert_no_wider_than_the_screen(page, "drawn")
        self.shot(page, "phone")
        page.click("#batch .open")
        page.wait_for("document.querySelector('#detail[open] img')?.naturalWidth > 0")
        self.assert_no_wider_than_the_screen(page, "detail")
        self.shot(page, "phone-detail")
        page.press_button("Use as input")
        page.press_button("Mask")
        page.wait_for("document.querySelector('#mask[open] canvas')")
        self.assert_no_wider_than_the_screen(page, "mask")
        self.shot(page, "phone-mask")
        page.press_button("Done")
        page.wait_for("!document.querySelector('#mask').open")
        self.shot(page, "phone-edit")
        page.click("#spend")
        page.wait_for("document.querySelector('#costs[open]')")
        self.assert_no_wider_than_the_screen(page, "spend")
        self.shot(page, "phone-spend")
        page.press("Escape")
        self.configure("moderated")
        self.press_draw(page, "a bear")
        page.wait_for("document.querySelector('.tile.failed')")
        self.assert_no_wider_than_the_screen(page, "failed")
        self.shot(page, "phone-failed")

    def test_ten_thousand_pictures_scroll(self):
        self.configure("ok")
        fill_history(self, 10_000)
        page = self.open(self.server())
        page.wait_for("document.querySelectorAll('#gallery .tile').length >= 60")
        page.tell(("locator", "#gallery .open"), ("first",), ("hover",))
        self.shot(page, "gallery")
        # More of them come as somebody scrolls.
        count = page.wait_for("(n => n > 120 && n)((scrollTo(0, document.body.scrollHeight), document.querySelectorAll('#gallery .tile').length))")
        self.assertGreater(count, 120)
        page.tell(("locator", "#search"), ("fill", "picture 9999"))
        page.wait_for("document.querySelectorAll('#gallery .tile').length === 1")
        self.assertEqual(page.see("document.querySelector('#gallery img').alt"), "picture 9999 of many")
        self.assertEqual(page.see("document.querySelector('#said').textContent"), "1 picture")
        page.tell(("locator", "#search"), ("fill", "no such words"))
        page.wait_for("!document.querySelector('#nothing').hidden")

    def test_what_several_gateways_have_can_be_chosen(self):
        self.configure("ok", "ok", "ok", more="model: [gpt-image-2, gpt-image-1.5, another-model-with-a-long-name]\n")
        server = self.server()
        for name, more in (("choices", {}), ("phone-choices", {"viewport": NARROW, "deviceScaleFactor": 2})):
            page = self.open(server, **more)
            page.choose("Size", "16:9")
            page.choose("Gateway", "two")
            page.choose("Model", "gpt-image-1.5")
            page.wait_for("document.querySelector('#price').textContent")
            self.assertEqual(page.see("[...document.querySelectorAll('.choice')].filter(e => e.getBoundingClientRect().right > innerWidth || e.parentElement.scrollWidth > e.parentElement.clientWidth).length"), 0)
            self.shot(page, name)

    def test_where_no_gateway_is_the_page_says_what_to_do(self):
        server = self.server()
        for locale, words in (("en-US", "set OPENAI_API_KEY"), ("zh-CN", "limn init")):
            with self.subTest(locale):
                page = self.visit(self.address(server), locale=locale)
                page.wait_for(READY)
                page.wait_for(f"document.querySelector('#price').textContent.includes({json.dumps(words)})")
                self.assertTrue(page.see("(e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight)(document.querySelector('#price'))"), "all of it is seen")
                self.shot(page, f"no-gateway-{locale}")
                self.press_draw(page, "a fox")
                page.wait_for(f"document.querySelector('#trouble').textContent.includes({json.dumps(words)})")
                self.assertEqual(page.see("document.querySelector('#composer').innerText").count(words), 1)


if __name__ == "__main__":
    unittest.main()
