/* data_table and data_visualization blocks: a table with a caption, and lines, areas, bars and pies of numbers. */

import { h, svg } from "./dom.js";
import { table } from "./table.js";

const WIDTH = 480;
const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 24;
const TICKS = 4;
const RADIUS = 80;

export function dataTable(block) {
  return h("figure", { class: "figure" }, h("figcaption", {}, block.caption), table(block));
}

export function dataVisualization(block) {
  const { chart } = block;
  const drawing = chart.type === "pie" ? pie(chart.segments) : axes(chart);
  const names = chart.type === "pie" ? chart.segments.map((one) => `${one.label}: ${one.value}`) : chart.series.map((one) => one.name);
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `${block.title}: ${names.join(", ")}`);
  const legend = h("ul", { class: "chart-legend" }, names.map((name, at) => h("li", { class: `chart-hue-${at}` }, name)));
  return h("figure", { class: "figure chart" }, h("figcaption", {}, block.title), drawing, legend);
}

function axes({ type, series, axis_config: { categories, y_label: yLabel } }) {
  const values = series.map((one) => categories.map((label) => one.data.find((point) => point.label === label)?.value ?? 0));
  const all = values.flat();
  const low = Math.min(0, ...all);
  const high = Math.max(...all, low + 1e-9);
  const step = (WIDTH - LEFT) / categories.length;
  const x = (at) => LEFT + step * (at + 0.5);
  const y = (value) => (HEIGHT - BOTTOM) * (1 - (value - low) / (high - low)) + 6;
  const frame = [...ticks(low, high, y, yLabel), ...categories.map((label, at) => svg("text", { x: x(at), y: HEIGHT - 4, class: "chart-label", "text-anchor": "middle" }, label))];
  const drawn = values.flatMap((own, at) => SERIES[type](own, { at, of: series.length, x, y, step, zero: y(Math.max(low, 0)) }));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + 4}`, class: "chart-drawing" }, frame, drawn);
}

function ticks(low, high, y, unit) {
  return Array.from({ length: TICKS + 1 }, (_, at) => low + ((high - low) * at) / TICKS).flatMap((value) => [
    svg("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value), class: "chart-grid" }),
    svg("text", { x: LEFT - 6, y: y(value) + 4, class: "chart-label", "text-anchor": "end" }, shortNumber(value), value === high && unit ? ` ${unit}` : ""),
  ]);
}

const shortNumber = (value) => new Intl.NumberFormat("en", { maximumSignificantDigits: 3, notation: "compact" }).format(value);
const path = (points) => points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
const pointsOf = (own, { x, y }) => own.map((value, at) => [x(at), y(value)]);

const SERIES = {
  line: (own, place) => [svg("path", { d: path(pointsOf(own, place)), class: `chart-line chart-hue-${place.at}` })],
  area: (own, place) => {
    const points = pointsOf(own, place);
    const closed = `${path(points)}L${points.at(-1)[0]} ${place.zero}L${points[0][0]} ${place.zero}Z`;
    return [svg("path", { d: closed, class: `chart-area chart-hue-${place.at}` }), ...SERIES.line(own, place)];
  },
  bar: (own, { at, of, x, y, step, zero }) => {
    const width = (step * 0.7) / of;
    const left = (index) => x(index) - step * 0.35 + at * width;
    return own.map((value, index) => svg("rect", { x: left(index), width, y: Math.min(y(value), zero), height: Math.max(1, Math.abs(zero - y(value))), class: `chart-bar chart-hue-${at}` }));
  },
};

function pie(segments) {
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  let turned = 0;
  const slices = segments.map(({ value }, at) => {
    const [from, to] = [turned, (turned += value / total)];
    return svg("path", { d: slice(from, to), class: `chart-bar chart-hue-${at}` });
  });
  return svg("svg", { viewBox: `${-RADIUS} ${-RADIUS} ${2 * RADIUS} ${2 * RADIUS}`, class: "chart-drawing chart-pie" }, slices);
}

function slice(from, to) {
  // A whole circle has no arc from a point to itself.
  const end = Math.min(to, from + 0.9999);
  const at = (share) => `${(RADIUS * Math.sin(2 * Math.PI * share)).toFixed(2)} ${(-RADIUS * Math.cos(2 * Math.PI * share)).toFixed(2)}`;
  return `M0 0L${at(from)}A${RADIUS} ${RADIUS} 0 ${end - from > 0.5 ? 1 : 0} 1 ${at(end)}Z`;
}
