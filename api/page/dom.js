// Finds and builds elements. Text goes in as text: nothing on these pages is ever parsed as HTML.

export const $ = (id) => document.getElementById(id);

/** element("a", {href: "/", "aria-label": "x"}, "text", node, …); what is null or undefined is left out. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(className, text, onclick, properties = {}) {
  return element("button", { type: "button", className, onclick, ...properties }, text);
}

/** Whether a press wants no new tab, which is the browser's job. */
export const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

export function skeleton() {
  return element("div", { className: "skeleton", "aria-hidden": "true" }, ...Array.from({ length: 4 }, () => element("i")));
}
