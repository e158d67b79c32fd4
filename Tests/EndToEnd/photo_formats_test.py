"""The composer recognises photos by their content, and gives transparent ones a white ground."""

import io
import re
import unittest

from PIL import Image
from playwright.sync_api import expect

from browser import BrowserTest
from server import FIXTURES


def fixture(path, name, type):
    """Returns a file for a file picker, with any name and type."""
    return {"name": name, "mimeType": type, "buffer": (FIXTURES / path).read_bytes()}


class PhotoFormatsTest(BrowserTest):
    def composer(self, name):
        page = self.visitor()
        self.register(page, name)
        page.goto(self.server.url + "/create")
        return page

    def choose(self, page, *files):
        page.get_by_label("Photos", exact=True).set_input_files(list(files))
        expect(page.locator(".strip li")).to_have_count(len(files))

    def post(self, page):
        """Posts the photos, and returns the largest rendition of each."""
        page.get_by_role("button", name="Post", exact=True).click()
        page.wait_for_url(re.compile("/p/"))
        photos = page.locator("article .frame img")
        urls = [photo.get_attribute("src") for photo in photos.all()]
        return [Image.open(io.BytesIO(page.request.get(self.server.url + url).body())) for url in urls]

    def assert_colour(self, photo, x, y, expected):
        colour = photo.convert("RGB").getpixel((x, y))
        for value, right in zip(colour, expected):
            self.assertAlmostEqual(value, right, delta=12, msg=f"{colour} at {x}, {y}")

    def test_ada_posts_photos_whose_names_and_types_are_unusual(self):
        page = self.composer("ada")
        self.choose(
            page,
            fixture("cat.heic", "DSC0001.HIF", ""),
            fixture("cat.jpg", "photo.jpg", "image/jpg"),
            fixture("cat.png", "photo", ""),
            fixture("Several/burst.heic", "burst.heics", "image/heic-sequence"),
            fixture("Several/sequence.avif", "sequence.avifs", "image/avif-sequence"),
            fixture("cat.webp", "photo.jpg", "image/jpeg"),
            fixture("Several/ten-bit-brand.heic", "IMG_1.hif", "application/octet-stream"))
        self.assertEqual(len(self.post(page)), 7)

    def test_bea_cannot_choose_a_text_that_is_called_a_photo(self):
        page = self.composer("bea")
        text = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"once upon a time"}
        page.get_by_label("Photos", exact=True).set_input_files([text])
        self.wait_until_shown(page, "isn’t a supported photo")
        expect(page.locator(".strip li")).to_have_count(0)

    def test_carl_crops_and_filters_a_transparent_photo_and_its_ground_is_white(self):
        page = self.composer("carl")
        self.choose(page, *(fixture("logo_transparent.png", f"{n}.png", "image/png") for n in range(3)))
        # The first photo is cropped, the second one filtered, and the third one stays as it is.
        page.get_by_text("1:1", exact=True).click()
        page.locator(".strip button").nth(1).click()
        page.get_by_text("Menta", exact=True).click()
        canvas = page.locator(".stage canvas")
        corner = "c => [...c.getContext('2d').getImageData(2, 2, 1, 1).data]"
        self.assertGreater(min(canvas.evaluate(corner)), 240)
        for photo in self.post(page):
            self.assert_colour(photo, 2, 2, (255, 255, 255))


if __name__ == "__main__":
    unittest.main()
