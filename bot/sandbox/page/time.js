/* Times as people read them, and Slack's date tokens. A ts is "<unix seconds>.<6 digits>". */

import { store } from "./store.js";

export const tsDate = (ts) => new Date(Number(ts) * 1000);
/** The workspace's clock, which a test or a person may have moved forward. */
export const workspaceNow = () => new Date(Date.now() + store.clockSkewMs);

const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const CLOCK_SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const NUMERIC = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const MEDIUM = format({ day: "numeric", month: "long", year: "numeric" });
const LONG = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const FULL = format({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const clockTime = (date) => CLOCK.format(date);
export const fullTime = (date) => FULL.format(date);

export const dayKey = (date) => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;

function daysFromNow(date) {
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  return Math.round((midnight(date) - midnight(workspaceNow())) / 86_400_000);
}

const NEAR_DAYS = { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" };

export function dayName(date) {
  return NEAR_DAYS[daysFromNow(date)] ?? DAY.format(date);
}

const pretty = (date, formatter) => NEAR_DAYS[daysFromNow(date)]?.toLowerCase() ?? formatter.format(date);

/** "3 minutes ago"; the unit grows with the distance. */
export function ago(date) {
  const seconds = Math.round((date - workspaceNow()) / 1000);
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(seconds, "second");
}

const TOKENS = {
  date_num: (d) => NUMERIC.format(d),
  date: (d) => MEDIUM.format(d),
  date_short: (d) => SHORT.format(d),
  date_long: (d) => LONG.format(d),
  date_pretty: (d) => pretty(d, MEDIUM),
  date_short_pretty: (d) => pretty(d, SHORT),
  date_long_pretty: (d) => pretty(d, LONG),
  time: (d) => CLOCK.format(d),
  time_secs: (d) => CLOCK_SECONDS.format(d),
  ago,
};

/** `{date_short_pretty} at {time}` → "today at 14:03"; null for a time that is none, so that the fallback is shown. */
export function slackDate(unixSeconds, template) {
  const date = new Date(Number(unixSeconds) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return template.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
