/* Slack's confirm dialog: a promise of true when the person confirms. */

import { h } from "./dom.js";
import { plainText, textNodes } from "./mrkdwn.js";
import { overlay } from "./overlay.js";

export function confirmed(dialog) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      layer.close();
      resolve(answer);
    };
    const deny = h("button", { type: "button", class: "button", onclick: () => finish(false) }, plainText(dialog.deny ?? "Cancel"));
    const style = dialog.style === "danger" ? "button-danger-filled" : "button-primary";
    const confirm = h("button", { type: "button", class: `button ${style}`, onclick: () => finish(true) }, plainText(dialog.confirm ?? "Yes"));
    const body = h("div", { class: "confirm-text" }, textNodes(dialog.text));
    const layer = overlay({ title: plainText(dialog.title ?? "Are you sure?"), body, footer: [deny, confirm], kind: "confirm", onEscape: () => finish(false) });
    confirm.focus();
  });
}
