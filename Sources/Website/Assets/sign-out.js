// What this browser kept for whoever signs out: photos already seen, and what was searched for. The server's answer
// asks the browser to clear itself too (Clear-Site-Data); not every browser does, and over plain HTTP none.
import { forgetSearches } from "./search.js";

const leaving = ["/logout", "/settings/account/delete"];

/** Forgets the photos; the site's own files stay, as everybody gets the same. */
async function forgetPhotos() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const photos = (await cache.keys()).filter((key) => new URL(key.url).pathname.startsWith("/media/"));
    await Promise.all(photos.map((key) => cache.delete(key)));
  }
}

/** Whether this page was made for somebody who is signed in. */
const isMember = document.body.classList.contains("member");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;

/** Shows nothing more of whoever was signed in when this page was made, if nobody is now. */
async function leave() {
  // A page of members' sends strangers elsewhere.
  const answer = await fetch("/settings/profile", { redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") return;
  forgetSearches();
  await forgetPhotos().catch(() => {});
  location.replace("/");
}

// A page of a stranger's says that the session may be over, wherever it was ended; tabs of members look.
if (!isMember) tabs?.postMessage("stranger");
tabs?.addEventListener("message", () => { if (isMember) leave(); });

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !leaving.includes(new URL(form.action).pathname)) return;
  event.preventDefault();
  forgetSearches();
  await forgetPhotos().catch(() => {});
  form.submit();
});
