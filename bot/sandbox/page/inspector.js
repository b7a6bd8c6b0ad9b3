/* Raw traffic: the bot's Web API calls (↑) and what it was sent (↓), newest first, with their JSON on demand. */

import { addDrawer, isDrawerOpen } from "./drawer.js";
import { append, h, oncePerFrame, replace } from "./dom.js";
import { on, store } from "./store.js";

const ROWS = 200;
const filter = { text: "", errors: false };
const opened = new Set(); // seq of the rows that stand open
let body = null;

export function mountInspector() {
  addDrawer("traffic", "Traffic", (host) => {
    body = h("ul", { class: "calls" });
    replace(host, filters(), body);
    draw();
  });
  const later = oncePerFrame(draw);
  on("traffic state", () => isDrawerOpen("traffic") && later());
}

function filters() {
  const text = h("input", { class: "field", type: "search", placeholder: "Filter by method, channel or error", "aria-label": "Filter by method, channel or error", value: filter.text, oninput: (event) => ((filter.text = event.target.value.toLowerCase()), draw()) });
  const errors = h("input", { type: "checkbox", checked: filter.errors, onchange: (event) => ((filter.errors = event.target.checked), draw()) });
  return h("div", { class: "filters" }, text, h("label", { class: "choice" }, errors, h("span", {}, "Errors only")));
}

const WAYS = { call: { arrow: "↑", title: "asked by the bot" }, hook: { arrow: "↑", title: "asked by the bot" }, envelope: { arrow: "↓", title: "sent to the bot" } };

/** What a person did, in a few words. */
function envelopeText({ body = {}, ms }) {
  const payload = body.payload ?? body;
  const what = payload.command ? `${payload.command} ${payload.text ?? ""}` : payload.actions?.[0]?.action_id ?? payload.event?.type ?? payload.view?.callback_id ?? payload.callback_id ?? payload.type ?? "";
  return `${what} · ${Math.round(ms ?? 0)} ms`;
}

const isBad = (call) => call.ok === false || call.rate_limit_violation;

function fits(call) {
  if (filter.errors && !isBad(call)) return false;
  const channel = channelName(call);
  return !filter.text || `${call.method} ${channel} ${call.error ?? ""} ${call.kind === "envelope" ? envelopeText(call) : ""}`.toLowerCase().includes(filter.text);
}

function channelName(call) {
  const channel = store.channels.get(call.channel);
  if (channel?.is_im) return `@${channel.name}`;
  return call.channel ? `#${channel?.name ?? call.channel}` : "";
}

function draw() {
  if (!body) return;
  const calls = store.traffic.filter(fits).slice(-ROWS).reverse();
  const empty = store.traffic.length ? "Nothing fits the filter." : "No calls yet. Whatever the bot asks of Slack appears here.";
  replace(body, calls.length ? calls.map(callRow) : h("li", { class: "calls-empty" }, empty));
}

function callRow(call) {
  const details = h(
    "details",
    { class: `call${isBad(call) ? " bad" : ""}`, open: opened.has(call.seq) || undefined, ontoggle: (event) => (event.target.open ? opened.add(call.seq) : opened.delete(call.seq), event.target.open && fill(event.target, call)) },
    h(
      "summary",
      {},
      h("span", { class: "call-time" }, callTime(call)),
      h("span", { class: "call-method" }, h("span", { class: "call-way", title: WAYS[call.kind]?.title }, WAYS[call.kind]?.arrow ?? "↑"), call.method),
      h("span", { class: "call-channel" }, call.kind === "envelope" ? envelopeText(call) : channelName(call)),
      h("span", { class: "call-state" }, call.rate_limit_violation ? "rate limit" : call.ok === false ? call.error ?? "error" : "ok"),
    ),
  );
  if (opened.has(call.seq)) fill(details, call);
  return h("li", {}, details);
}

/** Drawn only when it is looked at: a storm's bodies would cost more than the storm. */
function fill(details, call) {
  if (details.querySelector("pre")) return;
  const { body: sent, answer, response, seq, ...rest } = call;
  const part = (label, json) => json !== undefined && json !== null && [h("h4", {}, label), h("pre", { class: "json", tabindex: "0" }, JSON.stringify(json, null, 2))];
  append(details, [part("Request", sent ?? rest), part("Answer", answer ?? readable(call.response))]);
}

/** What the sandbox answered, as it went over the wire; long ones come cut. */
function readable(response) {
  try {
    return response && JSON.parse(response);
  } catch {
    return response;
  }
}

function callTime(call) {
  const date = typeof call.at === "number" ? new Date(call.at * 1000) : new Date(call.at);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString("en-GB");
}
