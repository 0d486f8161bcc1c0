// The keyboard. What it does is said in help.js.

import { $ } from "./dom.js";
import { language } from "./language.js";
import { recall } from "./memory.js";

const help = async () => (await import("./help.js")).showHelp();
const gloss = async () => (await import("./gloss.js")).glossFocused();

/** `page` has focusSearch, closePanel (whether there was one), step (to the previous or next citation). */
export function startKeys(page) {
  $("help").hidden = false;
  $("help").addEventListener("click", help);
  startGloss();
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (key === "Escape") {
      const card = $("card");
      card?.remove();
      if (card || page.closePanel()) event.preventDefault();
      return;
    }
    const typing = target.closest("input, textarea, [contenteditable]");
    if (key.startsWith("Arrow") && !event.shiftKey && walk(key, target, typing)) return event.preventDefault();
    if (typing || recall("localStorage", "single-keys") === false) return;
    // with a Chinese keyboard layout the keys / ? [ ] write 、？【】
    const does = {
      "/": page.focusSearch, "、": page.focusSearch,
      "?": help, "？": help,
      "[": () => page.step(-1), "【": () => page.step(-1),
      "]": () => page.step(1), "】": () => page.step(1),
      g: gloss,
    }[key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}

/** Down from the box and from result to result, and up again; everywhere else arrows scroll, as they always do. */
function walk(key, target, typing) {
  const results = [...document.querySelectorAll(".result")];
  const at = results.indexOf(target.closest(".result"));
  const free = target === document.body || typing || at >= 0 || target.closest("#answer");
  if (!results.length || !free || !["ArrowDown", "ArrowUp"].includes(key)) return false;
  if (typing && key === "ArrowUp") return false;
  const next = at + (key === "ArrowDown" ? 1 : -1);
  const goal = results[next] ?? (next < 0 ? $("q") : null);
  goal?.focus({ preventScroll: true });
  goal?.scrollIntoView({ block: goal === $("q") ? "center" : "nearest" });
  return goal !== null;
}

/** English readers press a Chinese word to learn what it means. */
function startGloss() {
  document.addEventListener("click", async (event) => {
    if (language() !== "en" || !event.target.closest(":is(.passage, .document, .quoted):lang(zh)")) return;
    (await import("./gloss.js")).glossPressed(event);
  });
}
