"""A real browser for tests: Debian's Chromium, driven by Playwright in a process of its own (tests/clients/browser.mjs)."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

from clients_of_others import INSTALLED, MODULES, SOURCES, node, why_not

CHROMIUM = shutil.which("chromium")
PATIENCE = 60  # seconds, on a slow and loaded machine


def why_no_browser():
    """What is missing to run it; empty if nothing is."""
    return next(filter(None, map(why_not, ("playwright-core", "axe-core"))), "") if CHROMIUM else "there is no chromium: scripts/setup --tests installs it"


class Page:
    """A tab. `troubles`: errors of its console, exceptions, and what its policy forbade. `requests`: the addresses it asked for."""

    def __init__(self, browser, number):
        self.browser = browser
        self.number = number
        self.troubles = []
        self.requests = []

    def tell(self, *calls):
        """Methods of Playwright's page, each of what came of the one before: (name, argument, ...)."""
        return self.browser.ask({"page": self.number, "calls": calls})

    def beside(self):
        """One more tab of the same person."""
        return self.browser.page_of({"beside": self.number})

    def go(self, url):
        self.tell(("goto", url))

    def see(self, expression):
        """The value of an expression of JavaScript; a promise is waited for."""
        return self.tell(("evaluate", expression))

    def wait_for(self, expression, timeout=PATIENCE):
        """Until it is true, also behind a navigation; what it is then. (Playwright's own waiting is a script that the page's policy forbids.)"""
        end = time.monotonic() + timeout
        while True:
            try:
                if value := self.see(expression):
                    return value
            except AssertionError as error:
                if "context was destroyed" not in str(error):
                    raise
            if time.monotonic() > end:
                raise AssertionError(f"never: {expression}\n{self.troubles}\n{self.see('document.body.innerText')}")
            time.sleep(0.03)

    def wait_for_focus(self, selector):
        self.wait_for(f"document.activeElement?.matches({json.dumps(selector)})")

    def type(self, text):
        self.tell(("keyboard.insertText", text))

    def press(self, keys, times=1):
        """"Enter", "Control+a", ..."""
        for _ in range(times):
            self.tell(("keyboard.press", keys))

    def click(self, selector):
        self.tell(("locator", selector), ("first",), ("click",))

    def press_button(self, name):
        """As one who cannot see it finds it: by its name alone."""
        self.tell(("getByRole", "button", {"name": name, "exact": True}), ("click",))

    def choose(self, label, option):
        self.tell(("getByRole", "combobox", {"name": label, "exact": True}), ("selectOption", option))

    def drag(self, places):
        self.tell(("mouse.move", *places[0]))
        self.tell(("mouse.down",))
        for place in places[1:]:
            self.tell(("mouse.move", *place))
        self.tell(("mouse.up",))

    def give_files(self, selector, *files):
        self.tell(("locator", selector), ("setInputFiles", [str(file) for file in files]))

    def drop_files(self, selector, *files):
        self.tell(("locator", selector), ("drop", {"files": [str(file) for file in files]}))

    def media(self, **features):
        """colorScheme, reducedMotion, forcedColors, ..."""
        self.tell(("emulateMedia", features))

    def size(self, width, height):
        self.tell(("setViewportSize", {"width": width, "height": height}))

    def allow(self, *permissions):
        self.tell(("context",), ("grantPermissions", permissions))

    def lose_network(self):
        self.tell(("context",), ("setOffline", True))

    def find_network(self):
        self.tell(("context",), ("setOffline", False))

    def close(self):
        """With all tabs of this person."""
        self.tell(("context",), ("close",))

    def screenshot(self, path):
        self.tell(("screenshot", {"path": str(path)}))

    def faults_of_access(self):
        """What axe-core finds that keeps people out, as lines: the rule, and the elements."""
        self.see((MODULES / "axe-core/axe.min.js").read_text() + "; null")
        told = self.see("axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {one['help']}: {[(node['html'], node['failureSummary']) for node in one['nodes']]}" for one in told["violations"]]


class Browser:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="limn-browser-")
        self.pages = {}
        shutil.copy(SOURCES / "browser.mjs", INSTALLED)  # packages are looked for beside it
        self.process = subprocess.Popen([node()[0], INSTALLED / "browser.mjs", CHROMIUM], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.home, "TMPDIR": self.home, "LANG": "C.UTF-8"})

    def ask(self, order):
        watch = threading.Timer(3 * PATIENCE, self.process.kill)  # a script that never ends answers never
        watch.start()
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise AssertionError(f"the browser is gone: {order}")
        told = json.loads(line)
        for number, kind, text in told["heard"]:
            page = self.pages.get(number)
            if page:
                (page.troubles if kind == "trouble" else page.requests).append(text)
        if "error" in told:
            raise AssertionError(f"{order}: {told['error']}")
        return told.get("value")

    def page_of(self, order):
        number = self.ask(order)
        self.pages[number] = Page(self, number)
        return self.pages[number]

    def page(self, **options):
        """A tab of somebody who was never here; `options` as Playwright's newContext has them (locale, colorScheme, viewport, ...)."""
        return self.page_of({"open": {"viewport": {"width": 1280, "height": 900}, **options}})

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)
