/* Interactive elements and images by type; the one table that says who draws what. */

import { controlKey, failureOf, isPending, press } from "./actions.js";
import { h, icon, safeUrl } from "./dom.js";
import { choices, dateOrTime, dateTime, richTextInput, textInput } from "./inputs.js";
import { plainString, plainText } from "./mrkdwn.js";
import { overflow, select } from "./selects.js";

const ELEMENTS = {
  button,
  workflow_button: button,
  image,
  overflow,
  static_select: select,
  external_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: select,
  multi_external_select: select,
  multi_users_select: select,
  multi_conversations_select: select,
  multi_channels_select: select,
  datepicker: dateOrTime,
  timepicker: dateOrTime,
  datetimepicker: dateTime,
  checkboxes: choices,
  radio_buttons: choices,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richTextInput,
};

/** An element with the error of its last press beside it, if there is one. */
export function drawElement(element, block, context) {
  const draw = ELEMENTS[element?.type];
  if (!draw) return h("span", { class: "unknown" }, `This page cannot draw “${element?.type}”.`);
  const failure = failureOf(controlKey(context, block, element));
  const node = draw(element, block, context);
  return failure ? h("span", { class: "with-failure" }, node, h("span", { class: "failure", role: "alert" }, icon("warn"), failure)) : node;
}

const STYLES = { primary: "button-primary", danger: "button-danger" };

function button(element, block, context) {
  const key = controlKey(context, block, element);
  const pending = isPending(key);
  const props = {
    class: `button ${STYLES[element.style] ?? ""}${pending ? " pending" : ""}`,
    "aria-label": element.accessibility_label,
    dataset: { control: key, action: element.action_id },
    onclick: () => press(context, block, element, { value: element.value }),
  };
  const href = element.url && safeUrl(element.url);
  if (href) return h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" }, plainText(element.text));
  return h("button", { ...props, type: "button", "aria-disabled": pending || undefined, "aria-busy": pending || undefined }, h("span", { class: "button-text" }, plainText(element.text)));
}

export function image(element) {
  const src = safeUrl(element.image_url) ?? ownPath(element.image_url) ?? uploaded(element.slack_file);
  const alt = plainString(element.alt_text ?? "");
  if (!src) return h("span", { class: "image-missing" }, alt || "image");
  const node = h("img", { class: "block-image", src, alt, loading: "lazy" });
  node.addEventListener("error", () => node.replaceWith(h("span", { class: "image-missing" }, alt || "image")), { once: true });
  return node;
}

/** A file of this workspace, by its id or its private address; the page itself needs no token. */
export const pathOfFile = (id) => `/sandbox/files/${encodeURIComponent(id)}`;
const uploaded = (file) => file && pathOfFile(file.id ?? /\/files\/([^/]+)/.exec(file.url ?? "")?.[1]);

/** Charts are uploaded to the sandbox itself and named by path. */
const ownPath = (url) => (typeof url === "string" && /^\/(?!\/)/.test(url) ? url : null);
