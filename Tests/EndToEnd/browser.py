"""Tests in a real Chromium, which fail on errors in the browser console."""

import json
import os
import pathlib
import tempfile
import time
import unittest

from playwright.sync_api import expect, sync_playwright

from server import PASSWORD, TIMEOUT, Server

OUTPUT = pathlib.Path(__file__).parent.parent.parent / "test-output"
WIDTHS = {390: 844, 820: 1180, 1440: 900}
THEMES = ["light", "dark"]
# The only fonts that Chromium may use, so that pictures are the same on every machine.
FONTS = pathlib.Path(__file__).parent / "fonts.conf"
# Logs violations of the content security policy as console errors, and records elements that are shown only
# briefly, for `wait_until_shown`.
OBSERVERS = """
addEventListener("securitypolicyviolation",
    (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
window.appeared = [];
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes]))
    if (node instanceof Element && node.matches(".toast, .heart-burst"))
      appeared.push(`${node.className}: ${node.textContent}`);
}).observe(document, { childList: true, subtree: true });
"""
expect.set_options(timeout=TIMEOUT * 1000)


class BrowserTest(unittest.TestCase):
    """A test case with one server, started with `OPTIONS`, and one Chromium."""

    OPTIONS = []

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = pathlib.Path(cls.folder.name) / "data"
        cls.server = Server(cls.data, *cls.OPTIONS)
        cls.playwright = sync_playwright().start()
        cls.chromium = cls.playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), timeout=TIMEOUT * 1000,
            args=["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text"],
            env={**os.environ, "FONTCONFIG_FILE": str(FONTS), "XDG_CACHE_HOME": f"{cls.folder.name}/cache"})
        OUTPUT.mkdir(exist_ok=True)

    @classmethod
    def tearDownClass(cls):
        cls.chromium.close()
        cls.playwright.stop()
        assert cls.server.stop() == 0
        cls.folder.cleanup()

    def setUp(self):
        self.errors = []
        self.addCleanup(lambda: self.assertEqual(self.errors, []))

    def visitor(self, javascript=True, width=1280, height=900, theme="light", **options):
        """Returns a page in a new browser context without a session."""
        # Pages show times in the time zone and language of the browser.
        options = {"timezone_id": "UTC", "locale": "en-GB", **options}
        context = self.chromium.new_context(
            java_script_enabled=javascript, viewport={"width": width, "height": height}, color_scheme=theme,
            **options)
        context.set_default_timeout(TIMEOUT * 1000)
        self.addCleanup(context.close)
        if javascript:
            context.add_init_script(OBSERVERS)
        page = context.new_page()
        page.on("console", lambda message: (
            self.record_error(message.text) if message.type == "error" else None))
        page.on("pageerror", lambda error: self.record_error(str(error)))
        return page

    def record_error(self, text):
        self.errors.append(text)

    def register(self, page, name):
        page.goto(self.server.url)
        page.get_by_role("main").get_by_role("link", name="Register").click()
        page.get_by_label("Email").fill(f"{name}@example.org")
        page.get_by_label("Full name").fill(name.title())
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Register").click()
        page.get_by_role("heading", name=f"Welcome, {name}").wait_for()

    def try_demo(self, page):
        page.goto(self.server.url + "/login")
        page.get_by_role("button", name="Try the demo").click()
        page.locator("article.card").first.wait_for()

    def assert_fits_width(self, page, name):
        width = page.viewport_size["width"]
        content_width = page.evaluate("document.documentElement.scrollWidth")
        self.assertLessEqual(content_width, width, f"{name} is wider than a screen of {width} pixels")

    def wait_for(self, page, expression):
        """Waits until a JavaScript expression is true.

        Polls from outside, because the content security policy of the page forbids `wait_for_function`.
        """
        deadline = time.monotonic() + TIMEOUT
        while not page.evaluate(expression):
            self.assertLess(time.monotonic(), deadline, expression)
            page.wait_for_timeout(50)

    def wait_until_shown(self, page, text):
        """Waits until a toast or a heart has been shown, even if it is already gone."""
        self.wait_for(page, f"appeared.some((entry) => entry.includes({json.dumps(text)}))")
