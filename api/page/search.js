// The search page. Its state is the address: whatever changes the question changes the address and then shows it.

import { ofAddress, searchAddress } from "./addresses.js";
import { showAnswer } from "./answer.js";
import { answerEvents, Failure } from "./api.js";
import { $, element, skeleton } from "./dom.js";
import { showFailure } from "./failure.js";
import { startKeys } from "./keys.js";
import { language, speakFor, startLanguage, t } from "./language.js";
import { resultElement } from "./results.js";

const input = $("q");
const recents = import("./recents.js"); // not needed for the first paint
const SKELETONS = 3;

/**
 * What is known of the answer to `query`. Phases: none (the start), asking, streaming, done, failed, and broken: a part
 * came, then the server left.
 */
let state = start("");
let running = null;
let opener = null;
let panel = null;

function start(query) {
  return { query, phase: query ? "asking" : "", question: "", sources: null, text: "", citations: [], done: null, failure: null };
}

async function run(query) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  hidePanel();
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
    recents.then(({ addRecent }) => addRecent(query));
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
    // so that it opens at once; a failure is shown when it is pressed
    source().then(({ article }) => article(data.document_id)).catch(() => {});
  } else if (event === "answer.reset") Object.assign(state, { text: "", citations: [], reset: data });
  else if (event === "answer.done") {
    const sources = state.sources ?? data;
    Object.assign(state, { done: data, text: data.answer, citations: data.citations, question: data.question_language, sources, phase: "done" });
    const { query, citations } = state;
    source().then(({ evidenceOf, keepEvidence }) => keepEvidence(query, evidenceOf({ citations, sources })));
    showAll();
    followPlace();
    return;
  } else if (event === "error") throw new Failure(data);
  showAnswer(state, openCitation);
}

function showAll() {
  const { query, phase, failure } = state;
  document.title = query ? `${query} · cited-rag` : "cited-rag";
  document.body.classList.toggle("asked", query !== "");
  $("start").hidden = query !== "";
  if (!query) recents.then(({ showRecents }) => showRecents($("recents"), () => input.focus()));
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
  open((evidence) => evidence.cited.find((place) => place.marker === marker), from);
}

/** The place of a rank, or a place that is none of the evidence. */
function openFound(place, from) {
  open((evidence) => (place.id ? place : evidence.found.find((found) => found.rank === place)), from);
}

/** What the address says is open. */
async function followPlace() {
  const at = ofAddress("at");
  if (!at) return hidePanel();
  const { announce, placeAt } = await source();
  const { query } = state;
  show(async ({ cited, found }) => {
    const { place, wrong } = await placeAt(at, [...cited, ...found]);
    if (wrong) announce(t(wrong, { fragment: at.slice(at.indexOf("#") + 1) }), true);
    return state.query === query && place;
  });
}

/** Not needed for the first paint, so it comes with the first citation. */
const source = async () =>
  Object.assign({}, ...(await Promise.all([import("./source.js"), import("./evidence.js"), import("./announce.js")])));

/** A step in the history, so that Back closes it. */
async function open(choose, from) {
  const place = await show(choose);
  if (!place) return;
  opener = from;
  if (!ofAddress("at")) history.pushState({ opened: true }, "");
  keepPlace(place);
}

async function show(choose) {
  const { SourceView, evidenceOf } = await source();
  const evidence = evidenceOf(state);
  const place = await choose(evidence);
  if (!place) return;
  panel ??= new SourceView($("panel"), { heading: "h2", onMove: keepPlace, onClose: closePanel });
  panel.evidence = evidence;
  document.body.classList.add("reading-source");
  panel.open(place);
  return place;
}

function keepPlace({ link }) {
  if (state.query) history.replaceState(history.state, "", searchAddress(state.query, language(), link));
}

function closePanel() {
  if ($("panel").hidden) return false;
  if (history.state?.opened) history.back();
  else keepPlace({});
  hidePanel();
  return true;
}

function hidePanel() {
  if ($("panel").hidden) return;
  panel.close();
  document.body.classList.remove("reading-source");
  opener?.isConnected ? opener.focus() : input.focus();
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
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab is the browser's job
  event.preventDefault();
  ask(link.textContent);
});

startLanguage(() => {
  keepPlace({ link: ofAddress("at") });
  showAll();
  panel?.say();
});
startKeys({
  focusSearch: () => {
    input.focus();
    input.select();
  },
  closePanel,
  step: (by) => $("panel").hidden || panel.step(by),
});
addEventListener("popstate", () => (ofAddress("q") === state.query ? followPlace() : followAddress()));
followAddress();
document.head.append(element("link", { rel: "stylesheet", href: "/page/later.css" })); // for what is not open yet
