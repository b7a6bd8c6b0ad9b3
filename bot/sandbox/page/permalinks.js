/* Links to a message, as chat.getPermalink gives them: /archives/<channel>/p<ts without its dot>?thread_ts=<ts>. */

import { open } from "./session.js";
import { store } from "./store.js";

/** {channelId, ts, threadTs} of one of our own permalinks, else null. */
function parsePermalink(href) {
  const url = new URL(href, location.href);
  const match = url.origin === location.origin && /^\/archives\/(\w+)(?:\/p(\d{10})(\d{6}))?$/.exec(url.pathname);
  if (!match) return null;
  const [, channelId, seconds, fraction] = match;
  return { channelId, ts: seconds ? `${seconds}.${fraction}` : null, threadTs: url.searchParams.get("thread_ts") };
}

/** Opens the place; a reply is shown in its thread, anything else where it stands. False when there is no such channel. */
export function follow({ channelId, ts, threadTs }) {
  const channel = store.channels.get(channelId);
  if (!channel) return false;
  const isReply = threadTs && threadTs !== ts;
  open(channel.is_im ? "app:messages" : channelId, { threadTs: isReply ? threadTs : null, targetTs: isReply ? threadTs : ts });
  return true;
}

/** The page was opened by such a link: go there, and leave the plain address. */
export function followAddress() {
  const target = parsePermalink(location.href);
  if (!target) return;
  history.replaceState(null, "", `/${location.hash}`);
  follow(target);
}

/** Links inside the page stay inside it. */
export function catchClicks() {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    const target = anchor && !event.metaKey && !event.ctrlKey && parsePermalink(anchor.href);
    if (target && follow(target)) event.preventDefault();
  });
}
