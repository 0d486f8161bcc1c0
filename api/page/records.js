// Table rows and front matter read "header: value; header: value". Takes them apart again.

const RECORDS = ["table_row", "metadata"];

/** [{header, start, end}] with the value's UTF-16 range in the text, or null if the passage is no record. */
export function fieldsOf({ kind, text, quote }) {
  if (!RECORDS.includes(kind)) return null;
  const starts = [];
  for (const match of text.matchAll(/(?:^|; )([^;:]+): /g)) {
    // separators were inserted: one that stands in the source belongs to a value (front matter has its own "key: ")
    const inserted = kind === "metadata" && match.index === 0 ? true : !quote.includes(match[0]);
    if (inserted) starts.push({ header: match[1], from: match.index, start: match.index + match[0].length });
  }
  if (!starts.length) return null;
  const fields = starts.map(({ header, start }, i) => ({ header, start, end: starts[i + 1]?.from ?? text.length }));
  // the first column, often the row's name, may have no header
  return starts[0].from > 0 ? [{ header: "", start: 0, end: starts[0].from }, ...fields] : fields;
}
