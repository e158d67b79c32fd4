// Posts and lists of people in a dialog over the page. The URL changes, Back closes the dialog, and the arrow
// keys move through the grid.
import { enhance } from "./enhance.js";
import { fetchPage, icon, loadingIndicator, make } from "./pages.js";

const pageTitle = document.title;
/** The open dialog. Its `tile` is the tile of the grid whose post it shows. */
let dialog = null;
/** The link that opened the dialog. It gets the focus back. */
let opener = null;

function build(kind) {
  const element = make("dialog", { class: `over-${kind}`, "aria-label": kind === "post" ? "Post" : "List" });
  const iconButton = (style, label, iconName, onclick) =>
    make("button", { class: style, type: "button", "aria-label": label, onclick }, icon(iconName));
  element.append(
    iconButton("dialog-close", "Close", "close", () => leave()),
    make("div", { class: "dialog-body" }),
    make("div", { class: "toasts", role: "status", "aria-live": "polite" }));
  if (kind === "post") {
    element.append(
      iconButton("walk left", "Previous post", "left", () => showNeighbour(-1)),
      iconButton("walk right", "Next post", "right", () => showNeighbour(1)));
  }
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  element.addEventListener("click", (event) => {
    if (event.target === element) leave();
  });
  document.body.append(element);
  return element;
}

async function load(url, target) {
  const body = target.querySelector(".dialog-body");
  body.replaceChildren(loadingIndicator());
  try {
    const page = await fetchPage(url);
    if (dialog !== target) return;
    document.title = page.title;
    body.replaceChildren(...page.querySelector("main").childNodes);
    body.querySelector(".neighbours")?.remove();
    target.setAttribute("aria-label", page.title);
    if (target.matches(".over-list")) addFilter(body);
    enhance(body);
  } catch {
    location.assign(url);
  }
}

/** Adds a field that filters a list of people while typing. */
function addFilter(body) {
  const list = body.querySelector(".people");
  if (!list || list.children.length < 5) return;
  const field = make("input", {
    type: "search", dir: "auto", placeholder: "Search", "aria-label": "Search this list",
  });
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    for (const row of list.children) row.hidden = !row.textContent.toLowerCase().includes(text);
  });
  list.before(make("div", { class: "filter" }, field));
}

function open(url, kind, link) {
  opener ??= link ?? null;
  if (dialog?.matches(`.over-${kind}`) === false) remove();
  dialog ??= build(kind);
  dialog.tile = link ?? dialog.tile;
  if (!dialog.open) dialog.showModal();
  load(url, dialog);
  for (const side of ["left", "right"]) {
    const button = dialog.querySelector(`.walk.${side}`);
    if (button) button.hidden = !neighbour(side === "left" ? -1 : 1);
  }
}

function remove() {
  dialog?.close();
  dialog?.remove();
  dialog = null;
  document.title = pageTitle;
}

/** Closes the dialog by going back in the history, so that the URL is right. */
function leave() {
  if (history.state?.over) history.go(-history.state.over);
  else close();
}

function close() {
  remove();
  opener?.focus();
  opener = null;
}

function neighbour(step) {
  const tiles = [...document.querySelectorAll("main .grid a[data-dialog=post]")];
  const index = tiles.findIndex((tile) => tile === dialog?.tile);
  return index < 0 ? undefined : tiles[index + step];
}

function showNeighbour(step) {
  const tile = neighbour(step);
  if (!tile) return;
  history.replaceState({ ...history.state, url: tile.href, kind: "post" }, "", tile.href);
  open(tile.href, "post", tile);
}

/** Asks for confirmation of something that cannot be undone. Resolves to whether the user confirmed. */
export function ask(question, verb) {
  return new Promise((resolve) => {
    const element = make("dialog", { class: "ask", "aria-labelledby": "question" });
    const finish = (isConfirmed) => {
      element.close();
      element.remove();
      resolve(isConfirmed);
    };
    element.append(
      make("h2", { id: "question" }, question),
      make("div", {},
        make("button", { type: "button", class: "wrong", onclick: () => finish(true) }, verb),
        make("button", { type: "button", autofocus: true, onclick: () => finish(false) }, "Cancel")));
    element.addEventListener("cancel", () => finish(false));
    document.body.append(element);
    element.showModal();
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.defaultPrevented || event.button) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const kind = link.dataset.dialog || "list";
  history.pushState({ over: (history.state?.over ?? 0) + 1, url: link.href, kind }, "", link.href);
  open(link.href, kind, dialog ? undefined : link);
});
addEventListener("popstate", (event) => {
  if (event.state?.over) open(event.state.url, event.state.kind);
  else if (dialog) close();
});
document.addEventListener("keydown", (event) => {
  if (!dialog?.matches(".over-post") || event.target.closest("input, textarea, .photos.many")) return;
  if (event.key === "ArrowLeft") showNeighbour(-1);
  if (event.key === "ArrowRight") showNeighbour(1);
});

// A reload under a dialog loads the page of the post itself, so there is no dialog to close.
if (history.state?.over) history.replaceState(null, "", location.href);
