/* Classic attachments: a colour bar beside blocks or the older fields. Our cards carry their severity in the bar. */

import { drawBlocks } from "./blocks.js";
import { drawElement, image } from "./elements.js";
import { h, link } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime, tsDate } from "./time.js";

const NAMED = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

export function attachments(list, context) {
  return (list ?? []).map((one) => attachment(one, context));
}

function attachment(one, context) {
  const node = h("div", { class: "attachment" }, h("div", { class: "attachment-bar", "aria-hidden": "true" }), h("div", { class: "attachment-body" }, body(one, context)));
  const colour = colourOf(one.color);
  if (colour) node.style.setProperty("--bar", colour);
  return node;
}

function colourOf(color) {
  const text = NAMED[color] ?? String(color ?? "");
  return /^#?[0-9a-f]{6}$/i.test(text) ? `#${text.replace("#", "")}` : null;
}

function body(one, context) {
  if (one.blocks?.length) return drawBlocks(one.blocks, context);
  const title = one.title && h("div", { class: "attachment-title" }, one.title_link ? link(one.title_link, mrkdwn(one.title)) : mrkdwn(one.title));
  const fields = one.fields?.length && h("div", { class: "section-fields" }, one.fields.map((field) => h("div", { class: `section-field${field.short ? "" : " full"}` }, h("strong", {}, mrkdwn(field.title)), h("div", {}, mrkdwn(field.value)))));
  const actions = one.actions?.length && h("div", { class: "block-actions" }, one.actions.map((element) => drawElement(element, one, context)));
  const foot = [one.footer && mrkdwn(one.footer), one.ts && clockTime(tsDate(one.ts))].filter(Boolean);
  const text = one.text ?? (title || fields ? null : one.fallback);
  return [
    one.pretext && h("div", { class: "message-text" }, mrkdwn(one.pretext)),
    one.author_name && h("div", { class: "muted" }, one.author_name),
    title,
    text && h("div", { class: "message-text" }, mrkdwn(text)),
    fields,
    one.image_url && image({ image_url: one.image_url, alt_text: one.fallback ?? "" }),
    actions,
    foot.length > 0 && h("div", { class: "block-context" }, foot.map((part) => h("span", { class: "context-text" }, part))),
  ];
}
