// Points of cells: x against y, coloured by an ordered value or by name.

import { NEUTRAL, scales, SEQUENCE } from "../palette.js";
import { unique, ascending } from "../rows.js";
import { ASKED, byName, guideLine, layerOf, logarithm, quantity } from "./parts.js";

const AS_PERCENT = { scale: { padding: 8, nice: false }, axis: { format: ".0%" } };

/**
 * @param {Array} rows {x, y, dataset, domain, model, samples}
 * @param {Object} titles {x, y}
 * @param {Object} options logX, logY; percentY; colour: "samples" or "dataset"; lines: [[{x, y}, {x, y}], ...];
 *   faint: published points {x, y, dataset, source}
 */
export function scatterSpec(rows, titles,
  { logX = false, logY = false, percentY = false, colour = "dataset", lines = [], faint = [] } = {}) {
  const padded = { scale: { padding: 8 } };
  const valuesOf = (key) => [...rows, ...faint].map((row) => row[key]);
  const x = logX ? logarithm("x", titles.x, valuesOf("x")) : quantity("x", titles.x, padded);
  const y = logY ? logarithm("y", titles.y, valuesOf("y")) : quantity("y", titles.y, percentY ? AS_PERCENT : padded);
  return {
    data: { values: rows },
    tooltip: [["dataset", "data set"], ["domain", "domain"], ["model", "network"], ["samples", "training images"], ["seed", "seed"],
      ["source", "published by"], ["x", titles.x], ["y", titles.y]],
    height: 320,
    layer: [
      ...lines.map((line) => guideLine(line)),
      ...layerOf(faint, (data) => ({ data,
        mark: { type: "point", filled: false, shape: "diamond", color: NEUTRAL, opacity: 0.75, size: 60, tooltip: ASKED },
        encoding: { x, y } })),
      { mark: { type: "point", opacity: rows.length > 500 ? 0.55 : 0.85, tooltip: ASKED },
        encoding: { x, y, ...(colour === "samples" ? bySamples(rows) : byDataset(rows)) } },
    ],
  };
}

/** Colour by the number of training images, shape by domain. */
function bySamples(rows) {
  const sizes = unique(rows.map((row) => row.samples)).sort(ascending);
  const domains = unique(rows.map((row) => row.domain)).sort(ascending);
  return {
    color: { field: "samples", type: "ordinal", scale: { domain: sizes, scheme: SEQUENCE },
      legend: sizes.length > 1 ? { title: "training images" } : null },
    shape: { field: "domain", type: "nominal", scale: scales(domains).shape,
      legend: domains.length > 1 ? { title: null, symbolFillColor: NEUTRAL, symbolStrokeColor: NEUTRAL } : null },
  };
}

function byDataset(rows) {
  return byName("dataset", unique(rows.map((row) => row.dataset)).sort(ascending));
}
