// The next page of a list comes when its end comes near; on the way back the list is as long as it was.
import { enhance, whenNew } from "./enhance.js";
import { fetchPage, waiting } from "./pages.js";
import { toast } from "./toast.js";

const key = `pages ${location.pathname}${location.search}`;

async function append(next) {
  const link = next.querySelector("a[rel=next]");
  if (!link || next.dataset.busy) return;
  next.dataset.busy = "yes";
  const sign = waiting();
  next.before(sign);
  try {
    const page = await fetchPage(link.href);
    const list = next.parentElement.querySelector("[data-list]");
    const more = page.querySelector("[data-list]");
    const items = more ? [...more.children].filter((item) => !item.id || !document.getElementById(item.id)) : [];
    list?.append(...items);
    for (const item of items) enhance(item);
    const after = page.querySelector("[data-next]");
    if (after && items.length) next.replaceWith(after);
    else next.remove();
    if (after) enhance(after);
  } catch {
    delete next.dataset.busy;
    toast("More could not be loaded. The link below tries again.");
  } finally {
    sign.remove();
  }
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) append(entry.target);
}, { rootMargin: "1200px" });

whenNew((piece) => {
  const ends = piece.matches?.("[data-next]") ? [piece] : piece.querySelectorAll("[data-next]");
  for (const next of ends) watcher.observe(next);
});

addEventListener("pagehide", () => {
  const items = document.querySelectorAll("main [data-list] > *").length;
  sessionStorage.setItem(key, JSON.stringify({ items, top: scrollY }));
});

history.scrollRestoration = "manual";

async function restore() {
  const navigation = performance.getEntriesByType("navigation")[0];
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (navigation?.type !== "back_forward" || !kept) return;
  for (let turn = 0; turn < 50; turn++) {
    const next = document.querySelector("main [data-next]");
    if (!next || document.querySelectorAll("main [data-list] > *").length >= kept.items) break;
    await append(next);
  }
  scrollTo({ top: kept.top, behavior: "instant" });
}
restore();
