"""A real Chromium, and everything it complains of."""

import json
import os
import pathlib
import tempfile
import time
import unittest

from playwright.sync_api import expect, sync_playwright

from server import PASSWORD, PATIENCE, Server

OUTPUT = pathlib.Path(__file__).parent.parent.parent / "test-output"
WIDTHS = {390: 844, 820: 1180, 1440: 900}
THEMES = ["light", "dark"]
# The fonts that pictures are made with, and no others.
FONTS = pathlib.Path(__file__).parent / "fonts.conf"
# What the content security policy stops is told to the page.
# What is shown for a moment only is noted for `appears`.
WATCH = """
addEventListener("securitypolicyviolation",
    (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
window.appeared = [];
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes]))
    if (node instanceof Element && node.matches(".toast, .heart-burst"))
      appeared.push(`${node.className}: ${node.textContent}`);
}).observe(document, { childList: true, subtree: true });
"""
expect.set_options(timeout=PATIENCE * 1000)


class BrowserTest(unittest.TestCase):
    """Tests over one server, begun with `OPTIONS`, and one Chromium."""

    OPTIONS = []

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = pathlib.Path(cls.folder.name) / "data"
        cls.server = Server(cls.data, *cls.OPTIONS)
        cls.playwright = sync_playwright().start()
        cls.chromium = cls.playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), timeout=PATIENCE * 1000,
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
        self.complaints = []
        self.addCleanup(lambda: self.assertEqual(self.complaints, []))

    def visitor(self, javascript=True, width=1280, height=900, theme="light", **options):
        """A page of a browser that nobody is signed in with."""
        context = self.chromium.new_context(
            java_script_enabled=javascript, viewport={"width": width, "height": height}, color_scheme=theme, **options)
        context.set_default_timeout(PATIENCE * 1000)
        self.addCleanup(context.close)
        if javascript:
            context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda message: self.complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complain(str(error)))
        return page

    def complain(self, text):
        self.complaints.append(text)

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

    def no_wider(self, page, name):
        width = page.viewport_size["width"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        self.assertLessEqual(wide, width, f"{name} is wider than a screen of {width} pixels")

    def until(self, page, expression):
        """Waits until an expression holds; asked from outside, as the page's own policy lets nothing be evaluated in it."""
        deadline = time.monotonic() + PATIENCE
        while not page.evaluate(expression):
            self.assertLess(time.monotonic(), deadline, expression)
            page.wait_for_timeout(50)

    def appears(self, page, text):
        """Waits until a toast or a heart was shown, even if it is gone again by now."""
        self.until(page, f"appeared.some((entry) => entry.includes({json.dumps(text)}))")
