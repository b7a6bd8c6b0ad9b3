/* A press on its way to the bot: pending marks that survive a redraw, the confirm dialog first, errors beside the control. */

import { call } from "./api.js";
import { confirmed } from "./confirm.js";
import { emit } from "./store.js";
import { session } from "./session.js";
import { toast } from "./toasts.js";

const pending = new Set();
const failed = new Map();
/** A double click is one wish. */
const REPEAT_WAIT_MS = 400;
const FAILURE_SHOWN_MS = 8_000;

export const controlKey = (context, block, element) => [context.key, block.block_id, element.action_id, element.value ?? ""].join("/");
export const isPending = (key) => pending.has(key);
export const failureOf = (key) => failed.get(key);

/** Sends one action; `value` carries what was chosen, as value, selected_option or selected_options. */
export async function press(context, block, element, value) {
  const key = controlKey(context, block, element);
  if (pending.has(key)) return;
  pending.add(key);
  const agreed = !element.confirm || (await confirmed(element.confirm));
  if (!agreed) return settle(context, key);
  failed.delete(key);
  context.changed();
  const pressedAt = Date.now();
  const answer = await call("press", { ...address(context), action_id: element.action_id, block_id: block.block_id, ...value });
  if (answer?.error) fail(context, key, answer.error);
  setTimeout(() => settle(context, key), REPEAT_WAIT_MS - (Date.now() - pressedAt));
}

function settle(context, key) {
  pending.delete(key);
  context.changed();
}

function fail(context, key, error) {
  failed.set(key, error);
  setTimeout(() => {
    failed.delete(key);
    context.changed();
  }, FAILURE_SHOWN_MS);
}

/** Where the pressed element stands: a message by channel and ts, or a view by id with all that was entered in it. */
function address({ channel, ts, viewId, form, blocks }) {
  const user = session.userId;
  return viewId ? { user, view_id: viewId, values: form.valuesOf(blocks()) } : { user, channel, ts, values: form.valuesOf(blocks()) };
}

/** Options of an external select for what was typed so far. */
export async function suggest(context, block, element, typed) {
  const body = { ...address(context), action_id: element.action_id, block_id: block.block_id, value: typed };
  const answer = await call("suggest", body);
  if (answer?.error) toast(answer.error);
  return { options: answer?.options ?? [], option_groups: answer?.option_groups ?? [] };
}

/** A global shortcut, or one on the message of `channel` and `ts`. */
export async function runShortcut(body) {
  const answer = await call("shortcut", { user: session.userId, ...body });
  if (answer?.error) toast(answer.error);
}

export const redrawMessage = (channelId, ts) => () => emit("messages", { channelId, ts, redraw: true });
