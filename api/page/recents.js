// Recent questions, kept in this browser and nowhere else.

import { recall, remember } from "./memory.js";

const MOST = 6;
const KEY = "recents";

export function recents() {
  const kept = recall("localStorage", KEY);
  return Array.isArray(kept) ? kept.filter((question) => typeof question === "string") : [];
}

export function addRecent(question) {
  remember("localStorage", KEY, [question, ...recents().filter((other) => other !== question)].slice(0, MOST));
}

export function clearRecents() {
  remember("localStorage", KEY, []);
}
