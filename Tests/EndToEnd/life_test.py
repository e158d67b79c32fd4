"""The life of two people in a real browser, and the traces that their photos must not carry."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from playwright.sync_api import sync_playwright

from server import FIXTURES, PASSWORD, Server

OUTPUT = pathlib.Path(__file__).parent.parent.parent / "test-output"


def phone_photo(path):
    """A photo of twelve megapixels as a phone makes it: on its side, with place and camera in it."""
    subprocess.run(["vips", "resize", FIXTURES / "coffee.jpg", f"{path}[Q=90]", "6.667", "--vscale", "7.5"], check=True)
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-Orientation#=6", "-GPSLatitude=45.07", "-GPSLatitudeRef=N",
         "-GPSLongitude=7.68", "-GPSLongitudeRef=E", "-Make=SecretCam", "-Model=One", path], check=True)


class LifeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = pathlib.Path(cls.folder.name) / "data"
        cls.server = Server(cls.data)
        cls.playwright = sync_playwright().start()
        cls.chromium = cls.playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        OUTPUT.mkdir(exist_ok=True)

    @classmethod
    def tearDownClass(cls):
        cls.chromium.close()
        cls.playwright.stop()
        assert cls.server.stop() == 0
        cls.folder.cleanup()

    def test_a_life_with_and_without_javascript(self):
        for javascript in [False, True]:
            with self.subTest(javascript=javascript):
                self.live(javascript)

    def live(self, javascript):
        suffix = "js" if javascript else "plain"
        complaints = []
        ada, grace = (self.visitor(javascript, complaints) for _ in range(2))
        self.register(ada, f"ada_{suffix}")
        self.register(grace, f"grace_{suffix}")
        phone = pathlib.Path(self.folder.name) / "phone.jpg"
        phone_photo(phone)
        ada.get_by_role("link", name="Create").click()
        ada.get_by_label("Photos", exact=True).set_input_files([phone, FIXTURES / "coffee.heic"])
        ada.get_by_label("Caption").fill("Coffee <i>in</i> Turin")
        self.shoot(ada, f"create-{suffix}")
        ada.get_by_role("button", name="Post").click()
        ada.wait_for_url(re.compile(r"/p/"))
        post = ada.url
        self.assertEqual(ada.locator("article img").count(), 2)
        shown = ada.locator("article img").first
        self.assertEqual(shown.evaluate("i => i.decode().then(() => [i.width, i.height].every(n => n > 0))"), True)
        self.shoot(ada, f"post-{suffix}")

        grace.goto(f"{self.server.url}/ada_{suffix}")
        self.shoot(grace, f"profile-{suffix}")
        grace.get_by_role("button", name="Follow").click()
        grace.get_by_role("link", name="Home", exact=True).click()
        self.assertTrue(grace.get_by_text("Coffee <i>in</i> Turin").is_visible())
        grace.get_by_role("button", name="Like").click()
        self.assertTrue(grace.get_by_role("button", name="Liked").is_visible())
        self.shoot(grace, f"feed-{suffix}")
        grace.goto(post)
        grace.get_by_label("Add a comment").fill("Looks good")
        grace.get_by_role("button", name="Comment", exact=True).click()
        self.assertTrue(grace.get_by_text("Looks good").is_visible())
        self.check_traces()
        grace.get_by_role("button", name="Delete").click()
        self.assertFalse(grace.get_by_text("Looks good").is_visible())
        ada.goto(post)
        ada.get_by_role("button", name="Delete post").click()
        ada.wait_for_url(re.compile(f"/ada_{suffix}$"))
        self.assertEqual([p for p in (self.data / "media").rglob("*") if p.is_file()], [])
        ada.goto(f"{self.server.url}/settings/profile")
        ada.get_by_role("button", name="Sign out").click()
        self.assertTrue(ada.get_by_role("link", name="Register").first.is_visible())
        self.shoot(ada, f"welcome-{suffix}")
        self.assertEqual(complaints, [])

    def visitor(self, javascript, complaints):
        context = self.chromium.new_context(java_script_enabled=javascript, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    def register(self, page, name):
        page.goto(self.server.url)
        page.get_by_role("main").get_by_role("link", name="Register").click()
        page.get_by_label("Email").fill(f"{name}@example.org")
        page.get_by_label("Full name").fill(name.title())
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        self.shoot(page, "register")
        page.get_by_role("button", name="Register").click()
        page.get_by_role("heading", name=f"Welcome, {name}").wait_for()

    def shoot(self, page, name):
        for width, height in [(1280, 900), (390, 844)]:
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            self.assertLessEqual(wide, width, f"{name} is wider than a screen of {width} pixels")
            page.screenshot(path=OUTPUT / f"{name}-{width}.png")
        page.set_viewport_size({"width": 1280, "height": 900})

    def check_traces(self):
        """No file that is kept tells where or with what it was taken."""
        found = subprocess.run(
            ["exiftool", "-r", "-q", "-q", "-GPS:all", "-EXIF:all", "-XMP:all", "-IPTC:all", "-Make", "-Model",
             "-ThumbnailImage", "-ICC_Profile:all", str(self.data / "media")], capture_output=True, text=True)
        traces = [line for line in found.stdout.splitlines() if not line.startswith("=")]
        self.assertEqual(traces, [])
        kept = [p for p in (self.data / "media").rglob("*") if p.is_file()]
        self.assertEqual(len(kept), 5 + 3)
        self.assertFalse(any(b"SecretCam" in p.read_bytes() for p in kept))


if __name__ == "__main__":
    unittest.main()
