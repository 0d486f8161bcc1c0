// Shows what went wrong, in the server's own words where it gave any.

import { button, element } from "./dom.js";
import { t } from "./language.js";

/** Fills `place` (a live region); `retry` is called by its button. `broken`: a part of the answer had come before. */
export function showFailure(place, { status, detail, requestId }, retry, broken = false) {
  const reached = status !== null;
  // the server writes its details in English
  const said = detail === null
    ? element("p", {}, reached ? t("unreadable", { status }) : t(broken ? "brokenHint" : "offlineHint"))
    : element("p", { lang: "en" }, detail);
  const id = requestId && element("p", { className: "faint" }, `${t("requestId")} `, element("code", {}, requestId));
  const heading = element("h2", {}, t(broken ? "broken" : reached ? "refused" : "offline"));
  const notice = element("div", { className: "notice failure" }, heading, said, id || null);
  notice.append(button("primary", t("retry"), retry));
  place.replaceChildren(notice);
}
