// Results while one types, and what was searched for lately, kept by this browser alone.
import { fetchPage, make } from "./pages.js";

const form = document.querySelector("form.search");
const key = "searches";

function recent() {
  try { return JSON.parse(localStorage.getItem(key)) ?? []; } catch { return []; }
}

function remember(text) {
  if (text) localStorage.setItem(key, JSON.stringify([text, ...recent().filter((other) => other !== text)].slice(0, 8)));
}

/** Forgets what was searched for. */
export function forgetSearches() {
  try { localStorage.removeItem(key); } catch { /* Nothing is kept where nothing may be. */ }
}

function showRecent(place) {
  place.querySelector(".recent")?.remove();
  const words = recent();
  if (!words.length) return;
  const list = make("ul", {}, ...words.map((text) =>
    make("li", {}, make("a", { href: `/search?q=${encodeURIComponent(text)}` }, text))));
  const clear = make("button", { type: "button", class: "plain accent",
    onclick: () => { forgetSearches(); place.querySelector(".recent").remove(); } }, "Clear");
  place.append(make("section", { class: "recent", "aria-label": "Recent searches" },
    make("header", {}, make("h2", {}, "Recent"), clear), list));
}

function live() {
  const field = form.querySelector("input");
  const type = new URLSearchParams(location.search).get("type") ?? "users";
  let turn = 0;
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++turn;
      const address = `/search?q=${encodeURIComponent(field.value)}&type=${type}`;
      const page = await fetchPage(address).catch(() => null);
      if (!page || mine !== turn) return;
      const main = document.querySelector("main");
      const news = page.querySelector("main");
      // The field stays, with the pointer in it; what stands around it is new.
      main.querySelector(".tabs")?.remove();
      const tabs = news.querySelector(".tabs");
      if (tabs) form.after(tabs);
      while (form.closest(".narrow").nextSibling) form.closest(".narrow").nextSibling.remove();
      const results = [...news.children].slice(1);
      main.append(...results);
      main.querySelector(".recent")?.remove();
      if (!field.value.trim()) showRecent(form.parentElement);
      history.replaceState(history.state, "", address);
    }, 150);
  });
  form.addEventListener("submit", () => remember(field.value.trim()));
  document.querySelector("main").addEventListener("click", (event) => {
    if (event.target.closest(".people a, .grid a")) remember(field.value.trim());
  });
  if (!field.value) showRecent(form.parentElement);
}

if (form && location.pathname === "/search") live();
