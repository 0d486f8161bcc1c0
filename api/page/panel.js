// The source beside the answer. What is open stands in the address. Comes with the first citation, not with the page.

import { ofAddress, searchAddress } from "./addresses.js";
import { announce } from "./announce.js";
import { $ } from "./dom.js";
import { evidenceOf, keepEvidence, placeAt } from "./evidence.js";
import { language, t } from "./language.js";
import { article, SourceView } from "./source.js";

const view = new SourceView($("panel"), { heading: "h2", onMove: keepPlace, onClose: close });
let opener = null;

/** Fetches the article of a citation, so that it opens at once; a failure is shown when it is pressed. */
export function expect(citation) {
  article(citation.document_id).catch(() => {});
}

/** The whole answer is there: its evidence is remembered, and what the address says is opened. `state` is search.js's. */
export function settle(state) {
  keepEvidence(state.query, evidenceOf(state));
  if (ofAddress("at")) follow(state);
}

/** Opens what `choose` takes of the evidence. A step in the history, so that Back closes it. */
export async function open(state, choose, from) {
  const place = await show(state, choose);
  if (!place) return;
  opener = from;
  if (!ofAddress("at")) history.pushState({ opened: true }, "");
  keepPlace(place);
}

/** Shows what the address says is open. */
export function follow(state) {
  const at = ofAddress("at");
  if (!at) return hide();
  show(state, async ({ cited, found }) => {
    const { place, wrong } = await placeAt(at, [...cited, ...found]);
    if (ofAddress("q") !== state.query) return null; // something else was asked meanwhile
    if (wrong) announce(t(wrong, { fragment: at.split("#")[1] }), true);
    return place;
  });
}

/** Whether there was one to close. */
export function close() {
  if ($("panel").hidden) return false;
  if (history.state?.opened) history.back();
  else keepPlace({});
  hide();
  return true;
}

export function hide() {
  if ($("panel").hidden) return;
  view.close();
  document.body.classList.remove("reading-source");
  (opener?.isConnected ? opener : $("q")).focus();
}

export const step = (by) => $("panel").hidden || view.step(by);
export const say = () => view.say();

async function show(state, choose) {
  const evidence = evidenceOf(state);
  const place = await choose(evidence);
  if (!place) return null;
  view.evidence = evidence;
  document.body.classList.add("reading-source");
  view.open(place);
  return place;
}

function keepPlace({ link }) {
  history.replaceState(history.state, "", searchAddress(ofAddress("q"), language(), link));
}
