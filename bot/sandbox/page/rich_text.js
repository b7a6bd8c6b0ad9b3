/* rich_text blocks: sections, lists, quotes and preformatted text. Their text is literal, so nothing is decoded. */

import { h, link } from "./dom.js";
import { emojiNode, textWithPictures } from "./emoji.js";
import { dateNode } from "./mrkdwn.js";
import { broadcastMention, channelMention, groupMention, mention } from "./people.js";

export function richText(block) {
  return h("div", { class: "rich-text" }, richTextNodes(block.elements));
}

export function richTextNodes(elements = []) {
  return elements.map((element) => PARTS[element.type]?.(element) ?? null);
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich-section" }, inlineNodes(part.elements)),
  rich_text_quote: (part) => h("blockquote", { class: "quote" }, inlineNodes(part.elements)),
  rich_text_preformatted: (part) => h("pre", { class: "pre" }, inlineNodes(part.elements)),
  rich_text_list: list,
};

function list(part) {
  const ordered = part.style === "ordered";
  const props = { class: `rich-list indent-${Math.min(part.indent ?? 0, 4)}`, start: ordered && part.offset ? part.offset + 1 : undefined };
  return h(ordered ? "ol" : "ul", props, (part.elements ?? []).map((item) => h("li", {}, richTextNodes([item]))));
}

function inlineNodes(elements = []) {
  return elements.map((element) => styled(INLINE[element.type]?.(element) ?? [], element.style));
}

const INLINE = {
  text: (element) => lines(element.text),
  link: (element) => link(element.url, element.text || element.url),
  user: (element) => mention(element.user_id),
  usergroup: (element) => groupMention(element.usergroup_id),
  channel: (element) => channelMention(element.channel_id),
  broadcast: (element) => broadcastMention(element.range),
  emoji: (element) => emojiNode(element.name) ?? `:${element.name}:`,
  date: (element) => dateNode(element.timestamp, element.format, element.url, element.fallback ?? ""),
  color: (element) => h("code", { class: "code" }, element.value),
};

function lines(text) {
  return String(text ?? "").split("\n").flatMap((line, at) => [...(at ? [h("br")] : []), ...textWithPictures(line)]);
}

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function styled(nodes, style = {}) {
  return Object.keys(STYLES).reduce(
    (inner, name) => (style?.[name] ? h(STYLES[name], { class: name === "code" ? "code" : undefined }, inner) : inner),
    nodes,
  );
}
