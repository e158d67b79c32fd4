"""What JavaScript adds to pages: optimistic updates, dialogs, infinite scroll, search, the composer."""

import contextlib
import json
import re
import sqlite3
import time
import unittest

from playwright.sync_api import expect

from browser import BrowserTest
from server import FIXTURES, TIMEOUT, wait_until

CACHED_PHOTOS = """caches.keys()
    .then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))
    .then(lists => lists.flat()
        .filter(request => new URL(request.url).pathname.startsWith("/media/")).length)"""


class ExperienceTest(BrowserTest):
    OPTIONS = ["--demo"]

    def record_error(self, text):
        # Tests cause these errors on purpose.
        if "net::ERR" not in text and "503" not in text:
            super().record_error(text)

    def demo(self, **options):
        page = self.visitor(**options)
        self.try_demo(page)
        return page

    def card(self, page):
        return page.locator("article.card").first

    def test_a_like_shows_at_once_and_is_undone_on_failure(self):
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
        self.wait_until_shown(page, "Something went wrong")
        expect(card.get_by_role("button", name="Like", exact=True)).to_be_visible()
        expect(card.locator("[data-likes]")).to_have_attribute("data-likes", str(before))
        page.unroute("**/like")
        with page.expect_response("**/like"):
            card.locator(".photos").dblclick()
        self.wait_until_shown(page, "heart-burst")
        expect(card.get_by_role("button", name="Unlike")).to_be_visible()
        expect(card.locator("[data-likes]")).to_have_attribute("data-likes", str(before + 1))
        self.wait_for(page, "document.querySelectorAll('.heart-burst').length === 0")
        page.reload()
        expect(card.get_by_role("button", name="Unlike")).to_be_visible()

    def test_a_member_undoes_saving_a_post(self):
        page = self.demo()
        card = self.card(page)
        # The clock is paused, so that the toast stays until its button is pressed.
        page.clock.install(time=0)
        page.clock.pause_at(1)
        with page.expect_response("**/save"):
            card.get_by_role("button", name="Save", exact=True).click()
        expect(card.get_by_role("button", name="Unsave")).to_be_visible()
        with page.expect_response("**/unsave"):
            page.locator(".toast").get_by_role("button", name="Undo").click()
        page.goto(self.server.url + "/saved")
        expect(page.locator("main")).to_contain_text("Posts you save appear here")

    def test_a_visitor_of_the_demo_opens_posts_over_the_grid(self):
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

    def test_a_visitor_of_the_demo_opens_lists_of_people_over_a_profile(self):
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

    def test_a_visitor_of_the_demo_scrolls_a_list_and_returns_to_the_same_place(self):
        page = self.demo()
        page.goto(self.server.url + "/explore")
        page.mouse.move(600, 400)
        deadline = time.monotonic() + TIMEOUT
        while page.locator(".grid li").count() < 60:
            self.assertLess(time.monotonic(), deadline)
            page.keyboard.press("End")
            page.wait_for_timeout(100)
        codes = [tile.get_attribute("href") for tile in page.locator(".grid a").all()]
        self.assertEqual(len(set(codes)), 60)
        # The end of the list is reached when the loading indicator disappears.
        self.wait_for(page, "!document.querySelector('.loading')")
        page.keyboard.press("End")
        self.wait_for(page, "scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
        top = page.evaluate("scrollY")
        page.get_by_role("link", name="About").click()
        page.wait_for_url("**/about")
        page.go_back()
        self.wait_for(page, "document.querySelectorAll('.grid li').length === 60")
        self.wait_for(page, f"Math.abs(scrollY - {top}) < 400")

    def test_a_visitor_of_the_demo_sees_results_while_typing(self):
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
        recent = page.get_by_role("region", name="Recent searches")
        expect(recent.get_by_role("link", name="mira")).to_be_visible()
        page.get_by_role("button", name="Clear").click()
        expect(recent).to_have_count(0)

    def test_gina_comments_in_the_feed_with_suggested_usernames(self):
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

    def test_a_visitor_of_the_demo_moves_through_the_feed_by_keyboard(self):
        page = self.demo()
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("article.card").nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(self.card(page)).to_be_focused()
        liked = self.card(page).get_by_role("button", name="Unlike").count() == 1
        page.keyboard.press("l")
        name = "Like" if liked else "Unlike"
        expect(self.card(page).get_by_role("button", name=name, exact=True)).to_be_visible()
        page.keyboard.press("/")
        page.wait_for_url("**/search")
        # The first focusable element skips the navigation.
        page.goto(self.server.url)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()

    def test_ada_sees_a_new_notification_without_reloading(self):
        ada, ben = self.visitor(), self.visitor()
        self.register(ada, "ada")
        self.register(ben, "ben")
        expect(ada.locator("[data-unread]").first).to_be_hidden()
        ben.goto(self.server.url + "/ada")
        with ben.expect_response("**/follow"):
            ben.get_by_role("button", name="Follow").click()
        expect(ada.locator("[data-unread]").first).to_have_text(re.compile("1"))
        self.wait_until_shown(ada, "new notification")

    def test_a_visitor_switches_the_theme(self):
        for javascript in [False, True]:
            page = self.visitor(javascript)
            page.goto(self.server.url + "/about")
            page.get_by_role("button", name="Dark").click()
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
            scheme = page.evaluate("getComputedStyle(document.body.parentElement).colorScheme")
            self.assertEqual(scheme, "dark")
            if javascript:
                page.wait_for_load_state("networkidle")
            page.goto(self.server.url + "/login")
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
            page.get_by_role("button", name="System").click()
            expect(page.locator("html[data-theme]")).to_have_count(0)

    def test_carla_edits_and_posts_photos_in_the_composer(self):
        page = self.visitor()
        self.register(page, "carla")
        page.get_by_role("link", name="Create").click()
        picker = page.get_by_label("Photos", exact=True)
        picker.set_input_files([FIXTURES / "cat.jpg", FIXTURES / "coffee.jpg", FIXTURES / "coffee.heic"])
        expect(page.locator(".strip li")).to_have_count(3)
        stage = page.locator(".stage canvas")
        page.get_by_text("1:1", exact=True).click()
        expect(stage).to_have_js_property("width", stage.evaluate("c => c.height"))
        page.get_by_text("1.91:1").click()
        canvas = "document.querySelector('.stage canvas')"
        self.wait_for(page, f"Math.abs({canvas}.width / {canvas}.height - 1.91) < 0.02")
        page.get_by_text("Gesso").click()
        saturation = """c => {
            const d = c.getContext("2d").getImageData(c.width / 2, c.height / 2, 1, 1).data.slice(0, 3);
            return Math.max(...d) - Math.min(...d);
        }"""
        self.wait_for(page, f"({saturation})({canvas}) <= 2")
        self.assertGreater(stage.evaluate("c => c.width / c.height"), 1.8)
        page.get_by_label("zoom").fill("2")
        stage.focus()
        page.keyboard.press("ArrowRight")
        page.get_by_label("Alt text for people").fill("A grey cat")
        # Moves the second photo to the first place.
        page.get_by_role("button", name="Move right").click()
        page.get_by_label("Caption").fill("Made here")
        caption = page.locator(".field", has=page.get_by_label("Caption"))
        expect(caption.locator(".count")).to_have_text("9 / 2,200")

        # The connection fails once. The draft stays, and the second attempt succeeds.
        page.route("**/api/uploads/*", lambda route: (
            route.continue_() if "presigned" in route.request.url else route.abort()))
        page.get_by_role("button", name="Post", exact=True).click()
        self.wait_until_shown(page, "connection was lost")
        expect(page.locator(".shot.failed").first).to_be_visible()
        page.unroute("**/api/uploads/*")
        page.get_by_role("button", name="Try again").click()
        page.wait_for_url(re.compile("/p/"))
        expect(page.locator("article .frame img")).to_have_count(3)
        # The upload offers of the first attempt were cancelled.
        path = f"file:{self.data / 'isntgram.sqlite'}?mode=ro"
        with contextlib.closing(sqlite3.connect(path, uri=True)) as database:
            query = "SELECT count(*) FROM direct_uploads"
            wait_until(lambda: database.execute(query).fetchall() == [(0,)])
        edited = page.locator("article .frame img").nth(1)
        self.assertEqual(edited.get_attribute("alt"), "A grey cat")
        width, height = (int(edited.get_attribute(name)) for name in ("width", "height"))
        self.assertAlmostEqual(width / height, 1.91, delta=0.02)
        first = page.locator("article .frame img").nth(0)
        self.assertEqual(first.get_attribute("alt"), "Photo by carla")

        # The arrow buttons move through the photos, and the dots show the current one.
        page.get_by_role("button", name="Next photo").click()
        self.wait_for(page, "document.querySelectorAll('.dots i')[1].classList.contains('on')")
        page.get_by_role("button", name="Previous photo").click()
        self.wait_for(page, "document.querySelectorAll('.dots i')[0].classList.contains('on')")

    def test_dario_sees_why_the_composer_rejects_files(self):
        page = self.visitor()
        self.register(page, "dario")
        page.goto(self.server.url + "/create")
        page.get_by_role("button", name="Post", exact=True).click()
        self.wait_until_shown(page, "Choose a photo")
        picker = page.get_by_label("Photos", exact=True)
        picker.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
        self.wait_until_shown(page, "isn’t a supported photo")
        picker.set_input_files([FIXTURES / "cat.jpg"] * 11)
        expect(page.locator(".strip li")).to_have_count(10)
        page.get_by_role("button", name="Remove").click()
        expect(page.locator(".strip li")).to_have_count(9)

    def test_a_visitor_of_the_demo_sees_cached_photos_offline(self):
        page = self.demo()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        # The service worker controls only pages that are loaded after it has started.
        page.reload()
        self.wait_for(page, "navigator.serviceWorker.controller !== null")
        page.goto(self.server.url + "/explore")
        self.wait_for(page, """caches.open("files-1").then(cache => cache.keys())
            .then(keys => keys.filter(request => request.url.endsWith("thumb.jpg")).length > 3)""")
        page.context.set_offline(True)
        page.goto(self.server.url + "/mira.lindqvist")
        expect(page.get_by_role("heading", name="You’re offline")).to_be_visible()
        expect(page.locator(".grid img").first).to_be_visible()
        photo = page.locator(".grid img").first
        self.assertTrue(photo.evaluate("i => i.decode().then(() => i.naturalWidth > 0)"))

    def test_a_visitor_of_the_demo_signs_out_and_leaves_no_data_in_the_browser(self):
        # The site sends Clear-Site-Data, and the page also clears its data, for browsers that ignore the
        # header.
        for sends_header in [True, False]:
            with self.subTest(sends_header=sends_header):
                page = self.demo()
                page.get_by_role("banner").get_by_text("More", exact=True).click()
                with page.expect_response("**/settings/theme"):
                    page.get_by_role("button", name="Dark").click()
                page.evaluate("navigator.serviceWorker.ready.then(() => true)")
                page.reload()
                self.wait_for(page, "navigator.serviceWorker.controller !== null")
                page.goto(self.server.url + "/explore")
                self.wait_for(page, f"{CACHED_PHOTOS}.then(count => count > 3)")
                page.goto(self.server.url + "/search")
                page.get_by_role("searchbox").fill("mira")
                page.locator("main").get_by_role("link", name="mira.lindqvist").click()
                page.wait_for_url("**/mira.lindqvist")
                self.assertIn("mira", page.evaluate("localStorage.getItem('searches')"))
                if not sends_header:
                    page.route("**/logout", self.remove_clear_site_data)
                other = page.context.new_page()
                other.goto(self.server.url)
                other.locator("article.card").first.wait_for()
                page.get_by_role("banner").get_by_text("More", exact=True).click()
                page.get_by_role("button", name="Sign out").click()
                page.get_by_role("link", name="Register").first.wait_for()
                # Other tabs show the welcome page, too.
                other.get_by_role("link", name="Register").first.wait_for()
                self.wait_for(page, f"{CACHED_PHOTOS}.then(count => count === 0)")
                self.assertIsNone(page.evaluate("localStorage.getItem('searches')"))
                expect(page.locator("html")).to_have_attribute("data-theme", "dark")
                # The offline page is still cached.
                self.wait_for(page, "caches.match('/offline').then(page => page !== undefined)")

    @staticmethod
    def remove_clear_site_data(route):
        response = route.fetch(max_redirects=0)
        headers = {name: value for name, value in response.headers.items() if name != "clear-site-data"}
        assert len(headers) < len(response.headers)
        route.fulfill(response=response, headers=headers)

    def test_a_visitor_can_install_the_site(self):
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
