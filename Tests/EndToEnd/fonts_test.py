"""The fonts of the pictures: each script has one font, and other installed fonts are not used."""

import collections
import unittest

from browser import OUTPUT, THEMES, BrowserTest
from server import FIXTURES

PLAIN = "Liberation Sans"
# Words without spaces, because a space is drawn with the plain font.
WORDS = {
    "Grüße·Привет": PLAIN,
    "مرحبابالعالم": "DejaVu Sans",
    "שלוםעולם": "DejaVu Sans",
    "नमस्तेदुनिया": "Lohit Devanagari",
    "สวัสดีชาวโลก": "Garuda",
    "こんにちは世界": "VL PGothic",
    "😀🎉👩‍🚀🇮🇹❤️": "Noto Color Emoji",
}
SET_FONT = "(title, name) => { title.style.fontFamily = name; title.textContent = '1'; }"


class FontsTest(BrowserTest):
    def test_readers_see_each_script_in_its_font(self):
        token = self.server.register("ada")
        post = self.server.post(token, FIXTURES / "cat.jpg", caption="\n".join(WORDS)).json()
        for word in WORDS:
            comment = self.server.json("POST", f"/api/posts/{post['id']}/comments", {"text": word}, token)
            self.assertEqual(comment.status, 201)
        for theme in THEMES:
            page = self.visitor(theme=theme, width=1440)
            page.goto(f"{self.server.url}/p/{post['code']}")
            for word, font in WORDS.items():
                # The element with the word alone. A glyph that the font lacks would come from another font.
                used = self.fonts(page, f"//*[contains(@class, 'comment-text')]/span[. = '{word}']")
                self.assertEqual(used.keys(), {font}, word)
            page.locator(".comment-text").last.scroll_into_view_if_needed()
            page.screenshot(path=OUTPUT / f"fonts-{theme}.png", full_page=True)

    def test_readers_see_the_same_fonts_for_other_font_names(self):
        page = self.visitor()
        page.goto(self.server.url + "/about")
        for name, font in {"serif": PLAIN, "system-ui": PLAIN, "DejaVu Serif": PLAIN, "Noto Sans": PLAIN,
                           "monospace": "Liberation Mono", "emoji": "Noto Color Emoji"}.items():
            page.locator("h1").evaluate(SET_FONT, name)
            self.assertEqual(self.fonts(page, "//h1").keys(), {font}, name)

    def fonts(self, page, path):
        """Returns the number of glyphs of each font in an element."""
        # Forces a layout, because an element without a layout has no fonts.
        page.evaluate("document.body.offsetHeight")
        session = page.context.new_cdp_session(page)
        session.send("DOM.enable")
        session.send("CSS.enable")
        session.send("DOM.getDocument")
        search = session.send("DOM.performSearch", {"query": path})
        self.assertEqual(search["resultCount"], 1, path)
        nodes = session.send(
            "DOM.getSearchResults", {"searchId": search["searchId"], "fromIndex": 0, "toIndex": 1})["nodeIds"]
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": nodes[0]})["fonts"]
        session.detach()
        count = collections.Counter()
        for font in fonts:
            count[font["familyName"]] += int(font["glyphCount"])
        return count


if __name__ == "__main__":
    unittest.main()
