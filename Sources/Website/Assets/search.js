// Search results while typing, and recent searches, which stay in this browser.
import { fetchPage, make } from "./pages.js";

const form = document.querySelector("form.search");
const key = "searches";

function recentSearches() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

function remember(text) {
  if (!text) return;
  const searches = [text, ...recentSearches().filter((other) => other !== text)];
  localStorage.setItem(key, JSON.stringify(searches.slice(0, 8)));
}

/** Removes the recent searches. */
export function forgetSearches() {
  try {
    localStorage.removeItem(key);
  } catch {
    // A browser that denies access to its storage has stored nothing.
  }
}

function showRecentSearches(container) {
  container.querySelector(".recent")?.remove();
  const searches = recentSearches();
  if (!searches.length) return;
  const items = searches.map((text) =>
    make("li", {}, make("a", { href: `/search?q=${encodeURIComponent(text)}` }, make("bdi", {}, text))));
  const onclick = () => {
    forgetSearches();
    container.querySelector(".recent").remove();
  };
  const clear = make("button", { type: "button", class: "plain accent", onclick }, "Clear");
  container.append(make("section", { class: "recent", "aria-label": "Recent searches" },
    make("header", {}, make("h2", {}, "Recent"), clear), make("ul", {}, ...items)));
}

function searchWhileTyping() {
  const field = form.querySelector("input");
  const type = new URLSearchParams(location.search).get("type") ?? "users";
  let latestRequest = 0;
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const request = ++latestRequest;
      const url = `/search?q=${encodeURIComponent(field.value)}&type=${type}`;
      const page = await fetchPage(url).catch(() => null);
      if (!page || request !== latestRequest) return;
      const main = document.querySelector("main");
      const newMain = page.querySelector("main");
      // The field stays, so that it keeps the focus and the cursor. Everything else is replaced.
      main.querySelector(".tabs")?.remove();
      const tabs = newMain.querySelector(".tabs");
      if (tabs) form.after(tabs);
      const header = form.closest(".narrow");
      while (header.nextSibling) header.nextSibling.remove();
      const results = [...newMain.children].slice(1);
      main.append(...results);
      main.querySelector(".recent")?.remove();
      if (!field.value.trim()) showRecentSearches(form.parentElement);
      history.replaceState(history.state, "", url);
    }, 150);
  });
  form.addEventListener("submit", () => remember(field.value.trim()));
  document.querySelector("main").addEventListener("click", (event) => {
    if (event.target.closest(".people a, .grid a")) remember(field.value.trim());
  });
  if (!field.value) showRecentSearches(form.parentElement);
}

if (form && location.pathname === "/search") searchWhileTyping();
