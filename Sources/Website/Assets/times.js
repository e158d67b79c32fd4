// Shows times in the time zone and the language of the browser. Without scripts, pages show the date in UTC.
import { onNewContent } from "./enhance.js";

const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const { locale } = short.resolvedOptions();

onNewContent((root) => {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const time = new Date(element.dateTime);
    element.textContent = short.format(time);
    element.title = exact.format(time);
    // The words around it are English.
    element.lang = locale;
    element.dir = "auto";
  }
});
