/* Reactions: what stands below a message, and giving one's own. */

import { call } from "./api.js";
import { h, iconButton } from "./dom.js";
import { emojiNames, emojiNode } from "./emoji.js";
import { displayName, userNamed } from "./people.js";
import { openPicker } from "./picker.js";
import { session } from "./session.js";

export function drawReactions(message, channel) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) => chip(one, message, channel)));
}

/** A click gives the same, a second one takes it back. */
function chip({ name, users = [], count }, message, channel) {
  const mine = users.includes(session.userId);
  const who = users.map((id) => displayName(userNamed(id))).join(", ");
  const props = { type: "button", class: `reaction${mine ? " mine" : ""}`, "aria-pressed": String(mine), title: who, "aria-label": `${name}, ${count ?? users.length}: ${who}`, disabled: channel.is_archived };
  return h("button", { ...props, onclick: () => react(message, channel, name, mine) }, emojiNode(name) ?? `:${name}:`, ` ${count ?? users.length}`);
}

const react = (message, channel, name, remove) => call("react", { user: session.userId, channel: channel.id, ts: message.ts, name, remove });

export function reactionTool(message, channel) {
  if (channel.is_archived) return null;
  const open = (event) => {
    const items = emojiNames().map((name) => ({ key: name, label: name, node: h("span", {}, emojiNode(name), ` ${name.replaceAll("_", " ")}`) }));
    openPicker(event.currentTarget, { groups: [{ items }], label: "Reactions", onPick: (item) => react(message, channel, item.key, false) });
  };
  return iconButton("smile", "Add reaction", open, { class: "icon-button tool", "aria-haspopup": "listbox", "aria-expanded": "false" });
}
