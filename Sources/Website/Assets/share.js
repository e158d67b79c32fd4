// Shares a post with the share sheet of the device, or copies its link.
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-share]");
  if (!link) return;
  event.preventDefault();
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) {
      await navigator.share({ url: link.href });
    } else {
      await navigator.clipboard.writeText(link.href);
      toast("Link copied");
    }
  } catch (error) {
    if (error.name !== "AbortError") location.assign(link.href);
  }
});
