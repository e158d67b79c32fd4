// The composer: choose photos, arrange, crop and edit them, and describe them. Photos are uploaded directly
// to the media storage, each with a progress bar.
import { enhance } from "./enhance.js";
import { aspectRatios, defaultEdit, draw, filters, isUnchanged, sliders } from "./editor.js";
import { updateCount } from "./limits.js";
import { icon, isolated, make } from "./pages.js";
import { photoType } from "./photo-format.js";
import { toast } from "./toast.js";

const maxPhotos = 10;
const maxBytes = 25_000_000;
/** The longest side of an edited photo, in pixels. */
const maxSide = 2160;

const form = document.querySelector("[data-composer]");
const picker = form.querySelector("input[type=file]");
const photos = [];
let current = null;

// MARK: Layout

const dropHint = make("p", {}, "Drag photos here or choose files");
const dropZone = make("div", { class: "drop" }, icon("create"), dropHint);
const strip = make("ol", { class: "strip", "aria-label": "Photos in this post" });
const preview = make("canvas", {
  tabindex: 0,
  role: "img",
  "aria-label": "Preview. Drag or use the arrow keys to move the photo",
});
const previewContainer = make("div", { class: "stage" }, preview);
const tools = make("div", { class: "tools" });
const workspace = make("div", { class: "bench", hidden: true }, previewContainer, tools);
const fileField = picker.closest(".field");
fileField.before(dropZone, strip, workspace);
dropZone.append(fileField);
picker.required = false;
form.querySelector("[name=altText]").closest(".field").remove();
form.closest(".narrow").className = "maker";

function radioButtons(legend, name, values) {
  const labels = values.map((value) => {
    const onchange = () => changeEdit({ [name]: value });
    return make("label", {}, make("input", { type: "radio", name, value, onchange }), value);
  });
  return make("fieldset", { class: "choices" }, make("legend", {}, legend), ...labels);
}

function slider(name, min, max, step) {
  const label = name[0].toUpperCase() + name.slice(1);
  const output = make("output", {});
  const oninput = (event) => {
    output.value = event.target.value;
    changeEdit({ [name]: Number(event.target.value) });
  };
  const input = make("input", { type: "range", name: `edit-${name}`, min, max, step, oninput });
  return make("label", { class: "slider" }, make("span", {}, label), input, output);
}

function toolButton(onclick, ...content) {
  return make("button", { type: "button", class: "quiet", onclick }, ...content);
}

const altText = make("textarea", {
  id: "shot-alt",
  rows: 2,
  dir: "auto",
  "data-limit": form.dataset.altLimit,
  "data-bytes": form.dataset.altBytes,
  oninput: () => {
    current.altText = altText.value;
    discardUpload(current);
  },
});
tools.append(
  radioButtons("Aspect ratio", "shape", Object.keys(aspectRatios)),
  slider("zoom", 1, 4, 0.01),
  radioButtons("Filter", "filter", Object.keys(filters)),
  ...sliders.map((name) => slider(name, -100, 100, 1)),
  make("p", {}, toolButton(() => changeEdit(defaultEdit()), "Reset")),
  make("div", { class: "field" },
    make("label", { for: "shot-alt" }, "Alt text for people who can’t see the photo"), altText),
  make("p", {},
    toolButton(() => move(-1), icon("left"), "Move left"), " ",
    toolButton(() => move(1), "Move right", icon("right")), " ",
    toolButton(() => remove(), "Remove")));

// MARK: Photos

async function add(files) {
  for (const file of files) {
    if (photos.length === maxPhotos) {
      toast(`A post can have up to ${maxPhotos} photos`);
      break;
    }
    const type = await photoType(file).catch(() => null);
    if (!type) {
      toast(`${isolated(file.name)} isn’t a supported photo format`);
      continue;
    }
    if (file.size > maxBytes) {
      toast(`${isolated(file.name)} is larger than 25 MB`);
      continue;
    }
    const photo = {
      file, type, edit: defaultEdit(), altText: "", mediaId: null, image: null, progress: 0, error: "",
    };
    // A photo that this browser cannot decode is uploaded unedited.
    photo.image = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
    photos.push(photo);
    current ??= photo;
  }
  picker.value = "";
  update();
}

function changeEdit(changes) {
  Object.assign(current.edit, changes);
  discardUpload(current);
  update();
}

function move(step) {
  const from = photos.indexOf(current);
  const to = Math.min(photos.length - 1, Math.max(0, from + step));
  photos.splice(from, 1);
  photos.splice(to, 0, current);
  update();
}

function remove() {
  const index = photos.indexOf(current);
  discardUpload(current);
  photos.splice(index, 1);
  current = photos[Math.min(index, photos.length - 1)] ?? null;
  update();
}

let animationFrame = 0;
function update() {
  cancelAnimationFrame(animationFrame);
  animationFrame = requestAnimationFrame(render);
}

function render() {
  workspace.hidden = !current;
  strip.replaceChildren(...photos.map(thumbnail));
  if (!current) return;
  preview.hidden = !current.image;
  previewContainer.querySelector("p")?.remove();
  if (current.image) {
    draw(preview, current.image, current.edit, 900);
  } else {
    const text = `This browser can’t preview ${isolated(current.file.name)}. You’ll see it when it’s posted.`;
    previewContainer.append(make("p", {}, text));
  }
  for (const field of tools.querySelectorAll("fieldset, .slider input")) field.disabled = !current.image;
  for (const name of ["shape", "filter"]) {
    for (const button of tools.querySelectorAll(`[name=${name}]`)) {
      button.checked = button.value === current.edit[name];
    }
  }
  for (const name of ["zoom", ...sliders]) {
    const field = tools.querySelector(`[name=edit-${name}]`);
    field.value = current.edit[name];
    field.nextElementSibling.value = current.edit[name];
  }
  if (document.activeElement !== altText) {
    altText.value = current.altText;
    updateCount(altText);
  }
}

function thumbnail(photo, index) {
  const button = make("button", {
    type: "button",
    class: `shot${photo.error ? " failed" : ""}`,
    "aria-label": `Photo ${index + 1}${photo.error ? `: ${photo.error}` : ""}`,
    "aria-current": photo === current ? "true" : null,
    draggable: true,
    onclick: () => {
      current = photo;
      update();
    },
    ondragstart: (event) => {
      current = photo;
      event.dataTransfer.setData("text/plain", String(index));
    },
    ondragover: (event) => event.preventDefault(),
    ondrop: (event) => {
      event.preventDefault();
      event.stopPropagation();
      move(index - photos.indexOf(current));
    },
  });
  if (photo.image) {
    const canvas = make("canvas");
    draw(canvas, photo.image, photo.edit, 144);
    button.append(canvas);
  } else {
    button.append(icon("many"));
  }
  const item = make("li", {}, button);
  if (photo.progress && !photo.mediaId) {
    const label = `Uploading photo ${index + 1}`;
    item.append(make("progress", { max: 1, value: photo.progress, "aria-label": label }));
  }
  return item;
}

// MARK: Moving the photo within its crop

function pan(dx, dy) {
  const { edit } = current;
  changeEdit({ x: Math.min(1, Math.max(0, edit.x + dx)), y: Math.min(1, Math.max(0, edit.y + dy)) });
}

let lastPointer = null;
preview.addEventListener("pointerdown", (event) => {
  lastPointer = event;
  preview.setPointerCapture(event.pointerId);
});
preview.addEventListener("pointermove", (event) => {
  if (!lastPointer) return;
  const { zoom } = current.edit;
  pan(
    -(event.clientX - lastPointer.clientX) / preview.clientWidth / zoom,
    -(event.clientY - lastPointer.clientY) / preview.clientHeight / zoom);
  lastPointer = event;
});
preview.addEventListener("pointerup", () => {
  lastPointer = null;
});
preview.addEventListener("wheel", (event) => {
  event.preventDefault();
  const factor = event.deltaY < 0 ? 1.05 : 1 / 1.05;
  changeEdit({ zoom: Math.min(4, Math.max(1, current.edit.zoom * factor)) });
}, { passive: false });
preview.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  pan(...step);
});

// MARK: Uploading and posting

function editedFile(photo) {
  if (!photo.image || isUnchanged(photo.edit)) return Promise.resolve(photo.file);
  const canvas = document.createElement("canvas");
  draw(canvas, photo.image, photo.edit, maxSide);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

async function postJSON(path, body, key) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const result = await response.json();
  if (!response.ok) throw Object.assign(new Error(result.detail), { status: response.status });
  return result;
}

/**
 * Discards the upload of a photo that was changed or removed, so that it no longer counts against the limit
 * of pending uploads. If this fails, the server removes the upload after a day.
 */
function discardUpload(photo) {
  if (photo.mediaId) deleteMedia(photo.mediaId);
  photo.mediaId = null;
}

function deleteMedia(mediaId) {
  fetch(`/api/media/${mediaId}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** Sends a file to the presigned URL. Uses `XMLHttpRequest`, because `fetch` reports no upload progress. */
function send(offer, file, onprogress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(offer.fields)) body.append(name, value);
    body.append("file", file, "photo");
    const request = new XMLHttpRequest();
    request.open(offer.method, offer.url);
    request.upload.addEventListener("progress", (event) => onprogress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(new Error("The photo was rejected"));
    });
    request.addEventListener("error", () => reject(new Error("The connection was lost")));
    request.send(body);
  });
}

async function upload(photo) {
  if (photo.mediaId) return;
  photo.error = "";
  photo.progress = 0.01;
  update();
  let offer = null;
  try {
    const file = await editedFile(photo);
    const contentType = file === photo.file ? photo.type : "image/jpeg";
    offer = await postJSON("/api/uploads/presigned-url", {
      contentType, byteCount: file.size, altText: photo.altText,
    });
    // The URL has the public host name of the site. If the page was opened under another name, an upload to
    // the site itself goes to that name.
    const path = new URL(offer.url).pathname;
    if (path.startsWith("/api/uploads/")) offer.url = path;
    await send(offer, file, (fraction) => {
      photo.progress = fraction;
      update();
    });
    photo.mediaId = offer.mediaId;
  } catch (error) {
    if (offer) deleteMedia(offer.mediaId);
    photo.error = error.message;
    photo.progress = 0;
    throw error;
  } finally {
    update();
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!photos.length) {
    toast("Choose a photo first");
    picker.focus();
    return;
  }
  const button = form.querySelector("button.wide-button");
  button.disabled = true;
  try {
    const results = await Promise.allSettled(photos.map(upload));
    const failure = results.find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
    const post = await postJSON("/api/posts", {
      caption: form.caption.value,
      location: form.elements.location.value,
      mediaIds: photos.map((photo) => photo.mediaId),
    }, form.elements.key.value);
    location.assign(new URL(post.url).pathname);
  } catch (error) {
    button.textContent = "Try again";
    // If the server rejected a photo, all photos are uploaded again.
    if ([413, 415, 422].includes(error.status)) photos.forEach(discardUpload);
    toast(error.message || "Something went wrong. Your photos are still here, so you can try again.");
  } finally {
    button.disabled = false;
  }
});

picker.addEventListener("change", () => add([...picker.files]));
for (const name of ["dragenter", "dragover"]) {
  dropZone.addEventListener(name, (event) => {
    event.preventDefault();
    dropZone.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) {
  dropZone.addEventListener(name, () => dropZone.classList.remove("over"));
}
dropZone.addEventListener("drop", (event) => {
  event.preventDefault();
  add([...event.dataTransfer.files]);
});
addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) add([...event.clipboardData.files]);
});

enhance(tools);
if (picker.files.length) add([...picker.files]);
