// Which language the page speaks: the reader's choice, else the browser's.

import { STRINGS } from "./strings.js";
import { recall, remember } from "./memory.js";

const KEY = "cited-rag.language";
let current = chosen() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en");

function chosen() {
  const language = recall("localStorage", KEY);
  return Object.hasOwn(STRINGS, language ?? "") ? language : null;
}

/** A string of the current language with its {names} filled in. */
export function t(name, values = {}) {
  return STRINGS[current][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Whether there is such a string, for names made from data. */
export function speaks(name) {
  return Object.hasOwn(STRINGS[current], name);
}

/** 12345 as people write it. */
export function number(value) {
  return new Intl.NumberFormat(current).format(value);
}

/** The HTML lang of an article, passage or quote, from the API's language. */
export function langOf(language) {
  return language === "zh" ? "zh-CN" : "en";
}

/** Wires the switch, says everything once, and calls back after each change. */
export function startLanguage(onChange) {
  const button = document.getElementById("language");
  const say = () => {
    document.documentElement.lang = current;
    for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
    for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
    for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
    button.textContent = t("otherLanguage");
    button.lang = other();
  };
  const change = (language) => {
    current = language;
    say();
    onChange();
  };
  button.addEventListener("click", () => {
    remember("localStorage", KEY, other());
    change(other());
  });
  // a page that the browser kept for its Back button may have missed a switch
  addEventListener("pageshow", (event) => {
    if (event.persisted && (chosen() ?? current) !== current) change(chosen());
  });
  say();
}

function other() {
  return Object.keys(STRINGS).find((language) => language !== current);
}
