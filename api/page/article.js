// An article's own page: the source view, with the quote marked that the fragment names.

import { articleOf } from "./addresses.js";
import { $ } from "./dom.js";
import { keptEvidence, placeAt } from "./evidence.js";
import { startKeys } from "./keys.js";
import { startLanguage, t } from "./language.js";
import { SourceView } from "./source.js";

const id = articleOf(location.pathname);
const kept = keptEvidence(id);
const view = new SourceView($("article"), { heading: "h1", onMove: ({ link }) => history.pushState(null, "", link) });
view.evidence = kept;

/** What is wrong with the fragment, as a string's name, if anything. */
let wrong = null;

async function followFragment(options) {
  const found = await placeAt(location.pathname + location.hash, [...kept.cited, ...kept.found]);
  wrong = found.wrong;
  await view.open(found.place, options);
  say();
}

function say() {
  const title = $("article").querySelector("h1");
  if (title) document.title = `${title.textContent} · cited-rag`;
  $("back").href = kept.address ?? "/";
  $("back").textContent = `← ${t(kept.address ? "backToResults" : "backToStart")}`;
  $("note").hidden = !wrong || !title;
  $("note").textContent = wrong && title ? t(wrong, { fragment: decoded(location.hash.slice(1)) }) : "";
}

function decoded(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

startLanguage(() => {
  say();
  view.say();
});
startKeys({ focusSearch: () => $("back").click(), closePanel: () => false, step: (by) => view.step(by) });
addEventListener("hashchange", () => followFragment({ smoothly: true }));
history.scrollRestoration = "manual"; // the fragment says where to look
say();
followFragment();
