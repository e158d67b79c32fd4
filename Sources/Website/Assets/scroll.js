// Infinite scroll: loads the next page of a list before the end comes into view. When the user comes back to
// the page, the list has its previous length and scroll position.
import { enhance, onNewContent } from "./enhance.js";
import { fetchPage, loadingIndicator } from "./pages.js";
import { toast } from "./toast.js";

const key = `pages ${location.pathname}${location.search}`;

/** Replaces a link to the next page with the items of that page. */
async function loadNextPage(next) {
  const link = next.querySelector("a[rel=next]");
  if (!link || next.dataset.busy) return;
  next.dataset.busy = "yes";
  const indicator = loadingIndicator();
  next.before(indicator);
  try {
    const page = await fetchPage(link.href);
    const list = next.parentElement.querySelector("[data-list]");
    const newList = page.querySelector("[data-list]");
    const isNew = (item) => !item.id || !document.getElementById(item.id);
    const items = newList ? [...newList.children].filter(isNew) : [];
    list?.append(...items);
    for (const item of items) enhance(item);
    const following = page.querySelector("[data-next]");
    if (following && items.length) next.replaceWith(following);
    else next.remove();
    if (following) enhance(following);
  } catch {
    delete next.dataset.busy;
    toast("Couldn’t load more. Use the link below to try again.");
  } finally {
    indicator.remove();
  }
}

const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) loadNextPage(entry.target);
}, { rootMargin: "1200px" });

onNewContent((root) => {
  const links = root.matches?.("[data-next]") ? [root] : root.querySelectorAll("[data-next]");
  for (const next of links) observer.observe(next);
});

addEventListener("pagehide", () => {
  const items = document.querySelectorAll("main [data-list] > *").length;
  sessionStorage.setItem(key, JSON.stringify({ items, top: scrollY }));
});

history.scrollRestoration = "manual";

async function restore() {
  const navigation = performance.getEntriesByType("navigation")[0];
  const saved = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (navigation?.type !== "back_forward" || !saved) return;
  for (let page = 0; page < 50; page++) {
    const next = document.querySelector("main [data-next]");
    if (!next || document.querySelectorAll("main [data-list] > *").length >= saved.items) break;
    await loadNextPage(next);
  }
  scrollTo({ top: saved.top, behavior: "instant" });
}
restore();
