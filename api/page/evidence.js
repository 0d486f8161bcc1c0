// Where the answer's evidence stands: its citations, and the best sentence of every passage found.

import { articleApi, articleOf, searchAddress, spanOfFragment } from "./addresses.js";
import { get } from "./api.js";
import { language } from "./language.js";
import { recall, remember } from "./memory.js";

/** Places in articles as {id, title, start, end, quote, language, link, highlights, parallel, passage} and a number. */
export function evidenceOf({ citations, sources }) {
  const results = sources?.results ?? [];
  const cited = citations.map((citation) => {
    const from = results.find((result) => result.id === citation.passage_id);
    return {
      marker: citation.marker,
      id: citation.document_id,
      title: citation.document_title,
      start: citation.start_char_index,
      end: citation.end_char_index,
      quote: citation.cited_text,
      language: citation.language,
      link: citation.link,
      highlights: citation.highlights,
      parallel: from?.parallel ?? [],
      passage: from && { start: from.start, end: from.end },
    };
  });
  const found = results.map(({ article, best_sentence, rank, language, highlights, parallel, start, end }) => ({
    rank,
    id: article.id,
    title: article.title,
    ...best_sentence,
    language,
    highlights,
    parallel,
    passage: { start, end },
  }));
  return { cited, found };
}

/**
 * The place that a link leads to, one of the `known` if it can be, and what is wrong with it, if anything, as a string's
 * name. The quote may have moved since: the server knows where it is now.
 */
export async function placeAt(link, known) {
  const { pathname, hash } = new URL(link, location.origin);
  const id = articleOf(pathname);
  const span = spanOfFragment(hash);
  if (!span) return { place: { id, link: pathname }, wrong: hash.length > 1 ? "badFragment" : null };
  const like = known.find((other) => other.link.endsWith(hash));
  try {
    const { start, end, quote } = await get(articleApi(id, `/source?${new URLSearchParams(span)}`));
    return { place: like?.start === start ? like : { ...like, id, start, end, quote, link: pathname + hash }, wrong: null };
  } catch (failure) {
    return { place: { id, link: pathname }, wrong: failure.status === 410 ? "quoteGone" : "badFragment" };
  }
}

// An article's address says nothing about the search that led there, so that it can be shared; the tab remembers.

export function keepEvidence(query, evidence) {
  remember("sessionStorage", "evidence", { address: searchAddress(query, language()), ...evidence });
}

/** {address, cited, found} of the tab's last question, the last two within the article `id`. */
export function keptEvidence(id) {
  const { address, cited = [], found = [] } = recall("sessionStorage", "evidence") ?? {};
  const here = (places) => places.filter((place) => place.id === id);
  return { address: address?.startsWith("/?") ? address : null, cited: here(cited), found: here(found) };
}
