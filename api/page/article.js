// An article's own page: the source view, with the quote marked that the fragment names.

import { articleApi, articleOfPage, spanOfFragment } from "./addresses.js";
import { get } from "./api.js";
import { $ } from "./dom.js";
import { keptEvidence } from "./evidence.js";
import { startKeys } from "./keys.js";
import { startLanguage, t } from "./language.js";
import { SourceView } from "./source.js";

const id = articleOfPage();
const kept = keptEvidence(id);
const view = new SourceView($("article"), { heading: "h1", onMove: ({ link }) => history.pushState(null, "", link) });
view.evidence = kept;

/** What is wrong with the fragment, as a string's name, if anything. */
let wrong = null;

async function followFragment(options) {
  wrong = null;
  const span = spanOfFragment(location.hash);
  let place = { id };
  if (span) {
    const known = [...kept.cited, ...kept.found].find((other) => other.link.endsWith(location.hash));
    try {
      // the quote may have moved since the link was made: the server knows where it is now
      const query = new URLSearchParams(Object.entries(span).filter(([, value]) => value !== undefined));
      const { start, end, quote } = await get(articleApi(id, `/source?${query}`));
      place = known?.start === start ? known : { ...known, id, start, end, quote, link: location.pathname + location.hash };
    } catch (failure) {
      wrong = failure.status === 410 ? "quoteGone" : "badFragment";
    }
  } else if (location.hash.length > 1) wrong = "badFragment";
  await view.open(place, options);
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
