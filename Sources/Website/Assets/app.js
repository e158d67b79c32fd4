// Enhances the pages. Every page also works without scripts: links and forms then load whole pages.
import { enhance } from "./enhance.js";
import "./forms.js";
import "./limits.js";
import "./dialogs.js";
import "./scroll.js";
import "./keys.js";
import "./photos.js";
import "./times.js";
import "./search.js";
import "./live.js";
import "./suggest.js";
import "./share.js";
import "./sign-out.js";

enhance(document);
if (document.querySelector("[data-composer]")) import("./composer.js");
if (document.querySelector("[data-offline]")) import("./offline.js");
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js").catch(() => {});
