/* The app's own place: its Home tab, which the bot publishes per person, and the way to its messages. */

import { call } from "./api.js";
import { blockContext, drawBlocks } from "./blocks.js";
import { h, replace } from "./dom.js";
import { formOf } from "./form.js";
import { avatar, displayName, userNamed } from "./people.js";
import { APP_HOME, APP_MESSAGES, open, session } from "./session.js";
import { emit, store } from "./store.js";

export function openHome() {
  open(APP_HOME);
  call("open_home", { user: session.userId });
}

export function homeTabs() {
  const bot = userNamed(store.botUserId);
  const tab = (label, chosen, onclick) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(chosen), onclick }, label);
  const atHome = session.place === APP_HOME;
  return [
    h("h1", { class: "place-name" }, avatar(bot, "avatar-small"), displayName(bot), h("span", { class: "app-badge" }, "APP")),
    h("div", { class: "tabs", role: "tablist", "aria-label": "App" }, tab("Home", atHome, openHome), tab("Messages", !atHome, () => open(APP_MESSAGES))),
  ];
}

export function drawHome(host) {
  const view = store.homes.get(session.userId);
  if (!view) return replace(host, h("div", { class: "beginning" }, h("h2", {}, "Nothing on the Home tab yet"), h("p", {}, "The bot draws this page when somebody opens it. If it stays empty, the bot is not connected.")));
  const focused = document.activeElement?.dataset?.control;
  const key = `h-${session.userId}-${view.id}`;
  const context = blockContext({ key, viewId: view.id, form: formOf(key, view.state?.values), blocks: () => view.blocks, changed: () => emit("homes", {}) });
  replace(host, h("div", { class: "home-blocks" }, drawBlocks(view.blocks, context)));
  if (focused) host.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
