// Recent questions, kept in this browser and nowhere else.

import { searchAddress } from "./addresses.js";
import { button, element } from "./dom.js";
import { language, t } from "./language.js";
import { recall, remember } from "./memory.js";

const MOST = 6;
const KEY = "recents";

function recents() {
  const kept = recall("localStorage", KEY);
  return Array.isArray(kept) ? kept.filter((question) => typeof question === "string") : [];
}

export function addRecent(question) {
  remember("localStorage", KEY, [question, ...recents().filter((other) => other !== question)].slice(0, MOST));
}

/** Lists them with a button that forgets them and calls back. */
export function showRecents(place, onClear) {
  const kept = recents();
  const links = kept.map((question) => element("li", {}, element("a", { href: searchAddress(question, language()) }, question)));
  const clear = button("quiet", t("clear"), () => {
    remember("localStorage", KEY, []);
    showRecents(place, onClear);
    onClear();
  });
  place.hidden = !kept.length;
  place.replaceChildren(element("h2", { className: "overline" }, t("recents"), clear), element("ul", {}, ...links));
}
