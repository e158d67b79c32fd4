"""What the modules add to pages: answers at once, dialogs with history, endless lists, search while typing, the composer."""

import contextlib
import json
import pathlib
import re
import sqlite3
import time
import unittest

from playwright.sync_api import expect

from browser import BrowserTest
from server import FIXTURES, PATIENCE, wait_until

KEPT_PHOTOS = """caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))
    .then(lists => lists.flat().filter(request => new URL(request.url).pathname.startsWith("/media/")).length)"""


class ExperienceTest(BrowserTest):
    OPTIONS = ["--demo"]

    def complain(self, text):
        # What a test has fail on purpose, the browser tells too.
        if "net::ERR" not in text and "503" not in text:
            super().complain(text)

    def demo(self, **options):
        page = self.visitor(**options)
        self.try_demo(page)
        return page

    def card(self, page):
        return page.locator("article.card").first

    def test_likes_answer_at_once_and_roll_back(self):
        page = self.demo()
        card = self.card(page)
        before = int(card.locator("[data-likes]").get_attribute("data-likes"))
        if card.get_by_role("button", name="Unlike").count():
            with page.expect_response("**/unlike"):
                card.get_by_role("button", name="Unlike").click()
            before -= 1
        page.reload()
        page.route("**/like", lambda route: route.fulfill(status=503))
        card.get_by_role("button", name="Like", exact=True).click()
        self.appears(page, "did not work")
        expect(card.get_by_role("button", name="Like", exact=True)).to_be_visible()
        expect(card.locator("[data-likes]")).to_have_attribute("data-likes", str(before))
        page.unroute("**/like")
        with page.expect_response("**/like"):
            card.locator(".photos").dblclick()
        self.appears(page, "heart-burst")
        expect(card.get_by_role("button", name="Unlike")).to_be_visible()
        expect(card.locator("[data-likes]")).to_have_attribute("data-likes", str(before + 1))
        self.until(page, "document.querySelectorAll('.heart-burst').length === 0")
        page.reload()
        expect(card.get_by_role("button", name="Unlike")).to_be_visible()

    def test_saving_can_be_undone(self):
        page = self.demo()
        card = self.card(page)
        # Time stands still, so that the toast stays until it is pressed.
        page.clock.install(time=0)
        page.clock.pause_at(1)
        with page.expect_response("**/save"):
            card.get_by_role("button", name="Save", exact=True).click()
        expect(card.get_by_role("button", name="Unsave")).to_be_visible()
        with page.expect_response("**/unsave"):
            page.locator(".toast").get_by_role("button", name="Undo").click()
        page.goto(self.server.url + "/saved")
        expect(page.locator("main")).to_contain_text("Posts you save appear here")

    def test_posts_open_over_the_grid(self):
        page = self.demo()
        page.goto(self.server.url + "/explore")
        tiles = page.locator(".grid a")
        first, second = (tiles.nth(n).get_attribute("href") for n in (0, 1))
        tiles.nth(0).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("article.card")).to_be_visible()
        expect(page).to_have_url(self.server.url + first)
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(self.server.url + second)
        expect(dialog.locator(f"[data-post='{second}']")).to_be_visible()
        dialog.locator("[data-likes] a[data-dialog]").or_(dialog.locator("[data-likes]")).first.wait_for()
        page.go_back()
        expect(page).to_have_url(self.server.url + "/explore")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(tiles.nth(0)).to_be_focused()
        tiles.nth(0).click()
        expect(page.get_by_role("dialog").locator("article.card")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page).to_have_url(self.server.url + "/explore")
        tiles.nth(1).click()
        page.get_by_role("dialog").locator("article.card").wait_for()
        page.reload()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator(".post-page")).to_be_visible()

    def test_lists_of_people_open_over_the_profile(self):
        page = self.demo()
        page.goto(self.server.url + "/mira.lindqvist")
        page.get_by_role("link", name="followers").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".people li").first).to_be_visible()
        count = dialog.locator(".people li").count()
        if count >= 5:
            dialog.get_by_role("searchbox").fill("tomas")
            expect(dialog.locator(".people li:visible")).not_to_have_count(count)
        dialog.get_by_role("button", name="Close").click()
        expect(page).to_have_url(self.server.url + "/mira.lindqvist")

    def test_lists_go_on_and_keep_their_place(self):
        page = self.demo()
        page.goto(self.server.url + "/explore")
        page.mouse.move(600, 400)
        deadline = time.monotonic() + PATIENCE
        while page.locator(".grid li").count() < 60:
            self.assertLess(time.monotonic(), deadline)
            page.keyboard.press("End")
            page.wait_for_timeout(100)
        codes = [tile.get_attribute("href") for tile in page.locator(".grid a").all()]
        self.assertEqual(len(set(codes)), 60)
        # The sign of waiting goes, and then this is the end.
        self.until(page, "!document.querySelector('.loading')")
        page.keyboard.press("End")
        self.until(page, "scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
        top = page.evaluate("scrollY")
        page.get_by_role("link", name="About").click()
        page.wait_for_url("**/about")
        page.go_back()
        self.until(page, "document.querySelectorAll('.grid li').length === 60")
        self.until(page, f"Math.abs(scrollY - {top}) < 400")

    def test_search_while_typing(self):
        page = self.demo()
        page.goto(self.server.url + "/search")
        field = page.get_by_role("searchbox")
        field.press_sequentially("mira")
        expect(page.locator("main").get_by_role("link", name="mira.lindqvist")).to_be_visible()
        expect(field).to_be_focused()
        expect(page).to_have_url(re.compile("q=mira"))
        page.locator("main").get_by_role("link", name="mira.lindqvist").click()
        page.wait_for_url("**/mira.lindqvist")
        page.goto(self.server.url + "/search")
        expect(page.get_by_role("region", name="Recent searches").get_by_role("link", name="mira")).to_be_visible()
        page.get_by_role("button", name="Clear").click()
        expect(page.get_by_role("region", name="Recent searches")).to_have_count(0)

    def test_comments_in_place_with_suggested_names(self):
        page = self.visitor()
        self.register(page, "gina")
        page.goto(self.server.url + "/mira.lindqvist")
        with page.expect_response("**/follow"):
            page.get_by_role("button", name="Follow").click()
        page.goto(self.server.url)
        card = self.card(page)
        field = card.get_by_label("Add a comment")
        field.press_sequentially("Hello @mir")
        expect(page.get_by_role("option", name="@mira.lindqvist")).to_be_visible()
        field.press("Enter")
        expect(field).to_have_value("Hello @mira.lindqvist ")
        field.press("Enter")
        expect(card.locator(".lines li").last).to_contain_text("Hello @mira.lindqvist")
        expect(field).to_have_value("")

    def test_the_keyboard_walks_the_feed(self):
        page = self.demo()
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("article.card").nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(self.card(page)).to_be_focused()
        liked = self.card(page).get_by_role("button", name="Unlike").count() == 1
        page.keyboard.press("l")
        expect(self.card(page).get_by_role("button", name="Like" if liked else "Unlike", exact=True)).to_be_visible()
        page.keyboard.press("/")
        page.wait_for_url("**/search")
        # The first stop of the keyboard leads past the way about.
        page.goto(self.server.url)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()

    def test_news_are_live(self):
        ada, ben = self.visitor(), self.visitor()
        self.register(ada, "ada")
        self.register(ben, "ben")
        expect(ada.locator("[data-unread]").first).to_be_hidden()
        ben.goto(self.server.url + "/ada")
        with ben.expect_response("**/follow"):
            ben.get_by_role("button", name="Follow").click()
        expect(ada.locator("[data-unread]").first).to_have_text(re.compile("1"))
        self.appears(ada, "new notification")

    def test_the_theme_switch(self):
        for javascript in [False, True]:
            page = self.visitor(javascript)
            page.goto(self.server.url + "/about")
            page.get_by_role("button", name="Dark").click()
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
            self.assertEqual(page.evaluate("getComputedStyle(document.body.parentElement).colorScheme"), "dark")
            if javascript:
                page.wait_for_load_state("networkidle")
            page.goto(self.server.url + "/login")
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
            page.get_by_role("button", name="System").click()
            expect(page.locator("html[data-theme]")).to_have_count(0)

    def test_the_composer(self):
        page = self.visitor()
        self.register(page, "carla")
        page.get_by_role("link", name="Create").click()
        picker = page.get_by_label("Photos", exact=True)
        picker.set_input_files([FIXTURES / "cat.jpg", FIXTURES / "coffee.jpg", FIXTURES / "coffee.heic"])
        expect(page.locator(".strip li")).to_have_count(3)
        stage = page.locator(".stage canvas")
        size = lambda: stage.evaluate("c => c.width / c.height")  # noqa: E731
        page.get_by_text("1:1", exact=True).click()
        expect(stage).to_have_js_property("width", stage.evaluate("c => c.height"))
        page.get_by_text("1.91:1").click()
        self.until(page, "Math.abs(document.querySelector('.stage canvas').width / document.querySelector('.stage canvas').height - 1.91) < 0.02")
        page.get_by_text("Gesso").click()
        grey = "c => { const d = c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data; return Math.max(...d.slice(0, 3)) - Math.min(...d.slice(0, 3)); }"
        self.until(page, f"({grey})(document.querySelector('.stage canvas')) <= 2")
        self.assertGreater(size(), 1.8)
        page.get_by_label("zoom").fill("2")
        stage.focus()
        page.keyboard.press("ArrowRight")
        page.get_by_label("Description for people").fill("A grey cat")
        # The second photo before the first.
        page.get_by_role("button", name="Later").click()
        page.get_by_label("Caption").fill("Made here")
        expect(page.locator(".count")).to_contain_text("9 / 2200")

        # The connection fails once: everything is still there, and goes the second time.
        page.route("**/api/uploads/*", lambda route: route.abort() if "presigned" not in route.request.url else route.continue_())
        page.get_by_role("button", name="Post", exact=True).click()
        self.appears(page, "connection was lost")
        expect(page.locator(".shot.failed").first).to_be_visible()
        page.unroute("**/api/uploads/*")
        page.get_by_role("button", name="Try again").click()
        page.wait_for_url(re.compile("/p/"))
        expect(page.locator("article .frame img")).to_have_count(3)
        # What was not sent the first time was taken back.
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'isntgram.sqlite'}?mode=ro", uri=True)) as database:
            wait_until(lambda: database.execute("SELECT count(*) FROM direct_uploads").fetchall() == [(0,)])
        edited = page.locator("article .frame img").nth(1)
        self.assertEqual(edited.get_attribute("alt"), "A grey cat")
        width, height = (int(edited.get_attribute(name)) for name in ("width", "height"))
        self.assertAlmostEqual(width / height, 1.91, delta=0.02)
        self.assertEqual(page.locator("article .frame img").nth(0).get_attribute("alt"), "Photo by carla")

        # Arrows and dots walk the photos.
        page.get_by_role("button", name="Next photo").click()
        self.until(page, "document.querySelectorAll('.dots i')[1].classList.contains('on')")
        page.get_by_role("button", name="Previous photo").click()
        self.until(page, "document.querySelectorAll('.dots i')[0].classList.contains('on')")

    def test_what_the_composer_refuses(self):
        page = self.visitor()
        self.register(page, "dario")
        page.goto(self.server.url + "/create")
        page.get_by_role("button", name="Post", exact=True).click()
        self.appears(page, "Choose a photo")
        picker = page.get_by_label("Photos", exact=True)
        picker.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
        self.appears(page, "not a photo")
        picker.set_input_files([FIXTURES / "cat.jpg"] * 11)
        expect(page.locator(".strip li")).to_have_count(10)
        page.get_by_role("button", name="Remove").click()
        expect(page.locator(".strip li")).to_have_count(9)

    def test_offline(self):
        page = self.demo()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        # A page that was loading when the worker began is not its own yet.
        page.reload()
        self.until(page, "navigator.serviceWorker.controller !== null")
        page.goto(self.server.url + "/explore")
        self.until(page, "caches.open('files-1').then(c => c.keys()).then(k => k.filter(r => r.url.endsWith('thumb.jpg')).length > 3)")
        page.context.set_offline(True)
        page.goto(self.server.url + "/mira.lindqvist")
        expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
        expect(page.locator(".grid img").first).to_be_visible()
        self.assertTrue(page.locator(".grid img").first.evaluate("i => i.decode().then(() => i.naturalWidth > 0)"))

    def test_signing_out_leaves_nothing_behind(self):
        # The browser is asked to clear itself, and the page clears what it kept where the browser does not heed that.
        for heeds in [True, False]:
            with self.subTest(heeds=heeds):
                page = self.demo()
                page.get_by_role("banner").get_by_text("More", exact=True).click()
                with page.expect_response("**/settings/theme"):
                    page.get_by_role("button", name="Dark").click()
                page.evaluate("navigator.serviceWorker.ready.then(() => true)")
                page.reload()
                self.until(page, "navigator.serviceWorker.controller !== null")
                page.goto(self.server.url + "/explore")
                self.until(page, f"{KEPT_PHOTOS}.then(count => count > 3)")
                page.goto(self.server.url + "/search")
                page.get_by_role("searchbox").fill("mira")
                page.locator("main").get_by_role("link", name="mira.lindqvist").click()
                page.wait_for_url("**/mira.lindqvist")
                self.assertIn("mira", page.evaluate("localStorage.getItem('searches')"))
                if not heeds:
                    page.route("**/logout", self.without_clearing)
                other = page.context.new_page()
                other.goto(self.server.url)
                other.locator("article.card").first.wait_for()
                page.get_by_role("banner").get_by_text("More", exact=True).click()
                page.get_by_role("button", name="Sign out").click()
                page.get_by_role("link", name="Register").first.wait_for()
                # What another tab shows is nobody's any more.
                other.get_by_role("link", name="Register").first.wait_for()
                self.until(page, f"{KEPT_PHOTOS}.then(count => count === 0)")
                self.assertIsNone(page.evaluate("localStorage.getItem('searches')"))
                expect(page.locator("html")).to_have_attribute("data-theme", "dark")
                # And there is still a page for when there is no connection.
                self.until(page, "caches.match('/offline').then(answer => answer !== undefined)")

    @staticmethod
    def without_clearing(route):
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if name != "clear-site-data"}
        assert len(headers) < len(answer.headers)
        route.fulfill(response=answer, headers=headers)

    def test_installable(self):
        page = self.visitor()
        page.goto(self.server.url)
        session = page.context.new_cdp_session(page)
        manifest = session.send("Page.getAppManifest")
        self.assertEqual(manifest["errors"], [])
        icons = json.loads(manifest["data"])["icons"]
        for icon in icons:
            self.assertEqual(self.server.request("GET", icon["src"]).status, 200)
        self.assertIn("512x512", [icon["sizes"] for icon in icons])


if __name__ == "__main__":
    unittest.main()
