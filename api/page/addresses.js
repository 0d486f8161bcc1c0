// The addresses of this site, made and read, and the one rule for addresses that come from articles.

import { recall, remember } from "./memory.js";

const BACK = "cited-rag.back";

/** /?q=…, or / when there is no question. */
export function searchAddress(query) {
  return query ? `/?${new URLSearchParams({ q: query })}` : "/";
}

export function queryOfAddress() {
  return (new URLSearchParams(location.search).get("q") ?? "").trim();
}

/** The page of an article with a span marked. The id's slashes separate folders; all else in it is data. */
export function articleAddress(id, { start, end }) {
  return `/articles/${id.split("/").map(encodeURIComponent).join("/")}#${start}-${end}`;
}

/** The API's address of the article whose page this is; the id stays encoded as it came. */
export function articleApiAddress() {
  return location.pathname.replace(/^\/articles\//, "/v1/articles/");
}

/** {start, end} of "#start-end" if that is a span within a text of `length` code points, else null. */
export function spanOfFragment(fragment, length) {
  const match = /^#(\d{1,15})-(\d{1,15})$/.exec(fragment);
  if (!match) return null;
  const [start, end] = [Number(match[1]), Number(match[2])];
  return start < end && end <= length ? { start, end } : null;
}

/** The address if it leads to the web, else null: articles may say "javascript:…". */
export function webAddress(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

/** The id of a result on the search page, and the fragment that leads back to it. */
export function resultAnchor(rank) {
  return `result-${rank}`;
}

// An article's address says nothing about the search that led there, so that it can be shared; the tab remembers.

export function rememberResult(query, rank) {
  remember("sessionStorage", BACK, `${searchAddress(query)}#${resultAnchor(rank)}`);
}

export function lastResult() {
  const address = recall("sessionStorage", BACK);
  return address?.startsWith("/?") ? address : null;
}
