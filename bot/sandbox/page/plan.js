/* plan and task_card blocks: steps with a state, as rollbacks, training and approval tiers show them. */

import { h, icon, link } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import { richTextNodes } from "./rich_text.js";

const STATES = {
  pending: { mark: null, word: "pending" },
  in_progress: { mark: null, word: "in progress" },
  complete: { mark: "check", word: "complete" },
  error: { mark: "warn", word: "failed" },
};

export function plan(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  const head = h("div", { class: "plan-head" }, h("span", { class: "plan-title" }, plainText(block.title)), tasks.length && h("span", { class: "plan-count" }, `${done} of ${tasks.length}`));
  return h("section", { class: "plan" }, head, h("ol", { class: "plan-tasks" }, tasks.map((task) => h("li", {}, taskBody(task)))));
}

export const taskCard = (block) => h("div", { class: "plan task-alone" }, taskBody(block));

function taskBody(task) {
  const state = STATES[task.status] ?? STATES.pending;
  const mark = h("span", { class: `task-mark task-${task.status}`, role: "img", "aria-label": state.word, title: state.word }, state.mark && icon(state.mark));
  const sources = task.sources?.length && h("div", { class: "task-sources" }, task.sources.map((source) => link(source.url, source.text ?? source.url)));
  return h(
    "div",
    { class: "task" },
    mark,
    h("div", { class: "task-body" }, h("div", { class: "task-title" }, plainText(task.title)), part("task-details", task.details), part("task-output", task.output), sources),
  );
}

const part = (className, richText) => richText && h("div", { class: className }, richTextNodes(richText.elements));
