// What a photo looks like when it is posted: a part of it, its colours, drawn into a canvas.

/** Widths to heights that a post may have; nil keeps the photo's own. */
export const shapes = { Original: null, "1:1": 1, "4:5": 4 / 5, "1.91:1": 1.91 };

/** Each is a setting of the sliders, from -100 to 100, with what is drawn over it. */
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

/** A photo with nothing changed. */
export function untouched() {
  return { shape: "Original", zoom: 1, x: 0.5, y: 0.5, filter: "None", ...Object.fromEntries(sliders.map((name) => [name, 0])) };
}

/** Whether the photo may go as it came. */
export function isUntouched(edit) {
  return JSON.stringify(edit) === JSON.stringify(untouched());
}

/** The part of a photo that is shown, in its own pixels. */
export function part(edit, width, height) {
  const aspect = shapes[edit.shape] ?? width / height;
  const fitted = width / height > aspect ? { w: height * aspect, h: height } : { w: width, h: width / aspect };
  const w = fitted.w / edit.zoom;
  const h = fitted.h / edit.zoom;
  return {
    w, h, x: Math.min(width - w, Math.max(0, edit.x * width - w / 2)), y: Math.min(height - h, Math.max(0, edit.y * height - h / 2)),
  };
}

/** Draws the photo as it is edited, no wider or higher than `limit`. */
export function draw(canvas, image, edit, limit) {
  const { x, y, w, h } = part(edit, image.width, image.height);
  const scale = Math.min(1, limit / Math.max(w, h));
  canvas.width = Math.max(1, Math.round(w * scale));
  canvas.height = Math.max(1, Math.round(h * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, x, y, w, h, 0, 0, canvas.width, canvas.height);
  const look = filters[edit.filter];
  const total = Object.fromEntries(sliders.map((name) => [name, (edit[name] + (look[name] ?? 0)) / 100]));
  if (total.brightness || total.contrast || total.warmth || total.saturation) recolour(context, canvas, total);
  if (total.vignette) shade(context, canvas, total.vignette);
}

function recolour(context, { width, height }, { brightness, contrast, warmth, saturation }) {
  const pixels = context.getImageData(0, 0, width, height);
  const data = pixels.data;
  const s = 1 + saturation;
  // Luma as ITU-R BT.709 weighs it.
  const [lr, lg, lb] = [0.2126, 0.7152, 0.0722];
  const slope = 1 + contrast;
  const lift = 255 * (brightness * 0.5) + 127.5 * (1 - slope);
  const heat = warmth * 40;
  for (let i = 0; i < data.length; i += 4) {
    const grey = lr * data[i] + lg * data[i + 1] + lb * data[i + 2];
    data[i] = (grey + (data[i] - grey) * s + heat) * slope + lift;
    data[i + 1] = (grey + (data[i + 1] - grey) * s) * slope + lift;
    data[i + 2] = (grey + (data[i + 2] - grey) * s - heat) * slope + lift;
  }
  context.putImageData(pixels, 0, 0);
}

function shade(context, { width, height }, strength) {
  const radius = Math.hypot(width, height) / 2;
  const gradient = context.createRadialGradient(width / 2, height / 2, radius * 0.4, width / 2, height / 2, radius);
  const colour = strength > 0 ? "0, 0, 0" : "255, 255, 255";
  gradient.addColorStop(0, `rgba(${colour}, 0)`);
  gradient.addColorStop(1, `rgba(${colour}, ${Math.min(0.9, Math.abs(strength))})`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}
