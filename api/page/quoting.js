// A quote with its citation, to be pasted elsewhere: plain, as Markdown, or for a list of references.

import { webAddress } from "./addresses.js";

const here = (link) => new URL(link, location.origin).href;

export const forms = {
  text: ({ quote, title, link, start, end }) => `“${quote}”\n— ${title}, ${here(link)} (${start}–${end})`,
  markdown: ({ quote, title, link, start, end }) =>
    `${quote.replace(/^/gm, "> ")}\n>\n> — [${title.replace(/[[\]\\]/g, "\\$&")}](${here(link)}), ${start}–${end}`,
  bibtex: ({ quote, title, link, start, end, id, about }) => {
    const safe = (text) => text.replace(/[{}\\]/g, "").replace(/\s+/g, " ");
    const fields = {
      title,
      author: about.author,
      publisher: about.site,
      date: Object.values(about.dates)[0]?.slice(0, 10),
      url: webAddress(about.url) ?? here(link),
      note: `${here(link)}, characters ${start}–${end}: “${quote}”`,
    };
    const lines = Object.entries(fields).filter(([, value]) => value).map(([name, value]) => `  ${name} = {${safe(value)}},\n`);
    return `@misc{${id.replace(/[^\w-]+/g, "_")}_${start},\n${lines.join("")}}`;
  },
};

/** Whether the browser let it: it keeps the clipboard from pages that came over plain HTTP. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
