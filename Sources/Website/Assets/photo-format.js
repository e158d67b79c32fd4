// Recognises the format of a photo by its first bytes, as the server does (`Imaging/PhotoFormat.swift`).
// Names and types of files are often missing or unusual: `.hif`, `image/jpg`, `image/heic-sequence`.

const heifBrands = [
  "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "mif2", "msf1", "miaf",
];
const avifBrands = ["avif", "avis"];

/** Returns the media type of a photo, or null if the file is not a photo in a supported format. */
export async function photoType(file) {
  const bytes = new Uint8Array(await file.slice(0, 256).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  if (text.startsWith("\xFF\xD8\xFF")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1A\n")) return "image/png";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "image/gif";
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "image/webp";
  if (!text.startsWith("ftyp", 4)) return null;
  // The box has a size, a type, a brand, a version and other brands (ISO/IEC 14496-12, 4.3).
  const size = new DataView(bytes.buffer).getUint32(0);
  const brands = text.slice(8, size).match(/[^]{4}/g) ?? [];
  brands.splice(1, 1);
  if (brands.some((brand) => avifBrands.includes(brand))) return "image/avif";
  return brands.some((brand) => heifBrands.includes(brand)) ? "image/heic" : null;
}
