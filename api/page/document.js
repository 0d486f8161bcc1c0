// An article as a readable document: headings, lists, tables, images as captions. Every piece knows its positions.

import { webAddress } from "./addresses.js";
import { element } from "./dom.js";
import { langOf, t } from "./language.js";
import { marked, toRanges } from "./marking.js";
import { lengthInCodePoints, sliceByCodePoints } from "./positions.js";

/** {element, paint}: the document, or what of it lies between the code points `start` and `end`, below a heading. */
export function documentView({ blocks }, language, { start = 0, end = Infinity, below = "h2" }) {
  const range = { start, end };
  const pieces = [];
  const inside = ({ start, end }) => start < range.end && end > range.start;
  const runs = (list) => list.filter(inside).map((run) => runElement(run, range, pieces));
  const view = element("div", { className: "document", lang: langOf(language) });
  let [list, level] = [null, 1];
  for (const block of blocks.filter(inside)) {
    if (block.kind !== "list_item") list = null;
    if (block.kind === "list_item") {
      const kind = block.number === undefined ? "ul" : "ol";
      if (list?.localName !== kind) view.append((list = element(kind)));
      list.append(element("li", { value: block.number }, ...runs(block.runs)));
    } else if (block.kind === "table") view.append(table(block, runs, inside));
    else if (block.kind === "front_matter") view.append(frontMatter(block, runs, inside));
    else if (block.kind === "heading") {
      level = Math.min(block.level ?? 1, level + 1); // no level is skipped, whatever the article does
      view.append(element(`h${Math.min(level + Number(below[1]), 6)}`, {}, ...runs(block.runs)));
    } else view.append(element(block.kind === "code" ? "pre" : "p", {}, ...runs(block.runs)));
  }
  return { element: view, paint: (marks, words) => pieces.forEach((piece) => paint(piece, marks, words)) };
}

function runElement(run, range, pieces) {
  const { start, end, verbatim } = run;
  const [from, to] = verbatim ? [Math.max(start, range.start), Math.min(end, range.end)] : [start, end];
  const text = verbatim ? sliceByCodePoints(run.text, from - start, to - start) : run.text;
  const image = webAddress(run.image);
  if (run.image !== undefined && run.image !== null) return caption(text, image);
  const address = webAddress(run.link);
  const node = address ? element("a", { href: address, rel: "noopener noreferrer" }) : element("span");
  node.textContent = text;
  pieces.push({ node, text, start: from, end: to, verbatim, painted: false });
  return node;
}

/** Images are never loaded: they would tell other sites who reads what. */
function caption(text, address) {
  const said = element("span", {}, text.trim() || t("image"));
  const link = address && element("a", { href: address, rel: "noopener noreferrer" }, t("openImage", { host: new URL(address).host }));
  return element("span", { className: "image" }, said, link ? " · " : null, link);
}

/** Marks and words are in code points. In a piece that differs from the source, positions mean nothing: all or none. */
function paint(piece, marks, words) {
  const { node, text, start, end, verbatim } = piece;
  const near = (spans) => spans.filter((span) => span.start < end && span.end > start);
  const [here, said] = [near(marks), verbatim ? near(words) : []];
  if (!here.length && !said.length && !piece.painted) return;
  piece.painted = here.length + said.length > 0;
  const length = lengthInCodePoints(text);
  const ranges = verbatim ? toRanges(text, start, length, here) : here.map((mark) => ({ ...mark, start: 0, end: text.length }));
  node.replaceChildren(...marked(text, 0, text.length, ranges, toRanges(text, start, length, said)));
}

function table({ header, rows }, runs, inside) {
  const cell = (tag) => (each) => element(tag, {}, ...runs(each.runs));
  const head = header?.length ? element("thead", {}, element("tr", {}, ...header.map(cell("th")))) : null;
  const body = rows.filter(inside).map((row) => element("tr", {}, ...row.cells.map(cell("td"))));
  const whole = element("table", {}, head, element("tbody", {}, ...body));
  return element("div", { className: "table", tabIndex: 0, role: "region", "aria-label": t("kind_table_row") }, whole);
}

function frontMatter({ rows }, runs, inside) {
  const items = rows.filter(inside).map((row) => element("div", {}, element("dt", {}, row.header), element("dd", {}, ...runs(row.runs))));
  return element("details", {}, element("summary", { className: "faint" }, t("kind_metadata")), element("dl", { className: "record" }, ...items));
}
