// One small card that floats beside what it is about: a citation's quote, or a word's gloss.

import { $, element } from "./dom.js";

const GAP = 8;
const LINGER = 220; // milliseconds to move the pointer from the anchor into the card
let leaving;

/** Shows nodes below `anchor` (an element or a range), or above it where there is no room. */
export function showCard(anchor, properties, ...children) {
  clearTimeout(leaving);
  $("card")?.remove();
  const card = element("div", { id: "card", className: "card", ...properties }, ...children);
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", () => properties.role === "tooltip" && leaveCard());
  (document.querySelector("main") ?? document.body).append(card);
  const { left, top, bottom } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = bottom + GAP + height <= innerHeight || top < height + GAP;
  card.style.setProperty("left", `${Math.max(GAP, Math.min(left, document.documentElement.clientWidth - width - GAP))}px`);
  card.style.setProperty("top", `${below ? bottom + GAP : top - height - GAP}px`);
}

/** Hides it soon, unless the pointer goes there: its text can be read and selected. */
export function leaveCard() {
  clearTimeout(leaving);
  leaving = setTimeout(() => $("card")?.matches(":hover") || hideCard(), LINGER);
}

const hideCard = () => $("card")?.remove();

addEventListener("scroll", (event) => event.target !== $("card") && hideCard(), { capture: true, passive: true });
addEventListener("pointerdown", (event) => event.target.closest?.("#card") || hideCard());
