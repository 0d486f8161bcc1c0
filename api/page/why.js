// Why this result: how much each leg adds to its score, and by which words it was found. Fetched when first opened.

import { explain } from "./api.js";
import { element } from "./dom.js";
import { number, speaks, t } from "./language.js";
import { splitByCodePoints } from "./positions.js";

document.head.append(element("link", { rel: "stylesheet", href: "/page/why.css" }));

let asked = { query: null, explained: null };

/** One request explains every result of a question. */
function explained(query) {
  if (asked.query !== query) asked = { query, explained: explain(query) };
  return asked.explained;
}

/** Fills `place` with the explanation of a result. */
export async function showWhy(place, { id, score }, query) {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await explained(query);
    const result = answer.results.find((other) => other.id === id);
    place.replaceChildren(...(result ? explanation(result, answer.explanation, score) : [element("p", {}, t("whyGone"))]));
  } catch (failure) {
    asked = { query: null };
    place.replaceChildren(element("p", { className: "warning" }, failure.detail ?? t("offlineHint")));
  }
  place.removeAttribute("aria-busy");
}

function explanation({ legs, matches, quote, start }, { expansion, reranker }, score) {
  const parts = Object.entries(legs).map(([name, { weight, normalised }]) => ({ name, part: weight * normalised }));
  const total = parts.reduce((sum, { part }) => sum + Math.abs(part), 0) || 1;
  const rows = parts.map(({ name, part }) => legRow(name, part / total));
  const found = matches.map(({ token, likeness, ...at }) => {
    const [, word] = splitByCodePoints(quote, at.start - start, at.end - start);
    return element("li", {}, `${token} → `, element("em", {}, word), element("span", { className: "numbers" }, ` ${number(likeness)}`));
  });
  const added = Object.entries(expansion).sort(([, a], [, b]) => b - a).map(([word, weight]) =>
    element("li", {}, word, element("span", { className: "numbers" }, ` ${number(weight, { maximumFractionDigits: 2 })}`)),
  );
  return [
    element("p", { className: "faint" }, t("score", { score: number(score, { style: "percent" }) }), reranker ? ` · ${t("reranked", { reranker })}` : ""),
    element("ul", { className: "legs" }, ...rows),
    ...list("matched", found),
    ...list("expanded", added),
  ];
}

function legRow(name, share) {
  const bar = element("span", { className: share < 0 ? "bar minus" : "bar" });
  bar.style.setProperty("--share", Math.abs(share));
  const label = speaks(`leg_${name}`) ? t(`leg_${name}`) : name;
  const said = number(share, { style: "percent" });
  return element("li", {}, element("span", {}, label), element("span", { className: "track" }, bar), element("span", { className: "numbers" }, said));
}

function list(name, items) {
  if (!items.length) return [];
  return [element("h4", {}, t(name)), element("ul", { className: "words" }, ...items)];
}
