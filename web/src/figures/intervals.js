// Values with their intervals: a row for each name, a mark for each series.

import { axisUnit, isNumber } from "../format.js";
import { least, largest, unique } from "../rows.js";
import { ASKED, byName, layerOf, logarithm, quantity } from "./parts.js";

/** Values further apart than this are drawn on a logarithmic axis. */
const WIDE = 30;

/**
 * @param {Array} rows {name, series, value, low, high}: low and high may be null
 * @param {Function} axis (power of ten, "" or "10^-4 ") -> title
 */
export function intervalSpec(rows, axis) {
  const unit = axisUnit(rows.flatMap((row) => [row.value, row.high]));
  const scaled = (value) => (isNumber(value) ? value / unit.divisor : null);
  const values = rows.map((row) => ({ ...row, x: scaled(row.value), from: scaled(row.low), to: scaled(row.high) }));
  const all = values.flatMap((row) => [row.x, row.from, row.to]).filter(isNumber);
  const title = axis(unit.prefix);
  const wide = least(all) > 0 && largest(all) / least(all) > WIDE;
  const axisOf = (field) => (wide ? logarithm(field, title, all) : quantity(field, title, { scale: { zero: true } }));
  const series = unique(rows.map((row) => row.series));
  const names = unique(rows.map((row) => row.name));
  const place = {
    y: { field: "name", type: "nominal", sort: null, title: null, axis: { domain: false, ticks: false, labelPadding: 8 } },
    yOffset: { field: "series", type: "nominal", sort: null, scale: { domain: series, paddingOuter: 0.4 } },
  };
  return {
    data: { values },
    tooltip: [["name", "of"], ["series", "estimate"], ["value", "value"], ["low", "from"], ["high", "to"]],
    height: Math.max(40, names.length * (series.length * 15 + 10)),
    encoding: place,
    layer: [
      ...layerOf(values.filter((row) => row.from !== null && row.to !== null), (data) => ({ data, mark: { type: "rule" },
        encoding: { x: axisOf("from"), x2: { field: "to" }, color: byName("series", series).color } })),
      { mark: { type: "point", size: 52, tooltip: ASKED },
        encoding: { x: axisOf("x"), ...byName("series", series) } },
    ],
  };
}

export const INTERVAL_COLUMNS = [
  { key: "name", title: "Data set" },
  { key: "series", title: "Estimate" },
  { key: "value", title: "Value" },
  { key: "low", title: "From" },
  { key: "high", title: "To" },
];
