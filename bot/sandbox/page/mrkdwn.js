/* Slack's mrkdwn to DOM nodes. Entities are decoded exactly once, at the leaves, after everything with a meaning was found. */

import { h, link } from "./dom.js";
import { emojiNode, textWithPictures } from "./emoji.js";
import { broadcastMention, channelMention, groupMention, mention } from "./people.js";
import { fullTime, slackDate } from "./time.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** One pass, so that `&amp;lt;` becomes the text `&lt;` and never `<`. */
const decodeEntities = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** Fenced code first: nothing inside it means anything. */
export function mrkdwn(text) {
  const nodes = [];
  String(text ?? "").split(/```([\s\S]+?)```/g).forEach((part, at) => {
    if (at % 2) nodes.push(h("pre", { class: "pre" }, plainOf(part.replace(/^\n|\n$/g, ""))));
    else nodes.push(...quotedLines(at ? part.replace(/^\n/, "") : part));
  });
  return nodes;
}

function quotedLines(text) {
  const nodes = [];
  let quote = [];
  const flush = () => {
    if (quote.length) nodes.push(h("blockquote", { class: "quote" }, inlineLines(quote)));
    quote = [];
  };
  let plain = [];
  const flushPlain = () => {
    if (plain.length) nodes.push(...inlineLines(plain));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      flushPlain();
      quote.push(quoted[1]);
    } else {
      flush();
      plain.push(line);
    }
  }
  flush();
  if (plain.join("") !== "" || !nodes.length) flushPlain();
  return nodes;
}

function inlineLines(lines) {
  return lines.flatMap((line, at) => [...(at ? [h("br")] : []), ...inline(line)]);
}

/* A mention, a channel, a special word, or something with a scheme; other angle brackets are text. */
const TOKEN = /^<([@#!][^<>]+|[a-z][a-z0-9+.-]*:[^<>]+)>/i;
const MARKS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;

/** One line: angle tokens, code, the three marks, emoji; what is none of these is text. */
export function inline(line) {
  const nodes = [];
  let text = "";
  const flush = () => {
    if (text) nodes.push(...textWithPictures(decodeEntities(text)));
    text = "";
  };
  let at = 0;
  while (at < line.length) {
    const found = tokenAt(line, at) ?? codeAt(line, at) ?? markAt(line, at) ?? emojiAt(line, at);
    if (!found) {
      text += line[at++];
      continue;
    }
    flush();
    nodes.push(found.node);
    at = found.end;
  }
  flush();
  return nodes;
}

function tokenAt(line, at) {
  if (line[at] !== "<") return null;
  const match = TOKEN.exec(line.slice(at));
  return match && { node: tokenNode(match[1]), end: at + match[0].length };
}

function codeAt(line, at) {
  if (line[at] !== "`") return null;
  const end = line.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: h("code", { class: "code" }, plainOf(line.slice(at + 1, end))), end: end + 1 };
}

function emojiAt(line, at) {
  if (line[at] !== ":") return null;
  const match = /^:([a-z0-9_+-]+):(?::skin-tone-\d:)?/.exec(line.slice(at));
  const node = match && emojiNode(match[1]);
  return node && { node, end: at + match[0].length };
}

/** A mark opens at a word's outside edge before something, and closes likewise: `2 * 3 * 4` and `snake_case_name` stay as they are. */
function markAt(line, at) {
  const mark = line[at];
  if (!(mark in MARKS) || (at > 0 && WORD.test(line[at - 1])) || /^[\s]?$/.test(line[at + 1] ?? "") || line[at + 1] === mark) return null;
  const end = closingMark(line, at, mark);
  return end < 0 ? null : { node: h(MARKS[mark], {}, inline(line.slice(at + 1, end))), end: end + 1 };
}

function closingMark(line, at, mark) {
  for (let end = at + 1; end < line.length; end++) {
    const skipped = tokenAt(line, end)?.end ?? codeAt(line, end)?.end;
    if (skipped) end = skipped - 1;
    else if (line[end] === mark && end > at + 1 && !/\s/.test(line[end - 1]) && !WORD.test(line[end + 1] ?? "")) return end;
  }
  return -1;
}

/** What stands between the angle brackets: a mention, a date or a link. */
function tokenNode(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : body.slice(bar + 1);
  const id = target.slice(1);
  if (target.startsWith("@")) return mention(id, label);
  if (target.startsWith("#")) return channelMention(id, label);
  if (target.startsWith("!")) return specialNode(id, label);
  const url = decodeEntities(target);
  if (url.startsWith("mailto:")) return h("span", {}, decodeEntities(label || url.slice(7)));
  return link(url, label ? inlineLabel(label) : url);
}

const inlineLabel = (label) => textWithPictures(decodeEntities(label));

function specialNode(body, label) {
  const [kind, first, ...rest] = body.split("^");
  if (kind === "date") return dateNode(first, rest[0] ?? "{date}", rest[1], decodeEntities(label));
  if (kind === "subteam") return groupMention(first, label);
  return broadcastMention(label || kind);
}

export function dateNode(unixSeconds, template, url, fallback) {
  const text = slackDate(unixSeconds, decodeEntities(template)) ?? fallback;
  const date = new Date(Number(unixSeconds) * 1000);
  const title = Number.isNaN(date.getTime()) ? undefined : fullTime(date);
  const node = h("time", { title, class: "date" }, text);
  return url ? link(decodeEntities(url), node) : node;
}

/** Code shows a link's label and a mention's id, as text. */
function plainOf(text) {
  return decodeEntities(text.replace(/<([@#!][^<>|]+|[a-z][a-z0-9+.-]*:[^<>|]+)(?:\|([^<>]*))?>/gi, (whole, target, label) => label ?? target));
}

/** plain_text objects know emoji and nothing else. */
export function plainText(object) {
  const text = typeof object === "string" ? object : object?.text ?? "";
  const withEmoji = typeof object === "string" || object?.emoji !== false;
  return text.split("\n").flatMap((line, at) => [...(at ? [h("br")] : []), ...emojiOnly(line, withEmoji)]);
}

function emojiOnly(line, withEmoji) {
  const decoded = decodeEntities(line);
  if (!withEmoji) return textWithPictures(decoded);
  return decoded.split(/:([a-z0-9_+-]+):/).flatMap((part, at) => (at % 2 ? emojiNode(part) ?? `:${part}:` : textWithPictures(part)));
}

/** A text object of either kind. */
export function textNodes(object) {
  if (object === null || object === undefined) return [];
  return typeof object === "object" && object.type === "mrkdwn" ? mrkdwn(object.text) : plainText(object);
}

export const plainString = (object) => decodeEntities(typeof object === "string" ? object : object?.text ?? "");
