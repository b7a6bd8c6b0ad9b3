/* A list to choose from, with a search field: the one control behind every select, the overflow menu and the act-as selector. */

import { append, h, replace, uniqueId } from "./dom.js";
import { openPopover } from "./popover.js";

const SEARCH_FROM = 7;
const TYPING_PAUSE_MS = 200;

/**
 * `groups`: [{label?, items: [{key, label (string), node?, hint?, data}]}]; or `load(typed)` giving such groups, for external selects.
 * `chosen` (a Set of keys) marks items; with `multi` the list stays open and `onPick` is called for each toggle.
 */
export function openPicker(anchor, { groups = [], load, chosen = new Set(), multi = false, search, onPick, onClose, label = "Options", minTyped = 0 }) {
  const total = groups.reduce((sum, group) => sum + group.items.length, 0);
  const searches = search ?? (Boolean(load) || total >= SEARCH_FROM);
  const listId = uniqueId("listbox");
  const list = h("div", { class: "picker-list", role: "listbox", id: listId, "aria-label": label, "aria-multiselectable": multi || undefined, tabindex: searches ? undefined : "0" });
  const input = h("input", { class: "picker-search", type: "text", placeholder: "Search", role: "combobox", "aria-expanded": "true", "aria-controls": listId, "aria-label": `Search ${label}`, autocomplete: "off" });
  const state = { active: 0, items: [] };
  const driver = searches ? input : list;
  const popover = openPopover(anchor, [searches && h("div", { class: "picker-head" }, input), list], { onClose });

  const draw = (shown, emptyText = "Nothing fits") => {
    state.items = shown.flatMap((group) => group.items);
    state.active = Math.max(0, Math.min(state.active, state.items.length - 1));
    replace(list);
    if (!state.items.length) append(list, [h("p", { class: "picker-empty" }, emptyText)]);
    for (const group of shown.filter((one) => one.items.length)) {
      if (group.label) append(list, [h("p", { class: "picker-group", role: "presentation" }, group.label)]);
      append(list, group.items.map((item) => optionNode(item)));
    }
    markActive();
  };

  const optionNode = (item) => {
    const selected = chosen.has(item.key);
    return h(
      "div",
      { class: `picker-option${item.danger ? " danger" : ""}`, role: "option", id: uniqueId("option"), "aria-selected": String(selected), onclick: () => pick(item), onpointermove: () => activate(state.items.indexOf(item)) },
      h("span", { class: "picker-tick", "aria-hidden": "true" }, selected ? "✓" : ""),
      h("span", { class: "picker-text" }, item.node ?? item.label, item.hint && h("span", { class: "picker-hint" }, item.hint)),
    );
  };

  const markActive = () => {
    const nodes = [...list.querySelectorAll("[role=option]")];
    nodes.forEach((node, at) => node.classList.toggle("active", at === state.active));
    driver.setAttribute("aria-activedescendant", nodes[state.active]?.id ?? "");
    nodes[state.active]?.scrollIntoView({ block: "nearest" });
  };

  const activate = (at) => {
    if (at === state.active || at < 0) return;
    state.active = at;
    markActive();
  };

  const pick = (item) => {
    if (!multi) popover.close();
    onPick(item);
    if (multi) refresh();
    else anchor.focus();
  };

  const refresh = async () => {
    const typed = input.value.trim();
    if (!load) return draw(filtered(groups, typed.toLowerCase()));
    if (typed.length < minTyped) return draw([], `Type at least ${minTyped} character${minTyped === 1 ? "" : "s"}`);
    draw([], "Searching…");
    const found = await load(typed);
    if (input.value.trim() === typed) draw(found);
  };

  driver.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: state.active + 1, ArrowUp: state.active - 1, Home: 0, End: state.items.length - 1 };
    if (event.key in steps && !(searches && (event.key === "Home" || event.key === "End"))) {
      event.preventDefault();
      activate((steps[event.key] + state.items.length) % Math.max(state.items.length, 1));
    } else if (event.key === "Enter" || (event.key === " " && !searches)) {
      event.preventDefault();
      if (state.items[state.active]) pick(state.items[state.active]);
    } else if (event.key === "Tab") popover.close();
  });
  let pause = null;
  input.addEventListener("input", () => {
    state.active = 0;
    clearTimeout(pause);
    // At once where nobody is asked: Enter may follow faster than any timer.
    if (load) pause = setTimeout(refresh, TYPING_PAUSE_MS);
    else refresh();
  });
  state.active = Math.max(0, groups.flatMap((group) => group.items).findIndex((item) => chosen.has(item.key)));
  refresh();
  driver.focus();
  return popover;
}

function filtered(groups, typed) {
  const fits = (item) => `${item.label} ${item.search ?? ""} ${typeof item.hint === "string" ? item.hint : ""}`.toLowerCase().includes(typed);
  return groups.map((group) => ({ ...group, items: typed ? group.items.filter(fits) : group.items }));
}
