/* A dialog over the page: title, body, footer; keeps the keyboard inside and gives the focus back. */

import { append, h, iconButton, uniqueId } from "./dom.js";

const FOCUSABLE = "button:not(:disabled), [href], input:not(:disabled), select, textarea, [tabindex='0']";

export function overlay({ title, lead, body, footer, kind = "", onEscape, closeLabel = "Close" }) {
  const before = document.activeElement;
  const titleId = uniqueId("dialog-title");
  const head = h("header", { class: "dialog-head" }, lead, h("h2", { id: titleId, class: "dialog-title" }, title), iconButton("close", closeLabel, () => onEscape()));
  const panel = h("div", { class: `dialog ${kind}`, role: "dialog", "aria-modal": "true", "aria-labelledby": titleId }, head, h("div", { class: "dialog-body" }, body));
  if (footer?.length) append(panel, [h("footer", { class: "dialog-foot" }, footer)]);
  const layer = h("div", { class: "overlay", onkeydown: (event) => keys(event, panel, onEscape) }, panel);
  document.getElementById("modals").append(layer);
  return {
    panel,
    layer,
    close() {
      layer.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
    },
  };
}

function keys(event, panel, onEscape) {
  if (event.key === "Escape") {
    event.stopPropagation();
    onEscape();
  }
  if (event.key === "Tab") keepInside(event, panel);
}

function keepInside(event, panel) {
  const stops = [...panel.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge && panel.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}

/** The first thing one would fill in, else the first button of the dialog's own. */
export function focusFirst(panel) {
  const first = panel.querySelector(".dialog-body input:not([type=hidden]):not(:disabled), .dialog-body textarea, .dialog-body .select-button");
  (first ?? panel.querySelector(".dialog-foot button:last-child, .dialog-body button, button"))?.focus();
}
