/* The table block: first row is the head; numbers stand right; wide ones scroll sideways. */

import { h } from "./dom.js";
import { textWithPictures } from "./emoji.js";
import { richTextNodes } from "./rich_text.js";

export function table(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const headRow = h("tr", {}, head.map((cell, at) => h("th", { scope: "col", class: columnClass(settings[at], rows[0]?.[at]) }, cellNodes(cell))));
  const bodyRows = rows.map((row) => h("tr", {}, row.map((cell, at) => h("td", { class: columnClass(settings[at], cell) }, cellNodes(cell)))));
  const grid = h("table", { class: "table" }, h("thead", {}, headRow), h("tbody", {}, bodyRows));
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, grid);
}

function columnClass(setting, cell) {
  const align = setting?.align ?? (cell?.type === "raw_number" ? "right" : "left");
  return `align-${align}${setting?.is_wrapped ? " wrapped" : ""}`;
}

function cellNodes(cell) {
  if (cell?.type === "rich_text") return richTextNodes(cell.elements);
  if (cell?.type === "raw_number") return [h("span", { class: "number" }, String(cell.text ?? cell.value ?? ""))];
  return textWithPictures(String(cell?.text ?? ""));
}
