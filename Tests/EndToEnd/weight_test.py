"""What a first visit weighs and how long it takes, with the processor slowed four times; the table stands in the README."""

import gzip
import unittest

from browser import OUTPUT, BrowserTest

PAGES = {"feed": "/", "profile": "/mira.lindqvist", "explore": "/explore"}
# What the browser tells only while it happens.
WATCH = """
window.measured = { lcp: 0, cls: 0, tbt: 0 };
new PerformanceObserver((list) => { for (const e of list.getEntries()) measured.lcp = e.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) measured.cls += e.value; })
    .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) measured.tbt += Math.max(0, e.duration - 50); })
    .observe({ type: "longtask", buffered: true });
"""


class WeightTest(BrowserTest):
    OPTIONS = ["--demo"]

    def test_a_first_visit(self):
        rows = []
        page = self.visitor(width=390, height=844)
        self.try_demo(page)
        state = page.context.storage_state()
        for name, path in PAGES.items():
            # The middle of three: a machine that tests run on has other things to do.
            runs = sorted((self.visit(state, path) for _ in range(3)), key=lambda run: run["lcp"])
            rows.append((name, runs[1]))
        lines = ["| page | HTML | CSS | JS | LCP | CLS | total blocking time |", "|---|---|---|---|---|---|---|"]
        for name, m in rows:
            lines.append(f"| {name} | {m['html'] / 1000:.1f} kB | {m['css'] / 1000:.1f} kB | {m['js'] / 1000:.1f} kB | "
                         f"{m['lcp']:.0f} ms | {m['cls']:.3f} | {m['tbt']:.0f} ms |")
        (OUTPUT / "weights.md").write_text("\n".join(lines) + "\n")
        print("\n" + "\n".join(lines))
        # Times depend on what else the machine does: they are told, and not held against a limit.
        for name, measured in rows:
            with self.subTest(name):
                self.assertLessEqual(measured["html"], 20_000)
                self.assertLessEqual(measured["css"], 15_000)
                self.assertLessEqual(measured["js"], 30_000)
                self.assertLess(measured["cls"], 0.02)

    def visit(self, state, path):
        page = self.visitor(width=390, height=844, storage_state=state, service_workers="block")
        page.context.add_init_script(WATCH)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        responses = []
        page.on("response", lambda response: responses.append(response))
        page.goto(self.server.url + path, wait_until="load")
        page.wait_for_timeout(1000)
        measured = page.evaluate("measured")
        sizes = {"html": 0, "css": 0, "js": 0}
        for response in responses:
            type_ = response.headers.get("content-type", "").partition(";")[0]
            kind = {"text/html": "html", "text/css": "css", "text/javascript": "js"}.get(type_)
            # What the modules fetch afterwards is no part of the first visit's weight.
            if kind and response.request.resource_type != "fetch":
                sizes[kind] += len(gzip.compress(response.body(), 6))
        page.context.close()
        return {**sizes, **measured}


if __name__ == "__main__":
    unittest.main()
