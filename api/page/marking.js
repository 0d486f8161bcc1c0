// Marks quotes and words in text, and finds them in a passage's readable text, whose positions are not the source's.

import { element } from "./dom.js";
import { splitByCodePoints, toUtf16 } from "./positions.js";

/** text[start:end] as nodes: `marks` ({start, end, className}) in <mark>, `words` in <em>; all in UTF-16. */
export function marked(text, start, end, marks = [], words = []) {
  const all = [...marks, ...words];
  const inside = all.flatMap((range) => [range.start, range.end]).filter((at) => at > start && at < end);
  const cuts = [...new Set([start, ...inside, end])].sort((a, b) => a - b);
  const at = (ranges, from) => ranges.find((range) => range.start <= from && from < range.end);
  const nodes = [];
  let [last, host] = [null, null];
  for (const [i, from] of cuts.slice(0, -1).entries()) {
    const mark = at(marks, from);
    const piece = text.slice(from, cuts[i + 1]);
    const node = at(words, from) ? element("em", {}, piece) : piece;
    if (!mark) nodes.push(node);
    else if (mark === last) host.append(node);
    else nodes.push((host = element("mark", { className: mark.className ?? "", tabIndex: -1 }, node)));
    last = mark;
  }
  return nodes;
}

/** Code point ranges as UTF-16 ranges of `text`, which starts at `offset`; what lies outside is cut off. */
export function toRanges(text, offset, length, spans) {
  return spans.filter((span) => span.start < offset + length && span.end > offset).map((span) => ({
    ...span,
    start: toUtf16(text, Math.max(0, span.start - offset)),
    end: toUtf16(text, Math.min(length, span.end - offset)),
  }));
}

/**
 * The highlighted words of `quote`, which starts at `offset`, as ranges of `text`. A word that stands alone in the quote
 * must stand alone: so the 3 of "GPT-3" is found again without marking the 3 of "2023".
 */
export function findWords(text, quote, offset, highlights) {
  const patterns = highlights.map(({ start, end }) => {
    const [before, word, after] = splitByCodePoints(quote, start - offset, end - offset);
    const left = /[\p{L}\p{N}]$/u.test(before) ? "" : "(?<![\\p{L}\\p{N}])";
    const right = /^[\p{L}\p{N}]/u.test(after) ? "" : "(?![\\p{L}\\p{N}])";
    return left + word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") + right;
  });
  if (!patterns.length) return [];
  const longestFirst = [...new Set(patterns)].sort((a, b) => b.length - a.length).join("|");
  return [...text.matchAll(new RegExp(longestFirst, "gu"))].map((m) => ({ start: m.index, end: m.index + m[0].length }));
}

const UNREADABLE = /!?\[(?=\]\()|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s[^)]*)?\)|https?:\/\/\S+|<\/?[a-z!][^<>]*>/gi;

/** Where the readable `text` says the quote of the source: compared by letters and digits, as markup differs. */
export function findQuote(text, quote, likelyAt) {
  const letters = (from) => [...from.matchAll(/[\p{L}\p{N}]/gu)];
  const haystack = letters(text);
  const needle = letters(quote.replace(UNREADABLE, " ")).join("\n");
  if (!needle) return null;
  const joined = `\n${haystack.join("\n")}\n`;
  let best = null;
  for (let at = joined.indexOf(`\n${needle}\n`); at >= 0; at = joined.indexOf(`\n${needle}\n`, at + 1)) {
    const far = Math.abs(at / joined.length - likelyAt);
    if (!best || far < best.far) best = { at, far };
  }
  if (!best) return null;
  const first = joined.slice(0, best.at + 1).split("\n").length - 2;
  const last = haystack[first + needle.split("\n").length - 1];
  return { start: haystack[first].index, end: closing(text, last.index + last[0].length) };
}

/** A quote keeps the punctuation that ends it. */
const closing = (text, end) => end + /^[。！？；.!?”"』」）)]*/.exec(text.slice(end))[0].length;

/** A quote without the marks of its file format, for small cards; the source view shows it in full. */
export function plain(quote) {
  return quote
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*\*|__|`|^#+ |\\(?=[[\]])/gm, "")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}
