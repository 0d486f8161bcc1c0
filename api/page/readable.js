// Finds source quotes in a passage's readable text. The API's positions are the source's, and the readable text has
// no markup, so both are reduced to what they have in common: no marks, no tags, URLs down to hosts, and for sentences,
// which may run over several lines, no white space.

import { toUtf16 } from "./positions.js";

const SPACE = /\s+/g;
const MARKS = /[*_`\\[\]]+/g;
const SOURCE_ONLY = [
  /!(?=\[)/g, // of ![image](…)
  /(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s[^)]*)?\)/g, // (target) of [label](target)
  /<(?!https?:)\/?[a-z!][^<>]*>/gi, // tags
  /https?:\/\/(?=[\w.-])/g, // a bare URL keeps its host…
  /(?<=https?:\/\/[\w.-]+)(?![\w.-])[!-;=-{}~]+/g, // …and nothing after it
];

/** The passage's sentence nearest to the query as {start, end} in `text` (UTF-16); null if it cannot be found. */
export function findBestSentence(text, result, ranges = [{ start: 0, end: text.length }]) {
  const { quote, start, best_sentence: best } = result;
  const haystack = reduce(text, [SPACE, MARKS]);
  const needle = reduce(best.quote, [SPACE, MARKS, ...SOURCE_ONLY]).text;
  if (!needle) return null;
  // a short quote may occur several times: the one nearest to where it stands in the source is meant
  const before = quote.slice(0, Math.max(0, toUtf16(quote, Math.max(0, best.start - start))));
  const expected = reduce(before, [SPACE, MARKS, ...SOURCE_ONLY]).text.length;
  let found = null;
  let distance = Infinity;
  for (const at of occurrences(haystack.text, needle)) {
    const span = { start: haystack.origin[at], end: haystack.origin[at + needle.length - 1] + 1 };
    const inside = ranges.some((range) => range.start <= span.start && span.end <= range.end);
    if (inside && Math.abs(at - expected) < distance) [found, distance] = [span, Math.abs(at - expected)];
  }
  return found;
}

/**
 * The query's words in `text`, as sorted UTF-16 ranges: the highlighted strings, where the letters around them are the
 * same as in the source. So the 3 of "GPT-3" is found again without marking the 3 of "2023".
 */
export function findHighlights(text, result) {
  const source = reduce(result.quote, [MARKS, ...SOURCE_ONLY]);
  const readable = reduce(text, [MARKS]);
  const wanted = new Map();
  for (const { start, end } of result.highlights) {
    const low = toUtf16(result.quote, start - result.start);
    const high = toUtf16(result.quote, end - result.start);
    const first = source.origin.findIndex((at) => at >= low);
    const beyond = source.origin.findIndex((at) => at >= high);
    const stop = beyond < 0 ? source.text.length : beyond;
    if (low < 0 || first < 0 || first >= stop) continue;
    const word = source.text.slice(first, stop);
    if (!wanted.has(word)) wanted.set(word, new Set());
    wanted.get(word).add(surroundings(source.text, first, stop));
  }
  const found = [];
  for (const [word, places] of wanted) {
    for (const at of occurrences(readable.text, word)) {
      if (!places.has(surroundings(readable.text, at, at + word.length))) continue;
      found.push({ start: readable.origin[at], end: readable.origin[at + word.length - 1] + 1 });
    }
  }
  return disjoint(found);
}

/** `text` without what the patterns match, and where each UTF-16 unit of the rest came from. */
function reduce(text, patterns) {
  const dropped = new Uint8Array(text.length);
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) dropped.fill(1, match.index, match.index + match[0].length);
  }
  const origin = [];
  let kept = "";
  for (let at = 0; at < text.length; at++) {
    if (dropped[at]) continue;
    kept += text[at];
    origin.push(at);
  }
  return { text: kept, origin };
}

function* occurrences(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) yield at;
}

/** The letters or digits on both sides; punctuation and edges count as nothing, as tables change theirs. */
function surroundings(text, start, end) {
  const side = (character) => (/[\p{L}\p{N}]/u.test(character) ? character : "");
  return `${side(text.charAt(start - 1))}|${side(text.charAt(end))}`;
}

function disjoint(ranges) {
  const merged = [];
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}
