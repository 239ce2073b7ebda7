// Curves: one colour and shape for each name, one dash for each kind.

import { NEUTRAL, scales } from "../palette.js";
import { least, largest, unique } from "../rows.js";
import { ASKED, byName, layerOf, logarithm, quantity } from "./parts.js";

/** A ratio of x above which its axis is logarithmic. */
const WIDE = 5;

/** Whole powers of `base` from the first below to the first above. */
function powers(from, to, base) {
  const first = Math.floor(Math.log(from) / Math.log(base)), last = Math.ceil(Math.log(to) / Math.log(base));
  return Array.from({ length: last - first + 1 }, (_, index) => base ** (first + index));
}

/**
 * @param {Array} rows {name, kind, x, y, label?}
 * @param {Object} titles {x, y, name, kind}
 */
export function curveSpec(rows, titles, { zero = true, linear = false, peaks = [] } = {}) {
  const names = unique(rows.map((row) => row.name)), kinds = unique(rows.map((row) => row.kind));
  const xs = rows.map((row) => row.x), from = least(xs), to = largest(xs);
  const wide = !linear && from > 0 && to / from > WIDE;
  const x = wide ? logarithm("x", titles.x, xs, { values: powers(from, to, 2), format: ",d" })
                 : quantity("x", titles.x, { scale: { nice: false, padding: 8 } });
  const y = quantity("y", titles.y, { scale: { zero } });
  const dash = { field: "kind", type: "nominal", scale: scales(kinds).dash,
    legend: kinds.length > 1 ? { title: null, symbolStrokeColor: NEUTRAL } : null };
  const { color, shape } = byName("name", names);
  const dense = rows.length / (names.length * kinds.length) > 20;
  return {
    data: { values: rows },
    tooltip: [["name", titles.name], ...(kinds.length > 1 ? [["kind", titles.kind]] : []), ["label", "layer"], ["x", titles.x],
      ["y", titles.y]],
    height: 280,
    layer: [
      { mark: { type: "line", tooltip: null }, encoding: { x, y, color, strokeDash: dash, detail: { field: "kind" } } },
      { mark: { type: "point", size: dense ? 12 : 30, tooltip: ASKED }, encoding: { x, y, color, shape } },
      ...layerOf(peaks, (data) => ({ data,
        mark: { type: "point", filled: false, shape: "circle", size: 190, strokeWidth: 1.6, tooltip: ASKED },
        encoding: { x, y, color } })),
    ],
  };
}
