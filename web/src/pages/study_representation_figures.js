// Dimension of what the networks of a study make of their training images.

import { chosen, options } from "../cells.js";
import { Figure } from "../figure.js";
import { curveSpec } from "../figures/curves.js";
import { scatterSpec } from "../figures/scatter.js";
import { correlation, counted, interval, isNumber, percent } from "../format.js";
import { findCorrelation, lineOver } from "../laws.js";
import { publishedPoints, REFERENCE_NOTE } from "../reference.js";
import { ascending, groups, largest, least, mean } from "../rows.js";
import { columnsOf, networkChoice, pointsOf } from "./study_generalization_figures.js";

function againstData(cells, laws) {
  if (!cells.some((cell) => isNumber(cell.d_repr) && isNumber(cell.d))) return [];
  return [new Figure({ title: "Dimension of representations against dimension of the data", choices: [networkChoice(cells)],
    view: ({ model }) => {
      const rows = pointsOf(chosen(cells, { model }), (cell) => cell.d, (cell) => cell.d_repr);
      const ends = [least(rows.map((row) => row.x)), largest(rows.map((row) => row.x))];
      const share = laws.shares.find((found) => (found.model ?? null) === model);
      return {
        sentence: `d_repr of the last hidden layer against d_data of the training images, for ${counted(rows.length, "trained network")}; ` +
          "on the dashed line they are equal." + (share ? ` ${percent(share.share)} lie below it ` +
          `${interval(share.interval.map((end) => 100 * end))} %.` : ""),
        rows, columns: columnsOf("d_data", "d_repr"),
        spec: scatterSpec(rows, { x: "dimension of the training images", y: "dimension of the last hidden layer" },
          { lines: [ends.map((end) => ({ x: end, y: end }))] }),
      };
    } })];
}

/** Mean curve of every data set, layer by layer. */
function layerRows(cells) {
  return [...groups(cells.flatMap((cell) => cell.layers.map((layer) => ({ ...layer, dataset: cell.dataset }))),
    (layer) => JSON.stringify([layer.dataset, layer.name])).values()].map((own) => ({
    name: own[0].dataset, kind: "mean", label: own[0].name, x: own[0].relative_depth,
    y: mean(own.map((layer) => layer.dimension)), cells: own.length })).filter((row) => isNumber(row.y))
    .sort((a, b) => ascending(a.name, b.name) || a.x - b.x);
}

function throughLayers(cells) {
  const own = cells.filter((cell) => cell.layers?.length > 1);
  if (own.length === 0) return [];
  const choice = { key: "model", label: "Network", options: options(own, "model") };
  return [new Figure({ title: "Dimension through the layers", choices: [choice], view: ({ model }) => {
    const rows = layerRows(chosen(own, { model }));
    const peaks = [...groups(rows, (row) => row.name).values()].map((curve) =>
      curve.reduce((best, row) => (row.y > best.y ? row : best)));
    return {
      sentence: `Estimated dimension of what the layers of ${model} make of the training images, mean over its cells of each data set. ` +
        "Rings mark the peaks.",
      rows, columns: [{ key: "name", title: "Data set" }, { key: "label", title: "Layer" }, { key: "x", title: "Relative depth" },
        { key: "y", title: "Dimension" }, { key: "cells", title: "Cells" }],
      spec: curveSpec(rows, { x: "relative depth", y: "estimated intrinsic dimension", name: "data set", kind: "of" },
        { linear: true, peaks }),
    };
  } })];
}

function peakAgainstData(cells, laws, reference) {
  const own = cells.filter((cell) => cell.layers?.length > 1 && isNumber(cell.peak) && isNumber(cell.d));
  if (own.length === 0) return [];
  const faint = publishedPoints(reference, "dimension", "peak_dimension");
  return [new Figure({ title: "Peak dimension against dimension of the data", choices: [networkChoice(own)], view: ({ model }) => {
    const rows = pointsOf(chosen(own, { model }), (cell) => cell.d, (cell) => cell.peak);
    const found = findCorrelation(laws, "peak_dimension", "peak_dimension", { model });
    return {
      sentence: `The largest dimension of any layer against that of the training images, for ${counted(rows.length, "trained network")}.` +
        (found ? ` The dashed line is the fit: r = ${correlation(found.pearson)}.` : "") +
        (faint.length > 0 ? REFERENCE_NOTE : ""),
      rows, columns: columnsOf("d_data", "Peak dimension"),
      spec: scatterSpec(rows, { x: "dimension of the training images", y: "dimension at the peak" },
        { lines: found ? lineOver(rows, found.intercept, found.slope) : [], faint }),
    };
  } })];
}

export function figuresOfRepresentation(cells, laws, reference) {
  return [...againstData(cells, laws), ...throughLayers(cells), ...peakAgainstData(cells, laws, reference)];
}
