/* Every select of Block Kit: static, users, conversations, channels, external, single and multi, and the overflow menu. */

import { press, suggest, isPending, controlKey } from "./actions.js";
import { h, icon, safeUrl } from "./dom.js";
import { plainString, plainText, textNodes } from "./mrkdwn.js";
import { avatar, displayName, userNamed } from "./people.js";
import { openPicker } from "./picker.js";
import { directChannel, people, session } from "./session.js";
import { store } from "./store.js";

const userItem = (user) => ({
  key: user.id,
  label: displayName(user),
  search: user.name,
  node: h("span", { class: "picker-person" }, avatar(user, "avatar-small"), displayName(user)),
  hint: user.title,
});
const userGroups = () => [{ items: people().map(userItem) }];
const channelGroups = () => [{ items: [...store.channels.values()].filter((one) => !one.is_im && !one.is_archived).map((one) => ({ key: one.id, label: `#${one.name}` })) }];

/** With the person's own conversation with the app, which a channel select leaves out. */
function conversationGroups() {
  const own = directChannel();
  const items = [...store.channels.values()].filter((one) => !one.is_im && !one.is_archived && one.members.includes(session.userId));
  return [{ items: items.map((one) => ({ key: one.id, label: `#${one.name}` })) }, { label: "Direct messages", items: own ? [{ key: own.id, label: displayName(userNamed(store.botUserId)) }] : [] }];
}

const optionItem = (option) => ({ key: option.value, label: plainString(option.text), node: h("span", {}, textNodes(option.text)), hint: option.description && plainString(option.description), option });

function optionGroups({ options, option_groups: groups }) {
  if (groups?.length) return groups.map((group) => ({ label: plainString(group.label), items: group.options.map(optionItem) }));
  return [{ items: (options ?? []).map(optionItem) }];
}

/* Per type: where the choices come from, and the field of the value they fill. */
/* `sent` names the field of the press where it differs from the one of the state. */
const optionKind = { field: "selected_option", many: "selected_options", initial: "initial_option", initialMany: "initial_options", toValue: (item) => item.option };
const KINDS = {
  static: { ...optionKind, groups: optionGroups },
  external: { ...optionKind, external: true },
  users: { field: "selected_user", many: "selected_users", initial: "initial_user", initialMany: "initial_users", groups: userGroups, toValue: (item) => item.key, sent: "value" },
  conversations: { field: "selected_conversation", many: "selected_conversations", initial: "initial_conversation", initialMany: "initial_conversations", groups: conversationGroups, toValue: (item) => item.key, sent: "value" },
  channels: { field: "selected_channel", many: "selected_channels", initial: "initial_channel", initialMany: "initial_channels", groups: channelGroups, toValue: (item) => item.key, sent: "value" },
};

/* Characters from which Slack asks the app, unless the element says otherwise. */
const ASKED_FROM = 3;
const keyOf = (value) => (typeof value === "object" ? value?.value : value);

function shownValue(value) {
  if (typeof value === "object") return plainText(value.text);
  if (store.users.has(value)) return [displayName(userNamed(value))];
  if (store.channels.get(value)?.is_im) return [displayName(userNamed(store.botUserId))];
  return [`#${store.channels.get(value)?.name ?? value}`];
}

export function select(element, block, context) {
  const multi = element.type.startsWith("multi_");
  const kind = KINDS[element.type.replace("multi_", "").replace("_select", "")];
  const field = multi ? kind.many : kind.field;
  const initial = { type: element.type, [field]: element[multi ? kind.initialMany : kind.initial] ?? (multi ? [] : null) };
  const read = () => context.form.start(block.block_id, element.action_id, initial)[field];
  const content = h("span", { class: "select-value" });
  const key = controlKey(context, block, element);
  const button = h(
    "button",
    { type: "button", class: "select-button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": context.labelOf(block, element), "aria-busy": isPending(key) || undefined, dataset: { control: key } },
    content,
    icon("down"),
  );
  const draw = () => {
    const values = [read()].flat().filter((value) => value !== null && value !== undefined);
    const shown = multi ? values.map((value) => h("span", { class: "chip" }, shownValue(value))) : values.map(shownValue);
    content.replaceChildren();
    content.append(...(values.length ? shown.flat() : [h("span", { class: "placeholder" }, plainText(element.placeholder ?? "Choose…"))]));
  };
  const keep = (value) => {
    context.form.set(block.block_id, element.action_id, { type: element.type, [field]: value });
    context.clearError(block);
    draw();
  };
  const pickOne = (item) => {
    keep(kind.toValue(item));
    if (context.dispatches(block)) press(context, block, element, { [kind.sent ?? field]: kind.toValue(item) });
  };
  const chosen = new Set();
  const pickMany = (item) => {
    const values = read() ?? [];
    const kept = values.filter((value) => keyOf(value) !== item.key);
    const full = element.max_selected_items && kept.length >= element.max_selected_items;
    keep(kept.length < values.length || full ? kept : [...kept, kind.toValue(item)]);
    chosen.clear();
    (read() ?? []).forEach((value) => chosen.add(keyOf(value)));
  };
  button.addEventListener("click", () => {
    chosen.clear();
    [read()].flat().forEach((value) => value && chosen.add(keyOf(value)));
    const before = JSON.stringify(read());
    const load = kind.external ? async (typed) => optionGroups(await suggest(context, block, element, typed)) : undefined;
    const onClose = () => multi && context.dispatches(block) && JSON.stringify(read()) !== before && press(context, block, element, { [kind.sent ?? field]: read() });
    openPicker(button, { groups: kind.groups?.(element), load, chosen, multi, label: plainString(element.placeholder ?? "Options"), minTyped: element.min_query_length ?? (kind.external ? ASKED_FROM : 0), onPick: multi ? pickMany : pickOne, onClose });
  });
  draw();
  return button;
}

/** The "…" menu. Its choices are presses (or links), nothing is kept. */
export function overflow(element, block, context) {
  const key = controlKey(context, block, element);
  const button = h(
    "button",
    { type: "button", class: "button overflow-button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": "More actions", "aria-busy": isPending(key) || undefined, dataset: { control: key } },
    icon("more"),
  );
  button.addEventListener("click", () => {
    const onPick = ({ option }) => {
      const url = option.url && safeUrl(option.url);
      if (url) window.open(url, "_blank", "noopener");
      press(context, block, element, { selected_option: option });
    };
    openPicker(button, { groups: optionGroups(element), search: false, label: "More actions", onPick });
  });
  return button;
}
