"""Every page of the demo community, in three widths and both themes: accessibility, errors and appearance."""

import io
import os
import pathlib
import unittest

from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops, ImageStat

from browser import OUTPUT, THEMES, WIDTHS, BrowserTest

REFERENCES = pathlib.Path(__file__).parent / "References"
VISITOR_PAGES = {
    "welcome": "/", "login": "/login", "register": "/register", "about": "/about", "missing": "/no/such/page",
    "offline": "/offline",
}
MEMBER_PAGES = {
    "feed": "/", "explore": "/explore", "search": "/search?q=coffee&type=posts", "people": "/search?q=e",
    "tag": "/tags/space", "create": "/create", "post": None, "likes": "likes", "profile": "/mira.lindqvist",
    "followers": "/mira.lindqvist/followers", "own": "/visitor", "saved": "/saved",
    "notifications": "/notifications", "suggestions": "/suggestions", "docs": "/api/docs",
    "settings-profile": "/settings/profile", "settings-account": "/settings/account",
    "settings-security": "/settings/security", "settings-privacy": "/settings/privacy",
    "settings-sessions": "/settings/sessions",
    "settings-tokens": "/settings/tokens", "styleguide": "/styleguide",
}
# Pages that change with every operation of the API or every component: they are checked for accessibility and
# width, but not compared with a picture.
WITHOUT_PICTURE = {"docs", "styleguide"}
# The names of the pages whose reference pictures are made again, such as "saved notifications" or "all". Only
# these pages are visited then.
NEW_REFERENCES = set(os.environ.get("NEW_REFERENCES", "").replace(",", " ").split())
# The names of the pages to visit, such as "saved notifications"; all pages if it is empty.
PAGES = set(os.environ.get("PAGES", "").replace(",", " ").split())
# Screenshots are compared at a quarter of their size: glyphs may differ slightly, but elements may not move.
SCALE = 4


class PagesTest(BrowserTest):
    OPTIONS = ["--demo"]

    def test_people_can_use_every_page_in_every_width_and_theme(self):
        unknown = (NEW_REFERENCES | PAGES) - {"all"} - VISITOR_PAGES.keys() - MEMBER_PAGES.keys()
        self.assertEqual(unknown, set(), "NEW_REFERENCES or PAGES names pages that do not exist")
        self.axe = Axe()
        self.faults = []
        for theme in THEMES:
            for width, height in WIDTHS.items():
                page = self.visitor(theme=theme, width=width, height=height, reduced_motion="reduce")
                for name, path in VISITOR_PAGES.items():
                    self.check_page(page, name, path, theme)
                self.try_demo(page)
                post = page.locator("article.card").first.get_attribute("data-post")
                for name, path in MEMBER_PAGES.items():
                    path = {None: post, "likes": f"{post}/likes"}.get(path, path)
                    self.check_page(page, name, path, theme)
        self.assertEqual(self.faults, [], "\n".join(self.faults))

    def record_error(self, text):
        # The browser reports the status of the missing page.
        if "404" not in text:
            super().record_error(text)

    def check_page(self, page, name, path, theme):
        wanted = NEW_REFERENCES or PAGES
        if wanted and wanted.isdisjoint({name, "all"}):
            return
        page.goto(self.server.url + path)
        page.evaluate("document.fonts.ready")
        # On wide screens, the suggestions beside the feed load after the page.
        self.wait_for(page, "!document.querySelector('[data-suggestions]') || innerWidth < 1160 "
                         "|| document.querySelector('[data-suggestions] .people')")
        width = page.viewport_size["width"]
        screenshot_name = f"{name}-{width}-{theme}"
        content_width = page.evaluate("document.documentElement.scrollWidth")
        if content_width > width:
            self.faults.append(f"{screenshot_name}: the page is {content_width} pixels wide")
        found = self.axe.run(page, options={"resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            self.faults.append(f"{screenshot_name}: {violation['id']}: {violation['help']}: {nodes}")
        page.evaluate("""Promise.all([...document.images]
            .filter(image => image.getBoundingClientRect().top < innerHeight)
            .map(image => { image.loading = "eager"; return image.decode().catch(() => 0); }))""")
        # Times, colours that depend on ids, and codes differ in each run.
        changing = page.locator("time, .avatar, .badge, code:visible")
        screenshot = page.screenshot(mask=[changing], mask_color="#808080", animations="disabled")
        (OUTPUT / f"{screenshot_name}.png").write_bytes(screenshot)
        if name not in WITHOUT_PICTURE:
            self.compare(screenshot_name, Image.open(io.BytesIO(screenshot)).convert("RGB"))

    def compare(self, name, image):
        small = image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.BOX)
        file = REFERENCES / f"{name}.webp"
        if NEW_REFERENCES:
            REFERENCES.mkdir(exist_ok=True)
            small.save(file, quality=80, method=6)
            return
        if not file.exists():
            page = name.rsplit("-", 2)[0]
            return self.faults.append(f"{name}: there is no picture; NEW_REFERENCES={page} makes it")
        reference = Image.open(file).convert("RGB")
        if reference.size != small.size:
            return self.faults.append(f"{name}: the size is {small.size}, not {reference.size}")
        difference = ImageChops.difference(small, reference).convert("L")
        changed = sum(difference.histogram()[48:]) / (small.width * small.height)
        mean = ImageStat.Stat(difference).mean[0]
        if changed > 0.02 or mean > 8:
            self.faults.append(
                f"{name}: {100 * changed:.1f} % of the pixels differ; the mean difference is {mean:.1f}")


if __name__ == "__main__":
    unittest.main()
