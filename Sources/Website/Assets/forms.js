// Likes, follows, saved posts: answered at once, taken back where the server refuses. Comments in place. Questions before
// what cannot be undone.
import { enhance } from "./enhance.js";
import { ask } from "./dialogs.js";
import { fetchPage, sendForm } from "./pages.js";
import { toast } from "./toast.js";

const undoable = {
  save: ["Saved", "Not saved any more"],
  follow: ["You follow them now", "You follow them no more"],
};

/** Sets a toggle and all that stand for the same thing on the page. */
function show(form, isOn) {
  const name = form.dataset.toggle;
  const verb = isOn ? `un${name}` : name;
  const before = new URL(form.action).pathname;
  const after = before.replace(/[^/]+$/, verb);
  for (const other of document.querySelectorAll(`form[data-toggle="${name}"]`)) {
    if (new URL(other.action).pathname !== before) continue;
    other.action = after;
    const button = other.querySelector("button");
    const label = button.dataset.labels.split("|")[isOn ? 1 : 0];
    button.classList.toggle("on", isOn);
    if (button.hasAttribute("aria-label")) button.setAttribute("aria-label", label);
    else button.textContent = label;
    const likes = name === "like" && other.closest("article")?.querySelector("[data-likes]");
    if (likes) count(likes, isOn ? 1 : -1);
  }
}

function count(likes, step) {
  const number = Math.max(0, Number(likes.dataset.likes) + step);
  likes.dataset.likes = number;
  const link = likes.querySelector("a[data-dialog]");
  const path = likes.closest("[data-post]").dataset.post;
  if (likes.textContent.startsWith("Liked by") && link) {
    link.textContent = `${number - 1} ${number === 2 ? "other" : "others"}`;
  } else if (!likes.textContent.startsWith("Liked by")) {
    likes.textContent = "";
    if (number === 0) likes.textContent = "Be the first to like this";
    else {
      const all = document.createElement("a");
      all.href = `${path}/likes`;
      all.dataset.dialog = "";
      all.textContent = `${number} ${number === 1 ? "like" : "likes"}`;
      likes.append(all);
    }
  }
}

/** Presses a toggle: shows it at once, tells the server, and shows it back where that fails. */
export async function press(form) {
  const action = form.action;
  const isOn = !new URL(action).pathname.split("/").at(-1).startsWith("un");
  show(form, isOn);
  try {
    await sendForm(form, action);
    const words = undoable[form.dataset.toggle];
    if (words) toast(words[isOn ? 0 : 1], () => press(form));
  } catch {
    show(form, !isOn);
    toast("That did not work. Look at your connection, and try again.");
  }
}

async function comment(form) {
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  try {
    const page = await fetchPage(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const fault = page.querySelector(".talk .alert");
    if (fault) return toast(fault.textContent);
    const talk = form.closest(".talk");
    if (talk) {
      talk.replaceWith(page.querySelector(".talk"));
      enhance(document.querySelector(".talk"));
      document.querySelector(".talk .comments > li:last-child")?.scrollIntoView({ block: "nearest" });
    } else {
      const last = [...page.querySelectorAll(".comments .comment-text")].at(-1);
      const line = document.createElement("li");
      line.append(...last.childNodes);
      form.closest("article").querySelector(".lines").append(line);
      form.reset();
    }
    toast("Your comment is there");
  } catch {
    toast("Your comment was not sent. It is still here: try again.");
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.toggle) {
    event.preventDefault();
    press(form);
  } else if (form.matches(".comment-form")) {
    event.preventDefault();
    comment(form);
  } else if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    if (!(await ask(form.dataset.confirm, "Delete"))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit();
  } else if (form.matches(".theme")) {
    event.preventDefault();
    const theme = event.submitter.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll(".theme button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
    await sendForm(form, form.action, event.submitter).catch(() => {});
  }
});

// Enter sends a comment; with Shift it begins a line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
  const form = event.target.closest?.("textarea")?.form;
  if (!form?.matches(".comment-form")) return;
  event.preventDefault();
  if (form.reportValidity()) form.requestSubmit();
});
document.addEventListener("click", (event) => {
  const more = event.target.closest("[data-unfold]");
  if (more) {
    event.preventDefault();
    more.closest(".folded").classList.remove("folded");
    more.remove();
  }
  const talk = event.target.closest("[data-comment]");
  const field = talk?.closest("article, .post-page")?.parentElement.querySelector(`${"#" + talk.closest("article").id} textarea, .talk textarea`);
  if (field) {
    event.preventDefault();
    field.focus();
  }
});
// A menu closes when something else is touched.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.more[open]")) if (!menu.contains(event.target)) menu.open = false;
});
