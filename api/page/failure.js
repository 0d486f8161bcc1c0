// Shows what went wrong, in the server's own words where it gave any.

import { element } from "./dom.js";
import { t } from "./language.js";

/** Fills `place` (a live region); `retry` is called by its button. */
export function showFailure(place, failure, retry) {
  const { status, detail, requestId } = failure;
  const reached = status !== null;
  // the server writes its details in English
  const said = detail === null
    ? element("p", {}, reached ? t("unreadable", { status }) : t("offlineHint"))
    : element("p", { lang: "en", className: "detail" }, detail);
  const id = requestId && element("p", { className: "faint" }, `${t("requestId")} `, element("code", {}, requestId));
  const button = element("button", { type: "button", className: "primary" }, t("retry"));
  button.addEventListener("click", retry);
  const heading = element("h2", {}, reached ? t("refused") : t("offline"));
  place.replaceChildren(element("div", { className: "notice failure" }, heading, said, id || null, button));
}
