// The source view: an article as a document with the evidence in it marked. On the search page it stands beside the
// answer, on the article's own page it is the page.

import { articleApi, webAddress } from "./addresses.js";
import { announce } from "./announce.js";
import { get } from "./api.js";
import { documentView } from "./document.js";
import { button, element, skeleton } from "./dom.js";
import { showFailure } from "./failure.js";
import { langOf, language, number, speaks, t } from "./language.js";

const FORMS = ["text", "markdown", "bibtex"];
const articles = new Map();

/** The article's {about, document}, asked for once; also ahead of time. */
export function article(id) {
  if (!articles.has(id)) {
    const asked = Promise.all([get(articleApi(id)), get(articleApi(id, "/document")).catch(() => asItStands(id))]);
    articles.set(id, asked.then(([about, document]) => ({ about, document })));
    asked.catch(() => articles.delete(id));
  }
  return articles.get(id);
}

/** Where an article cannot be taken apart, its text is shown as it stands in the file. */
async function asItStands(id) {
  const { start, end, quote: text } = await get(articleApi(id, "/source"));
  return { length: end, blocks: [{ kind: "paragraph", start, end, runs: [{ text, start, end, verbatim: true }] }] };
}

export class SourceView {
  #place;
  #evidence = { cited: [], found: [] };
  #at = null; // the place shown: see evidence.js
  #shown = null; // {id, about, document, view}
  #parts = null;

  /** `heading` is the title's tag; `onMove` hears of places gone to, `onClose` makes a close button. */
  constructor(place, { heading, onMove = () => {}, onClose = null }) {
    this.#place = place;
    Object.assign(this, { heading, onMove, onClose });
  }

  set evidence(evidence) {
    this.#evidence = evidence;
  }

  /** Shows the article and marks the place; without positions just the article. */
  async open(at, { smoothly = false, focus = true } = {}) {
    this.#at = at;
    this.#place.hidden = false;
    if (this.#shown?.id !== at.id) {
      this.#shown = null;
      this.#place.setAttribute("aria-busy", "true");
      this.#place.replaceChildren(this.#closer(), skeleton());
      try {
        const { about, document } = await article(at.id);
        if (this.#at !== at) return; // another one was opened meanwhile
        this.#shown = { id: at.id, about, document };
      } catch (failure) {
        if (this.#at !== at) return;
        const problem = element("div", { role: "alert" });
        showFailure(problem, failure, () => this.open(at));
        this.#place.replaceChildren(this.#closer(), problem);
        return;
      } finally {
        this.#place.removeAttribute("aria-busy");
      }
      this.#build();
    }
    this.#show();
    this.#scroll(smoothly, focus);
  }

  /** Says everything again after a change of language. */
  say() {
    if (!this.#shown) return;
    this.#build();
    this.#show();
    this.#scroll(false, false);
  }

  close() {
    this.#place.hidden = true;
    this.#at = null;
  }

  #closer() {
    return this.onClose ? button("quiet close", "✕", this.onClose, { "aria-label": t("close"), title: `${t("close")} (Esc)` }) : "";
  }

  #build() {
    const { id, about, document } = this.#shown;
    const view = (this.#shown.view = documentView(document, about.language, { below: this.heading }));
    const parts = (this.#parts = {
      tools: element("div", { className: "tools" }),
      previous: button("quiet", "←", () => this.step(-1), { "aria-label": t("previous"), title: t("previous") }),
      count: element("span", { className: "numbers" }),
      next: button("quiet", "→", () => this.step(1), { "aria-label": t("next"), title: t("next") }),
      copies: FORMS.map((form) => button("quiet", t(`copy_${form}`), () => this.#copy(form), { id: `copy-${form}` })),
      position: element("span", { className: "numbers faint", id: "position", title: t("positionHelp", { length: number(document.length) }) }),
      parallel: button("quiet", t("parallel"), () => this.#toggleParallel(), { id: "parallel-button" }),
      beside: element("div", { id: "parallel", hidden: true }),
      map: button("map", "", (event) => this.#pressMap(event)),
      reading: element("div", { className: "reading" }, view.element),
    });
    const copies = element("span", { className: "copies" }, ...parts.copies);
    parts.tools.append(parts.previous, parts.count, parts.next, parts.position, parts.parallel, copies);
    const title = element(this.heading, { className: "title", lang: langOf(about.language) }, about.title);
    const head = element("header", {}, title, this.#closer(), element("p", { className: "faint about" }, ...this.#about(id, about)));
    this.#place.replaceChildren(head, parts.tools, parts.beside, element("div", { className: "body" }, parts.reading, parts.map));
    if (!this.onClose) return;
    Object.assign(parts.reading, { tabIndex: 0, role: "region", ariaLabel: about.title }); // it scrolls by itself
  }

  #about(id, { site, author, dates, url, language: written }) {
    const said = Object.entries(dates).map(([name, date]) => `${speaks(`date_${name}`) ? t(`date_${name}`) : name} ${date.slice(0, 10)}`);
    const parts = [site, author, ...said].filter(Boolean).map((text) => element("span", {}, text));
    const link = (href, text) => element("a", { href, rel: "noopener noreferrer" }, text);
    if (webAddress(url)) parts.push(link(url, t("original")));
    if (this.onClose) parts.push(link(this.#at.link.replace("#", `?lang=${language()}#`), t("wholePage")));
    return [element("span", { className: "tag" }, t(`passageIn_${written}`)), ...parts];
  }

  #show() {
    const { document, view, id } = this.#shown;
    const at = this.#at;
    const here = this.#here();
    const current = at.start === undefined ? [] : [{ ...at, className: "current" }];
    const words = [at, ...here].flatMap((place) => place.highlights ?? []);
    view.paint([...current, ...this.#evidence.cited.filter((place) => place.id === id)], words);
    this.#parts.tools.hidden = !current.length;
    const row = this.#row();
    const count = row.length > 1;
    for (const part of [this.#parts.previous, this.#parts.count, this.#parts.next]) part.hidden = !count;
    this.#parts.count.textContent = `${row.indexOf(at) + 1} / ${row.length}`;
    this.#parts.position.textContent = current.length ? `${at.start}–${at.end}` : "";
    this.#parts.parallel.hidden = !at.parallel?.length;
    this.#closeParallel();
    this.#parts.map.hidden = !here.length;
    const percent = (place) => number(place.start / document.length, { style: "percent" });
    this.#parts.map.setAttribute("aria-label", t("map", { count: here.length, places: here.map(percent).join(", ") }));
    this.#parts.map.replaceChildren(...here.map((place) => {
      const kind = place === at || (place.start === at.start && place.end === at.end) ? "current" : place.marker ? "cited" : "";
      const tick = element("i", { className: kind });
      tick.style.setProperty("--at", place.start / document.length);
      return tick;
    }));
    if (current.length) announce(t(at.marker ? "atCitation" : "atPlace", at));
  }

  #here() {
    const places = [...this.#evidence.cited, ...this.#evidence.found].filter((place) => place.id === this.#shown.id);
    const first = (place, i) => places.findIndex(({ start, end }) => start === place.start && end === place.end) === i;
    return places.filter(first).sort((a, b) => a.start - b.start);
  }

  /** What previous and next walk through: the citations, or the passages found. */
  #row() {
    return [this.#evidence.cited, this.#evidence.found].find((row) => row.includes(this.#at)) ?? [];
  }

  /** To the previous or next place of the row, around its ends. */
  step(by) {
    const row = this.#row();
    if (row.length > 1) this.#go(row.at((row.indexOf(this.#at) + by) % row.length));
  }

  #go(place) {
    this.onMove(place);
    return this.open(place, { smoothly: true, focus: false });
  }

  /** A pointer goes to the nearest place, a key to the next. */
  #pressMap(event) {
    const here = this.#here();
    const { top, height } = this.#parts.map.getBoundingClientRect();
    const pressed = ((event.clientY - top) / height) * this.#shown.document.length;
    const far = (place) => Math.abs(place.start - pressed);
    const next = here.find((place) => place.start > (this.#at.start ?? -1)) ?? here[0];
    this.#go(event.detail ? here.reduce((best, place) => (far(place) < far(best) ? place : best)) : next);
  }

  #scroll(smoothly, focus) {
    const mark = this.#place.querySelector("mark.current");
    const reading = this.#parts.reading;
    if (!mark) {
      reading.scrollTop = 0;
      return;
    }
    mark.closest("details")?.setAttribute("open", "");
    if (focus) mark.focus({ preventScroll: true }); // so that keyboards and screen readers go on from the quote
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const behavior = smoothly && !calm ? "smooth" : "instant";
    const box = mark.getBoundingClientRect();
    if (!this.onClose) return mark.scrollIntoView({ block: box.height < innerHeight * 0.7 ? "center" : "start", behavior });
    const { top } = reading.getBoundingClientRect();
    reading.scrollTo({ top: reading.scrollTop + box.top - top - reading.clientHeight / 4, behavior });
    this.#place.scrollIntoView({ block: "nearest", behavior });
  }

  async #copy(form) {
    const at = this.#at;
    const { about, id } = this.#shown;
    const { copy, forms } = await import("./quoting.js");
    const quote = at.quote ?? (await get(articleApi(id, `/source?start=${at.start}&end=${at.end}`))).quote;
    const text = forms[form]({ ...at, quote, id, about, title: about.title });
    if (await copy(text)) return announce(t("copied"), true);
    getSelection().selectAllChildren(this.#place.querySelector("mark.current"));
    announce(t("copyByHand"), true);
  }

  #closeParallel() {
    this.#parts.beside.hidden = true;
    this.#parts.parallel.setAttribute("aria-expanded", "false");
  }

  /** The passage, and beside it what another translation of the article says there. */
  async #toggleParallel() {
    const { beside, parallel } = this.#parts;
    if (!beside.hidden) return this.#closeParallel();
    const at = this.#at;
    const sides = [{ article_id: at.id, link: at.link, ...at.passage }, ...at.parallel];
    const shown = await Promise.all(sides.map(({ article_id: id }) => article(id))).catch(() => null);
    if (at !== this.#at) return;
    beside.replaceChildren(...(shown ?? []).map(({ about, document }, i) => {
      const view = documentView(document, about.language, sides[i]);
      if (!i) view.paint([{ ...at, className: "current" }], []);
      const title = element("a", { href: sides[i].link, lang: langOf(about.language) }, about.title);
      return element("section", {}, element("p", { className: "faint" }, title, ` · ${t(`passageIn_${about.language}`)}`), view.element);
    }));
    if (!shown) beside.append(element("p", { className: "warning" }, t("offlineHint")));
    beside.hidden = false;
    parallel.setAttribute("aria-expanded", "true");
  }
}
