// The composer: photos dropped or picked, put in order, cropped, coloured, described, and brought straight to where photos are
// kept, each with its progress.
import { draw, filters, isUntouched, shapes, sliders, untouched } from "./editor.js";
import { icon, make } from "./pages.js";
import { toast } from "./toast.js";

const most = 10;
const largest = 25_000_000;
const widest = 2160;
const types = { jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif", heic: "image/heic", heif: "image/heif", avif: "image/avif" };

const form = document.querySelector("[data-composer]");
const picker = form.querySelector("input[type=file]");
const shots = [];
let current = null;

// MARK: The frame

const drop = make("div", { class: "drop" }, icon("create"), make("p", {}, "Drop photos here, or choose them"));
const strip = make("ol", { class: "strip", "aria-label": "Photos of this post" });
const stage = make("canvas", { tabindex: 0, role: "img", "aria-label": "Preview. Drag, or press the arrow keys, to move the photo" });
const stagePlace = make("div", { class: "stage" }, stage);
const tools = make("div", { class: "tools" });
const bench = make("div", { class: "bench", hidden: true }, stagePlace, tools);
const fileField = picker.closest(".field");
fileField.before(drop, strip, bench);
drop.append(fileField);
picker.required = false;
form.querySelector("[name=altText]").closest(".field").remove();
form.closest(".narrow").className = "maker";

function options(legend, name, words) {
  return make("fieldset", { class: "choices" }, make("legend", {}, legend), ...words.map((word) =>
    make("label", {}, make("input", { type: "radio", name, value: word, onchange: () => change({ [name]: word }) }), word)));
}

function slider(name, low, high, step) {
  const label = name[0].toUpperCase() + name.slice(1);
  const output = make("output", {});
  return make("label", { class: "slider" }, make("span", {}, label), make("input", {
    type: "range", name: `edit-${name}`, min: low, max: high, step,
    oninput: (event) => { output.value = event.target.value; change({ [name]: Number(event.target.value) }); },
  }), output);
}

const altText = make("textarea", { id: "shot-alt", rows: 2, maxlength: 1000, oninput: () => { current.altText = altText.value; takeBack(current); } });
tools.append(
  options("Shape", "shape", Object.keys(shapes)), slider("zoom", 1, 4, 0.01), options("Filter", "filter", Object.keys(filters)),
  ...sliders.map((name) => slider(name, -100, 100, 1)),
  make("p", {}, make("button", { type: "button", class: "quiet", onclick: () => change(untouched()) }, "Undo all changes")),
  make("div", { class: "field" }, make("label", { for: "shot-alt" }, "Description for people who cannot see the photo"), altText),
  make("p", {},
    make("button", { type: "button", class: "quiet", onclick: () => move(-1) }, icon("left"), "Earlier"), " ",
    make("button", { type: "button", class: "quiet", onclick: () => move(1) }, "Later", icon("right")), " ",
    make("button", { type: "button", class: "quiet", onclick: () => remove() }, "Remove")));

// MARK: Photos

async function add(files) {
  for (const file of files) {
    if (shots.length === most) { toast(`A post has ${most} photos at most`); break; }
    const type = file.type || types[file.name.split(".").pop().toLowerCase()] || "";
    if (!Object.values(types).includes(type)) { toast(`${file.name} is not a photo we know`); continue; }
    if (file.size > largest) { toast(`${file.name} has more than 25 MB`); continue; }
    const shot = { file, type, edit: untouched(), altText: "", mediaId: null, image: null, progress: 0, error: "" };
    // What this browser cannot draw goes as it is.
    shot.image = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
    shots.push(shot);
    current ??= shot;
  }
  picker.value = "";
  show();
}

function change(edit) {
  Object.assign(current.edit, edit);
  takeBack(current);
  show();
}

function move(step) {
  const here = shots.indexOf(current);
  const there = Math.min(shots.length - 1, Math.max(0, here + step));
  shots.splice(here, 1);
  shots.splice(there, 0, current);
  show();
}

function remove() {
  const here = shots.indexOf(current);
  takeBack(current);
  shots.splice(here, 1);
  current = shots[Math.min(here, shots.length - 1)] ?? null;
  show();
}

let frame = 0;
function show() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(paint);
}

function paint() {
  bench.hidden = !current;
  strip.replaceChildren(...shots.map(thumbnail));
  if (!current) return;
  stage.hidden = !current.image;
  stagePlace.querySelector("p")?.remove();
  if (current.image) draw(stage, current.image, current.edit, 900);
  else stagePlace.append(make("p", {}, `${current.file.name} is shown when it is posted: this browser cannot draw it.`));
  for (const field of tools.querySelectorAll("fieldset, .slider input")) field.disabled = !current.image;
  for (const name of ["shape", "filter"]) {
    for (const choice of tools.querySelectorAll(`[name=${name}]`)) choice.checked = choice.value === current.edit[name];
  }
  for (const name of ["zoom", ...sliders]) {
    const field = tools.querySelector(`[name=edit-${name}]`);
    field.value = current.edit[name];
    field.nextElementSibling.value = current.edit[name];
  }
  if (document.activeElement !== altText) altText.value = current.altText;
}

function thumbnail(shot, index) {
  const button = make("button", {
    type: "button", class: `shot${shot.error ? " failed" : ""}`, "aria-label": `Photo ${index + 1}${shot.error ? `: ${shot.error}` : ""}`,
    "aria-current": shot === current ? "true" : null, draggable: true,
    onclick: () => { current = shot; show(); },
    ondragstart: (event) => { current = shot; event.dataTransfer.setData("text/plain", String(index)); },
    ondragover: (event) => event.preventDefault(),
    ondrop: (event) => { event.preventDefault(); event.stopPropagation(); move(index - shots.indexOf(current)); },
  });
  if (shot.image) {
    const small = make("canvas");
    draw(small, shot.image, shot.edit, 144);
    button.append(small);
  } else {
    button.append(icon("many"));
  }
  const item = make("li", {}, button);
  if (shot.progress && !shot.mediaId) item.append(make("progress", { max: 1, value: shot.progress, "aria-label": `Photo ${index + 1} on its way` }));
  return item;
}

// MARK: Moving the photo under its frame

function pan(dx, dy) {
  const { edit } = current;
  change({ x: Math.min(1, Math.max(0, edit.x + dx)), y: Math.min(1, Math.max(0, edit.y + dy)) });
}
let grip = null;
stage.addEventListener("pointerdown", (event) => { grip = event; stage.setPointerCapture(event.pointerId); });
stage.addEventListener("pointermove", (event) => {
  if (!grip) return;
  pan(-(event.clientX - grip.clientX) / stage.clientWidth / current.edit.zoom, -(event.clientY - grip.clientY) / stage.clientHeight / current.edit.zoom);
  grip = event;
});
stage.addEventListener("pointerup", () => { grip = null; });
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  change({ zoom: Math.min(4, Math.max(1, current.edit.zoom * (event.deltaY < 0 ? 1.05 : 1 / 1.05))) });
}, { passive: false });
stage.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] }[event.key];
  if (!step) return;
  event.preventDefault();
  pan(...step);
});

// MARK: Sending

function blobOf(shot) {
  if (!shot.image || isUntouched(shot.edit)) return Promise.resolve(shot.file);
  const canvas = document.createElement("canvas");
  draw(canvas, shot.image, shot.edit, widest);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

async function json(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const result = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(result.detail), { status: answer.status });
  return result;
}

// Gives up what was brought for a photo that has changed since, or is not posted after all: it no longer counts as on its
// way. What cannot be given up now is removed after a day.
function takeBack(shot) {
  if (shot.mediaId) discard(shot.mediaId);
  shot.mediaId = null;
}

function discard(mediaId) {
  fetch(`/api/media/${mediaId}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

function send(offer, blob, onprogress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(offer.fields)) body.append(name, value);
    body.append("file", blob, "photo");
    const request = new XMLHttpRequest();
    request.open(offer.method, offer.url);
    request.upload.addEventListener("progress", (event) => onprogress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Error("The photo was refused"))));
    request.addEventListener("error", () => reject(new Error("The connection was lost")));
    request.send(body);
  });
}

async function bring(shot) {
  if (shot.mediaId) return;
  shot.error = "";
  shot.progress = 0.01;
  show();
  let offer = null;
  try {
    const blob = await blobOf(shot);
    const type = blob === shot.file ? shot.type : "image/jpeg";
    offer = await json("/api/uploads/presigned-url", { contentType: type, byteCount: blob.size, altText: shot.altText });
    // A site that is reached under another name than its own takes what is its own here.
    const own = new URL(offer.url).pathname;
    if (own.startsWith("/api/uploads/")) offer.url = own;
    await send(offer, blob, (share) => { shot.progress = share; show(); });
    shot.mediaId = offer.mediaId;
  } catch (error) {
    if (offer) discard(offer.mediaId);
    shot.error = error.message;
    shot.progress = 0;
    throw error;
  } finally {
    show();
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!shots.length) { toast("Choose a photo first"); picker.focus(); return; }
  const button = form.querySelector("button.wide-button");
  button.disabled = true;
  try {
    const done = await Promise.allSettled(shots.map(bring));
    const failed = done.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    const post = await json("/api/posts", {
      caption: form.caption.value, location: form.elements.location.value, mediaIds: shots.map((shot) => shot.mediaId),
    });
    location.assign(new URL(post.url).pathname);
  } catch (error) {
    button.textContent = "Try again";
    // Where a photo was refused, all are brought anew.
    if ([413, 415, 422].includes(error.status)) shots.forEach(takeBack);
    toast(error.message || "That did not work. Everything is still here: try again.");
  } finally {
    button.disabled = false;
  }
});

picker.addEventListener("change", () => add([...picker.files]));
for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); add([...event.dataTransfer.files]); });
addEventListener("paste", (event) => { if (event.clipboardData.files.length) add([...event.clipboardData.files]); });

// MARK: The caption's counter

const caption = form.querySelector("[name=caption]");
const counter = make("span", { class: "count" });
const count = () => { counter.textContent = `${[...caption.value].length} / ${caption.maxLength}`; };
caption.before(counter);
caption.addEventListener("input", count);
count();
if (picker.files.length) add([...picker.files]);
