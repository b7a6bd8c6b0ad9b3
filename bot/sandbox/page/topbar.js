/* The strip above all: the workspace, its clock, whether the bot is there, and the sandbox's tools. */

import { h, icon, iconButton, oncePerFrame, replace } from "./dom.js";
import { toggleDrawer } from "./drawer.js";
import { displayName, userNamed } from "./people.js";
import { toggleTheme } from "./session.js";
import { on, store } from "./store.js";
import { clockTime, dayName, workspaceNow } from "./time.js";

const CLOCK_REDRAW_MS = 10_000;

export function mountTopbar(toggleSidebar) {
  const host = document.getElementById("topbar");
  const clock = h("span", { class: "workspace-clock" });
  const bot = h("span", { class: "bot-state", role: "status" });
  const name = h("span", { class: "workspace-name" });
  const tool = (kind, iconName, label) => h("button", { type: "button", class: "tool-button", dataset: { drawer: kind }, "aria-pressed": "false", "aria-label": label, title: label, onclick: () => toggleDrawer(kind) }, icon(iconName), h("span", {}, label));
  const drawClock = () => replace(clock, icon("clock"), clockText());
  replace(
    host,
    iconButton("menu", "Channels", toggleSidebar, { class: "icon-button only-phone" }),
    h("img", { class: "workspace-logo", src: "/page/favicon.svg", alt: "" }),
    name,
    h("span", { class: "tag" }, "sandbox"),
    h("span", { class: "spacer" }),
    clock,
    bot,
    tool("traffic", "traffic", "Traffic"),
    tool("controls", "flask", "Controls"),
    iconButton("moon", "Switch between light and dark", toggleTheme, { class: "icon-button theme-button" }),
  );
  const draw = oncePerFrame(() => {
    replace(name, store.team.name);
    document.title = `${store.team.name} · sandbox workspace`;
    drawClock();
    replace(bot, ...botState());
  });
  on("state link clock", draw);
  setInterval(drawClock, CLOCK_REDRAW_MS);
  mountBanner();
}

function clockText() {
  const now = workspaceNow();
  return `${dayName(now) === "Today" ? "" : `${dayName(now)} `}${clockTime(now)}${store.offsetSeconds ? ` (${shift(store.offsetSeconds)})` : ""}`;
}

/** How far the workspace's clock was moved: "+1 h 15 m". */
export function shift(seconds) {
  const units = [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]];
  let rest = Math.round(Math.abs(seconds));
  const parts = units.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count ? `${count} ${unit}` : "";
  });
  return `${seconds < 0 ? "−" : "+"}${parts.filter(Boolean).slice(0, 2).join(" ")}`;
}

function botState() {
  const name = displayName(userNamed(store.botUserId));
  if (store.connections === null) return [];
  const there = store.connections > 0;
  return [h("span", { class: `dot ${there ? "dot-good" : "dot-bad"}`, "aria-hidden": "true" }), there ? `${name} connected` : `${name} not connected`];
}

function mountBanner() {
  const banner = document.getElementById("banner");
  on("link state", () => {
    banner.hidden = store.link !== "lost";
    replace(banner, icon("warn"), "Connection to the sandbox lost. Trying again…");
  });
}
