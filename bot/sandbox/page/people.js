/* People and groups as they are shown: names, initials on a colour that stays theirs, mentions. */

import { h } from "./dom.js";
import { session } from "./session.js";
import { store } from "./store.js";

const HUES = 10;

export function displayName(user) {
  return user?.real_name || user?.name || "Somebody";
}

export function userNamed(id) {
  return store.users.get(id) ?? { id, name: id, real_name: id };
}

function initials(user) {
  const words = displayName(user).split(/[\s._-]+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words.at(-1)[0] : displayName(user).slice(0, 2)).toUpperCase();
}

/** Stable: the same id has the same colour on every machine and after every restart. */
function hueOf(id) {
  let sum = 0;
  for (const character of String(id)) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return sum % HUES;
}

export function avatar(user, size = "") {
  if (user.id === store.botUserId) return h("img", { class: `avatar ${size}`.trim(), src: "/page/favicon.svg", alt: "" });
  const kind = user.is_bot ? "avatar-bot" : `avatar-hue-${hueOf(user.id)}`;
  return h("span", { class: `avatar ${kind} ${size}`.trim(), "aria-hidden": "true" }, initials(user));
}

export function mention(userId, label) {
  const user = store.users.get(userId);
  const mine = userId === session.userId ? " mention-me" : "";
  return h("span", { class: `mention${mine}`, title: user?.title || undefined }, `@${user ? displayName(user) : label || userId}`);
}

export function groupMention(groupId, label) {
  const group = store.groups.get(groupId);
  const mine = group?.users?.includes(session.userId) ? " mention-me" : "";
  const names = (group?.users ?? []).map((id) => displayName(userNamed(id))).join(", ");
  return h("span", { class: `mention${mine}`, title: names || undefined }, `@${group?.handle ?? (label || groupId).replace(/^@/, "")}`);
}

export function channelMention(channelId, label) {
  const channel = store.channels.get(channelId);
  const name = `#${channel?.name ?? (label || channelId)}`;
  if (!channel) return h("span", { class: "mention" }, name);
  return h("a", { class: "mention", href: `#channel=${encodeURIComponent(channel.name)}` }, name);
}

export const broadcastMention = (word) => h("span", { class: "mention mention-me" }, `@${word}`);
