"""A real browser for tests: Debian's Chromium, without a window, told what to do over the DevTools protocol. Needs no library."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium")
PATIENCE = 60  # seconds, on a slow and loaded machine


class WebSocket:
    """The client's side of RFC 6455, for texts."""

    def __init__(self, host, port, path):
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        status = self.file.readline()
        if b" 101 " not in status:
            raise ConnectionError(status)
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def send(self, text):
        data = text.encode()
        size = len(data)
        head = bytes([0x81]) + (bytes([0x80 | size]) if size < 126 else bytes([0xfe]) + struct.pack(">H", size) if size < 65536
                                else bytes([0xff]) + struct.pack(">Q", size))
        mask = os.urandom(4)
        whole = int.from_bytes(data, "little") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "little")
        self.socket.sendall(head + mask + whole.to_bytes(size, "little"))

    def receive(self, timeout):
        """The next text; none comes within that time: TimeoutError, between frames only."""
        self.socket.settimeout(timeout)
        text = b""
        while True:
            first, second = self.file.read(2)
            self.socket.settimeout(PATIENCE)
            size = second & 0x7f
            if size >= 126:
                size = struct.unpack(">H" if size == 126 else ">Q", self.file.read(2 if size == 126 else 8))[0]
            data = self.file.read(size)
            if first & 0x0f in (0, 1):
                text += data
                if first & 0x80:
                    return text.decode()

    def close(self):
        self.file.close()
        self.socket.close()


KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), " ": (32, " "), "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, "")}
MODIFIERS = {"ctrl": 2, "shift": 8}


class Page:
    """A tab. `troubles`: errors of its console, exceptions, and what its policy forbade."""

    def __init__(self, socket):
        self.socket = socket
        self.last = 0
        self.troubles = []
        self.requests = []
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.tell(f"{domain}.enable")

    def heard(self, message):
        method, said = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            self.troubles.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            self.troubles.append(str([arg.get("value", arg.get("description")) for arg in said["args"]]))
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.troubles.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])

    def tell(self, method, **params):
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.receive(PATIENCE))
            if message.get("id") == self.last:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
            self.heard(message)

    def go(self, url):
        self.tell("Page.navigate", url=url)

    def see(self, expression):
        """The value of an expression of JavaScript; a promise is waited for."""
        result = self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def wait_for(self, expression, timeout=PATIENCE):
        """Until it is true; what it is then."""
        end = time.monotonic() + timeout
        while True:
            with contextlib.suppress(AssertionError):  # it navigates
                value = self.see(f"(value => value instanceof Node ? true : value)({expression})")
                if value:
                    return value
            if time.monotonic() > end:
                raise AssertionError(f"never: {expression}\n{self.troubles}\n{self.see('document.body.innerText')}")
            time.sleep(0.05)

    def type(self, text):
        self.tell("Input.insertText", text=text)

    def press(self, key, *modifiers):
        code, text = KEYS[key] if key in KEYS else (ord(key.upper()), key)
        held = sum(MODIFIERS[modifier] for modifier in modifiers)
        selects = {"commands": ["selectAll"]} if key == "a" and held == MODIFIERS["ctrl"] else {}
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code, "modifiers": held}
        self.tell("Input.dispatchKeyEvent", type="keyDown" if text and held != 2 else "rawKeyDown", **({"text": text} if text and held != 2 else {}), **common, **selects)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **common)

    def click(self, selector):
        x, y = self.wait_for(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null; e.scrollIntoView({{block: 'nearest'}});"
                             " const b = e.getBoundingClientRect(); return b.width > 0 && [b.left + b.width / 2, b.top + b.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1, buttons=1)

    def drag(self, places):
        for kind, (x, y) in zip(["mousePressed"] + ["mouseMoved"] * (len(places) - 2) + ["mouseReleased"], places):
            self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1, buttons=1)

    def give_files(self, selector, *files):
        document = self.tell("DOM.getDocument")["root"]["nodeId"]
        node = self.tell("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
        self.tell("DOM.setFileInputFiles", nodeId=node, files=[str(file) for file in files])

    def language(self, languages):
        agent = self.see("navigator.userAgent")
        self.tell("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=languages)

    def dark(self):
        self.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def size(self, width, height, scale=1):
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.tell("Page.captureScreenshot", format="png")["data"]))


class Browser:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="limn-browser-")
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        self.process = subprocess.Popen(
            [CHROMIUM, "--headless=new", *sandbox, "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
             "--window-size=1280,900", "--lang=en-US", *options, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.folder, "LANG": "C.UTF-8"})
        file = pathlib.Path(self.folder, "DevToolsActivePort")
        end = time.monotonic() + PATIENCE
        while not (file.exists() and file.read_text().count("\n") >= 1):
            if time.monotonic() > end or self.process.poll() is not None:
                self.close()
                raise AssertionError("the browser did not begin")
            time.sleep(0.05)
        self.port = int(file.read_text().splitlines()[0])
        self.sockets = []

    def page(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("PUT", "/json/new?about:blank")
        path = json.load(connection.getresponse())["webSocketDebuggerUrl"].split(str(self.port), 1)[1]
        connection.close()
        self.sockets.append(WebSocket("127.0.0.1", self.port, path))
        return Page(self.sockets[-1])

    def close(self):
        for one in getattr(self, "sockets", ()):
            one.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
