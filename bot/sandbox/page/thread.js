/* The right panel: one thread, its replies and a composer of its own. */

import { Composer } from "./composer.js";
import { h, iconButton, oncePerFrame, replace } from "./dom.js";
import { repliesOf } from "./message.js";
import { MessageList } from "./message_list.js";
import { itemsOf } from "./messages.js";
import { openChannel, openThread, session } from "./session.js";
import { on } from "./store.js";

export function mountThread() {
  const host = document.getElementById("thread");
  const list = new MessageList({ inThread: true, label: "Thread" });
  const composer = new Composer({ id: "composer-thread", channelOf: openChannel, threadOf: () => session.threadTs });
  const title = h("div", { class: "panel-title" });
  replace(host, h("header", { class: "panel-head" }, title, iconButton("close", "Close the thread", () => openThread(null))), list.node, composer.node);

  const draw = () => drawThread(host, list, title);
  const later = oncePerFrame(draw);
  const fresh = () => {
    list.reset();
    list.stuck = true;
    composer.refresh();
    draw();
  };
  on("place user", fresh);
  on("thread", () => {
    fresh();
    if (session.threadTs) composer.focus();
  });
  on("messages", ({ ts, redraw }) => {
    if (redraw) list.forget(ts);
    later();
  });
  on("ephemerals notices", later);
}

function drawThread(host, list, title) {
  const channel = openChannel();
  const parent = channel?.messages.find((message) => message.ts === session.threadTs);
  host.hidden = !parent;
  document.getElementById("app").classList.toggle("with-thread", Boolean(parent));
  if (!parent) return;
  replace(title, h("h2", {}, "Thread"), h("span", { class: "muted" }, channel.is_im ? "" : `#${channel.name}`));
  const items = itemsOf(channel, (message) => message.ts === parent.ts || message.thread_ts === parent.ts, parent.ts);
  list.draw(channel, items);
  const count = repliesOf(channel, parent.ts).length;
  list.list.querySelector(".reply-count")?.remove();
  const line = h("div", { class: "reply-count", role: "separator" }, count ? `${count} ${count === 1 ? "reply" : "replies"}` : "No replies yet");
  list.list.children[0]?.after(line);
}
