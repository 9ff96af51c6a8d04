"""The page of `limn serve` in a real browser, against the real server: what people do with it. Who comes in: page_entry_test; how it
looks, and to whom: page_looks_test; its API: serve_page_test."""

import json
import os
import signal
import unittest

from browser_case import READY, BrowserCase
from scripted_server import ScriptedServer, answer, image_answer
from serve_page_test import png

HOSTILE = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>\u202e${7*7}{{7*7}}'


class Drawing(BrowserCase):
    def test_a_tile_sharpens_while_its_picture_is_drawn(self):
        gateway, finish = self.slow_gateway()
        self.configure(gateway.base_url())
        page = self.open(self.server())
        self.press_draw(page, "a fox in the snow, early light, the breath of it in the air")
        page.wait_for("document.querySelector('#batch .tile.drawing.shown .preview')?.naturalWidth === 96")
        self.assertAlmostEqual(self.ratio(page, "#batch .tile"), 1.5, delta=0.02)
        page.wait_for("/^Drawing · one.*[1-9]\\d* s/s.test(document.querySelector('.state')?.innerText)")
        self.shot(page, "drawing-preview")
        finish.set()
        page.wait_for("document.querySelector('#batch .tile:not(.drawing) .open img')?.naturalWidth === 300")
        self.assertEqual(page.see("document.querySelectorAll('.preview').length"), 0)

    def test_a_prompt_becomes_a_tile_and_then_a_picture_that_stays(self):
        self.configure("slow-2500")
        page = self.open(self.server())
        self.assertIn("Nothing here yet", page.see("document.querySelector('#nothing').textContent"))
        page.wait_for("document.querySelector('#price').textContent.includes('$')")
        self.shot(page, "empty")
        page.choose("Size", "3:2")
        self.press_draw(page, "a fox in the snow")
        page.wait_for("document.querySelector('#batch .tile.drawing .doing')?.textContent.includes('Drawing · one')")
        self.assertAlmostEqual(self.ratio(page, "#batch .tile"), 1.5, delta=0.02)
        self.shot(page, "drawing")
        page.wait_for("document.querySelector('#batch .tile:not(.drawing) img')?.naturalWidth > 0")
        self.assertEqual(page.see("(i => [i.naturalWidth, i.naturalHeight])(document.querySelector('#batch img'))"), [1536, 1024])
        self.assertEqual(page.see("document.querySelector('#said').textContent"), "A picture is ready.")
        self.reload(page)
        page.wait_for("document.querySelector('#gallery .tile img')?.naturalWidth > 0")
        self.assertEqual(page.see("document.querySelector('#gallery img').alt"), "a fox in the snow")
        self.assertAlmostEqual(self.ratio(page, "#gallery .tile"), 1.5, delta=0.02)
        self.assertEqual(self.sandbox.billable(), 1)

    def test_a_page_that_is_loaded_anew_goes_on_with_what_is_drawn(self):
        gateway, finish = self.slow_gateway()
        self.configure(gateway.base_url())
        page = self.open(self.server())
        self.press_draw(page, "a fox")
        page.wait_for("document.querySelector('#batch .tile.drawing.shown .preview')")
        self.reload(page)
        page.wait_for("document.querySelector('#batch .tile.drawing.shown .preview')?.naturalWidth === 96")
        self.assertEqual(page.see("document.querySelectorAll('#batch .tile').length"), 1)
        finish.set()
        page.wait_for("document.querySelector('#batch .tile:not(.drawing) .open img')?.naturalWidth === 300")
        self.assertEqual(gateway.billable, 1)

    def test_a_tile_tells_which_gateway_draws_and_at_which_attempt(self):
        gateway, finish = self.slow_gateway()
        self.configure("openai-credit", gateway.base_url())
        page = self.open(self.server())
        self.press_draw(page, "a fox")
        page.wait_for("document.querySelector('.drawing.shown .doing')?.textContent === 'Drawing · two · attempt 2'")
        self.assertEqual(page.see("document.title"), "(1) limn")
        self.shot(page, "drawing-second-attempt")
        finish.set()
        page.wait_for("document.querySelector('#batch .open img') && document.title === 'limn'")

    def test_two_tabs_show_the_same(self):
        gateway, finish = self.slow_gateway()
        self.configure(gateway.base_url())
        server = self.server()
        one = self.open(server)
        two = one.beside()
        two.go(self.address(server))
        two.wait_for(READY)
        self.press_draw(one, "a fox")
        self.press_draw(two, "an owl")
        for page in (one, two):
            page.wait_for("document.querySelectorAll('#batch .tile.drawing.shown').length === 2")
        finish.set()
        for page in (one, two):
            page.wait_for("[...document.querySelectorAll('#batch .open img')].map(i => i.alt).sort().join() === 'a fox,an owl'")
        self.assertEqual(gateway.billable, 2)
        self.configure("moderated")
        self.press_draw(one, "a bear")
        two.wait_for("document.querySelector('.tile.failed')")
        one.wait_for("document.querySelector('.tile.failed')")
        two.press_button("Dismiss")
        one.wait_for("!document.querySelector('.tile.failed')")
        self.assert_no_troubles(two)

    def test_what_failed_says_what_to_do(self):
        self.configure("moderated")
        page = self.open(self.server())
        self.press_draw(page, "a fox")
        text = page.wait_for("document.querySelector('.tile.failed')?.innerText")
        self.assertIn("Refused for its content", text)
        self.assertIn("Reword the prompt", text)
        page.click(".attempts summary")
        self.assertIn("one", page.see("document.querySelector('.attempts ol').innerText"))
        self.shot(page, "failed")
        page.tell(("locator", "#prompt"), ("fill", ""))
        page.press_button("Edit and try again")
        self.assertEqual(page.see("document.querySelector('#prompt').value"), "a fox")
        page.press_button("Dismiss")
        page.wait_for("!document.querySelector('.tile.failed')")

    def test_of_several_pictures_each_tells_its_own_end(self):
        refusal = {"error": {"message": "Your request was rejected by the safety system.", "code": "moderation_blocked"}}
        answers = iter((image_answer(), answer(json.dumps(refusal).encode(), status="400 Bad Request")))
        gateway = ScriptedServer(generation=lambda request: next(answers))
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url())
        page = self.open(self.server())
        page.tell(("getByRole", "spinbutton", {"name": "How many", "exact": True}), ("fill", "2"))
        self.press_draw(page, "a fox")
        page.wait_for("document.querySelectorAll('#batch .tile.failed').length === 1 && document.querySelectorAll('#batch .open img').length === 1")
        self.shot(page, "failed-one-of-two")
        page.click(".attempts summary")
        self.assertAlmostEqual(self.ratio(page, "#batch .tile:has(.open)"), 1, delta=0.02, msg="beside a card that is higher")
        page.press_button("Edit and try again")
        self.assertEqual(page.see("document.querySelector('[name=count]').value"), "1", "of what is missing")

    def test_texts_of_strangers_are_texts(self):
        refusal = json.dumps({"error": {"message": HOSTILE, "type": HOSTILE, "code": "moderation_blocked"}}).encode()
        gateway = ScriptedServer(generation=lambda request: answer(refusal, status="400 Bad Request"))
        self.addCleanup(gateway.stop)
        self.configure(gateway.base_url(), more=f"model: [gpt-image-2, {json.dumps(HOSTILE[:80])}]\n")
        page = self.open(self.server())
        self.press_draw(page, HOSTILE)
        self.assertIn("<script>", page.wait_for("document.querySelector('.tile.failed')?.textContent"))
        self.assertIn("<img", page.see("document.querySelector('[name=model]').textContent"))
        self.configure("ok")
        self.draw(page, HOSTILE)
        page.click("#batch .open:has(img)")
        self.assertIn('<img src=x onerror="', page.wait_for("document.querySelector('#detail .prompt')?.textContent"))
        self.assertEqual(page.see("[document.title, document.querySelectorAll('img[src=x]').length, document.scripts.length]"), ["limn", 0, 1])

    def test_one_press_is_one_job_also_where_its_answer_is_lost(self):
        self.configure("ok")
        page = self.open(self.server())
        page.see("""(() => { const real = fetch; let lost = 0; window.fetch = async (path, more) => { const answer = await real(path, more);
                     if (path === '/api/jobs' && more.method === 'POST' && lost++ === 0) throw new TypeError('lost'); return answer; }; })()""")
        self.draw(page, "a fox")
        self.assertEqual(self.sandbox.billable(), 1)
        page.wait_for("!document.querySelector('#draw[aria-disabled]')")  # a press that is being sent is pressed once
        self.press_draw(page, "a fox")
        self.wait_for_request("ok", 2)
        page.wait_for("document.querySelectorAll('#gallery .open').length === 1 && document.querySelector('#batch img')")
        self.assertEqual(self.sandbox.billable(), 2)

    def test_a_press_that_comes_again_when_its_picture_is_there_shows_that(self):
        self.configure("ok")
        page = self.open(self.server())
        page.see("""(() => { const real = fetch; let lost = 0; window.fetch = async (path, more) => { const answer = await real(path, more);
                     if (path === '/api/jobs' && more.method === 'POST' && lost++ === 0) {
                       while (!document.querySelector('#batch .open img')) await new Promise(end => setTimeout(end, 20));
                       throw new TypeError('lost'); } return answer; }; })()""")
        self.press_draw(page, "a fox")
        page.wait_for("document.querySelector('#draw[aria-disabled]') && document.querySelector('#batch .open img')")
        page.wait_for("!document.querySelector('#draw[aria-disabled]')")
        page.wait_for("document.querySelector('#batch .open img')?.naturalWidth > 0")
        self.assertEqual(page.see("[document.querySelectorAll('#batch .tile').length, document.querySelectorAll('.failed').length]"), [1, 0])
        self.assertEqual(self.sandbox.billable(), 1)

    def test_what_nobody_knows_the_end_of_is_told_so(self):
        gateway, _ = self.slow_gateway()
        self.configure(gateway.base_url())
        page = self.open(self.server())
        self.press_draw(page, "a fox")
        page.wait_for("document.querySelector('#batch .tile.drawing.shown')")
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)
        text = page.wait_for("document.querySelector('.tile.failed')?.innerText")
        self.assertIn("It may have been drawn and charged for. Look at limn recover", text)
        self.assertNotIn("null", text)
        self.shot(page, "failed-unknown")

    def test_a_press_that_did_not_come_through_is_told_and_costs_nothing(self):
        self.configure("ok")
        page = self.visit(self.address(self.server()))
        page.wait_for(READY)
        page.lose_network()
        self.press_draw(page, "a fox")
        page.wait_for("document.querySelector('#trouble').textContent.includes('limn did not answer')")
        self.shot(page, "offline")
        self.assertEqual(page.see("document.querySelector('#prompt').value"), "a fox")
        self.assertEqual(self.sandbox.billable(), 0)
        page.find_network()
        self.draw(page, "a fox")
        self.assertEqual(self.sandbox.billable(), 1)


class Working(BrowserCase):
    def open_mask(self, page, file):
        page.give_files("#files", file)
        page.press_button("Mask")
        page.wait_for("document.querySelector('#mask[open] canvas')")
        return page.see("(b => [b.left, b.top, b.width, b.height])(document.querySelector('#mask canvas').getBoundingClientRect())")

    def test_a_mask_is_drawn_and_reaches_the_gateway(self):
        self.configure("ok")
        page = self.open(self.server())
        file = self.work / "snow & <b>.png"
        file.write_bytes(png(640, 480))
        left, top, width, height = self.open_mask(page, file)
        page.drag([(left + width * (0.3 + 0.05 * step), top + height * 0.5) for step in range(9)])
        self.shot(page, "mask")
        page.press_button("Done")
        page.wait_for("document.querySelector('.tag.chosen')")
        self.shot(page, "edit")
        self.draw(page, "make it blue")
        self.assertIn("/images/edits", json.dumps(self.sandbox.get("/_log")))
        masks = [one for one in (self.home / ".local/state/limn/uploads").iterdir() if one.read_bytes() != file.read_bytes()]
        self.assertEqual(len(masks), 1)
        self.assertEqual(masks[0].read_bytes()[16:24], file.read_bytes()[16:24], "a mask is as large as its picture")
        transparent = page.see(f"""(async () => {{ const i = new Image(); i.src = '/api/uploads/{masks[0].name}'; await i.decode();
            const c = new OffscreenCanvas(640, 480).getContext('2d'); c.drawImage(i, 0, 0);
            return [[320, 240], [200, 240], [320, 60], [30, 240]].map(([x, y]) => c.getImageData(x, y, 1, 1).data[3]); }})()""")
        self.assertEqual(transparent, [0, 0, 255, 255], "where the brush was, and only there")

    def test_pictures_are_pasted_and_dropped(self):
        self.configure("ok")
        page = self.open(self.server())
        file = self.work / "a.png"
        file.write_bytes(png(320, 200))
        page.drop_files("body", file)
        page.wait_for("document.querySelector('.input:not(.pending) img')?.naturalWidth === 320")
        self.assertTrue(page.see("document.querySelector('#drop').hidden"))
        page.allow("clipboard-read", "clipboard-write")
        page.see("""(async () => { const c = new OffscreenCanvas(90, 60); c.getContext('2d').fillRect(0, 0, 90, 60);
                     await navigator.clipboard.write([new ClipboardItem({'image/png': await c.convertToBlob()})]); })()""")
        page.tell(("locator", "#prompt"), ("focus",))
        page.press("Control+v")
        page.wait_for("[...document.querySelectorAll('.input:not(.pending) img')].map(i => i.naturalWidth).join() === '320,90'")
        self.assertEqual(page.see("document.querySelector('#prompt').value"), "")
        other = self.work / "notes.txt"
        other.write_text("no picture")
        page.drop_files("body", other)
        page.wait_for("document.querySelector('#trouble').textContent.includes('notes.txt cannot be used')")
        self.draw(page, "both in one")
        self.assertIn("/images/edits", json.dumps(self.sandbox.get("/_log")))

    def test_a_picture_of_before_is_used_again(self):
        self.configure("ok")
        page = self.open(self.server())
        page.choose("Quality", "low")
        page.choose("Size", "3:2")
        self.draw(page, "a fox")
        page.click("#batch .open")
        page.wait_for("document.querySelector('#detail[open] img')?.naturalWidth > 0")
        self.shot(page, "detail")
        page.allow("clipboard-read", "clipboard-write")
        page.press_button("Copy as curl")
        page.wait_for("document.querySelector('#said').textContent === 'Copied'")
        curl = page.see("navigator.clipboard.readText()")
        self.assertIn("/v1/images/generations", curl)
        self.assertIn("$LIMN_KEY", curl)
        self.assertIn('"prompt":"a fox"', curl)
        page.press_button("Use as input")
        page.wait_for("document.querySelector('.input img')?.naturalWidth > 0")
        page.wait_for_focus("#prompt")
        self.draw(page, "at night")
        self.assertIn("/images/edits", json.dumps(self.sandbox.get("/_log")))
        page.wait_for("document.querySelector('#gallery .open')")
        page.click("#gallery .open")
        page.wait_for("document.querySelector('#detail[open] .prompt')?.textContent === 'a fox'")
        page.press_button("Again")
        self.assertEqual(page.see("[document.querySelector('#prompt').value, document.querySelector('[name=quality]').value, document.querySelector('[name=size]').value,"
                                  " document.querySelectorAll('.input').length]"), ["a fox", "low", "3:2", 0])

    def test_a_picture_is_saved_and_forgotten(self):
        self.configure("ok")
        page = self.open(self.server())
        self.draw(page, "a fox")
        page.click("#batch .open")
        name = page.wait_for("document.querySelector('#detail a[download]')?.download")
        self.assertEqual([name], [file.name for file in self.images_in(self.pictures)])
        self.assertEqual(page.see("fetch(document.querySelector('#detail a[download]').href).then(a => a.headers.get('content-type'))"), "image/png")
        page.press_button("Forget")
        page.press_button("Forget? The file stays")
        page.wait_for("!document.querySelector('#detail').open && !document.querySelector('.tile')")
        self.assertEqual(len(self.images_in(self.pictures)), 1)
        self.assertEqual(self.limn("history", "--json").json["entries"], [])


if __name__ == "__main__":
    unittest.main()
