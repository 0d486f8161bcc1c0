// The addresses of this site, made and read, and the one rule for addresses that come from articles.

/** /?q=…&lang=…, or / when there is no question. */
export function searchAddress(query, lang) {
  return query ? `/?${new URLSearchParams({ q: query, lang })}` : "/";
}

export function ofAddress(name) {
  return (new URLSearchParams(location.search).get(name) ?? "").trim();
}

/** The id's slashes separate folders; all else in it is data. */
const encoded = (id) => id.split("/").map(encodeURIComponent).join("/");

/** The page of an article with a span marked. */
export function articleAddress(id, { start, end }) {
  return `/articles/${encoded(id)}#${start}-${end}`;
}

export function articleApi(id, rest = "") {
  return `/v1/articles/${encoded(id)}${rest}`;
}

export function articleOfPage() {
  const path = location.pathname.slice("/articles/".length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** {start, end, digest} of "#start-end" or of a citation's "#start-end-digest", else null. */
export function spanOfFragment(fragment) {
  const [, start, end, digest] = /^#(\d{1,15})-(\d{1,15})(?:-([0-9a-f]{12}))?$/.exec(fragment) ?? [];
  return Number(start) < Number(end) ? { start, end, digest } : null;
}

/** The address if it leads to the web, else null: articles may say "javascript:…". */
export function webAddress(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
