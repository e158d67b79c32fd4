"""Every page of the demo community at three widths in both themes: what axe says, what Chromium complains of, how it looks."""

import io
import os
import pathlib
import unittest

from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops, ImageStat

from browser import OUTPUT, THEMES, WIDTHS, BrowserTest
from server import PASSWORD

REFERENCES = pathlib.Path(__file__).parent / "References"
STRANGER = {
    "welcome": "/", "login": "/login", "register": "/register", "about": "/about", "missing": "/no/such/page", "offline": "/offline",
}
MEMBER = {
    "feed": "/", "explore": "/explore", "search": "/search?q=coffee&type=posts", "people": "/search?q=e", "tag": "/tags/space",
    "create": "/create", "post": None, "likes": "likes", "profile": "/mira.lindqvist", "followers": "/mira.lindqvist/followers",
    "own": "/visitor", "saved": "/saved", "notifications": "/notifications", "suggestions": "/suggestions", "docs": "/api/docs",
    "settings-profile": "/settings/profile", "settings-account": "/settings/account", "settings-privacy": "/settings/privacy",
    "settings-sessions": "/settings/sessions", "settings-tokens": "/settings/tokens", "styleguide": "/styleguide",
}
# Pixels of a screenshot made this many times smaller are compared: letters may differ by a hair, pieces may not
# move.
SMALLER = 4


class PagesTest(BrowserTest):
    OPTIONS = ["--demo"]

    def test_every_page_in_every_dress(self):
        self.axe = Axe()
        self.faults = []
        for theme in THEMES:
            for width, height in WIDTHS.items():
                page = self.visitor(theme=theme, width=width, height=height, reduced_motion="reduce")
                for name, path in STRANGER.items():
                    self.look(page, name, path, theme)
                self.try_demo(page)
                post = page.locator("article.card").first.get_attribute("data-post")
                for name, path in MEMBER.items():
                    self.look(page, name, {None: post, "likes": f"{post}/likes"}.get(path, path), theme)
        self.assertEqual(self.faults, [], "\n".join(self.faults))

    def complain(self, text):
        # Of the missing page the browser says that it is missing.
        if "404" not in text:
            super().complain(text)

    def look(self, page, name, path, theme):
        page.goto(self.server.url + path)
        page.evaluate("document.fonts.ready")
        # What a wide screen shows beside the feed comes after the page itself.
        self.until(page, "!document.querySelector('[data-suggestions]') || innerWidth < 1160 "
                         "|| document.querySelector('[data-suggestions] .people')")
        width = page.viewport_size["width"]
        place = f"{name}-{width}-{theme}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            self.faults.append(f"{place}: {wide} pixels wide")
        found = self.axe.run(page, options={"resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            self.faults.append(f"{place}: {violation['id']}: {violation['help']}: {nodes}")
        page.evaluate("Promise.all([...document.images].filter(i => i.getBoundingClientRect().top < innerHeight)"
                      ".map(i => { i.loading = 'eager'; return i.decode().catch(() => 0); }))")
        # Times, colours made from ids and codes are other ones each time; the documents' code is not.
        changing = "time, .avatar, .badge" + ("" if name == "docs" else ", code:visible")
        shot = page.screenshot(mask=[page.locator(changing)], mask_color="#808080", animations="disabled")
        (OUTPUT / f"{place}.png").write_bytes(shot)
        self.compare(place, Image.open(io.BytesIO(shot)).convert("RGB"))

    def compare(self, place, image):
        small = image.resize((image.width // SMALLER, image.height // SMALLER), Image.Resampling.BOX)
        file = REFERENCES / f"{place}.webp"
        if os.environ.get("NEW_REFERENCES"):
            REFERENCES.mkdir(exist_ok=True)
            small.save(file, quality=80, method=6)
            return
        if not file.exists():
            return self.faults.append(f"{place}: there is no reference; NEW_REFERENCES=1 makes them")
        reference = Image.open(file).convert("RGB")
        if reference.size != small.size:
            return self.faults.append(f"{place}: {small.size}, and the reference {reference.size}")
        difference = ImageChops.difference(small, reference).convert("L")
        moved = sum(difference.histogram()[48:]) / (small.width * small.height)
        mean = ImageStat.Stat(difference).mean[0]
        if moved > 0.02 or mean > 8:
            self.faults.append(f"{place}: {100 * moved:.1f} % of it looks other than the reference, by {mean:.1f} on average")


if __name__ == "__main__":
    unittest.main()
