// The addresses of this site, made and read, and the one rule for addresses that come from articles.

/** /?q=…&lang=…, and &at=… with the link of the source that is open; or / when there is no question. */
export function searchAddress(query, lang, at = "") {
  return query ? `/?${new URLSearchParams({ q: query, lang, ...(at && { at }) })}` : "/";
}

export function ofAddress(name) {
  return (new URLSearchParams(location.search).get(name) ?? "").trim();
}

/** The id's slashes separate folders; all else in it is data. */
const encoded = (id) => id.split("/").map(encodeURIComponent).join("/");

export function articleApi(id, rest = "") {
  return `/v1/articles/${encoded(id)}${rest}`;
}

/** The id in the path of an article's page. */
export function articleOf(path) {
  const id = path.slice("/articles/".length);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** {start, end} of "#start-end", with the digest of "#start-end-digest", else null. */
export function spanOfFragment(fragment) {
  const [, start, end, digest] = /^#(\d{1,15})-(\d{1,15})(?:-([0-9a-f]{12}))?$/.exec(fragment) ?? [];
  return Number(start) < Number(end) ? { start, end, ...(digest && { digest }) } : null;
}

/** The address if it leads to the web, else null: articles may say "javascript:…". */
export function webAddress(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
