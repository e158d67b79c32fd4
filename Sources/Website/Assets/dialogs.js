// Posts and lists of people over the page: the address changes, back closes, arrows walk the grid.
import { enhance } from "./enhance.js";
import { fetchPage, icon, make, waiting } from "./pages.js";

const title = document.title;
let over = null;
let opener = null;

function build(kind) {
  const dialog = make("dialog", { class: `over-${kind}`, "aria-label": kind === "post" ? "Post" : "List" });
  dialog.append(
    make("button", { class: "dialog-close", type: "button", "aria-label": "Close", onclick: () => leave() }, icon("close")),
    make("div", { class: "dialog-body" }), make("div", { class: "toasts", role: "status", "aria-live": "polite" }));
  if (kind === "post") {
    dialog.append(
      make("button", { class: "walk left", type: "button", "aria-label": "Previous post", onclick: () => walk(-1) }, icon("left")),
      make("button", { class: "walk right", type: "button", "aria-label": "Next post", onclick: () => walk(1) }, icon("right")));
  }
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) leave(); });
  document.body.append(dialog);
  return dialog;
}

async function fill(dialog, url) {
  const body = dialog.querySelector(".dialog-body");
  body.replaceChildren(waiting());
  try {
    const page = await fetchPage(url);
    if (over !== dialog) return;
    document.title = page.title;
    body.replaceChildren(...page.querySelector("main").childNodes);
    body.querySelector(".neighbours")?.remove();
    dialog.setAttribute("aria-label", page.title);
    if (dialog.matches(".over-list")) addFilter(body);
    enhance(body);
  } catch {
    location.assign(url);
  }
}

/** A field that narrows a list of people while one types. */
function addFilter(body) {
  const list = body.querySelector(".people");
  if (!list || list.children.length < 5) return;
  const field = make("input", { type: "search", placeholder: "Search", "aria-label": "Search this list" });
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    for (const row of list.children) row.hidden = !row.textContent.toLowerCase().includes(text);
  });
  list.before(make("div", { class: "filter" }, field));
}

function open(url, kind, from) {
  opener ??= from ?? null;
  if (over?.matches(`.over-${kind}`) === false) close();
  over ??= build(kind);
  over.from = from ?? over.from;
  if (!over.open) over.showModal();
  fill(over, url);
  for (const side of ["left", "right"]) {
    const button = over.querySelector(`.walk.${side}`);
    if (button) button.hidden = !neighbour(side === "left" ? -1 : 1);
  }
}

function close() {
  over?.close();
  over?.remove();
  over = null;
  document.title = title;
}

/** Leaves by the way that back goes, so that the address is right. */
function leave() {
  if (history.state?.over) history.go(-history.state.over);
  else shut();
}

function shut() {
  close();
  opener?.focus();
  opener = null;
}

function neighbour(step) {
  const tiles = [...document.querySelectorAll("main .grid a[data-dialog=post]")];
  const here = tiles.findIndex((tile) => tile === over?.from);
  return here < 0 ? undefined : tiles[here + step];
}

function walk(step) {
  const tile = neighbour(step);
  if (!tile) return;
  history.replaceState({ ...history.state, url: tile.href, kind: "post" }, "", tile.href);
  open(tile.href, "post", tile);
}

/** Asks before something that cannot be undone; whether the answer is yes. */
export function ask(question, verb) {
  return new Promise((resolve) => {
    const dialog = make("dialog", { class: "ask", "aria-labelledby": "question" });
    const end = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    dialog.append(
      make("h2", { id: "question" }, question),
      make("div", {},
        make("button", { type: "button", class: "wrong", onclick: () => end(true) }, verb),
        make("button", { type: "button", autofocus: true, onclick: () => end(false) }, "Cancel")));
    dialog.addEventListener("cancel", () => end(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const kind = link.dataset.dialog || "list";
  history.pushState({ over: (history.state?.over ?? 0) + 1, url: link.href, kind }, "", link.href);
  open(link.href, kind, over ? undefined : link);
});
addEventListener("popstate", (event) => {
  if (event.state?.over) open(event.state.url, event.state.kind);
  else if (over) shut();
});
document.addEventListener("keydown", (event) => {
  if (!over?.matches(".over-post") || event.target.closest("input, textarea, .photos.many")) return;
  if (event.key === "ArrowLeft") walk(-1);
  if (event.key === "ArrowRight") walk(1);
});
// A page that was reloaded under a dialog is the post itself.
if (history.state?.over) history.replaceState(null, "", location.href);
