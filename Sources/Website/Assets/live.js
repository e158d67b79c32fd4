// What happens while a page is open: the number of unread notifications, and people to follow beside the feed.
import { enhance } from "./enhance.js";
import { fetchPage, make } from "./pages.js";
import { toast } from "./toast.js";

const badges = document.querySelectorAll("[data-unread]");

function show(count) {
  for (const badge of badges) {
    const before = Number(badge.dataset.unread);
    badge.dataset.unread = count;
    badge.hidden = count === 0;
    badge.firstChild.textContent = count >= 100 ? "99+" : String(count);
    if (count > before && badge === badges[0]) toast(count === 1 ? "You have a new notification" : `You have ${count} new notifications`);
  }
}

if (badges.length && "EventSource" in window) {
  let source;
  const listen = () => {
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource("/api/events");
    source.addEventListener("notifications", (event) => show(JSON.parse(event.data).unreadCount));
  };
  listen();
  // An open stream keeps a page from being kept for going back.
  addEventListener("pagehide", () => source.close());
  // A page that is seen again listens again: it was kept, or too many others listened when it was opened.
  addEventListener("pageshow", listen);
  document.addEventListener("visibilitychange", () => document.hidden || listen());
}

const beside = document.querySelector("[data-suggestions]");
if (beside && matchMedia("(min-width: 1160px)").matches) {
  fetchPage(beside.dataset.suggestions).then((page) => {
    const list = page.querySelector(".people");
    if (!list) return;
    [...list.children].slice(5).forEach((row) => row.remove());
    beside.querySelector("p").before(make("h2", {}, "Suggested for you"), list);
    enhance(list);
  }).catch(() => {});
}
