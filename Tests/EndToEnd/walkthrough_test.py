"""Two people use the site in a real browser, and their photos lose all metadata."""

import pathlib
import re
import subprocess
import unittest

from browser import OUTPUT, BrowserTest
from server import FIXTURES, wait_until


def phone_photo(path):
    """Makes a photo of twelve megapixels like a phone: rotated, with location and camera in its metadata."""
    subprocess.run(
        ["vips", "resize", FIXTURES / "coffee.jpg", f"{path}[Q=90]", "6.667", "--vscale", "7.5"], check=True)
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-Orientation#=6", "-GPSLatitude=45.07",
         "-GPSLatitudeRef=N", "-GPSLongitude=7.68", "-GPSLongitudeRef=E", "-Make=SecretCam", "-Model=One",
         path], check=True)


class WalkthroughTest(BrowserTest):
    def test_ada_and_grace_use_the_site_without_javascript(self):
        self.use_site(False)

    def test_ada_and_grace_use_the_site_with_javascript(self):
        self.use_site(True)

    def use_site(self, javascript):
        suffix = "js" if javascript else "plain"
        ada, grace = (self.visitor(javascript) for _ in range(2))
        self.register(ada, f"ada_{suffix}")
        self.register(grace, f"grace_{suffix}")
        phone = pathlib.Path(self.folder.name) / "phone.jpg"
        phone_photo(phone)
        ada.get_by_role("link", name="Create").click()
        ada.get_by_label("Photos", exact=True).set_input_files([phone, FIXTURES / "coffee.heic"])
        ada.get_by_label("Caption").fill("Coffee <i>in</i> Turin")
        self.shoot(ada, f"create-{suffix}")
        ada.get_by_role("button", name="Post", exact=True).click()
        ada.wait_for_url(re.compile(r"/p/"))
        post = ada.url
        self.assertEqual(ada.locator("article .frame img").count(), 2)
        shown = ada.locator("article .frame img").first
        decoded = shown.evaluate("i => i.decode().then(() => [i.width, i.height].every(n => n > 0))")
        self.assertEqual(decoded, True)
        self.shoot(ada, f"post-{suffix}")

        grace.goto(f"{self.server.url}/ada_{suffix}")
        self.shoot(grace, f"profile-{suffix}")
        with grace.expect_response("**/follow"):
            grace.get_by_role("button", name="Follow").click()
        grace.get_by_role("button", name="Following").wait_for()
        grace.get_by_role("link", name="Home", exact=True).click()
        grace.get_by_text("Coffee <i>in</i> Turin").wait_for()
        with grace.expect_response("**/like"):
            grace.get_by_role("button", name="Like").click()
        grace.get_by_role("button", name="Unlike").wait_for()
        grace.get_by_text("1 like").wait_for()
        self.shoot(grace, f"feed-{suffix}")
        grace.goto(post)
        grace.get_by_label("Add a comment").fill("Looks good")
        grace.get_by_role("button", name="Post", exact=True).click()
        grace.locator(".comments").get_by_text("Looks good").wait_for()
        self.check_metadata()
        grace.locator(".comments").get_by_role("button", name="Delete").click()
        if javascript:
            grace.get_by_role("dialog").get_by_role("button", name="Delete").click()
        grace.get_by_text("No comments yet").wait_for()
        ada.goto(post)
        ada.get_by_role("button", name="Delete post").click()
        if javascript:
            ada.get_by_role("dialog").get_by_role("button", name="Delete").click()
        ada.wait_for_url(re.compile(f"/ada_{suffix}$"))
        ada.get_by_text("Your photos will appear here").wait_for()
        # A job removes the photos.
        wait_until(lambda: not self.photos(), "a media folder without photos")
        ada.get_by_text("More", exact=True).click()
        ada.get_by_role("button", name="Sign out").click()
        ada.get_by_role("link", name="Register").first.wait_for()
        self.shoot(ada, f"welcome-{suffix}")

    def shoot(self, page, name):
        for width, height in [(1280, 900), (390, 844)]:
            page.set_viewport_size({"width": width, "height": height})
            self.assert_fits_width(page, name)
            page.screenshot(path=OUTPUT / f"{name}-{width}.png")
        page.set_viewport_size({"width": 1280, "height": 900})

    def check_metadata(self):
        """Checks that no stored photo contains its location or camera."""
        found = subprocess.run(
            ["exiftool", "-r", "-q", "-q", "-GPS:all", "-EXIF:all", "-XMP:all", "-IPTC:all", "-Make",
             "-Model", "-ThumbnailImage", "-ICC_Profile:all", str(self.data / "media")],
            capture_output=True, text=True)
        tags = [line for line in found.stdout.splitlines() if not line.startswith("=")]
        self.assertEqual(tags, [])
        self.assertEqual(len(self.photos()), 5 + 3)
        self.assertFalse(any(b"SecretCam" in photo.read_bytes() for photo in self.photos()))

    def photos(self):
        return list((self.data / "media").rglob("*.jpg"))


if __name__ == "__main__":
    unittest.main()
