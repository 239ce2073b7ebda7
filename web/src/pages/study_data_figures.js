// What the training images of a study are like.

import { datasetMeans, trainingSets } from "../cells.js";
import { Figure } from "../figure.js";
import { BAR_COLUMNS, barSpec } from "../figures/bars.js";
import { curveSpec } from "../figures/curves.js";
import { isNumber } from "../format.js";
import { REFERENCE_NOTE, withPublished } from "../reference.js";
import { ascending, groups, mean, unique } from "../rows.js";

function bars({ title, axis, sentence, rows }) {
  if (rows.length === 0) return [];
  const note = rows.some((row) => isNumber(row.published)) ? REFERENCE_NOTE : "";
  return [new Figure({ title, view: () => ({ sentence: sentence + note, rows, columns: BAR_COLUMNS, spec: barSpec(rows, axis) }) })];
}

const ENDS = "Means over the training sets; lines reach from the smallest to the largest, or, where there is one alone, over its 95 % interval.";

function dimensionBySamples(cells) {
  const sets = trainingSets(cells).filter((cell) => isNumber(cell.d));
  if (unique(sets.map((cell) => cell.samples)).length < 2) return [];
  const rows = [...groups(sets, (cell) => JSON.stringify([cell.dataset, cell.samples])).values()].map((own) => ({
    name: own[0].dataset, kind: "mean", x: own[0].samples, y: mean(own.map((cell) => cell.d)), training_sets: own.length }))
    .sort((a, b) => ascending(a.name, b.name) || a.x - b.x);
  return [new Figure({ title: "Dimension against the number of training images", view: () => ({
    sentence: "Mean estimate of the training sets of each size. Estimates rise with the number of images where the neighbourhoods were " +
      "too wide, and fall where near-duplicates come in.",
    rows, columns: [{ key: "name", title: "Data set" }, { key: "x", title: "Training images" }, { key: "y", title: "Dimension" },
      { key: "training_sets", title: "Training sets" }],
    spec: curveSpec(rows, { x: "training images", y: "intrinsic dimension", name: "data set", kind: "of" }, { linear: true }) }) })];
}

export function figuresOfData(cells, reference) {
  const dimension = datasetMeans(cells, (cell) => cell.d, (cell) => cell.dimension.interval);
  const sharpness = datasetMeans(cells, (cell) => cell.sharpness, (cell) => cell.label_sharpness.interval);
  return [
    ...bars({ title: "Intrinsic dimension of the data sets", axis: () => "intrinsic dimension", sentence: ENDS,
      rows: withPublished(dimension, reference, "dimension") }),
    ...bars({ title: "Label sharpness of the data sets", axis: (power) => `label sharpness (${power}per grey level)`, sentence: ENDS,
      rows: withPublished(sharpness, reference, "label_sharpness") }),
    ...dimensionBySamples(cells),
  ];
}
