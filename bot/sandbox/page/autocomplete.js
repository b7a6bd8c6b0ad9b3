/* Completion above a composer: slash commands at the start, people after @, channels after #. */

import { append, h, replace, uniqueId } from "./dom.js";
import { avatar, displayName, userNamed } from "./people.js";
import { people } from "./session.js";
import { store } from "./store.js";

const SHOWN = 9;

export class Autocomplete {
  constructor(textarea) {
    this.textarea = textarea;
    this.items = [];
    this.active = 0;
    this.id = uniqueId("complete");
    this.node = h("div", { class: "complete", role: "listbox", id: this.id, "aria-label": "Suggestions", hidden: true });
    this.hint = h("div", { class: "usage", hidden: true });
    textarea.setAttribute("aria-controls", this.id);
    textarea.setAttribute("aria-autocomplete", "list");
    textarea.setAttribute("aria-expanded", "false");
    textarea.addEventListener("input", () => this.update());
    textarea.addEventListener("click", () => this.update());
    textarea.addEventListener("blur", () => setTimeout(() => this.close(), 120));
  }

  get isOpen() {
    return !this.node.hidden;
  }

  close() {
    this.node.hidden = true;
    this.items = [];
    this.textarea.setAttribute("aria-expanded", "false");
    this.textarea.removeAttribute("aria-activedescendant");
  }

  update() {
    const { value, selectionStart } = this.textarea;
    this.showUsage(value);
    this.items = suggestionsFor(value.slice(0, selectionStart)).slice(0, SHOWN);
    this.active = 0;
    if (!this.items.length) return this.close();
    this.draw();
  }

  draw() {
    replace(this.node);
    append(this.node, this.items.map((item, at) => h(
      "div",
      { class: `complete-item${at === this.active ? " active" : ""}`, role: "option", id: `${this.id}-${at}`, "aria-selected": String(at === this.active), onpointerdown: (event) => (event.preventDefault(), this.accept(at)) },
      item.node,
    )));
    append(this.node, [h("div", { class: "complete-keys", "aria-hidden": "true" }, h("kbd", {}, "↑↓"), " to move ", h("kbd", {}, "Tab"), " to take ", h("kbd", {}, "Esc"), " to leave")]);
    this.node.hidden = false;
    this.textarea.setAttribute("aria-expanded", "true");
    this.textarea.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    this.node.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  /** True when the key was for the list. What is typed in full already is sent by Enter, as in Slack. */
  key(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.active = (this.active + step + this.items.length) % this.items.length;
      this.draw();
      return true;
    }
    if (event.key === "Escape") return this.close(), true;
    if (event.key === "Tab") return this.accept(this.active), true;
    if (event.key !== "Enter" || this.isWhole(this.items[this.active])) return false;
    return this.accept(this.active), true;
  }

  isWhole({ insert, typed }) {
    const caret = this.textarea.selectionStart;
    return this.textarea.value.slice(caret - typed, caret) === insert.trim();
  }

  accept(at) {
    const { textarea } = this;
    const item = this.items[at];
    const caret = textarea.selectionStart;
    textarea.setRangeText(item.insert, caret - item.typed, caret, "end");
    textarea.focus();
    this.close();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** After the command's name: what may follow it. */
  showUsage(value) {
    const command = store.commands.find((one) => value.startsWith(`${one.command} `));
    this.hint.hidden = !command;
    if (command) replace(this.hint, h("strong", {}, command.command), " ", h("span", { class: "usage-hint" }, command.usage_hint ?? ""), h("span", { class: "usage-text" }, command.description ?? ""));
  }
}

function suggestionsFor(before) {
  const slash = /^\/\S*$/.exec(before);
  if (slash) return commandItems(slash[0]);
  const word = /(?:^|[\s(])([@#])([\w.-]*)$/.exec(before);
  if (!word) return [];
  return word[1] === "@" ? mentionItems(word[2].toLowerCase()) : channelItems(word[2].toLowerCase());
}

function commandItems(typed) {
  return store.commands
    .filter((one) => one.command.startsWith(typed.toLowerCase()))
    .map((one) => ({
      insert: `${one.command} `,
      typed: typed.length,
      node: h("span", { class: "complete-command" }, h("strong", {}, one.command), h("span", { class: "usage-hint" }, one.usage_hint ?? ""), h("span", { class: "complete-text" }, one.description ?? "")),
    }));
}

function mentionItems(typed) {
  const fits = (...names) => names.some((name) => name?.toLowerCase().split(/\s+/).some((word) => word.startsWith(typed)));
  const bot = store.users.get(store.botUserId);
  const users = [...people(), ...(bot ? [bot] : [])].filter((user) => fits(user.name, displayName(user)));
  const groups = [...store.groups.values()].filter((group) => fits(group.handle, group.name));
  const item = (handle, node) => ({ insert: `@${handle} `, typed: typed.length + 1, node });
  return [
    ...users.map((user) => item(user.name, h("span", { class: "complete-person" }, avatar(user, "avatar-small"), h("strong", {}, displayName(user)), h("span", { class: "complete-text" }, user.title ?? "")))),
    ...groups.map((group) => item(group.handle, h("span", { class: "complete-person" }, h("strong", {}, `@${group.handle}`), h("span", { class: "complete-text" }, `${group.name} · ${group.users.map((id) => displayName(userNamed(id))).join(", ")}`)))),
  ];
}

function channelItems(typed) {
  return [...store.channels.values()]
    .filter((one) => !one.is_im && !one.is_archived && one.name.startsWith(typed))
    .map((one) => ({ insert: `#${one.name} `, typed: typed.length + 1, node: h("strong", {}, `#${one.name}`) }));
}
