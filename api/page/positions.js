// The API counts Unicode code points, JavaScript counts UTF-16 units: an emoji or a rare Han character is one of the
// former and two of the latter. Every conversion between the two happens here.

/** The UTF-16 index of a code point index; an index beyond the end gives -1. */
export function toUtf16(text, codePointIndex) {
  let at = 0;
  for (let left = codePointIndex; left > 0; left--) {
    if (at >= text.length) return -1;
    at += text.codePointAt(at) > 0xffff ? 2 : 1;
  }
  return at;
}

/** The code point index of a UTF-16 index. */
export function toCodePoints(text, utf16Index) {
  let count = 0;
  for (let at = 0; at < utf16Index; count++) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return count;
}

export function lengthInCodePoints(text) {
  return toCodePoints(text, text.length);
}

/** text[start:end] as Python has it, for positions that lie in the text. */
export function sliceByCodePoints(text, start, end) {
  return splitByCodePoints(text, start, end)[1];
}

/** What stands before, in and after a span of code points. */
export function splitByCodePoints(text, start, end) {
  const low = toUtf16(text, start);
  const rest = text.slice(low);
  const length = toUtf16(rest, end - start);
  return [text.slice(0, low), rest.slice(0, length), rest.slice(length)];
}
