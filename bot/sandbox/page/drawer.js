/* The sandbox's own tools share one drawer on the right: the raw traffic, or the controls. */

import { h, iconButton, replace } from "./dom.js";

const kinds = new Map();
let open = null;

/** A tool gives its title and a function that fills the body; it may return what to run when the drawer closes. */
export function addDrawer(kind, title, fill) {
  kinds.set(kind, { title, fill });
}

export function toggleDrawer(kind) {
  const host = document.getElementById("drawer");
  open = open === kind ? null : kind;
  host.hidden = open === null;
  document.getElementById("app").classList.toggle("with-drawer", open !== null);
  for (const button of document.querySelectorAll("[data-drawer]")) button.setAttribute("aria-pressed", String(button.dataset.drawer === open));
  if (open === null) return replace(host);
  const { title, fill } = kinds.get(open);
  const body = h("div", { class: "drawer-body" });
  replace(host, h("header", { class: "panel-head" }, h("h2", {}, title), iconButton("close", "Close the drawer", () => toggleDrawer(kind))), body);
  fill(body);
  host.querySelector("button")?.focus({ preventScroll: true });
}

export const isDrawerOpen = (kind) => open === kind;
