// The search page. Its state is the address: whatever changes the question changes the address and then shows it.

import { queryOfAddress, searchAddress } from "./addresses.js";
import { search } from "./api.js";
import { showFailure } from "./failure.js";
import { number, startLanguage, t } from "./language.js";
import { resultElement } from "./results.js";

const $ = (id) => document.getElementById(id);
const input = $("q");

/** One of {} (start), {loading}, {answer}, {failure}; `query` is the question it belongs to. */
let state = { query: "" };
let running = null;

function show(next) {
  state = next;
  const { query, loading, answer, failure } = state;
  document.title = query ? `${query} · cited-rag` : "cited-rag";
  document.body.classList.toggle("asked", query !== "");
  $("start").hidden = query !== "";
  $("results").setAttribute("aria-busy", String(Boolean(loading)));
  $("status").textContent = loading ? t("searching") : answer ? summary(answer) : "";
  if (loading) return; // the last results stay, dimmed, until the next ones are there
  $("results").replaceChildren(...(answer?.results ?? []).map((result) => resultElement(result, query)));
  $("problem").replaceChildren();
  if (failure) showFailure($("problem"), failure, () => run(query));
}

function summary({ results, took_ms: took }) {
  if (!results.length) return t("nothingFound");
  return t(results.length === 1 ? "foundOne" : "foundOther", { count: results.length, ms: number(Math.ceil(took)) });
}

async function run(query) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  if (!query) return show({ query });
  show({ query, loading: true });
  try {
    const answer = await search(query, signal);
    if (!signal.aborted) show({ query, answer });
  } catch (failure) {
    if (failure.name === "AbortError" || signal.aborted) return; // a newer question is on its way
    show({ query, failure });
  }
}

/** Asks what the address asks, and goes to the result it names, if any. */
async function followAddress() {
  const query = queryOfAddress();
  input.value = query;
  await run(query);
  if (/^#result-\d+$/.test(location.hash)) $(location.hash.slice(1))?.focus();
}

function ask(query) {
  // asking the same again is no new step in the history
  const move = query === queryOfAddress() ? "replaceState" : "pushState";
  history[move](null, "", searchAddress(query));
  scrollTo(0, 0);
  followAddress();
}

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  if (matchMedia("(pointer: coarse)").matches) input.blur(); // puts a phone's keyboard away
  ask(input.value.trim());
});

$("examples").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab is the browser's job
  event.preventDefault();
  ask(link.textContent);
});

document.addEventListener("keydown", (event) => {
  // with a Chinese keyboard layout the key / writes 、
  const slash = event.key === "/" || event.key === "、";
  const typing = event.target.closest?.("input, textarea, [contenteditable]");
  if (!slash || typing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  input.focus();
  input.select();
});

addEventListener("popstate", () => {
  if (queryOfAddress() !== state.query) followAddress();
});
startLanguage(() => show(state));
followAddress();
