// Turns the API's results into elements.

import { articleAddress, rememberResult, resultAnchor } from "./addresses.js";
import { element } from "./dom.js";
import { langOf, speaks, t } from "./language.js";
import { findBestSentence, findHighlights } from "./readable.js";
import { fieldsOf } from "./records.js";

export function resultElement(result, query) {
  const { article, best_sentence: best, rank } = result;
  const link = element("a", { href: articleAddress(article.id, best), className: "source-link" }, t("showInSource"));
  link.setAttribute("aria-describedby", `${resultAnchor(rank)}-title`); // else all links of the list sound alike
  link.addEventListener("click", () => rememberResult(query, rank));
  return element(
    "li",
    { id: resultAnchor(rank), className: "result", tabIndex: -1 },
    element("span", { className: "rank" }, String(rank)),
    heading(result),
    ...passage(result),
    element(
      "p",
      { className: "faint foot" },
      link,
      element("span", { className: "numbers" }, `${best.start}–${best.end}`),
      element("span", { className: "numbers score" }, t("score", { score: result.score.toFixed(2) })),
    ),
    translations(result),
  );
}

/** Links to the same passage in other articles, which the list shows only once. */
function translations({ parallel }) {
  if (!parallel.length) return null;
  const links = parallel.map((other) => element("a", { href: articleAddress(other.article_id, other) }, other.article_id));
  const separated = links.flatMap((link, i) => (i ? [" · ", link] : [link]));
  return element("p", { className: "faint also" }, t("alsoIn"), " ", ...separated);
}

function heading({ article, heading: path, kind, language, rank }) {
  const kindName = `kind_${kind}`;
  const title = element("h2", { id: `${resultAnchor(rank)}-title`, lang: langOf(article.language) }, article.title);
  const trail = path.length ? element("p", { className: "path", lang: langOf(article.language) }, path.join(" › ")) : null;
  const tags = element(
    "p",
    { className: "tags" },
    element("span", {}, t(`passageIn_${language}`)),
    speaks(kindName) ? element("span", {}, t(kindName)) : null,
  );
  return element("header", {}, title, trail, tags);
}

/** The readable passage; where the best sentence cannot be shown inside it, the quote by itself comes first. */
function passage(result) {
  const { text, language, best_sentence: best } = result;
  const lang = langOf(language);
  const fields = fieldsOf(result);
  const sentence = findBestSentence(text, result, fields ?? undefined);
  const marks = { sentence, words: findHighlights(text, result) };
  const body = fields ? record(text, fields, marks) : prose(text, marks);
  body.lang = lang;
  if (sentence) return [body];
  const quote = element("blockquote", { lang }, element("mark", {}, best.quote));
  return [element("p", { className: "faint" }, t("verbatim")), quote, body];
}

function prose(text, marks) {
  const lines = [...text.matchAll(/[^\n]+/g)].map(({ index, 0: line }) =>
    element("p", {}, ...marked(text, index, index + line.length, marks)),
  );
  return element("div", { className: "passage" }, ...lines);
}

function record(text, fields, marks) {
  const rows = fields.map(({ header, start, end }) =>
    // without a header the value is the row's name, which introduces the rest
    header
      ? element("div", {}, element("dt", {}, header), element("dd", {}, ...marked(text, start, end, marks)))
      : element("div", { className: "name" }, element("dt", {}, ...marked(text, start, end, marks)), element("dd")),
  );
  return element("dl", { className: "record" }, ...rows);
}

/** text[start:end] with the best sentence in <mark> and the query's words in <em>. */
function marked(text, start, end, { sentence, words }) {
  const low = Math.min(Math.max(sentence?.start ?? end, start), end);
  const high = Math.min(Math.max(sentence?.end ?? end, low), end);
  const inside = emphasised(text, low, high, words);
  return [
    ...emphasised(text, start, low, words),
    ...(inside.length ? [element("mark", {}, ...inside)] : []),
    ...emphasised(text, high, end, words),
  ];
}

function emphasised(text, start, end, words) {
  const parts = [];
  let at = start;
  for (const word of words) {
    const [from, to] = [Math.max(word.start, at), Math.min(word.end, end)];
    if (from >= to) continue;
    if (at < from) parts.push(text.slice(at, from));
    parts.push(element("em", {}, text.slice(from, to)));
    at = to;
  }
  if (at < end) parts.push(text.slice(at, end));
  return parts;
}
