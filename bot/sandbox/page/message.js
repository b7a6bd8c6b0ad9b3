/* One message: who, when, what, and what one can do with it. */

import { redrawMessage, runShortcut } from "./actions.js";
import { attachments } from "./attachments.js";
import { blockContext, drawBlocks } from "./blocks.js";
import { h, icon, iconButton } from "./dom.js";
import { pathOfFile } from "./elements.js";
import { formOf } from "./form.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, displayName, userNamed } from "./people.js";
import { openPicker } from "./picker.js";
import { drawReactions, reactionTool } from "./reactions.js";
import { dismiss, openThread, session } from "./session.js";
import { store } from "./store.js";
import { ago, clockTime, fullTime, tsDate } from "./time.js";

const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", is_bot: true };

export function authorOf(message) {
  if (message.isNotice || message.user === SLACKBOT.id) return SLACKBOT;
  if (message.isEphemeral || message.bot_id) return store.users.get(store.botUserId) ?? userNamed(message.user);
  return userNamed(message.user);
}

/** `grouped` leaves out the head when the same author spoke just before; `inThread` leaves out the way into the thread. */
export function drawMessage(message, { channel, grouped = false, inThread = false, updated = false }) {
  const author = authorOf(message);
  const time = tsDate(message.ts);
  const classes = ["message", grouped && "grouped", message.isEphemeral && "ephemeral", message.isNotice && "notice", updated && "updated"];
  const gutter = grouped ? h("time", { class: "gutter-time", title: fullTime(time) }, clockTime(time)) : avatar(author);
  return h(
    "article",
    { class: classes.filter(Boolean).join(" "), tabindex: "-1", dataset: { ts: message.ts }, "aria-label": `${displayName(author)}, ${clockTime(time)}` },
    h("div", { class: "gutter" }, gutter),
    h(
      "div",
      { class: "message-body" },
      message.isEphemeral && onlyYou(message),
      !grouped && head(author, message, time),
      content(message, channel),
      !inThread && !message.isEphemeral && threadLink(message, channel),
    ),
    !message.isEphemeral && !isGone(message) && tools(message, channel, inThread),
  );
}

function head(author, message, time) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, message.username ?? displayName(author)),
    author.is_bot && h("span", { class: "app-badge" }, "APP"),
    h("time", { class: "message-time", datetime: time.toISOString(), title: fullTime(time) }, clockTime(time)),
  );
}

function onlyYou(message) {
  const away = h("button", { type: "button", class: "link-button", onclick: () => dismiss(message) }, "Dismiss");
  return h("div", { class: "only-you" }, icon("eye"), h("span", {}, "Only visible to you"), h("span", { "aria-hidden": "true" }, "·"), away);
}

/** What Slack leaves of a deleted message below which others stand. */
const isGone = (message) => message.subtype === "tombstone";

/** Blocks are what is shown and text their fallback, unless there are no blocks. */
function content(message, channel) {
  if (isGone(message)) return h("div", { class: "message-gone" }, icon("trash"), message.text);
  const key = `m-${channel.id}-${message.ts}`;
  const context = blockContext({
    key,
    channel: channel.id,
    ts: message.ts,
    // A card that changed shows its own choices again: what somebody picked in it has been said by then.
    form: formOf(`${key}-${message.edited?.ts ?? ""}`),
    blocks: () => [...(message.blocks ?? []), ...(message.attachments ?? []).flatMap((one) => one.blocks ?? [])],
    changed: redrawMessage(channel.id, message.ts),
  });
  const hasBlocks = Boolean(message.blocks?.length);
  const text = !hasBlocks && message.text ? h("div", { class: "message-text" }, mrkdwn(message.text)) : null;
  const edited = message.edited && h("span", { class: "edited", title: `Edited ${fullTime(tsDate(message.edited.ts ?? message.ts))}` }, "(edited)");
  return h("div", { class: "content" }, text, hasBlocks && drawBlocks(message.blocks, context), attachments(message.attachments, context), files(message.files), drawReactions(message, channel), edited);
}

function files(list) {
  return list?.length ? h("div", { class: "files" }, list.map((file) => fileNode(file))) : null;
}

function fileNode(file) {
  const name = file.title || file.name || "file";
  if (file.mode === "tombstone") return h("span", { class: "message-gone" }, icon("trash"), "This file was deleted.");
  const href = pathOfFile(file.id);
  if (/^image\/(png|jpeg|gif)$/.test(file.mimetype ?? "")) return h("figure", { class: "figure" }, h("figcaption", {}, name), h("img", { class: "block-image", src: href, alt: name }));
  return h("a", { class: "file", href, target: "_blank", rel: "noopener noreferrer" }, name);
}

function threadLink(message, channel) {
  const replies = repliesOf(channel, message.ts);
  const count = Math.max(message.reply_count ?? 0, replies.length);
  if (!count) return null;
  const authors = [...new Map(replies.map((reply) => [authorOf(reply).id, authorOf(reply)])).values()].slice(0, 3);
  const last = replies.at(-1);
  return h(
    "button",
    { type: "button", class: "thread-link", onclick: () => openThread(message.ts) },
    h("span", { class: "thread-faces" }, authors.map((author) => avatar(author, "avatar-small"))),
    h("span", { class: "thread-count" }, `${count} ${count === 1 ? "reply" : "replies"}`),
    last && h("span", { class: "thread-last" }, `Last reply ${ago(tsDate(last.ts))}`),
  );
}

export const repliesOf = (channel, threadTs) => channel.messages.filter((one) => one.thread_ts === threadTs && one.ts !== threadTs);

function tools(message, channel, inThread) {
  const reply = !inThread && iconButton("reply", "Reply in thread", () => openThread(message.thread_ts ?? message.ts), { class: "icon-button tool" });
  const shortcuts = store.shortcuts.filter((one) => one.type === "message");
  const more = shortcuts.length > 0 && iconButton("more", "More actions", (event) => openShortcuts(event.currentTarget, shortcuts, message, channel), { class: "icon-button tool", "aria-haspopup": "listbox", "aria-expanded": "false" });
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Message actions" }, reactionTool(message, channel), reply, more);
}

function openShortcuts(anchor, shortcuts, message, channel) {
  const items = shortcuts.map((one) => ({ key: one.callback_id, label: one.name, hint: one.description }));
  const onPick = (item) => runShortcut({ callback_id: item.key, channel: channel.id, ts: message.ts });
  openPicker(anchor, { groups: [{ label: "Message shortcuts", items }], search: false, label: "Message shortcuts", onPick });
}
