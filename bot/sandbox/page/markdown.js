/* The `markdown` block: a safe subset of Markdown (headings, lists, quotes, fences, tables, inline styles), as DOM nodes. */

import { h, link } from "./dom.js";
import { emojiNode, textWithPictures } from "./emoji.js";

export function markdown(text) {
  return h("div", { class: "markdown" }, blocksOf(String(text ?? "").replaceAll("\r\n", "\n").split("\n")));
}

function blocksOf(lines) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const rule = RULES.find(({ starts }) => starts(lines[at], lines[at + 1])) ?? PARAGRAPH;
    const { node, next } = rule.read(lines, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

/** The lines from `at` on for which `belongs` holds. */
function run(lines, at, belongs) {
  let end = at;
  while (end < lines.length && belongs(lines[end])) end++;
  return { taken: lines.slice(at, end), next: end };
}

const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const FENCE = /^\s*```/;
const RULER = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/;
const TABLE_LINE = /^\s*\|.*\|\s*$/;

const RULES = [
  { starts: (line) => !line.trim(), read: (lines, at) => ({ node: null, next: at + 1 }) },
  { starts: (line) => FENCE.test(line), read: fence },
  { starts: (line) => HEADING.test(line), read: heading },
  { starts: (line) => RULER.test(line), read: (lines, at) => ({ node: h("hr", { class: "divider" }), next: at + 1 }) },
  { starts: (line) => /^\s*>/.test(line), read: quote },
  { starts: (line) => ITEM.test(line), read: list },
  { starts: (line, after) => TABLE_LINE.test(line) && /^[\s|:-]+$/.test(after ?? "x"), read: table },
];

const PARAGRAPH = {
  read(lines, at) {
    const { taken, next } = run(lines, at, (line) => line.trim() && !RULES.some(({ starts }) => starts(line)));
    const used = taken.length ? taken : [lines[at]];
    return { node: h("p", {}, withBreaks(used)), next: Math.max(next, at + 1) };
  },
};

const withBreaks = (lines) => lines.flatMap((line, at) => [...(at ? [h("br")] : []), ...inline(line)]);

function fence(lines, at) {
  const { taken, next } = run(lines, at + 1, (line) => !FENCE.test(line));
  return { node: h("pre", { class: "pre" }, taken.join("\n")), next: next + 1 };
}

function heading(lines, at) {
  const [, marks, text] = HEADING.exec(lines[at]);
  return { node: h(`h${Math.min(marks.length + 2, 6)}`, { class: `md-heading md-h${marks.length}` }, inline(text)), next: at + 1 };
}

function quote(lines, at) {
  const { taken, next } = run(lines, at, (line) => /^\s*>/.test(line));
  return { node: h("blockquote", { class: "quote" }, withBreaks(taken.map((line) => line.replace(/^\s*> ?/, "")))), next };
}

function list(lines, at) {
  const { taken, next } = run(lines, at, (line) => ITEM.test(line));
  const ordered = /^\s*\d/.test(taken[0]);
  const items = taken.map((line) => {
    const [, , ticked, text] = ITEM.exec(line);
    const depth = Math.min(Math.floor(/^\s*/.exec(line)[0].length / 2), 4);
    const box = ticked === undefined ? null : h("input", { type: "checkbox", disabled: true, checked: ticked !== " ", "aria-label": "done" });
    return h("li", { class: `indent-${depth}` }, box, inline(text));
  });
  return { node: h(ordered ? "ol" : "ul", { class: "rich-list" }, items), next };
}

function table(lines, at) {
  const { taken, next } = run(lines, at, (line) => TABLE_LINE.test(line));
  const cells = (line) => line.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const [head, , ...rows] = taken;
  const headRow = h("tr", {}, cells(head).map((cell) => h("th", { scope: "col" }, inline(cell))));
  const bodyRows = rows.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, inline(cell)))));
  return { node: h("div", { class: "table-scroll", tabindex: "0" }, h("table", { class: "table" }, h("thead", {}, headRow), h("tbody", {}, bodyRows))), next };
}

const INLINE = [
  { pattern: /`([^`]+)`/, node: ([, code]) => h("code", { class: "code" }, code) },
  { pattern: /!?\[([^\]]+)\]\(([^()\s]+)\)/, node: ([, text, url]) => link(url, inline(text)) },
  { pattern: /<(https?:\/\/[^<>\s]+)>/, node: ([, url]) => link(url) },
  { pattern: /\*\*(\S(?:.*?\S)?)\*\*|__(\S(?:.*?\S)?)__/, node: ([, one, two]) => h("strong", {}, inline(one ?? two)) },
  { pattern: /(?<![\p{L}\p{N}*])\*(\S(?:[^*]*?[^\s*])?)\*(?!\*)|(?<![\p{L}\p{N}])_(\S(?:[^_]*?\S)?)_(?![\p{L}\p{N}])/u, node: ([, one, two]) => h("em", {}, inline(one ?? two)) },
  { pattern: /~~(\S(?:.*?\S)?)~~/, node: ([, text]) => h("s", {}, inline(text)) },
  { pattern: /(?<!["(\w])https?:\/\/[^\s<>)]+/, node: ([url]) => link(url) },
  { pattern: /:([a-z0-9_+-]+):/, node: ([whole, name]) => emojiNode(name) ?? whole },
];

/** The leftmost match wins, so that code hides what stands inside it. */
function inline(text) {
  const found = INLINE.map((rule) => ({ rule, match: rule.pattern.exec(text) })).filter(({ match }) => match);
  if (!found.length) return textWithPictures(text.replace(/\\([\\`*_{}[\]()#+.!|~<>-])/g, "$1"));
  const { rule, match } = found.reduce((best, one) => (one.match.index < best.match.index ? one : best));
  return [...inline(text.slice(0, match.index)), rule.node(match), ...inline(text.slice(match.index + match[0].length))].filter((part) => part !== "");
}
