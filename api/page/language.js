// Which language the page speaks: the address's, else the reader's choice, else the question's, else the browser's.

import { ofAddress } from "./addresses.js";
import { $ } from "./dom.js";
import { recall, remember } from "./memory.js";
import { STRINGS } from "./strings.js";

const KEY = "language";
const known = (language) => (Object.hasOwn(STRINGS, language ?? "") ? language : null);
const chosen = () => known(recall("localStorage", KEY));
const browsers = () => (navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en");
let current = known(ofAddress("lang")) ?? chosen() ?? languageOf(ofAddress("q")) ?? browsers();
let changed = () => {};

export const language = () => current;

/** A string of the current language with its {names} filled in. */
export function t(name, values = {}) {
  return STRINGS[current][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Whether there is such a string, for names made from data. */
export function speaks(name) {
  return Object.hasOwn(STRINGS[current], name);
}

/** 12345 as people write it. */
export function number(value, options) {
  return new Intl.NumberFormat(current, options).format(value);
}

/** The HTML lang of an article, passage or quote, from the API's language. */
export function langOf(language) {
  return language === "zh" ? "zh-CN" : "en";
}

/** What a question is written in: Chinese ones hold Latin names, English ones a Chinese word or two. */
function languageOf(text) {
  if (!/\p{L}/u.test(text)) return null;
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  return count(/\p{Script=Han}/gu) > count(/\p{Script=Latin}+/gu) ? "zh-CN" : "en";
}

/** Follows the address, or a new question where neither the reader nor the address has chosen. */
export function speakFor(query, fromAddress) {
  const wanted = (fromAddress && known(ofAddress("lang"))) || (chosen() ?? languageOf(query));
  if (wanted && wanted !== current) change(wanted);
}

function change(language) {
  current = language;
  say();
  changed();
}

function say() {
  document.documentElement.lang = current;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  $("language").textContent = t("otherLanguage");
  $("language").lang = other();
}

/** Wires the switch, says everything once, and calls back after each change. */
export function startLanguage(onChange) {
  changed = onChange;
  $("language").addEventListener("click", () => {
    remember("localStorage", KEY, other());
    change(other());
  });
  // a page that the browser kept for its Back button may have missed a switch
  addEventListener("pageshow", (event) => {
    if (event.persisted && (chosen() ?? current) !== current) change(chosen());
  });
  $("server")?.remove(); // the results for readers without JavaScript
  say();
}

function other() {
  return Object.keys(STRINGS).find((language) => language !== current);
}
