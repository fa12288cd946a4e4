# SPDX-License-Identifier: MIT
"""Headless Chromium over its debugging pipe (no port, no package): pages, themes, sizes, keys, screenshots."""
import atexit
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--force-color-profile=srgb", "about:blank"]
# The browser reads commands from descriptor 3 and answers on 4.
LAUNCH = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"


def high(fd):
    """The same descriptor with a number that is not in the way of 3 and 4."""
    copy = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(fd)
    return copy


class Browser:
    """All of its processes end with the block."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="split-browser-")
        theirs_in, self.to = map(high, os.pipe())
        self.come, theirs_out = map(high, os.pipe())
        argv = [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), CHROMIUM, *FLAGS,
                f"--user-data-dir={self.profile}"]
        self.child = subprocess.Popen(argv, pass_fds=(theirs_in, theirs_out), start_new_session=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.serial, self.buffer, self.events, self.open = 0, b"", [], True
        atexit.register(self.close)  # also when the tests are interrupted

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            if not select.select([self.come], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            got = os.read(self.come, 1 << 20)
            if not got:
                raise ConnectionError("the browser has ended")
            self.buffer += got
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **params):
        self.serial += 1
        message = {"id": self.serial, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + 60
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.serial:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def page(self):
        return Page(self)

    def close(self):
        if not self.open:
            return
        self.open = False
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()
        os.close(self.to)
        os.close(self.come)
        for _ in range(20):  # its other processes end a moment later and may still write
            shutil.rmtree(self.profile, ignore_errors=True)
            if not os.path.exists(self.profile):
                return
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Page:
    """One tab; what it asked the network for is in `requests`, what it wrote or dropped in `messages`."""

    def __init__(self, browser):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.target = target
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def look(self, width, height=900, scheme="light", motion="no-preference", phone=False):
        """Size of the window, and what the reader's system prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                         {"name": "prefers-reduced-motion", "value": motion}])

    def open(self, url):
        """Load a file or an address and wait until it stands."""
        self.browser.events.clear()
        if isinstance(url, pathlib.Path):
            url = url.resolve().as_uri()
        answer = self.call("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        deadline = time.monotonic() + 60
        while not any(e.get("method") == "Page.loadEventFired" for e in self.browser.events):
            self.browser.events.append(self.browser.receive(deadline))
        self.js("document.fonts.ready.then(() => 1)")

    def js(self, expression):
        """The value of an expression; a promise is waited for."""
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise RuntimeError(json.dumps(got["exceptionDetails"])[:2000])
        return got["result"].get("value")

    def key(self, key, code=0):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def told(self, method):
        return [e["params"] for e in self.browser.events if e.get("method") == method and e.get("sessionId") == self.session]

    def requests(self):
        return [e["request"]["url"] for e in self.told("Network.requestWillBeSent")]

    def messages(self):
        return (self.told("Runtime.exceptionThrown") + self.told("Runtime.consoleAPICalled") +
                [e["entry"] for e in self.told("Log.entryAdded")])

    def screenshot(self, path, whole=True):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole,
                         **({"clip": {**self.call("Page.getLayoutMetrics")["cssContentSize"], "scale": 1}} if whole else {}))
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
