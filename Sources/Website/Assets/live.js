// Live updates of an open page: the number of unread notifications, and suggested people beside the feed.
import { enhance } from "./enhance.js";
import { fetchPage, make } from "./pages.js";
import { toast } from "./toast.js";

const badges = document.querySelectorAll("[data-unread]");

function showUnreadCount(count) {
  for (const badge of badges) {
    const previous = Number(badge.dataset.unread);
    badge.dataset.unread = count;
    badge.hidden = count === 0;
    badge.firstChild.textContent = count >= 100 ? "99+" : String(count);
    if (count > previous && badge === badges[0]) {
      toast(count === 1 ? "You have a new notification" : `You have ${count} new notifications`);
    }
  }
}

if (badges.length && "EventSource" in window) {
  let source;
  const connect = () => {
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource("/api/events");
    source.addEventListener("notifications", (event) => showUnreadCount(JSON.parse(event.data).unreadCount));
  };
  connect();
  // Browsers do not keep a page with an open stream in the back/forward cache.
  addEventListener("pagehide", () => source.close());
  // Reconnects a page that comes back from that cache, or that had no connection because too many were open.
  addEventListener("pageshow", connect);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) connect();
  });
}

const sidebar = document.querySelector("[data-suggestions]");
if (sidebar && matchMedia("(min-width: 1160px)").matches) {
  fetchPage(sidebar.dataset.suggestions).then((page) => {
    const list = page.querySelector(".people");
    if (!list) return;
    [...list.children].slice(5).forEach((row) => row.remove());
    sidebar.querySelector("p").before(make("h2", {}, "Suggested for you"), list);
    enhance(list);
  }).catch(() => {});
}
