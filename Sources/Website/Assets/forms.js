// Optimistic buttons for likes, follows and saved posts, comments in place, and confirmations before a
// deletion.
import { enhance } from "./enhance.js";
import { ask } from "./dialogs.js";
import { fetchPage, sendForm } from "./pages.js";
import { toast } from "./toast.js";

/** The messages after a toggle was turned on or off. They have an undo button. */
const toggleMessages = {
  save: ["Saved", "Removed from saved"],
  follow: ["Following", "Unfollowed"],
};

/** Shows a toggle as on or off, and every other button on the page for the same thing. */
function showToggle(form, isOn) {
  const name = form.dataset.toggle;
  const oldPath = new URL(form.action).pathname;
  const newPath = oldPath.replace(/[^/]+$/, isOn ? `un${name}` : name);
  for (const other of document.querySelectorAll(`form[data-toggle="${name}"]`)) {
    if (new URL(other.action).pathname !== oldPath) continue;
    other.action = newPath;
    const button = other.querySelector("button");
    const label = button.dataset.labels.split("|")[isOn ? 1 : 0];
    button.classList.toggle("on", isOn);
    if (button.hasAttribute("aria-label")) button.setAttribute("aria-label", label);
    else button.textContent = label;
    const likes = name === "like" && other.closest("article")?.querySelector("[data-likes]");
    if (likes) changeLikeCount(likes, isOn ? 1 : -1);
  }
}

function changeLikeCount(likes, change) {
  const count = Math.max(0, Number(likes.dataset.likes) + change);
  likes.dataset.likes = count;
  const link = likes.querySelector("a[data-dialog]");
  const path = likes.closest("[data-post]").dataset.post;
  if (likes.textContent.startsWith("Liked by")) {
    if (link) link.textContent = `${count - 1} ${count === 2 ? "other" : "others"}`;
  } else if (count === 0) {
    likes.textContent = "Be the first to like this";
  } else {
    const newLink = document.createElement("a");
    newLink.href = `${path}/likes`;
    newLink.dataset.dialog = "";
    newLink.textContent = `${count} ${count === 1 ? "like" : "likes"}`;
    likes.replaceChildren(newLink);
  }
}

/** Presses a toggle: shows the result at once, sends the form, and reverts the button if that fails. */
export async function press(form) {
  const action = form.action;
  const isOn = !new URL(action).pathname.split("/").at(-1).startsWith("un");
  showToggle(form, isOn);
  try {
    await sendForm(form, action);
    const messages = toggleMessages[form.dataset.toggle];
    if (messages) toast(messages[isOn ? 0 : 1], () => press(form));
  } catch {
    showToggle(form, !isOn);
    toast("Something went wrong. Check your connection and try again.");
  }
}

async function postComment(form) {
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const page = await fetchPage(form.action, { method: "POST", body });
    const error = page.querySelector(".talk .alert");
    if (error) return toast(error.textContent);
    const comments = form.closest(".talk");
    if (comments) {
      comments.replaceWith(page.querySelector(".talk"));
      enhance(document.querySelector(".talk"));
      document.querySelector(".talk .comments > li:last-child")?.scrollIntoView({ block: "nearest" });
    } else {
      const newComment = [...page.querySelectorAll(".comments .comment-text")].at(-1);
      const item = document.createElement("li");
      item.append(...newComment.childNodes);
      form.closest("article").querySelector(".lines").append(item);
      form.reset();
      // The next comment is another one, even with the same words.
      form.elements.key.value = Math.random();
    }
    toast("Comment posted");
  } catch {
    toast("Your comment wasn’t posted. It’s still here, so you can try again.");
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
    postComment(form);
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

// Enter posts a comment. Shift+Enter inserts a line break.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
  const form = event.target.closest?.("textarea")?.form;
  if (!form?.matches(".comment-form")) return;
  event.preventDefault();
  if (form.reportValidity()) form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const moreLink = event.target.closest("[data-unfold]");
  if (moreLink) {
    event.preventDefault();
    moreLink.closest(".folded").classList.remove("folded");
    moreLink.remove();
  }
  const commentLink = event.target.closest("[data-comment]");
  const container = commentLink?.closest("article, .post-page")?.parentElement;
  const field = container?.querySelector(`#${commentLink.closest("article").id} textarea, .talk textarea`);
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

// A click outside of an open menu closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.more[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
