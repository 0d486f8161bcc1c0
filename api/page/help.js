// The overlay that says what the keyboard does. The dialog keeps the focus inside and gives it back by itself.

import { button, element } from "./dom.js";
import { t } from "./language.js";
import { recall, remember } from "./memory.js";

const SINGLE = "single-keys";
const ROWS = [
  ["Enter", "key_enter"],
  ["/", "key_slash"],
  ["↓ ↑", "key_arrows"],
  ["[ ]", "key_brackets"],
  ["g", "key_gloss"],
  ["Esc", "key_escape"],
  ["?", "key_help"],
];

export function showHelp() {
  const box = element("input", { type: "checkbox", checked: recall("localStorage", SINGLE) !== false });
  box.addEventListener("change", () => remember("localStorage", SINGLE, box.checked));
  const rows = ROWS.flatMap(([key, says]) => [
    element("dt", {}, ...key.split(" ").map((one) => element("kbd", {}, one))),
    element("dd", {}, t(says)),
  ]);
  const dialog = element(
    "dialog",
    { "aria-labelledby": "help-title", className: "help" },
    element("h2", { id: "help-title" }, t("help")),
    element("dl", {}, ...rows),
    element("label", {}, box, ` ${t("singleKeys")}`),
    button("primary", t("close"), () => dialog.close()),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
