/* Block Kit blocks by type. A context tells where they stand and what a press there means. */

import { drawElement, image } from "./elements.js";
import { h, icon } from "./dom.js";
import { dataTable, dataVisualization } from "./figures.js";
import { markdown } from "./markdown.js";
import { mrkdwn, plainString, plainText, textNodes } from "./mrkdwn.js";
import { plan, taskCard } from "./plan.js";
import { richText } from "./rich_text.js";
import { table } from "./table.js";

const BLOCKS = {
  section,
  header: (block) => h("h3", { class: "block-header" }, plainText(block.text)),
  context: (block) => h("div", { class: "block-context" }, (block.elements ?? []).map(contextPart)),
  divider: () => h("hr", { class: "divider" }),
  actions: (block, context) => h("div", { class: "block-actions" }, (block.elements ?? []).map((element) => drawElement(element, block, context))),
  input,
  image: imageBlock,
  rich_text: richText,
  markdown: (block) => markdown(block.text),
  table,
  data_table: dataTable,
  data_visualization: dataVisualization,
  plan,
  task_card: taskCard,
  alert,
  file: (block) => h("p", { class: "muted" }, `File ${block.external_id ?? ""}`),
};

/** The blocks of a message, modal or home, each with its block_id for tests and style. */
export function drawBlocks(blocks, context) {
  return (blocks ?? []).map((block) => {
    const draw = BLOCKS[block.type];
    const node = draw ? draw(block, context) : h("p", { class: "unknown" }, `This page cannot draw a “${block.type}” block.`);
    return h("div", { class: `block block-of-${block.type}`, dataset: { blockId: block.block_id ?? "" } }, node);
  });
}

function section(block, context) {
  const text = block.text && h("div", { class: "section-text" }, textNodes(block.text));
  const fields = block.fields && h("div", { class: "section-fields" }, block.fields.map((field) => h("div", { class: "section-field" }, textNodes(field))));
  const accessory = block.accessory && h("div", { class: `accessory accessory-${block.accessory.type}` }, drawElement(block.accessory, block, context));
  return h("div", { class: "block-section" }, h("div", { class: "section-body" }, text, fields), accessory);
}

function contextPart(element) {
  if (element.type === "image") return image(element);
  return h("span", { class: "context-text" }, textNodes(element));
}

function imageBlock(block) {
  return h("figure", { class: "figure" }, block.title && h("figcaption", {}, plainText(block.title)), image(block));
}

/** Label, element, hint; the error of a refused submission stands under the field, where it was made. */
function input(block, context) {
  const error = context.errorOf(block);
  const native = /(_input|picker)$/.test(block.element.type);
  const label = h(native ? "label" : "div", { class: "input-label", for: native ? context.idOf(block, block.element) : undefined }, plainText(block.label), block.optional && h("span", { class: "optional" }, " (optional)"));
  return h(
    "div",
    { class: `block-input${error ? " invalid" : ""}` },
    label,
    drawElement(block.element, block, context),
    error && h("p", { class: "input-error", role: "alert", id: context.errorId(block) }, icon("warn"), error),
    block.hint && h("p", { class: "input-hint" }, plainText(block.hint)),
  );
}

const ALERT_ICONS = { success: "check", error: "warn", warning: "warn" };

function alert(block) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  const text = typeof block.text === "string" ? mrkdwn(block.text) : textNodes(block.text);
  return h("div", { class: `alert alert-${level}`, role: "note" }, icon(ALERT_ICONS[level] ?? "info"), h("div", {}, text));
}

/** What everything that holds blocks shares; a message, a modal and a home each change some of it. */
export function blockContext(own) {
  const base = {
    errors: {},
    changed() {},
    blocks: () => [],
    errorOf: (block) => context.errors[block.block_id],
    errorId: (block) => `error-${context.key}-${block.block_id}`,
    idOf: (block, element) => `${context.key}-${block.block_id}-${element.action_id}`,
    labelOf: (block, element) => plainString(block.label ?? element.placeholder ?? element.accessibility_label ?? element.action_id ?? ""),
    describedBy: (block) => (context.errorOf(block) ? { "aria-invalid": "true", "aria-describedby": context.errorId(block) } : {}),
    clearError() {},
    /** Elements of input blocks wait for the submission, unless the block asks for a press at once. */
    dispatches: (block) => block.type !== "input" || block.dispatch_action === true,
  };
  const context = { ...base, ...own };
  return context;
}
