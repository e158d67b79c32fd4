"""The feed on a phone at night, a post over a profile on a desk by day."""

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
        phone = self.visitor(width=390, height=844, theme="dark", device_scale_factor=2, is_mobile=True, has_touch=True)
        self.try_demo(phone)
        phone.locator("article.card").nth(1).scroll_into_view_if_needed()
        phone.evaluate("scrollTo(0, 0)")
        self.shoot(phone, "phone")
        desk = self.visitor(width=1280, height=844)
        self.try_demo(desk)
        desk.goto(self.server.url + "/explore")
        self.wait_for(desk, "[...document.images].slice(0, 9).every(i => i.complete)")
        desk.locator(".grid a").nth(4).click()
        desk.get_by_role("dialog").locator("article.card").wait_for()
        self.shoot(desk, "desktop")

    def shoot(self, page, name):
        self.wait_for(page, "[...document.images].filter(i => i.getBoundingClientRect().top < innerHeight).every(i => i.complete)")
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / f"{name}.jpg", type="jpeg", quality=82)


if __name__ == "__main__":
    import unittest

    result = unittest.TextTestRunner().run(unittest.TestSuite([Screenshots()]))
    sys.exit(not result.wasSuccessful())
