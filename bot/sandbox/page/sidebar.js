/* The left side: who one is, the channels with what is unread, direct messages, apps. */

import { h, icon, oncePerFrame, replace } from "./dom.js";
import { openHome } from "./home.js";
import { avatar, displayName, userNamed } from "./people.js";
import { openPicker } from "./picker.js";
import { actAs, actingUser, APP_HOME, APP_MESSAGES, directChannel, open, people, session, unreadCount } from "./session.js";
import { on, store } from "./store.js";

export function mountSidebar() {
  const host = document.getElementById("sidebar");
  const app = document.getElementById("app");
  const draw = oncePerFrame(() => drawSidebar(host));
  on("state place user read messages channels clock", draw);
  on("place", () => app.classList.remove("sidebar-open"));
  document.getElementById("scrim").addEventListener("click", () => app.classList.remove("sidebar-open"));
  document.addEventListener("keydown", (event) => event.key === "Escape" && app.classList.remove("sidebar-open"));
  return () => app.classList.toggle("sidebar-open");
}

const isMember = (channel) => !channel.is_private || !channel.members || channel.members.includes(session.userId);

function drawSidebar(host) {
  const channels = [...store.channels.values()].filter((channel) => !channel.is_im && isMember(channel));
  const current = channels.filter((channel) => !channel.is_archived);
  const archived = channels.filter((channel) => channel.is_archived);
  const focused = document.activeElement?.dataset?.place;
  replace(
    host,
    actAsButton(),
    h(
      "div",
      { class: "places" },
      section("Channels", current.map(channelRow)),
      section("Direct messages", [directRow()]),
      section("Apps", [homeRow()]),
      archived.length > 0 && section("Archived", archived.map(channelRow)),
    ),
  );
  if (focused) host.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
}

const section = (title, rows) => h("section", { class: "places-section" }, h("h2", {}, title), h("ul", {}, rows.map((row) => h("li", {}, row))));

function row({ place, name, mark, unread, onclick, hint }) {
  const current = session.place === place;
  const label = unread ? `${hint ?? name}, ${unread} unread` : hint ?? name;
  return h(
    "button",
    { type: "button", class: `place${unread ? " unread" : ""}`, "aria-current": current ? "page" : undefined, "aria-label": label, dataset: { place }, onclick },
    h("span", { class: "place-mark" }, mark),
    h("span", { class: "place-label" }, name),
    unread > 0 && h("span", { class: "count" }, unread > 99 ? "99+" : unread),
  );
}

function channelRow(channel) {
  return row({ place: channel.id, name: channel.name, mark: icon(channel.is_private ? "lock" : "hash"), unread: session.place === channel.id && document.visibilityState === "visible" ? 0 : unreadCount(channel), onclick: () => open(channel.id) });
}

function directRow() {
  const bot = userNamed(store.botUserId);
  const channel = directChannel();
  const unread = channel && session.place !== APP_MESSAGES ? unreadCount(channel) : 0;
  return row({ place: APP_MESSAGES, name: displayName(bot), mark: avatar(bot, "avatar-tiny"), unread, hint: `Messages with ${displayName(bot)}`, onclick: () => open(APP_MESSAGES) });
}

function homeRow() {
  const bot = userNamed(store.botUserId);
  return row({ place: APP_HOME, name: `${displayName(bot)} Home`, mark: icon("home"), unread: 0, onclick: openHome });
}

/** Everybody of the workspace can be played; the choice stays in this browser. */
function actAsButton() {
  const user = actingUser();
  if (!user) return null;
  const button = h(
    "button",
    { type: "button", class: "act-as", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": `Acting as ${displayName(user)}; change`, onclick: () => choose(button) },
    avatar(user),
    h("span", { class: "act-as-text" }, h("span", { class: "act-as-lead" }, "Acting as"), h("span", { class: "act-as-name" }, displayName(user)), h("span", { class: "act-as-title" }, roleOf(user))),
    icon("down"),
  );
  return button;
}

const roleOf = (user) => user.title || (user.is_restricted ? "Guest" : "");

function choose(anchor) {
  const items = people().map((user) => ({
    key: user.id,
    label: displayName(user),
    search: user.name,
    node: h("span", { class: "picker-person" }, avatar(user, "avatar-small"), displayName(user)),
    hint: [roleOf(user), ...groupsOf(user)].filter(Boolean).join(" · "),
  }));
  openPicker(anchor, { groups: [{ label: "Act as", items }], search: true, chosen: new Set([session.userId]), label: "people", onPick: (item) => actAs(item.key) });
}

const groupsOf = (user) => [...store.groups.values()].filter((group) => group.users.includes(user.id)).map((group) => `@${group.handle}`);
