/* Block Kit's fields that are typed, ticked or dated: text, e-mail, url, number, date, time, date and time, checkboxes, radio buttons. */

import { controlKey, press } from "./actions.js";
import { h, uniqueId } from "./dom.js";
import { plainString, textNodes } from "./mrkdwn.js";

/** One field whose value is a string: reads its start from the form and writes each change back. */
function field(tag, element, block, context, { name, initial, props, toValue = (text) => text, toText = (value) => value ?? "" }) {
  const key = controlKey(context, block, element);
  const start = context.form.start(block.block_id, element.action_id, { type: element.type, [name]: initial ?? null });
  const node = h(tag, { ...props, id: context.idOf(block, element), "aria-label": context.labelOf(block, element), ...context.describedBy(block), placeholder: plainString(element.placeholder ?? "") || undefined, dataset: { control: key } });
  node.value = toText(start[name]);
  const read = () => toValue(node.value === "" ? null : node.value);
  node.addEventListener("input", () => {
    context.form.set(block.block_id, element.action_id, { type: element.type, [name]: read() });
    context.clearError(block);
  });
  return { node, read };
}

const asRichText = (text) => text && { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
const plainOf = (node) => (node?.text ?? "") + (node?.elements ?? []).map(plainOf).join("");

/** Typed plain; what the app gets is rich text of one section. */
export function richTextInput(element, block, context) {
  const props = { class: "field", rows: "4", autocomplete: "off" };
  return field("textarea", element, block, context, { name: "rich_text_value", initial: element.initial_value, props, toValue: asRichText, toText: plainOf }).node;
}

export function textInput(element, block, context) {
  const numeric = element.type === "number_input";
  const types = { email_text_input: "email", url_text_input: "url", number_input: "text" };
  const props = { class: "field", maxlength: element.max_length, rows: element.multiline ? "4" : undefined, type: element.multiline ? undefined : types[element.type] ?? "text", inputmode: numeric ? "decimal" : undefined, autocomplete: "off" };
  const { node, read } = field(element.multiline ? "textarea" : "input", element, block, context, { name: "value", initial: element.initial_value, props });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (element.multiline && !event.metaKey && !event.ctrlKey)) return;
    event.preventDefault();
    if (context.dispatches(block)) press(context, block, element, { value: read() });
    else context.submit?.();
  });
  return node;
}

/** Native pickers: they know the keyboard, the phone and the language better than we would. */
export function dateOrTime(element, block, context) {
  const date = element.type === "datepicker";
  const name = date ? "selected_date" : "selected_time";
  const props = { class: "field field-short", type: date ? "date" : "time" };
  const { node, read } = field("input", element, block, context, { name, initial: element[date ? "initial_date" : "initial_time"], props });
  node.addEventListener("change", () => context.dispatches(block) && press(context, block, element, { value: read() }));
  return node;
}

const pad = (number) => String(number).padStart(2, "0");

function localText(unixSeconds) {
  if (!unixSeconds) return "";
  const d = new Date(unixSeconds * 1000);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
}

export function dateTime(element, block, context) {
  const name = "selected_date_time";
  const toValue = (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null);
  const props = { class: "field field-short", type: "datetime-local" };
  const { node, read } = field("input", element, block, context, { name, initial: element.initial_date_time, props, toValue, toText: localText });
  node.addEventListener("change", () => context.dispatches(block) && press(context, block, element, { value: read() }));
  return node;
}

/** Checkboxes keep a list of options, radio buttons one. */
export function choices(element, block, context) {
  const many = element.type === "checkboxes";
  const name = many ? "selected_options" : "selected_option";
  const initial = many ? element.initial_options ?? [] : element.initial_option ?? null;
  const start = [context.form.start(block.block_id, element.action_id, { type: element.type, [name]: initial })[name]].flat().filter(Boolean);
  const group = uniqueId("choices");
  const changed = () => {
    const picked = element.options.filter((option, at) => boxes[at].checked);
    const value = many ? picked : picked[0] ?? null;
    context.form.set(block.block_id, element.action_id, { type: element.type, [name]: value });
    context.clearError(block);
    if (context.dispatches(block)) press(context, block, element, { [name]: value });
  };
  const boxes = element.options.map((option, at) => h("input", {
    type: many ? "checkbox" : "radio",
    name: group,
    checked: start.some((one) => one.value === option.value),
    onchange: changed,
    dataset: { control: `${controlKey(context, block, element)}/${at}` },
  }));
  const rows = element.options.map((option, at) => h("label", { class: "choice" }, boxes[at], h("span", {}, textNodes(option.text), option.description && h("span", { class: "choice-hint" }, textNodes(option.description)))));
  return h("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": context.labelOf(block, element), ...context.describedBy(block) }, rows);
}
