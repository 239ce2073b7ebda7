// What the specifications of several figures share.

import { isNumber } from "../format.js";
import { NEUTRAL, scales } from "../palette.js";
import { largest, least } from "../rows.js";

/** A quantitative axis. Vega-Lite starts bars at zero, and other marks only if told. */
export function quantity(field, title, more = {}) {
  const { scale = {}, axis = {}, ...rest } = more;
  return { field, type: "quantitative", title, scale: { zero: false, nice: true, ...scale },
    axis: { tickCount: 6, ...axis }, ...rest };
}

/** Powers of ten within the values, and 2 and 5 times them where there are few. */
function decades(values) {
  const known = values.filter((value) => isNumber(value) && value > 0);
  const first = Math.floor(Math.log10(least(known))), last = Math.ceil(Math.log10(largest(known)));
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)));
}

/** A logarithmic axis over the values, whose labels are plain numbers. */
export function logarithm(field, title, values, more = {}) {
  return { field, type: "quantitative", title, scale: { type: "log", nice: false, padding: 8 },
    axis: { values: decades(values), format: "~g", labelOverlap: "greedy", ...more } };
}

/** Colour and shape by one field, in one legend. */
export function byName(field, names, title = null) {
  const { color, shape } = scales(names);
  const legend = names.length > 1 ? { title } : null;
  return {
    color: { field, type: "nominal", scale: color, legend },
    shape: { field, type: "nominal", scale: shape, legend },
  };
}

export function byColour(field, names, title = null) {
  return { field, type: "nominal", scale: scales(names).color, legend: names.length > 1 ? { title } : null };
}

/**
 * Of a mark that the pointer may ask: it hands over its row. Which of the row's values are shown, and under which names, is the
 * specification's `tooltip`, [[field, title], ...]: they are put into words when they are asked for, and not for every mark.
 */
export const ASKED = { content: "data" };

/** A straight line over the range of x; `points`: [{x, y}, {x, y}]. */
export function guideLine(points, { dash = [5, 4], width = 1.2, clip = true } = {}) {
  return { data: { values: points },
    mark: { type: "line", color: NEUTRAL, strokeDash: dash, strokeWidth: width, clip, tooltip: null },
    encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } } };
}

/** The layer that `make` makes of data, or none where there are no rows: Vega warns of axes without values. */
export function layerOf(rows, make) {
  return rows.length > 0 ? [make({ values: rows })] : [];
}
