/* Where this browser looks from: acting person, open place, thread, theme, what has been read. Kept in localStorage and the hash. */

import { emit, store } from "./store.js";

const KEY = "riskbot-sandbox";
export const APP_HOME = "app:home";
export const APP_MESSAGES = "app:messages";

const saved = readSaved();

export const session = {
  userId: null,
  place: null, // a channel id, APP_HOME or APP_MESSAGES
  threadTs: null,
  targetTs: null,
  theme: saved.theme ?? "auto",
  hintSeen: saved.hintSeen ?? false,
  read: saved.read ?? {}, // user id → channel id → ts of the last message read
  dismissed: saved.dismissed ?? [], // ts of private messages that were waved away; the server keeps them
  newLineAfter: null, // ts after which the "New" line stands in the open place
};

function readSaved() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function save() {
  const { theme, hintSeen, read, dismissed } = session;
  localStorage.setItem(KEY, JSON.stringify({ user: actingUser()?.name ?? saved.user, place: placeName(), theme, hintSeen, read, dismissed }));
}

export const actingUser = () => store.users.get(session.userId);
export const people = () => [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);

export function directChannel(userId = session.userId) {
  return [...store.channels.values()].find((channel) => channel.is_im && channel.user === userId);
}

/** The channel that is open now; null on the Home tab, and before the first direct message exists. */
export function openChannel() {
  if (session.place === APP_MESSAGES) return directChannel() ?? null;
  return store.channels.get(session.place) ?? null;
}

function placeName() {
  if (session.place === APP_HOME || session.place === APP_MESSAGES) return session.place;
  return store.channels.get(session.place)?.name ?? null;
}

const hash = () => new URLSearchParams(location.hash.slice(1));

function userNamed(name) {
  return people().find((user) => user.name === name || user.id === name);
}

function placeNamed(name) {
  if (name === APP_HOME || name === APP_MESSAGES) return name;
  const wanted = name?.replace(/^#/, "");
  return [...store.channels.values()].find((channel) => !channel.is_im && (channel.name === wanted || channel.id === wanted))?.id;
}

const PREFERRED_CHANNEL = "llm-alerts";

/** After every state frame: keep what is open when it still exists, else the hash, else what was open last time. */
export function settle() {
  const wanted = hash();
  const user = userNamed(session.userId) ?? userNamed(wanted.get("user")) ?? userNamed(saved.user) ?? people()[0];
  session.userId = user?.id ?? null;
  const kept = session.place && (session.place.startsWith("app:") || store.channels.has(session.place)) ? session.place : null;
  const place = kept ?? placeNamed(wanted.get("channel")) ?? placeNamed(saved.place) ?? placeNamed(PREFERRED_CHANNEL);
  const first = [...store.channels.values()].find((channel) => !channel.is_im);
  const threadTs = session.place ? session.threadTs : wanted.get("thread");
  startReading();
  open(place ?? first?.id ?? APP_HOME, { threadTs });
}

/** What was there before this person first looked counts as read; what comes later does not. */
function startReading() {
  if (!session.userId || session.read[session.userId]) return;
  session.read[session.userId] = Object.fromEntries([...store.channels.values()].map((channel) => [channel.id, newestTs(channel)]));
}

const newestTs = (channel) => channel.messages.at(-1)?.ts ?? "0";

/** `targetTs`: the message to bring into sight. */
export function open(place, { threadTs = null, targetTs = null } = {}) {
  session.place = place;
  session.threadTs = threadTs;
  session.targetTs = targetTs;
  const channel = openChannel();
  session.newLineAfter = channel ? lastRead(channel.id) : null;
  writeHash();
  save();
  emit("place");
}

export function openThread(threadTs) {
  session.threadTs = threadTs;
  writeHash();
  emit("thread");
}

export function actAs(userId) {
  session.userId = userId;
  startReading();
  open(session.place);
  emit("user");
}

export const lastRead = (channelId) => session.read[session.userId]?.[channelId] ?? "0";

export function markRead(channel) {
  const ts = newestTs(channel);
  if (ts <= lastRead(channel.id)) return;
  (session.read[session.userId] ??= {})[channel.id] = ts;
  save();
  emit("read");
}

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;
/** What stands in the channel itself: no replies, unless they were sent to the channel too. */
export const isInChannel = (message) => !isReply(message) || message.subtype === "thread_broadcast";

export function unreadCount(channel) {
  const after = lastRead(channel.id);
  return channel.messages.filter((message) => message.ts > after && message.user !== session.userId && isInChannel(message)).length;
}

function writeHash() {
  const parts = new URLSearchParams();
  parts.set("channel", placeName() ?? "");
  parts.set("user", actingUser()?.name ?? "");
  if (session.threadTs) parts.set("thread", session.threadTs);
  const theme = hash().get("theme");
  if (theme) parts.set("theme", theme);
  history.replaceState(null, "", `#${parts}`);
}

/** A link typed or followed while the page is open. */
export function followHash() {
  const wanted = hash();
  const user = userNamed(wanted.get("user"));
  if (user && user.id !== session.userId) actAs(user.id);
  open(placeNamed(wanted.get("channel")) ?? session.place, { threadTs: wanted.get("thread") });
  applyTheme();
}

export function applyTheme() {
  const theme = hash().get("theme") ?? session.theme;
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function toggleTheme() {
  session.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  const parts = hash();
  parts.delete("theme");
  history.replaceState(null, "", `#${parts}`);
  save();
  applyTheme();
}

const DISMISSED_KEPT = 200;

export function dismiss(message) {
  session.dismissed = [...session.dismissed, message.ts].slice(-DISMISSED_KEPT);
  save();
  emit("ephemerals", { channelId: message.channel });
}

export function dismissHint() {
  session.hintSeen = true;
  save();
}
