// The answer's card: text as it comes in, its markers as buttons, and what there is to say about it.

import { $, button, element } from "./dom.js";
import { langOf, language, number, t } from "./language.js";
import { findWords, marked, plain, toRanges } from "./marking.js";
import { lengthInCodePoints } from "./positions.js";

/** Fills the card from the state of search.js; `open(marker, opener)` shows a citation in its source. */
export function showAnswer(state, open) {
  const { phase, text, citations, done } = state;
  const refused = done && !done.answerable;
  $("answer").hidden = !phase || phase === "failed";
  if (!phase) return;
  const waiting = !text && ["asking", "streaming"].includes(phase);
  $("answer").setAttribute("aria-busy", String(phase !== "done" && phase !== "broken"));
  $("answer").classList.toggle("refused", Boolean(refused));
  $("answer-title").textContent = t(refused ? "notSaid" : "answer");
  $("answer-skeleton").hidden = !waiting;
  showLines(linesOf(state), new Map(citations.map((citation) => [citation.marker, citation])), state, open);
  $("answer-foot").replaceChildren(...(done ? remarks(done) : state.reset ? [fallback(state.reset.code)] : []));
}

/** Paragraphs, each a list of {statement, start, end}; the statements are known when the answer is done. */
function linesOf(state) {
  const lines = [[]];
  for (const statement of statementsOf(state)) {
    let at = 0;
    for (const [i, part] of statement.text.split("\n").entries()) {
      if (i) lines.push([]);
      if (part) lines.at(-1).push({ statement, start: at, end: at + part.length });
      at += part.length + 1;
    }
  }
  return lines.filter((line) => line.length);
}

/** The statements, and between them what the answer says around its quotes. */
function statementsOf({ text, done }) {
  const all = [];
  let at = 0;
  for (const statement of done?.statements ?? []) {
    const start = text.indexOf(statement.text, at);
    if (start < 0) continue;
    all.push({ text: text.slice(at, start), supported: true }, statement);
    at = start + statement.text.length;
  }
  return [...all, { text: text.slice(at), supported: true }];
}

/** Only what has changed is replaced, so that focus stays on a marker while more comes in. */
function showLines(lines, citations, { question, done }, open) {
  const place = $("answer-text");
  lines.forEach((line, i) => {
    const said = line.map(({ statement, start, end }) => statement.text.slice(start, end)).join("");
    const key = JSON.stringify([said, [...citations.keys()], Boolean(done), language()]);
    if (place.children[i]?.dataset.key === key) return;
    const quoted = citations.get(Number(/\[(\d+)\]/.exec(said)?.[1]));
    const lang = langOf(quoted && !done?.generated ? quoted.language : question);
    const parts = line.flatMap((part) => statementNodes(part, citations, open));
    const node = element("p", { lang, className: quoted && !done?.generated ? "quoted" : "" }, ...parts);
    node.dataset.key = key;
    if (place.children[i]) place.children[i].replaceWith(node);
    else place.append(node);
  });
  while (place.children.length > lines.length) place.lastChild.remove();
}

function statementNodes({ statement: { text, supported, unsupported = [] }, start, end }, citations, open) {
  const markers = [...text.slice(start, end).matchAll(/\[(\d+)\]/g)];
  const cited = markers.map((match) => citations.get(Number(match[1]))).filter(Boolean);
  const words = supported
    ? cited.flatMap((c) => findWords(text, c.cited_text, c.start_char_index, c.highlights))
    : toRanges(text, 0, lengthInCodePoints(text), unsupported);
  const nodes = [];
  let at = start;
  for (const match of markers) {
    const citation = citations.get(Number(match[1]));
    nodes.push(...marked(text, at, start + match.index, [], words));
    at = start + match.index + match[0].length;
    nodes.push(citation ? markerButton(citation, open) : element("sup", { className: "coming" }, match[1]));
  }
  nodes.push(...marked(text, at, end, [], words));
  if (supported) return nodes;
  return [element("span", { className: "unsupported" }, ...nodes), element("span", { className: "tag" }, t("unsupported"))];
}

function markerButton(citation, open) {
  const { marker, document_title: title } = citation;
  const card = () => import("./card.js");
  const show = async () => {
    const { showCard } = await card();
    if (cite.matches(":hover, :focus-visible")) showCard(cite, { role: "tooltip" }, ...quoteCard(citation));
  };
  const leave = async () => (await card()).leaveCard();
  const press = () => {
    $("card")?.remove();
    open(marker, cite);
  };
  const cite = button("cite", String(marker), press, {
    "aria-label": t("citation", { marker, title }),
    "aria-describedby": "card",
    lang: language(),
    onpointerenter: ({ pointerType }) => pointerType === "mouse" && show(),
    onpointerleave: leave,
    onfocus: show,
    onblur: leave,
  });
  return element("sup", {}, cite);
}

function quoteCard({ cited_text: quote, language: written, document_title: title }) {
  return [
    element("blockquote", { lang: langOf(written) }, plain(quote)),
    element("p", { className: "faint" }, element("cite", { lang: langOf(written) }, title), ` · ${t(`passageIn_${written}`)}`),
  ];
}

function remarks({ answerable, generated, fallback: failed, statements, citations, took_ms: took }) {
  if (!answerable) return [];
  const unsupported = statements.filter((statement) => !statement.supported).length;
  const count = citations.length;
  const by = t(generated ? "byModel" : count === 1 ? "quotedOne" : "quotedOther", { count });
  return [
    failed && fallback(failed),
    unsupported ? element("p", { className: "warning" }, t("unsupportedCount", { count: unsupported })) : null,
    element("p", { className: "faint" }, `${by} · ${t("took", { ms: number(Math.ceil(took)) })}`),
  ].filter(Boolean);
}

const fallback = (code) => element("p", { className: "warning" }, t("fallback", { code }));
