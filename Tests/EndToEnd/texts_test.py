"""Texts of people in a browser: counters, long words, directions, stacked marks, and times."""

import json
import unittest

from playwright.sync_api import expect

import pages_test
from browser import BrowserTest
from server import FIXTURES

WIDTHS = {320: 640, 390: 844, 1440: 900}
FAMILY = "👨‍👩‍👧‍👦"
# What people see as one character.
CHARACTERS = [
    FAMILY, "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u0301", "क्षि", "각", "👩🏽‍🚀", "1️⃣", "❤️", "Z̷̡̛͙̈́",
    # Letters below letters in Burmese, Khmer, Balinese, Chakma and Javanese; and Tamil, Thai and Lao.
    "န္တိ", "ខ្មែ", "ᬓ᭄ᬱ", "𑄟𑄳𑄦", "ꦱ꧀ꦠ", "நி", "ที่", "ນໍ້",
]
# Puts a long word into every text of the page, except for labels of buttons and of the navigation: these are
# ours, and stay on one line. Opens what is folded.
FILL = """(places) => {
  const word = "m".repeat(200);
  // A line never breaks within a character, however many marks it has.
  const character = "x" + "\\u0310\\u0330".repeat(100);
  const labels = "button, .button, nav, .tabs, .theme, .skip, .visually-hidden, .badge, .logo";
  for (const element of document.querySelectorAll("details")) element.open = true;
  for (const element of document.querySelectorAll(".menu[open]")) element.open = false;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest(labels)) continue;
    if (places === "every text") node.data = word;
    else if (node.parentElement.closest("bdi, [dir=auto]:not(time)")) node.data = character;
  }
  for (const field of document.querySelectorAll("textarea, input:not([type])")) field.value = word;
  for (const field of document.querySelectorAll("[placeholder]")) field.placeholder = word;
}"""
# The elements that reach beyond the window, as a hint at the cause of a failure.
OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => `${element.localName}.${element.className}`).slice(-5)"""
BOUNDS = "e => [e.getBoundingClientRect().left, e.getBoundingClientRect().right, e.scrollWidth]"


class TextsTest(BrowserTest):
    OPTIONS = ["--demo"]

    def token(self, name):
        return self.server.register(name)

    def send(self, token, method, path, value=None):
        response = self.server.json(method, f"/api{path}", value, token)
        self.assertLess(response.status, 300, response.body)
        return response.json() if response.body else None

    def sign_in(self, name, **options):
        page = self.visitor(**options)
        page.goto(self.server.url + "/login")
        page.get_by_label("Username or email").fill(name)
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(self.server.url + "/")
        return page

    # MARK: Long words

    def assert_fits(self, page, name):
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > page.evaluate("innerWidth"):
            self.faults.append(
                f"{name} at {page.viewport_size['width']}: {width} pixels, {page.evaluate(OUTSIDE)}")

    def test_long_words_make_no_page_wider_than_the_window(self):
        self.faults = []
        for width, height in WIDTHS.items():
            page = self.visitor(width=width, height=height)
            for name, path in pages_test.VISITOR_PAGES.items():
                self.fill(page, name, path)
            self.try_demo(page)
            post = page.locator("article.card").first.get_attribute("data-post")
            for name, path in pages_test.MEMBER_PAGES.items():
                self.fill(page, name, {None: post, "likes": f"{post}/likes"}.get(path, path))
            self.fill(page, "nothing found", "/search?q=zzzz")
            self.fill_dialogs(page)
        self.assertEqual(self.faults, [], "\n".join(self.faults))

    def record_error(self, text):
        # The browser reports the status of the missing page.
        if "404" not in text:
            super().record_error(text)

    def fill(self, page, name, path):
        page.goto(self.server.url + path)
        self.fill_texts(page, name)

    def fill_texts(self, page, name):
        for places in ["text by people", "every text"]:
            page.evaluate(FILL, places)
            self.assert_fits(page, f"{name}, {places}")

    def fill_dialogs(self, page):
        for name, opener in [("people", page.get_by_role("link", name="followers")),
                             ("post", page.locator(".grid a").first)]:
            page.goto(self.server.url + "/mira.lindqvist")
            opener.click()
            dialog = page.get_by_role("dialog")
            dialog.locator(".people li, article.card").first.wait_for()
            self.fill_texts(page, f"dialog: {name}")
            self.check_bounds(dialog, f"dialog: {name}")
        page.goto(self.server.url + "/create")
        picker = page.locator("input[type=file]")
        picker.set_input_files([FIXTURES / "cat.jpg", FIXTURES / "cat.heic"])
        expect(page.locator(".strip li")).to_have_count(2)
        self.fill_texts(page, "composer")
        page.get_by_role("button", name="Remove").click()
        picker.set_input_files(
            {"name": "m" * 200 + ".txt", "mimeType": "text/plain", "buffer": b"x"})
        toast = page.locator(".toast", has_text="supported")
        expect(toast).to_be_visible()
        self.assert_fits(page, "toast")
        self.check_bounds(toast, "toast")

    def check_bounds(self, element, name):
        """Checks an element over the page, which does not make the page wider."""
        left, right, inside = element.evaluate(BOUNDS)
        width = element.page.viewport_size["width"]
        if left < 0 or right > width or inside > right - left:
            self.faults.append(f"{name} at {width}: {left} to {right}, inside {inside} pixels")

    # MARK: Counting

    def test_counters_count_as_the_server_does(self):
        token = self.token("counta")
        page = self.sign_in("counta")
        page.goto(self.server.url + "/settings/profile")
        bio = page.get_by_label("Bio")
        counter = page.locator(".field", has=bio).locator(".count")
        expect(counter).to_have_text("0 / 150")
        for character in CHARACTERS:
            for count in [150, 151]:
                with self.subTest(character, count=count):
                    bio.fill(character * count)
                    expect(counter).to_have_text(f"{count} / 150")
                    fits = bio.evaluate("field => field.checkValidity()")
                    answer = self.server.json("PUT", "/api/profile", {"bio": character * count}, token)
                    self.assertEqual((fits, answer.status), (True, 200) if count == 150 else (False, 422))
        # The text is counted as it will be stored.
        bio.fill("  a\t\u2028b \n\n")
        expect(counter).to_have_text("4 / 150")
        bio.fill("a" + "\u0301" * 150)
        expect(counter).to_have_text("1 / 150")
        self.assertTrue(bio.evaluate("field => field.checkValidity()"))
        bio.fill(("a" + "\u0301" * 150) * 20)
        expect(counter).to_have_class("count over")
        self.assertFalse(bio.evaluate("field => field.checkValidity()"))
        self.assertEqual(page.locator("[maxlength]").count(), 0)

    def test_a_comment_of_2200_families_is_posted_with_and_without_javascript(self):
        author = self.token("author")
        post = self.server.post(author, FIXTURES / "cat.jpg", caption=FAMILY * 2200).json()
        self.assertEqual(post["caption"], FAMILY * 2200)
        self.token("talker")
        for javascript in [True, False]:
            page = self.sign_in("talker", javascript=javascript)
            page.goto(f"{self.server.url}/p/{post['code']}")
            field = page.locator("textarea[name=text]")
            field.fill(FAMILY * 2200)
            if javascript:
                expect(page.locator(".comment-form .count")).to_have_text("2,200 / 2,200")
            page.get_by_role("button", name="Post", exact=True).click()
            comments = page.locator(".comment-text", has_text=FAMILY)
            expect(comments).to_have_count(1 if javascript else 2)
        items = self.server.json("GET", f"/api/posts/{post['id']}/comments", token=author).json()["items"]
        self.assertEqual([item["text"] for item in items], [FAMILY * 2200] * 2)

    def test_a_counter_beside_a_field_of_one_line_appears_near_the_limit(self):
        page = self.visitor()
        self.try_demo(page)
        field = page.locator("article.card textarea").first
        counter = page.locator("article.card .comment-form").first.locator(".count")
        expect(counter).to_be_hidden()
        field.fill("m" * 2000)
        expect(counter).to_have_text("2,000 / 2,200")
        field.fill("m" * 2201)
        expect(counter).to_have_class("count over")
        page.goto(self.server.url + "/settings/profile")
        name = page.get_by_label("Full name")
        name.fill("é" * 65)
        self.assertIn("at most 64 characters; you entered 65", name.evaluate("e => e.validationMessage"))

    # MARK: Directions

    def test_every_field_for_text_has_the_direction_of_what_is_typed(self):
        fields = ("textarea, input:not([type=hidden], [type=password], [type=file], [type=range],"
                  " [type=checkbox], [type=radio])")
        page = self.visitor()
        for path in ["/login", "/register"]:
            page.goto(self.server.url + path)
            self.check_fields(page, fields, path)
        self.try_demo(page)
        post = page.locator("article.card").first.get_attribute("data-post")
        for path in ["/", post, "/search", "/settings/profile", "/settings/account", "/settings/tokens"]:
            page.goto(self.server.url + path)
            self.check_fields(page, fields, path)
        page.goto(self.server.url + "/create")
        page.get_by_label("Photos", exact=True).set_input_files(FIXTURES / "cat.jpg")
        expect(page.get_by_label("Alt text for people")).to_be_visible()
        self.check_fields(page, fields, "composer")
        for text, direction in [("שלום", "rtl"), ("مرحبا 5", "rtl"), ("Ada", "ltr"), ("5 — سلام", "rtl")]:
            page.get_by_label("Caption").fill(text)
            shown = page.get_by_label("Caption").evaluate("e => getComputedStyle(e).direction")
            self.assertEqual(shown, direction, text)

    def check_fields(self, page, fields, name):
        self.assertGreater(page.locator(fields).count(), 0, name)
        wrong = page.locator(fields).evaluate_all(
            "fields => fields.filter(field => field.dir !== 'auto').map(field => field.name)")
        self.assertEqual(wrong, [], name)

    def test_text_from_right_to_left_does_not_move_the_words_around_it(self):
        page = self.visitor()
        self.try_demo(page)
        # The horizontal order of our words, whatever stands between them.
        order = """e => { const all = [...e.querySelectorAll("i")].map(i => i.getBoundingClientRect().left);
                          return all.every((left, index) => !index || left >= all[index - 1]); }"""
        closed = ["שלום", "مرحبا 12", "\u202eabc\u202c", "\u2067שלום\u2069", "\u200fabc"]
        for text in closed:
            for tag in ["bdi", "span dir=auto"]:
                name = tag.partition(" ")[0]
                markup = f"<p id=order><i>1</i> <{tag}>{text}</{name}> <i>2</i> <i>3</i></p>"
                page.evaluate(f"document.querySelector('main').innerHTML = {json.dumps(markup)}")
                self.assertTrue(page.locator("#order").evaluate(order), text)

    # MARK: Stacked marks

    def test_stacked_marks_do_not_cover_what_other_people_wrote(self):
        author = self.token("zalgo")
        post = self.server.post(author, FIXTURES / "cat.jpg", caption="A cat").json()
        for text in ["before", "x", "after"]:
            self.send(author, "POST", f"/posts/{post['id']}/comments", {"text": text})
        page = self.sign_in("zalgo", reduced_motion="reduce")
        page.goto(f"{self.server.url}/p/{post['code']}")
        comments = page.locator(".comments > li")
        neighbours = [comments.nth(0).locator("p"), comments.nth(2).locator("p"), page.locator(".caption")]
        text = comments.nth(1).locator(".comment-text span")
        for marks in ["\u0301" * 100, "\u0323" * 100, "\u0310\u0330" * 60]:
            pictures = []
            # The text takes the same room when it cannot be seen.
            for opacity in [1, 0]:
                text.evaluate("(e, [text, opacity]) => { e.textContent = text; e.style.opacity = opacity; }",
                              ["x" + marks, opacity])
                pictures.append(
                    [neighbour.screenshot(animations="disabled") for neighbour in neighbours])
                if opacity:
                    page.screenshot(path=str(pages_test.OUTPUT / "stacked-marks.png"))
            self.assertEqual(pictures[0], pictures[1])

    # MARK: Times

    def test_times_are_local_to_the_browser(self):
        for zone, locale, shown, exact in [
            ("UTC", "en-GB", "24 Nov 2026, 23:09", "Tuesday.* 24 November 2026 .* 23:09:05 UTC"),
            ("Asia/Tokyo", "en-GB", "25 Nov 2026, 08:09", "Wednesday.* 25 Nov.* 2026 .* 08:09:05 GMT.9"),
            ("America/New_York", "en-US", "Nov 24, 2026, 6:09\u202fPM", "Tues.* 6:09:05\\sPM EST"),
            ("Asia/Kolkata", "de-DE", "25.11.2026, 04:39", "Mittwoch, 25. Nov.* um 04:39:05 GMT.5:30"),
        ]:
            page = self.visitor(timezone_id=zone, locale=locale)
            self.try_demo(page)
            page.route("**/mira.lindqvist/followers", lambda route: route.fulfill(
                content_type="text/html", body="<!doctype html><title>x</title><main><h1>x</h1><p>"
                '<time datetime="2026-11-24T23:09:05.000Z">24 November 2026</time></p></main>'))
            page.goto(self.server.url + "/mira.lindqvist")
            page.get_by_role("link", name="followers").click()
            time = page.get_by_role("dialog").locator("time")
            expect(time).to_have_text(shown)
            self.assertRegex(time.get_attribute("title"), exact)

    def test_times_without_javascript_are_dates_in_utc(self):
        author = self.token("clock")
        post = self.server.post(author, FIXTURES / "cat.jpg", caption="A cat").json()
        self.send(author, "POST", f"/posts/{post['id']}/comments", {"text": "tick"})
        page = self.sign_in("clock", javascript=False, timezone_id="Asia/Tokyo")
        scripted = self.sign_in("clock", timezone_id="Asia/Tokyo", locale="en-GB")
        for path, count in [(f"/p/{post['code']}", 2), ("/settings/sessions", 2), ("/settings/tokens", 2)]:
            page.goto(self.server.url + path)
            scripted.goto(self.server.url + path)
            times = page.locator("main time")
            self.assertGreaterEqual(times.count(), count, path)
            for index in range(times.count()):
                time = times.nth(index)
                date, clock = time.get_attribute("datetime")[:-1].split("T")
                year, _, day = (int(part) for part in date.split("-"))
                self.assertRegex(time.inner_text(), rf"^{day} [A-Z][a-z]+ {year}$")
                self.assertEqual(time.get_attribute("title"), f"{time.inner_text()}, {clock[:5]} UTC")
            expect(scripted.locator("main time").first).to_have_text(
                scripted.evaluate("""new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo",
                    dateStyle: "medium", timeStyle: "short" })
                    .format(new Date(document.querySelector("main time").dateTime))"""))


if __name__ == "__main__":
    unittest.main()
