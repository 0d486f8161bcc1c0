// English readers of Chinese text: what a word means, from the dictionary, when it is pressed.

import { webAddress } from "./addresses.js";
import { get } from "./api.js";
import { showCard } from "./card.js";
import { element } from "./dom.js";
import { t } from "./language.js";

const MOST = 6;
const HAN = /\p{Script=Han}/u;

/** What a press on Chinese text means, unless it selects or follows something. */
export function glossPressed({ target, clientX, clientY }) {
  if (!getSelection().isCollapsed || target.closest("a, button, summary")) return;
  const word = wordAt(clientX, clientY);
  if (word) gloss([word.text], word.range);
}

/** For keyboards: what is selected, else the words of the question in the focused passage or quote. */
export function glossFocused() {
  const selected = getSelection();
  if (HAN.test(selected)) return gloss([selected.toString()], selected.getRangeAt(0), true);
  const focused = document.activeElement.closest(".result, mark");
  const words = [...(focused?.querySelectorAll(":lang(zh) em") ?? [])].map((word) => word.textContent);
  if (words.length) gloss([...new Set(words)].filter((word) => HAN.test(word)).slice(0, MOST), focused, true);
}

/** The word around the pressed character; null if that is not Chinese. */
function wordAt(x, y) {
  const caret = document.caretPositionFromPoint?.(x, y);
  const old = caret ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = [caret?.offsetNode ?? old?.startContainer, caret?.offset ?? old?.startOffset];
  if (node?.nodeType !== Node.TEXT_NODE) return null;
  // a caret stands between two characters: the pressed one is that whose box holds the point
  const at = [offset - 1, offset].find((i) => i >= 0 && i < node.length && holds(rangeOf(node, i, i + 1), x, y));
  if (at === undefined) return null;
  // a word may be marked in a part, so it is looked for in the whole paragraph
  const before = rangeOf(node, 0, at);
  const paragraph = node.parentElement.closest("p, li, dt, dd, td, th, blockquote, h2, h3, h4, h5, h6, pre");
  if (!paragraph) return null;
  before.setStart(paragraph, 0);
  const text = wordIn(paragraph.textContent, before.toString().length);
  return HAN.test(text) ? { text, range: rangeOf(node, at, at + 1) } : null;
}

/** The browser's own words where it knows them, else the whole run: the server finds the words in it. */
function wordIn(text, at) {
  if (Intl.Segmenter) return new Intl.Segmenter("zh", { granularity: "word" }).segment(text).containing(at).segment;
  return /\p{Script=Han}*$/u.exec(text.slice(0, at))[0] + /^\p{Script=Han}*/u.exec(text.slice(at))[0];
}

function rangeOf(node, start, end) {
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  return range;
}

const holds = (range, x, y) =>
  [...range.getClientRects()].some((box) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom);

async function gloss(words, anchor, focus = false) {
  const known = await Promise.all(words.map((word) => get(`/v1/gloss?${new URLSearchParams({ word })}`))).catch((error) => error);
  const content = known instanceof Error ? [element("p", {}, known.detail ?? t("offlineHint"))] : entries(words, known);
  showCard(anchor, { role: "dialog", "aria-label": t("gloss"), tabIndex: -1 }, ...content);
  if (focus) document.getElementById("card").focus();
}

function entries(words, known) {
  const found = known.flatMap((answer) => answer.entries).slice(0, MOST);
  const rows = found.flatMap(({ term, translations }) => [
    element("dt", { lang: "zh-CN" }, term),
    element("dd", { lang: "en" }, translations.join("; ")),
  ]);
  const { source, licence, url } = known[0];
  const credit = [source, licence].filter(Boolean).join(", ");
  const link = webAddress(url) ? element("a", { href: url, rel: "noopener noreferrer" }, credit) : credit;
  return [
    rows.length ? element("dl", { className: "gloss" }, ...rows) : element("p", {}, t("noGloss", { word: words.join(" ") })),
    element("p", { className: "faint" }, link),
  ];
}
