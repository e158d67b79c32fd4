// Removes the local data of a member who signs out: cached photos and recent searches. The server also asks
// the browser to do this (Clear-Site-Data), but some browsers ignore that, and all browsers ignore it over
// plain HTTP.
import { forgetSearches } from "./search.js";

const signOutPaths = ["/logout", "/settings/account/delete"];

/** Removes the cached photos. The site's own files stay, because they are the same for everyone. */
async function forgetPhotos() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const photos = (await cache.keys()).filter((key) => new URL(key.url).pathname.startsWith("/media/"));
    await Promise.all(photos.map((key) => cache.delete(key)));
  }
}

/** Whether this page was rendered for a member. */
const isMember = document.body.classList.contains("member");
const otherTabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;

/** Leaves the page of a member and removes the local data, if the session has ended. */
async function leaveIfSignedOut() {
  // A page for members redirects visitors.
  const response = await fetch("/settings/profile", { redirect: "manual" }).catch(() => null);
  if (response?.type !== "opaqueredirect") return;
  forgetSearches();
  await forgetPhotos().catch(() => {});
  location.replace("/");
}

// When a visitor's page opens, the session may have ended, in this tab or another. Tabs with a member's page
// then check.
if (!isMember) otherTabs?.postMessage("visitor");
otherTabs?.addEventListener("message", () => {
  if (isMember) leaveIfSignedOut();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !signOutPaths.includes(new URL(form.action).pathname)) return;
  event.preventDefault();
  forgetSearches();
  await forgetPhotos().catch(() => {});
  form.submit();
});
