/* Short lines at the bottom that go away by themselves. */

import { h, iconButton } from "./dom.js";

const SHOWN_MS = 7_000;

export function toast(text, kind = "error") {
  const host = document.getElementById("toasts");
  const node = h("div", { class: `toast toast-${kind}` }, h("span", {}, text), iconButton("close", "Dismiss", () => node.remove()));
  host.append(node);
  setTimeout(() => node.remove(), SHOWN_MS);
}
