// Turns the passages found into elements.

import { element, isPlain } from "./dom.js";
import { langOf, speaks, t } from "./language.js";
import { findQuote, findWords, marked } from "./marking.js";
import { fieldsOf } from "./records.js";

/** `open(place, opener)` shows a place, or a rank's best sentence, in the source. */
export function resultElement(result, query, titles, open) {
  const { article, best_sentence: best, rank } = result;
  const link = sourceLink(t("showInSource"), best.link, (opener) => open(rank, opener));
  link.className = "source-link";
  link.setAttribute("aria-describedby", `result-${rank}-title`); // else all links of the list sound alike
  return element(
    "li",
    { id: `result-${rank}`, className: "result", tabIndex: -1, "aria-labelledby": `result-${rank}-title` },
    element("span", { className: "rank", "aria-hidden": "true" }, String(rank)),
    heading(result),
    ...passage(result),
    element("p", { className: "faint foot" }, link, element("span", { className: "numbers" }, `${best.start}–${best.end}`)),
    translations(result, titles, open),
    whyPanel(result, query),
  );
}

/** A real link, for new tabs and sharing; pressed, it opens beside the answer. */
function sourceLink(text, href, onPress) {
  const link = element("a", { href }, text);
  link.addEventListener("click", (event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    onPress(link);
  });
  return link;
}

/** Links to the same passage in other articles, which the list shows only once. */
function translations({ parallel, language }, titles, open) {
  if (!parallel.length) return null;
  const links = parallel.map(({ article_id: id, start, end, link }) =>
    sourceLink(titles.get(id) ?? id, link, (opener) => open({ id, start, end, language, link }, opener)),
  );
  return element("p", { className: "faint" }, t("alsoIn"), " ", ...links.flatMap((link, i) => (i ? [" · ", link] : [link])));
}

function whyPanel(result, query) {
  const place = element("div", { className: "why-body" });
  const panel = element("details", { className: "why" }, element("summary", {}, t("why")), place);
  panel.addEventListener("toggle", async () => {
    if (panel.open && !place.children.length) (await import("./why.js")).showWhy(place, result, query);
  });
  return panel;
}

function heading({ article, heading: path, kind, language, rank }) {
  const kindName = `kind_${kind}`;
  const lang = langOf(article.language);
  const tags = [t(`passageIn_${language}`), speaks(kindName) ? t(kindName) : null].filter(Boolean);
  return element(
    "header",
    {},
    element("h3", { id: `result-${rank}-title`, lang }, article.title),
    path.length ? element("p", { className: "path", lang }, path.join(" › ")) : null,
    element("p", { className: "tags" }, ...tags.map((tag) => element("span", { className: "tag" }, tag))),
  );
}

/** The readable passage; where the best sentence cannot be shown inside it, the quote by itself comes first. */
function passage(result) {
  const { text, quote, start, end, language, best_sentence: best, highlights } = result;
  const lang = langOf(language);
  const fields = fieldsOf(result);
  const sentence = findQuote(text, best.quote, (best.start - start) / (end - start));
  const words = findWords(text, quote, start, highlights);
  const say = (from, to) => marked(text, from, to, sentence ? [sentence] : [], words);
  const body = fields ? record(fields, say) : prose(text, say);
  body.lang = lang;
  if (sentence) return [body];
  return [element("p", { className: "faint" }, t("verbatim")), element("blockquote", { lang }, element("mark", {}, best.quote)), body];
}

function prose(text, say) {
  const lines = [...text.matchAll(/[^\n]+/g)].map(({ index, 0: line }) => element("p", {}, ...say(index, index + line.length)));
  return element("div", { className: "passage" }, ...lines);
}

function record(fields, say) {
  const rows = fields.map(({ header, start, end }) =>
    // without a header the value is the row's name, which introduces the rest
    header
      ? element("div", {}, element("dt", {}, header), element("dd", {}, ...say(start, end)))
      : element("div", { className: "name" }, element("dt", {}, ...say(start, end)), element("dd")),
  );
  return element("dl", { className: "record passage" }, ...rows);
}
