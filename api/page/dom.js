// Builds elements. Text goes in as text: nothing on these pages is ever parsed as HTML.

/** element("a", {href: "/"}, "text", node, …); null children and undefined properties are left out. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) if (value !== undefined) node[name] = value;
  node.append(...children.filter((child) => child !== null));
  return node;
}
