// The article page: the source text as it stands in its file, with the span that the fragment names marked.

import { articleApiAddress, lastResult, spanOfFragment, webAddress } from "./addresses.js";
import { ask } from "./api.js";
import { element } from "./dom.js";
import { showFailure } from "./failure.js";
import { langOf, number, speaks, startLanguage, t } from "./language.js";
import { lengthInCodePoints, splitByCodePoints } from "./positions.js";

const $ = (id) => document.getElementById(id);
const ANNOUNCED_FOR = 4000;

/** {detail, text, length} of the article once it is there. */
let article = null;
let span = null;
let failure = null;

async function load() {
  failure = null;
  $("problem").replaceChildren();
  $("status").textContent = t("loadingArticle");
  try {
    const address = articleApiAddress();
    const [detail, source] = await Promise.all([ask(address), ask(`${address}/source`)]);
    article = { detail, text: source.quote, length: lengthInCodePoints(source.quote) };
  } catch (error) {
    failure = error;
  }
  $("status").textContent = "";
  sayAll();
  if (article) markSpan();
}

/** Everything whose words depend on the page's language. */
function sayAll() {
  const back = lastResult();
  $("back").href = back ?? "/";
  $("back").textContent = `← ${t(back ? "backToResults" : "backToStart")}`;
  if (failure) showFailure($("problem"), failure, load);
  if (!article) return;
  const { title, language } = article.detail;
  document.title = `${title} · cited-rag`;
  $("article").hidden = false;
  $("title").textContent = title;
  $("title").lang = langOf(language);
  $("source").lang = langOf(language);
  $("about").replaceChildren(...about(article.detail));
  sayPosition();
}

function about({ site, author, dates, url }) {
  const said = Object.entries(dates).map(([name, date]) => {
    const key = `date_${name}`;
    return `${speaks(key) ? t(key) : name} ${date.slice(0, 10)}`;
  });
  const parts = [site, author, ...said].filter(Boolean).map((text) => element("span", {}, text));
  const address = webAddress(url);
  if (address) parts.push(element("a", { href: address, rel: "noopener noreferrer" }, t("original")));
  return parts;
}

function sayPosition() {
  const ignored = span === null && location.hash.length > 1;
  $("note").hidden = !ignored;
  $("note").textContent = ignored ? t("badFragment", { fragment: location.hash.slice(1) }) : "";
  $("quote-tools").hidden = span === null;
  if (span === null) return;
  $("position").textContent = t("position", span);
  $("position").title = t("positionHelp", { length: number(article.length) });
}

function markSpan({ smoothly = false } = {}) {
  span = spanOfFragment(location.hash, article.length);
  sayPosition();
  if (span === null) {
    $("source").replaceChildren(article.text);
    return;
  }
  const [before, quote, after] = splitByCodePoints(article.text, span.start, span.end);
  const mark = element("mark", { tabIndex: -1 }, quote);
  $("source").replaceChildren(before, mark, after);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const fits = mark.getBoundingClientRect().height < innerHeight * 0.7;
  mark.focus({ preventScroll: true }); // so that keyboards and screen readers go on from the quote
  mark.scrollIntoView({ block: fits ? "center" : "start", behavior: smoothly && !calm ? "smooth" : "instant" });
}

async function copyQuote() {
  const mark = $("source").querySelector("mark");
  try {
    await navigator.clipboard.writeText(mark.textContent);
    announce("copied");
  } catch {
    // browsers keep the clipboard from pages that came over plain HTTP
    getSelection().selectAllChildren(mark);
    announce("copyByHand");
  }
}

let silence;
function announce(name) {
  clearTimeout(silence);
  $("status").textContent = t(name);
  silence = setTimeout(() => $("status").replaceChildren(), ANNOUNCED_FOR);
}

$("copy").addEventListener("click", copyQuote);
addEventListener("hashchange", () => article && markSpan({ smoothly: true }));
history.scrollRestoration = "manual"; // the fragment says where to look
startLanguage(sayAll);
load();
