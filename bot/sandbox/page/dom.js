/* Builds elements. Data only ever becomes a DOM text node or an attribute value: there is no innerHTML on this page. */

const SVG = "http://www.w3.org/2000/svg";

/** `h("button", {class: "x", onclick: press}, "Save")`; null, false and undefined children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) setProp(node, name, value);
  append(node, children);
  return node;
}

function setProp(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "class") node.className = value;
  else if (name === "dataset") Object.assign(node.dataset, value);
  // Through CSSOM, because the Content-Security-Policy refuses style attributes.
  else if (name === "style") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
  else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") node[name] = value;
  else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Only http and https may leave the page; anything else (javascript:, data:) is shown as text. */
export function safeUrl(url) {
  try {
    const parsed = new URL(String(url));
    return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, ...children) {
  const href = safeUrl(url);
  const shown = children.length ? children : [String(url)];
  if (!href) return h("span", { class: "dead-link" }, shown);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown);
}

const PATHS = {
  hash: "M6 3 4.8 13M11.2 3 10 13M3 6.2h10.4M2.6 9.8H13",
  lock: "M4.5 7.2V5.5a3.5 3.5 0 0 1 7 0v1.7M3.6 7.2h8.8v6H3.6z",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.8 3.2 5 8l4.8 4.8",
  down: "M4 6.2 8 10.2l4-4",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.4v1.2M8 13.4v1.2M1.4 8h1.2M13.4 8h1.2M3.4 3.4l.8.8M11.8 11.8l.8.8M3.4 12.6l.8-.8M11.8 4.2l.8-.8",
  traffic: "M5 13V3.4M2.6 5.8 5 3.4l2.4 2.4M11 3v9.6M8.6 10.2l2.4 2.4 2.4-2.4",
  flask: "M6.2 2.4h3.6M7 2.4v4L3.4 12.6c-.4.8 0 1.2.8 1.2h7.6c.8 0 1.2-.4.8-1.2L9 6.4v-4M5 10.4h6",
  send: "M2.6 3 13.6 8 2.6 13l1.6-5zM4.2 8h5",
  reply: "M13 12.4c0-3.8-2-5.6-6-5.6H3M6 3.8 3 6.8l3 3",
  eye: "M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  warn: "M8 2.4 14.4 13.4H1.6zM8 6.4v3.2M8 11.4h.01",
  info: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.4v3.6M8 5h.01",
  check: "M3.2 8.4 6.6 11.8 13 4.6",
  home: "M2.4 7.4 8 2.6l5.6 4.8M4 6.6v6.6h8V6.6",
  chat: "M2.4 3.2h11.2v7.6H7.2L4.2 13.4v-2.6H2.4z",
  bolt: "M9 1.8 3.4 9h3.8L6.6 14.2 12.6 6.6H8.6z",
  smile: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM5.4 9.2a2.8 2.8 0 0 0 5.2 0M6 6h.01M10 6h.01",
  trash: "M3 4.4h10M6.4 4.4V2.8h3.2v1.6M4.4 4.4l.6 8.8h6l.6-8.8",
  clock: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.6V8l2.4 1.6",
};

/** The same for drawings. */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, String(value));
  return append(node, children);
}

/** A 16 px line icon, hidden from screen readers: the control around it carries the label. */
export function icon(name, className = "") {
  return svg("svg", { viewBox: "0 0 16 16", class: `icon ${className}`.trim(), "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}

export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

/** Runs `draw` at most once per frame however often it is asked for. */
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

let lastId = 0;
export const uniqueId = (prefix) => `${prefix}-${++lastId}`;
