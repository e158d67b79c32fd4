// Fetches other pages of the site and sends forms, and creates elements.

/** Returns the page at a URL of this site. Throws if the request fails. A form with errors is also a page. */
export async function fetchPage(url, options = {}) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, ...options });
  if (!response.ok && response.status !== 422) throw new Error(`${response.status}`);
  if (response.redirected && new URL(response.url).pathname === "/login") location.assign("/login");
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Sends a form without following the redirect. Throws if the server rejects it. */
export async function sendForm(form, action = form.action, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const response = await fetch(action, { method: "POST", body, redirect: "manual" });
  if (response.type !== "opaqueredirect" && !response.ok) throw new Error(`${response.status}`);
}

/** Creates an element with attributes, event listeners (`onclick`, …) and children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Creates an icon that refers to the sprite at the top of every page. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Returns text that a person wrote, such as the name of a file, between isolates: its direction ends with it.
 * Directional characters in it are removed, because they could end the isolate.
 */
export function isolated(text) {
  return `\u2068${text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;
}

/** Creates a loading indicator. The stylesheet shows it only after a short delay. */
export function loadingIndicator() {
  const attributes = { class: "loading", "aria-label": "Loading", role: "img" };
  return make("div", attributes, make("i"), make("i"), make("i"));
}
