/* A scrolling list of messages that redraws only what changed and never steals the scroll position. */

import { h, icon } from "./dom.js";
import { authorOf, drawMessage } from "./message.js";
import { session } from "./session.js";
import { store } from "./store.js";
import { dayKey, dayName, tsDate } from "./time.js";

const GROUP_SECONDS = 5 * 60;
const NEAR_BOTTOM_PX = 48;

export class MessageList {
  /** `inThread` for the right panel; `onSeen` is called when the newest message is in sight. */
  constructor({ inThread = false, label, onSeen = () => {} }) {
    this.inThread = inThread;
    this.onSeen = onSeen;
    this.drawn = new Map(); // key → {message, grouped, node}
    this.stuck = true;
    this.list = h("div", { class: "list" });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "log", "aria-label": label, "aria-live": "polite", onscroll: () => this.scrolled() }, this.list);
    this.pill = h("button", { type: "button", class: "new-pill", hidden: true, onclick: () => this.toBottom() }, h("span", {}), icon("down"));
    this.node = h("div", { class: "list-frame" }, this.scroller, this.pill);
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(this.list);
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(this.scroller);
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    if (this.stuck) this.seen();
  }

  seen() {
    this.pill.hidden = true;
    if (document.visibilityState === "visible") this.onSeen();
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.seen();
  }

  /** What comes in above must not push away what one reads. */
  keepingPlace(draw) {
    const fromBottom = this.scroller.scrollHeight - this.scroller.scrollTop;
    draw();
    this.scroller.scrollTop = this.scroller.scrollHeight - fromBottom;
  }

  /** Another place: nothing drawn so far counts. */
  reset() {
    this.drawn.clear();
    this.list.replaceChildren();
    this.pill.hidden = true;
  }

  forget(ts) {
    for (const key of this.drawn.keys()) if (key.endsWith(ts)) this.drawn.get(key).message = null;
  }

  /** `newAfter`: the ts after which the "New" line stands; `before`: nodes above the first message. */
  draw(channel, messages, { newAfter = null, before = [], unread = 0 } = {}) {
    const focused = document.activeElement?.dataset?.control;
    const hadFocus = this.list.contains(document.activeElement);
    const nodes = [...before, ...this.nodes(channel, messages, newAfter)];
    arrange(this.list, nodes);
    if (hadFocus && focused && !this.list.contains(document.activeElement)) this.list.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    if (this.stuck) this.toBottom();
    else this.showPill(unread);
  }

  showPill(unread) {
    this.pill.hidden = unread === 0;
    this.pill.firstChild.textContent = `${unread} new ${unread === 1 ? "message" : "messages"}`;
  }

  nodes(channel, messages, newAfter) {
    const nodes = [];
    const kept = new Map();
    let last = null;
    let lineDrawn = newAfter === null;
    for (const message of messages) {
      const newDay = !last || dayKey(tsDate(last.ts)) !== dayKey(tsDate(message.ts));
      if (newDay && !this.inThread) nodes.push(this.separator(`day-${dayKey(tsDate(message.ts))}`, () => daySeparator(message), kept));
      const isNew = !lineDrawn && message.ts > newAfter && !message.isEphemeral && message.user !== session.userId;
      if (isNew) nodes.push(this.separator("new-line", newLine, kept));
      lineDrawn ||= isNew;
      const underParent = this.inThread && last?.ts === message.thread_ts;
      const grouped = !newDay && !isNew && !underParent && belongsTo(last, message);
      nodes.push(this.messageNode(channel, message, grouped, kept));
      last = message;
    }
    this.drawn = kept;
    return nodes;
  }

  separator(key, make, kept) {
    const entry = this.drawn.get(key) ?? { message: null, node: make() };
    kept.set(key, entry);
    return entry.node;
  }

  messageNode(channel, message, grouped, kept) {
    const key = `${message.isEphemeral ? "e" : "m"}-${message.ts}`;
    const old = this.drawn.get(key);
    const replies = store.channels.get(channel.id)?.messages.length && message.reply_count;
    if (old && old.source === (message.source ?? message) && old.message && old.grouped === grouped && old.replies === replies) {
      kept.set(key, old);
      return old.node;
    }
    const updated = Boolean(old?.message && message.edited && old.message.edited?.ts !== message.edited.ts);
    const node = drawMessage(message, { channel, grouped, inThread: this.inThread, updated });
    kept.set(key, { message, source: message.source ?? message, grouped, replies, node });
    return node;
  }
}

function belongsTo(last, message) {
  if (!last || last.isEphemeral || message.isEphemeral || last.subtype !== message.subtype) return false;
  return authorOf(last).id === authorOf(message).id && last.username === message.username && Number(message.ts) - Number(last.ts) < GROUP_SECONDS;
}

const daySeparator = (message) => h("div", { class: "day", role: "separator" }, h("span", {}, dayName(tsDate(message.ts))));
const newLine = () => h("div", { class: "new-line", role: "separator", "aria-label": "New messages" }, h("span", {}, "New"));

/** Makes `parent` hold exactly `nodes`, moving as little as possible so that focus and scroll survive. */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
}
