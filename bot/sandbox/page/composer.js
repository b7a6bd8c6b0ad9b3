/* Where one writes: messages, thread replies and slash commands. Drafts stay per place. */

import { runShortcut } from "./actions.js";
import { call } from "./api.js";
import { Autocomplete } from "./autocomplete.js";
import { h, icon, iconButton, replace } from "./dom.js";
import { displayName, userNamed } from "./people.js";
import { openPicker } from "./picker.js";
import { lastRead, session } from "./session.js";
import { addNotice, store } from "./store.js";

const TALLEST_PX = 220;
const drafts = new Map();

/** As Slack's own client sends what was typed; the server makes ids of names. */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const globalShortcuts = () => store.shortcuts.filter((one) => one.type === "global");

export class Composer {
  /** `channelOf` and `threadOf` say where a message goes at the moment it is sent. */
  constructor({ id, channelOf, threadOf = () => null }) {
    this.channelOf = channelOf;
    this.threadOf = threadOf;
    this.textarea = h("textarea", { id, class: "composer-text", rows: "1", role: "combobox", onkeydown: (event) => this.key(event), oninput: () => this.changed() });
    this.complete = new Autocomplete(this.textarea);
    this.sendButton = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send (Enter)", disabled: true, onclick: () => this.send() }, icon("send"));
    this.busy = h("p", { class: "composer-busy", "aria-live": "polite" });
    this.shortcutButton = iconButton("bolt", "Shortcuts", () => this.openShortcuts(), { class: "icon-button", "aria-haspopup": "listbox", "aria-expanded": "false" });
    this.box = h("div", { class: "composer-box" }, this.shortcutButton, this.textarea, this.sendButton);
    this.closed = h("p", { class: "composer-closed", hidden: true }, "This channel is archived; nobody can write here any more.");
    this.node = h("div", { class: "composer" }, this.complete.node, this.complete.hint, this.box, this.closed, this.busy);
  }

  get draftKey() {
    return `${session.userId}/${this.channelOf()?.id ?? ""}/${this.threadOf() ?? ""}`;
  }

  focus() {
    this.textarea.focus({ preventScroll: true });
  }

  /** Another place or person: its own draft, its own name in the field. */
  refresh() {
    const channel = this.channelOf();
    this.box.hidden = Boolean(channel?.is_archived);
    this.closed.hidden = !channel?.is_archived;
    const label = this.threadOf() ? "Reply…" : channel?.is_im ? `Message ${displayName(userNamed(store.botUserId))}` : `Message #${channel?.name ?? ""}`;
    this.textarea.placeholder = this.threadOf() || matchMedia("(max-width: 720px)").matches ? label : `${label}, or type / for commands`;
    this.textarea.setAttribute("aria-label", label);
    this.shortcutButton.hidden = !globalShortcuts().length || Boolean(this.threadOf());
    this.textarea.value = drafts.get(this.draftKey) ?? "";
    replace(this.busy);
    this.complete.close();
    this.complete.showUsage(this.textarea.value);
    this.resize();
  }

  changed() {
    drafts.set(this.draftKey, this.textarea.value);
    this.resize();
  }

  resize() {
    this.sendButton.disabled = !this.textarea.value.trim();
    this.textarea.style.setProperty("height", "auto");
    this.textarea.style.setProperty("height", `${Math.min(this.textarea.scrollHeight, TALLEST_PX)}px`);
  }

  key(event) {
    if (this.complete.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  send() {
    const text = this.textarea.value.trim();
    const channel = this.channelOf();
    if (!text || !channel) return;
    this.textarea.value = "";
    this.changed();
    this.complete.close();
    this.complete.showUsage("");
    session.newLineAfter = session.newLineAfter === null ? null : lastRead(channel.id);
    if (text.startsWith("/")) this.sendCommand(text, channel);
    else this.sendMessage(text, channel);
  }

  async sendMessage(text, channel) {
    const body = { user: session.userId, channel: channel.id, text: escaped(text) };
    const thread = this.threadOf();
    const answer = await call("message", thread ? { ...body, thread_ts: thread } : body);
    if (!answer) this.giveBack(text);
  }

  async sendCommand(text, channel) {
    const [command] = text.split(/\s/, 1);
    const refusal = this.refusalOf(command);
    if (refusal) return addNotice({ user: session.userId, channel: channel.id, text: refusal, thread_ts: this.threadOf() ?? undefined });
    replace(this.busy, h("span", { class: "dots", "aria-hidden": "true" }), `Sending ${command}`);
    const answer = await call("command", { user: session.userId, channel: channel.id, command, text: text.slice(command.length).trim() });
    replace(this.busy);
    if (!answer) this.giveBack(text);
  }

  /** What Slack itself says before any app hears of it. */
  refusalOf(command) {
    if (store.commands.length && !store.commands.some((one) => one.command === command)) return `\`${command}\` is not a valid command. Type \`/\` to see the ones there are.`;
    return this.threadOf() ? `\`${command}\` is not supported in threads. Sorry!` : null;
  }

  openShortcuts() {
    const items = globalShortcuts().map((one) => ({ key: one.callback_id, label: one.name, hint: one.description }));
    const onPick = (item) => runShortcut({ callback_id: item.key });
    openPicker(this.shortcutButton, { groups: [{ label: "Shortcuts", items }], search: false, label: "Shortcuts", onPick });
  }

  giveBack(text) {
    if (this.textarea.value) return;
    this.textarea.value = text;
    this.changed();
  }
}
