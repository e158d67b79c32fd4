"""Measures the size and time of a first visit with a fourfold CPU slowdown, for scripts/README.md."""

import gzip
import unittest

from browser import OUTPUT, BrowserTest

PAGES = {"feed": "/", "profile": "/mira.lindqvist", "explore": "/explore"}
# Records values that the browser reports only while they happen.
OBSERVERS = """
window.measured = { lcp: 0, cls: 0, tbt: 0 };
{
  const observe = (type, record) =>
    new PerformanceObserver((list) => list.getEntries().forEach(record)).observe({ type, buffered: true });
  observe("largest-contentful-paint", (entry) => { measured.lcp = entry.startTime; });
  observe("layout-shift", (entry) => { if (!entry.hadRecentInput) measured.cls += entry.value; });
  observe("longtask", (entry) => { measured.tbt += Math.max(0, entry.duration - 50); });
}
"""


class WeightTest(BrowserTest):
    OPTIONS = ["--demo"]

    def test_a_first_visit_downloads_little(self):
        rows = []
        page = self.visitor(width=390, height=844)
        self.try_demo(page)
        state = page.context.storage_state()
        for name, path in PAGES.items():
            # The median of three runs, because the machine may be busy.
            runs = sorted((self.visit(state, path) for _ in range(3)), key=lambda run: run["lcp"])
            rows.append((name, runs[1]))
        lines = ["| page | HTML | CSS | JS | LCP | CLS | total blocking time |",
                 "|---|---|---|---|---|---|---|"]
        for name, m in rows:
            html, css, js = (f"{m[kind] / 1000:.1f} kB" for kind in ("html", "css", "js"))
            lines.append(f"| {name} | {html} | {css} | {js} | "
                         f"{m['lcp']:.0f} ms | {m['cls']:.3f} | {m['tbt']:.0f} ms |")
        (OUTPUT / "weights.md").write_text("\n".join(lines) + "\n")
        print("\n" + "\n".join(lines))
        # Times depend on the load of the machine, so they are printed but not limited.
        for name, measured in rows:
            with self.subTest(name):
                self.assertLessEqual(measured["html"], 20_000)
                self.assertLessEqual(measured["css"], 15_000)
                self.assertLessEqual(measured["js"], 30_000)
                self.assertLess(measured["cls"], 0.02)

    def visit(self, state, path):
        page = self.visitor(width=390, height=844, storage_state=state, service_workers="block")
        page.context.add_init_script(OBSERVERS)
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
            # Data that scripts fetch later is not part of the first visit.
            if kind and response.request.resource_type != "fetch":
                sizes[kind] += len(gzip.compress(response.body(), 6))
        page.context.close()
        return {**sizes, **measured}


if __name__ == "__main__":
    unittest.main()
