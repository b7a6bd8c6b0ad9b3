/* The acting person's modals: the top view of their stack, its fields, and what a refused submission says. */

import { call } from "./api.js";
import { blockContext, drawBlocks } from "./blocks.js";
import { h, icon, iconButton } from "./dom.js";
import { forgetForm, formOf } from "./form.js";
import { plainText } from "./mrkdwn.js";
import { focusFirst, overlay } from "./overlay.js";
import { closePopover } from "./popover.js";
import { session } from "./session.js";
import { emit, on, store } from "./store.js";

let shown = null; // {viewId, layer, body, state: {errors, problem, busy}}

export function mountModals() {
  on("user state", draw);
  on("views", ({ user }) => (user === undefined || user === session.userId) && draw());
}

const stack = () => store.stacks.get(session.userId) ?? [];

function draw() {
  const views = stack();
  const view = views.at(-1);
  if (!view) return hide();
  const same = shown?.viewId === view.id;
  const state = same ? shown.state : { errors: {}, problem: null, busy: false };
  const focus = same ? rememberFocus() : null;
  const scroll = same ? shown.body.scrollTop : 0;
  shown?.layer.close();
  shown = build(view, views, state);
  shown.layer.layer.classList.toggle("opening", !same);
  shown.body.scrollTop = scroll;
  if (!focus || !restoreFocus(focus)) focusFirst(shown.layer.panel);
}

function hide() {
  if (!shown) return;
  closePopover();
  forgetForm(`v-${shown.viewId}`);
  shown.layer.close();
  shown = null;
}

function build(view, views, state) {
  const key = `v-${view.id}`;
  const submit = () => send(view, state, context);
  const context = blockContext({
    key,
    viewId: view.id,
    form: formOf(key, view.state?.values),
    errors: state.errors,
    blocks: () => view.blocks,
    changed: () => emit("views", {}),
    submit: view.submit ? submit : undefined,
    clearError: (block) => clearError(state, block),
  });
  const back = views.length > 1 && iconButton("back", "Back", () => closeTop(view));
  const close = h("button", { type: "button", class: "button", onclick: () => closeTop(view) }, plainText(view.close ?? "Close"));
  const confirm = view.submit && h("button", { type: "button", class: `button button-primary${state.busy ? " pending" : ""}`, "aria-busy": state.busy || undefined, "aria-disabled": state.busy || undefined, onclick: submit }, h("span", { class: "button-text" }, plainText(view.submit)));
  const problem = state.problem && h("div", { class: "alert alert-error", role: "alert" }, icon("warn"), h("div", {}, state.problem));
  const layer = overlay({ title: plainText(view.title ?? ""), lead: back, body: [problem, drawBlocks(view.blocks, context)], footer: [close, confirm].filter(Boolean), kind: "modal", onEscape: () => closeAll(views[0]) });
  return { viewId: view.id, layer, body: layer.panel.querySelector(".dialog-body"), state };
}

function clearError(state, block) {
  if (!state.errors[block.block_id]) return;
  delete state.errors[block.block_id];
  const node = shown?.body.querySelector(`[data-block-id="${CSS.escape(block.block_id)}"]`);
  node?.querySelector(".input-error")?.remove();
  node?.querySelector(".invalid")?.classList.remove("invalid");
}

async function send(view, state, context) {
  if (state.busy) return;
  replaceErrors(state, {});
  state.problem = null;
  state.busy = true;
  draw();
  const answer = await call("submit", { user: session.userId, view_id: view.id, values: context.form.valuesOf(view.blocks) });
  state.busy = false;
  state.problem = answer?.error ?? null;
  replaceErrors(state, answer?.errors ?? {});
  if (Object.keys(state.errors).length) redrawAtError();
  else draw();
}

function replaceErrors(state, errors) {
  for (const blockId of Object.keys(state.errors)) delete state.errors[blockId];
  Object.assign(state.errors, errors);
}

function redrawAtError() {
  draw();
  const invalid = shown?.body.querySelector(".invalid");
  invalid?.scrollIntoView({ block: "nearest" });
  invalid?.querySelector("input, textarea, button")?.focus();
}

const closeTop = (view) => call("close_view", { user: session.userId, view_id: view.id });

/** The cross and Escape close all that is open. */
const closeAll = (view) => call("close_view", { user: session.userId, view_id: view.id, whole_stack: true });

function rememberFocus() {
  const node = document.activeElement;
  if (!shown.layer.panel.contains(node)) return null;
  return { id: node.id, control: node.dataset.control, label: node.getAttribute("aria-label") ?? node.textContent, start: node.selectionStart, end: node.selectionEnd };
}

function restoreFocus({ id, control, label, start, end }) {
  const { panel } = shown.layer;
  const byLabel = () => [...panel.querySelectorAll("button")].find((node) => (node.getAttribute("aria-label") ?? node.textContent) === label);
  const node = (id && document.getElementById(id)) || (control && panel.querySelector(`[data-control="${CSS.escape(control)}"]`)) || byLabel();
  if (!node) return false;
  node.focus({ preventScroll: true });
  if (typeof start === "number" && node.setSelectionRange && /^(text|search|url|tel|password|textarea)$/.test(node.type)) node.setSelectionRange(start, end);
  return true;
}
