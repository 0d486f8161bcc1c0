// The search page. Its state is the address: whatever changes the question changes the address and then shows it.

import { ofAddress, searchAddress } from "./addresses.js";
import { showAnswer } from "./answer.js";
import { answerEvents, Failure } from "./api.js";
import { $, element, isPlain, skeleton } from "./dom.js";
import { showFailure } from "./failure.js";
import { startKeys } from "./keys.js";
import { language, speakFor, startLanguage, t } from "./language.js";
import { addRecent, showRecents } from "./recents.js";
import { resultElement } from "./results.js";

const input = $("q");
const SKELETONS = 3;

/**
 * What is known of the answer to `query`. Phases: none (the start), asking, streaming, done, failed, and broken: a part
 * came, then the server left.
 */
let state = start("");
let running = null;
let panel = null; // panel.js, once it is needed

function start(query) {
  return { query, phase: query ? "asking" : "", question: "", sources: null, text: "", citations: [], done: null, failure: null };
}

async function run(query) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  panel?.hide();
  $("card")?.remove();
  state = start(query);
  showAll();
  if (!query) return;
  try {
    for await (const { event, data } of answerEvents(query, signal)) {
      if (signal.aborted) return;
      take(event, data);
    }
    if (state.phase !== "done") throw new Failure();
    addRecent(query);
  } catch (failure) {
    if (signal.aborted || failure.name === "AbortError") return; // a newer question is on its way
    if (!(failure instanceof Failure)) throw failure;
    Object.assign(state, { failure, phase: state.sources ? "broken" : "failed" });
    showAll();
  }
}

/** One event of the answer in the making. */
function take(event, data) {
  if (event === "sources") {
    Object.assign(state, { sources: data, question: data.query_language, phase: "streaming" });
    showResults();
  } else if (event === "answer.delta") state.text += data.text;
  else if (event === "citation") {
    state.citations = [...state.citations, data];
    withPanel(({ expect }) => expect(data));
  } else if (event === "answer.reset") Object.assign(state, { text: "", citations: [], reset: data });
  else if (event === "answer.done") {
    const sources = state.sources ?? data;
    Object.assign(state, { done: data, text: data.answer, citations: data.citations, question: data.question_language, sources, phase: "done" });
    withPanel(({ settle }) => settle(state));
    showAll();
    return;
  } else if (event === "error") throw new Failure(data);
  showAnswer(state, openCitation);
}

function showAll() {
  const { query, phase, failure } = state;
  document.title = query ? `${query} · cited-rag` : "cited-rag";
  document.body.classList.toggle("asked", query !== "");
  $("start").hidden = query !== "";
  if (!query) showRecents($("recents"), () => input.focus());
  $("status").textContent = phase ? summary() : "";
  $("asked").hidden = input.scrollWidth <= input.clientWidth; // a long question is shown in full
  $("asked").textContent = query;
  showAnswer(state, openCitation);
  showResults();
  $("problem").replaceChildren();
  if (failure) showFailure($("problem"), failure, () => run(query), phase === "broken");
}

/** What a screen reader hears. */
function summary() {
  const { phase, done, citations, sources } = state;
  if (phase === "failed" || phase === "broken") return "";
  if (phase !== "done") return t("searching");
  const passages = sources.results.length;
  return done.answerable ? t("answered", { count: citations.length, passages }) : done.answer;
}

function showResults() {
  const { query, phase, sources, done } = state;
  const results = sources?.results ?? [];
  $("passages").hidden = !phase || phase === "failed";
  $("passages").setAttribute("aria-busy", String(!sources));
  const name = done && !done.answerable ? "nearest" : results.length === 1 ? "passageOne" : "passageOther";
  $("passages-title").textContent = t(sources ? (results.length ? name : "nothingFound") : "searching", { count: results.length });
  $("waiting").replaceChildren(...Array.from({ length: sources ? 0 : SKELETONS }, skeleton));
  if (!sources) $("results").replaceChildren();
  const key = JSON.stringify([query, language(), results.map((result) => result.id)]);
  if ($("results").dataset.key === key && sources && results.length === $("results").children.length) return;
  $("results").dataset.key = key;
  const titles = new Map(results.map(({ article }) => [article.id, article.title]));
  $("results").replaceChildren(...results.map((result) => resultElement(result, query, titles, openFound)));
}

// -- the source beside the answer

function openCitation(marker, from) {
  withPanel(({ open }) => open(state, ({ cited }) => cited.find((place) => place.marker === marker), from));
}

/** The place of a rank, or a place that is none of the evidence. */
function openFound(place, from) {
  withPanel(({ open }) => open(state, ({ found }) => (place.id ? place : found.find(({ rank }) => rank === place)), from));
}

async function withPanel(act) {
  act((panel ??= await import("./panel.js")));
}

// -- the question

/** Asks what the address asks. */
function followAddress() {
  const query = ofAddress("q");
  input.value = query;
  speakFor(query, true);
  return run(query);
}

function ask(query) {
  speakFor(query, false);
  // asking the same again is no new step in the history
  const move = query === ofAddress("q") ? "replaceState" : "pushState";
  history[move](null, "", searchAddress(query, language()));
  scrollTo(0, 0);
  input.value = query;
  run(query);
}

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  if (matchMedia("(pointer: coarse)").matches) input.blur(); // puts a phone's keyboard away
  ask(input.value.trim());
});

$("start").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || !isPlain(event)) return;
  event.preventDefault();
  ask(link.textContent);
});

startLanguage(() => {
  if (state.query) history.replaceState(history.state, "", searchAddress(state.query, language(), ofAddress("at")));
  showAll();
  panel?.say();
});
startKeys({
  focusSearch: () => {
    input.focus();
    input.select();
  },
  closePanel: () => panel?.close() ?? false,
  step: (by) => panel?.step(by),
});
addEventListener("popstate", () => (ofAddress("q") === state.query ? withPanel(({ follow }) => follow(state)) : followAddress()));
followAddress();
document.head.append(element("link", { rel: "stylesheet", href: "/page/later.css" })); // for what is not open yet
