// Bars with intervals, by domain; values of the papers beside them, faintly.

import { axisUnit, isNumber } from "../format.js";
import { INK, NEUTRAL } from "../palette.js";
import { unique } from "../rows.js";
import { ASKED, byColour, layerOf, quantity } from "./parts.js";

/**
 * @param {Array} rows {name, domain, value, low, high, published, source}: all but name and value may be null
 * @param {Function} axis (power of ten, "" or "10^-4 ") -> title
 */
export function barSpec(rows, axis) {
  const unit = axisUnit(rows.flatMap((row) => [row.value, row.high, row.published]));
  const scaled = (value) => (isNumber(value) ? value / unit.divisor : null);
  const values = rows.map((row) => ({ ...row, x: scaled(row.value), from: scaled(row.low), to: scaled(row.high),
    reference: scaled(row.published) }));
  const title = axis(unit.prefix);
  const x = quantity("x", title, { scale: { zero: true } });
  return {
    data: { values },
    tooltip: [["name", "data set"], ["domain", "domain"], ["value", "mean"], ["low", "smallest"], ["high", "largest"],
      ["published", "published"], ["source", "source"]],
    height: rows.length * 22 + 6,
    encoding: { y: { field: "name", type: "nominal", sort: null, title: null,
      axis: { domain: false, ticks: false, labelPadding: 8 } } },
    layer: [
      { mark: { type: "bar", opacity: 0.75, tooltip: ASKED },
        encoding: { x, color: byColour("domain", unique(rows.map((row) => row.domain))) } },
      ...layerOf(values.filter((row) => row.from !== null && row.to !== null), (data) => ({ name: "whisker", data,
        mark: { type: "rule", color: INK, strokeWidth: 1.2 }, encoding: { x: { ...x, field: "from" }, x2: { field: "to" } } })),
      ...layerOf(values.filter((row) => row.reference !== null), (data) => ({ data,
        mark: { type: "point", shape: "diamond", filled: false, color: NEUTRAL, size: 60, strokeWidth: 1.3, tooltip: ASKED },
        encoding: { x: { ...x, field: "reference" } } })),
    ],
  };
}

export const BAR_COLUMNS = [
  { key: "name", title: "Data set" },
  { key: "domain", title: "Domain" },
  { key: "value", title: "Mean" },
  { key: "low", title: "Smallest" },
  { key: "high", title: "Largest" },
  { key: "published", title: "Published" },
  { key: "source", title: "Source" },
];
