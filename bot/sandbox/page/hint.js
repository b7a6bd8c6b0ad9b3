/* What this page is, for somebody who sees it first; gone for good once dismissed. */

import { h, iconButton } from "./dom.js";
import { dismissHint, session } from "./session.js";

export function mountHint() {
  if (session.hintSeen) return;
  const remove = () => {
    dismissHint();
    node.remove();
  };
  const node = h(
    "aside",
    { class: "hint", "aria-label": "About this page" },
    h("div", {}, h("strong", {}, "This is a stand-in Slack workspace."), " No account, nothing leaves this machine. Act as anybody (top left), press the buttons, or type ", h("kbd", {}, "/"), " to see the commands."),
    h("button", { type: "button", class: "button", onclick: remove }, "Got it"),
    iconButton("close", "Dismiss the hint", remove),
  );
  document.getElementById("main").querySelector(".main-head").after(node);
}
