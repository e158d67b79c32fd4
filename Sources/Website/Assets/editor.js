// The photo editor: crops a photo and changes its colours, drawn into a canvas.

/** The aspect ratios, width to height, that a post may have. `null` keeps the ratio of the photo. */
export const aspectRatios = { Original: null, "1:1": 1, "4:5": 4 / 5, "1.91:1": 1.91 };

/** The filters: slider values from -100 to 100, which are added to the values that the user sets. */
export const filters = {
  None: {},
  Alba: { brightness: 12, saturation: -12, warmth: 14 },
  Brina: { brightness: 8, contrast: -6, warmth: -26 },
  Carta: { contrast: -18, brightness: 10, saturation: -28, warmth: 10 },
  Duna: { warmth: 38, saturation: -8, contrast: 6 },
  Fiume: { warmth: -18, contrast: 14, saturation: 12 },
  Gesso: { saturation: -100, brightness: 10 },
  Inchiostro: { saturation: -100, contrast: 38, vignette: 20 },
  Lume: { warmth: 24, brightness: -4, contrast: 12, vignette: 40 },
  Menta: { saturation: 22, warmth: -10, brightness: 6 },
  Notte: { brightness: -14, contrast: 18, warmth: -22, vignette: 34 },
  Rosso: { saturation: 34, warmth: 18, contrast: 10 },
  Velo: { contrast: -28, brightness: 14, saturation: -14 },
};

export const sliders = ["brightness", "contrast", "warmth", "saturation", "vignette"];

/** Returns the edit of a photo that changes nothing. */
export function defaultEdit() {
  const values = Object.fromEntries(sliders.map((name) => [name, 0]));
  return { shape: "Original", zoom: 1, x: 0.5, y: 0.5, filter: "None", ...values };
}

/** Whether an edit changes nothing, so that the original file can be uploaded. */
export function isUnchanged(edit) {
  return JSON.stringify(edit) === JSON.stringify(defaultEdit());
}

/** Returns the visible part of a photo, in pixels of the photo. */
export function cropArea(edit, width, height) {
  const aspectRatio = aspectRatios[edit.shape] ?? width / height;
  const isTooWide = width / height > aspectRatio;
  const w = (isTooWide ? height * aspectRatio : width) / edit.zoom;
  const h = (isTooWide ? height : width / aspectRatio) / edit.zoom;
  return {
    w,
    h,
    x: Math.min(width - w, Math.max(0, edit.x * width - w / 2)),
    y: Math.min(height - h, Math.max(0, edit.y * height - h / 2)),
  };
}

/** Draws the edited photo, with neither side longer than `limit` pixels. */
export function draw(canvas, image, edit, limit) {
  const { x, y, w, h } = cropArea(edit, image.width, image.height);
  const scale = Math.min(1, limit / Math.max(w, h));
  canvas.width = Math.max(1, Math.round(w * scale));
  canvas.height = Math.max(1, Math.round(h * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  // Transparent photos have the ground that the server gives them. A JPEG would make it black.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, x, y, w, h, 0, 0, canvas.width, canvas.height);
  const filter = filters[edit.filter];
  const values = Object.fromEntries(sliders.map((name) => [name, (edit[name] + (filter[name] ?? 0)) / 100]));
  if (values.brightness || values.contrast || values.warmth || values.saturation) {
    adjustColours(context, canvas, values);
  }
  if (values.vignette) drawVignette(context, canvas, values.vignette);
}

function adjustColours(context, { width, height }, { brightness, contrast, warmth, saturation }) {
  const pixels = context.getImageData(0, 0, width, height);
  const data = pixels.data;
  const colourfulness = 1 + saturation;
  // The luma coefficients of ITU-R BT.709.
  const [red, green, blue] = [0.2126, 0.7152, 0.0722];
  const gain = 1 + contrast;
  const offset = 255 * (brightness * 0.5) + 127.5 * (1 - gain);
  const heat = warmth * 40;
  for (let i = 0; i < data.length; i += 4) {
    const grey = red * data[i] + green * data[i + 1] + blue * data[i + 2];
    data[i] = (grey + (data[i] - grey) * colourfulness + heat) * gain + offset;
    data[i + 1] = (grey + (data[i + 1] - grey) * colourfulness) * gain + offset;
    data[i + 2] = (grey + (data[i + 2] - grey) * colourfulness - heat) * gain + offset;
  }
  context.putImageData(pixels, 0, 0);
}

/** Darkens the corners, or lightens them if `strength` is negative. */
function drawVignette(context, { width, height }, strength) {
  const [x, y] = [width / 2, height / 2];
  const radius = Math.hypot(width, height) / 2;
  const gradient = context.createRadialGradient(x, y, radius * 0.4, x, y, radius);
  const colour = strength > 0 ? "0, 0, 0" : "255, 255, 255";
  gradient.addColorStop(0, `rgba(${colour}, 0)`);
  gradient.addColorStop(1, `rgba(${colour}, ${Math.min(0.9, Math.abs(strength))})`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}
