"""Takes two screenshots: the feed on a phone in the dark theme, and a post over a grid on a desktop."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parent.parent.parent
sys.path.append(str(ROOT / "Tests" / "EndToEnd"))
from browser import BrowserTest  # noqa: E402

IMAGES = ROOT / ".github" / "images"


class Screenshots(BrowserTest):
    OPTIONS = ["--demo"]

    def runTest(self):
        IMAGES.mkdir(parents=True, exist_ok=True)
        phone = self.visitor(
            width=390, height=844, theme="dark", device_scale_factor=2, is_mobile=True, has_touch=True)
        self.try_demo(phone)
        phone.locator("article.card").nth(1).scroll_into_view_if_needed()
        phone.evaluate("scrollTo(0, 0)")
        self.shoot(phone, "phone")
        desktop = self.visitor(width=1280, height=844)
        self.try_demo(desktop)
        desktop.goto(self.server.url + "/explore")
        self.wait_for(desktop, "[...document.images].slice(0, 9).every(i => i.complete)")
        desktop.locator(".grid a").nth(4).click()
        desktop.get_by_role("dialog").locator("article.card").wait_for()
        self.shoot(desktop, "desktop")

    def shoot(self, page, name):
        self.wait_for(page, """[...document.images]
            .filter(image => image.getBoundingClientRect().top < innerHeight)
            .every(image => image.complete)""")
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / f"{name}.jpg", type="jpeg", quality=82)


if __name__ == "__main__":
    import unittest

    result = unittest.TextTestRunner().run(unittest.TestSuite([Screenshots()]))
    sys.exit(not result.wasSuccessful())
