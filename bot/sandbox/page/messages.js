/* The middle of the page: an open channel or direct message with its head, its list and its composer, or the App Home. */

import { Composer } from "./composer.js";
import { h, icon, iconButton, oncePerFrame, replace } from "./dom.js";
import { drawHome, homeTabs } from "./home.js";
import { MessageList } from "./message_list.js";
import { mrkdwn } from "./mrkdwn.js";
import { displayName, userNamed } from "./people.js";
import { APP_HOME, APP_MESSAGES, isInChannel, isReply, lastRead, markRead, openChannel, session, unreadCount } from "./session.js";
import { on, store } from "./store.js";

const SHOWN_AT_FIRST = 150;
const SHOWN_MORE = 250;

let shown = SHOWN_AT_FIRST;

export function mountMessages(toggleSidebar) {
  const host = document.getElementById("main");
  const head = h("header", { class: "main-head" });
  const list = new MessageList({ label: "Messages", onSeen: () => openChannel() && session.place !== APP_HOME && seen(openChannel()) });
  const home = h("section", { class: "home scroller", hidden: true, "aria-label": "App Home" });
  const composer = new Composer({ id: "composer-main", channelOf: composerTarget });
  replace(host, head, list.node, home, composer.node);

  const drawHead = () => replace(head, iconButton("menu", "Channels", toggleSidebar, { class: "icon-button only-phone" }), headOf(openChannel()));
  const drawList = oncePerFrame(() => drawPlace(list, home, composer));
  const fresh = () => {
    shown = session.targetTs ? Infinity : SHOWN_AT_FIRST;
    list.reset();
    list.stuck = true;
    drawHead();
    composer.refresh();
    drawPlace(list, home, composer);
    if (!toTarget(list)) toNewLine(list);
  };
  const more = () => {
    shown += SHOWN_MORE;
    list.stuck = false;
    list.keepingPlace(() => drawPlace(list, home, composer));
  };
  host.addEventListener("click", (event) => event.target.closest(".show-earlier") && more());

  on("place user", fresh);
  on("messages", ({ channelId, ts, message, redraw }) => {
    if (channelId !== openChannel()?.id) return;
    if (redraw) list.forget(ts);
    const parent = message && isReply(message) ? message.thread_ts : null;
    if (parent) list.forget(parent);
    drawList();
  });
  on("channels", () => {
    drawHead();
    composer.refresh();
    drawList();
  });
  on("ephemerals notices clock homes", drawList);
  document.addEventListener("visibilitychange", drawList);
}

function seen(channel) {
  const nothingNewBefore = session.newLineAfter !== null && session.newLineAfter >= lastRead(channel.id);
  const lineShown = nothingNewBefore && document.querySelector("#main .new-line");
  markRead(channel);
  if (!lineShown) session.newLineAfter = lastRead(channel.id);
}

/** The message a permalink named, in the middle and marked for a moment. */
function toTarget(list) {
  const node = session.targetTs && list.list.querySelector(`[data-ts="${CSS.escape(session.targetTs)}"]`);
  if (!node) return false;
  list.stuck = false;
  node.scrollIntoView({ block: "center" });
  node.classList.add("updated");
  list.scrolled();
  return true;
}

function toNewLine(list) {
  const line = list.list.querySelector(".new-line");
  if (!line || line.offsetTop + list.scroller.clientHeight > list.scroller.scrollHeight) return list.toBottom();
  list.stuck = false;
  list.scroller.scrollTop = line.offsetTop - 80;
  list.scrolled();
}

function drawPlace(list, home, composer) {
  const atHome = session.place === APP_HOME;
  home.hidden = !atHome;
  list.node.hidden = atHome;
  composer.node.hidden = atHome;
  if (atHome) return drawHome(home);
  const channel = openChannel();
  if (!channel) return list.draw({ id: "" }, [], { before: [emptyDirect()] });
  const all = itemsOf(channel, (message) => isInChannel(message));
  const cut = all.slice(-shown);
  const before = cut.length < all.length ? [earlierButton(all.length - cut.length)] : [beginning(channel, all.length)];
  list.draw(channel, cut, { newAfter: session.newLineAfter, before, unread: unreadCount(channel) });
}

/** Messages with what only this person sees, in the order of time. */
export function itemsOf(channel, belongs, threadTs = null) {
  const mine = (one) => one.channel === channel.id && one.user === session.userId && (one.thread_ts ?? null) === threadTs && !session.dismissed.includes(one.ts);
  const privately = [...store.ephemerals, ...store.notices].filter(mine).map((one) => ({ ...one, isEphemeral: true, source: one }));
  return [...channel.messages.filter(belongs), ...privately].sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

const composerTarget = () => (session.place === APP_MESSAGES ? openChannel() ?? { id: store.botUserId, is_im: true, name: "riskbot" } : openChannel());

function headOf(channel) {
  if (session.place === APP_HOME || session.place === APP_MESSAGES || channel?.is_im) return homeTabs();
  if (!channel) return h("h1", {}, "No channel");
  const topic = typeof channel.topic === "string" ? channel.topic : channel.topic?.value;
  return [
    h("h1", { class: "place-name" }, icon(channel.is_private ? "lock" : "hash"), channel.name),
    topic && h("p", { class: "topic" }, mrkdwn(topic)),
    channel.is_archived && h("span", { class: "tag" }, "archived"),
  ];
}

const earlierButton = (hidden) => h("button", { type: "button", class: "button show-earlier" }, `Show earlier messages (${hidden})`);

function beginning(channel, count) {
  if (channel.is_im) return count ? h("p", { class: "beginning-note" }, `This is where your conversation with ${botName()} begins.`) : emptyDirect();
  const say = store.commands.some((one) => one.command === "/alerts") ? "/alerts help" : `${store.commands[0]?.command ?? "/help"} help`;
  return h(
    "div",
    { class: "beginning" },
    h("h2", {}, icon(channel.is_private ? "lock" : "hash"), channel.name),
    h("p", {}, count ? "This is the very beginning of the channel." : "Nothing has been said here yet."),
    !count && !channel.is_archived && h("p", {}, "Type ", h("kbd", {}, say), " below to see what the bot can do, or just say something."),
  );
}

const botName = () => displayName(userNamed(store.botUserId));

const emptyDirect = () => h("div", { class: "beginning" }, h("h2", {}, botName()), h("p", {}, `${botName()} has not written to you yet. Reminders and requests that are only for you arrive here.`));
