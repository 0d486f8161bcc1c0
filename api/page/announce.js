// Says what has just happened: always to screen readers, and where `seen` also to eyes, for a while.

import { $ } from "./dom.js";

const SEEN_FOR = 4000;
let silence;

export function announce(text, seen = false) {
  clearTimeout(silence);
  $("said").textContent = text;
  $("said").classList.toggle("hidden", !seen);
  if (seen) silence = setTimeout(() => $("said").replaceChildren(), SEEN_FOR);
}
