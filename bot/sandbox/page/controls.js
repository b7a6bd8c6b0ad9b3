/* The sandbox's clock and the faults one can switch on, to watch how the bot takes them. */

import { call } from "./api.js";
import { addDrawer, isDrawerOpen } from "./drawer.js";
import { append, h, replace } from "./dom.js";
import { on, store } from "./store.js";
import { fullTime, workspaceNow } from "./time.js";
import { shift } from "./topbar.js";

const STEPS = [["1 m", 60], ["15 m", 900], ["1 h", 3_600], ["1 d", 86_400]];

/* Kind `switch` is on or off, `count` runs down as it is used, `seconds` and `choice` stay until changed. */
const FAULTS = [
  { title: "The Web API", rows: [
    { name: "rate_limit_next", kind: "count", label: "Answer 429 to the next calls", hint: "The bot should wait as Retry-After says, and lose nothing." },
    { name: "error_next", kind: "count", label: "Fail the next calls", hint: "With “internal_error”, as a trouble inside Slack." },
    { name: "drop_after_commit_next", kind: "count", label: "Do, but lose the answer", hint: "The message is there, the bot does not know: no duplicate may follow." },
    { name: "swallow_next_posts", kind: "count", label: "Say ok, and drop the next posts", hint: "As Slack may when messages come in a burst." },
    { name: "unreadable_history", kind: "switch", label: "History cannot be read" },
    { name: "rate_limits", kind: "switch", label: "Rate limits", hint: "On as in Slack; off lets every call through.", setting: true },
    { name: "delay_seconds", kind: "seconds", label: "Answer late", hint: "Seconds that every call takes." },
    { name: "revoke_token", kind: "switch", label: "Token revoked", hint: "Every call is refused." },
  ] },
  { title: "The connection to the bot", rows: [
    { name: "refuse_websocket", kind: "switch", label: "Refuse new connections" },
    { name: "mute_pings", kind: "switch", label: "Do not answer pings", hint: "A connection that died unseen." },
    { name: "lose_next_acks", kind: "count", label: "Lose the next acknowledgements", hint: "People see a timeout though the bot did its work." },
    { name: "duplicate_next_event", kind: "choice", label: "Deliver the next event twice", choices: [["", "No"], ["same_id", "Same id"], ["new_id", "New id"]] },
  ] },
];
const CUTS = [["link_disabled", "Cut the connection now"], ["refresh_requested", "Ask for a new connection"], ["warning", "Warn of one"]];
const OFF = { switch: false, count: 0, seconds: 0, choice: "" };

export function mountControls() {
  let clock = null;
  addDrawer("controls", "Controls", (host) => {
    clock = h("p", { class: "clock-now" });
    const faults = h("div", { class: "faults" }, h("p", { class: "muted" }, "Loading…"));
    replace(host, clockSection(clock), faults);
    drawClock(clock);
    loadFaults(faults);
  });
  on("clock state", () => isDrawerOpen("controls") && clock && drawClock(clock));
}

function drawClock(node) {
  replace(node, fullTime(workspaceNow()), store.offsetSeconds ? h("span", { class: "muted" }, ` ${shift(store.offsetSeconds)}`) : null);
}

function clockSection(clock) {
  const buttons = STEPS.map(([label, seconds]) => h("button", { type: "button", class: "button", onclick: () => call("clock", { advance_seconds: seconds }) }, `+${label}`));
  return h("section", { class: "control-section" }, h("h3", {}, "Clock"), clock, h("div", { class: "block-actions" }, buttons), h("p", { class: "muted" }, "Moves the workspace and the bot's business time: reminders, timeouts and silences come due."));
}

async function loadFaults(host) {
  const answer = await call("faults", null, { method: "GET" });
  if (answer) drawFaults(host, answer);
}

function drawFaults(host, state) {
  const set = async (changes) => (await call("faults", changes)) && loadFaults(host);
  const rows = FAULTS.flatMap(({ rows: own }) => own);
  const active = rows.filter((row) => isOn(state[row.name], row)).length;
  const off = h("button", { type: "button", class: "button", disabled: active === 0, onclick: () => set({}) }, "All off");
  replace(host, h("div", { class: "control-head" }, h("h3", {}, "Faults"), h("span", { class: active ? "tag tag-bad" : "tag" }, active ? `${active} on` : "none on"), h("span", { class: "spacer" }), off));
  const cuts = CUTS.map(([reason, label]) => h("button", { type: "button", class: "button", onclick: () => set({ disconnect: reason }) }, label));
  for (const { title, rows: own } of FAULTS) append(host, [h("section", { class: "control-section" }, h("h4", {}, title), own.map((row) => faultRow(row, state[row.name], set)))]);
  append(host, [h("div", { class: "control-section" }, h("div", { class: "block-actions" }, cuts))]);
}

/* A setting is no fault, whichever way it stands. */
const isOn = (value, row) => !row.setting && value !== undefined && value !== OFF[row.kind];

function faultRow(row, value, set) {
  const control = CONTROLS[row.kind](row, value ?? OFF[row.kind], (next) => set({ [row.name]: next }));
  return h("label", { class: `fault${isOn(value, row) ? " on" : ""}` }, h("span", { class: "fault-text" }, row.label, row.hint && h("span", { class: "choice-hint" }, row.hint)), control);
}

const CONTROLS = {
  switch: (row, value, set) => h("input", { type: "checkbox", role: "switch", class: "switch", checked: value, onchange: (event) => set(event.target.checked) }),
  count: (row, value, set) => h("input", { type: "number", class: "field field-number", min: "0", max: "1000", step: "1", value: String(value), onchange: (event) => set(Math.max(0, Math.round(Number(event.target.value) || 0))) }),
  seconds: (row, value, set) => h("input", { type: "number", class: "field field-number", min: "0", max: "60", step: "0.5", value: String(value), onchange: (event) => set(Math.max(0, Number(event.target.value) || 0)) }),
  choice: (row, value, set) => h("select", { class: "field field-number", onchange: (event) => set(event.target.value) }, row.choices.map(([key, label]) => h("option", { value: key, selected: key === value || undefined }, label))),
};
