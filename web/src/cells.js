// Cells of a study: which there are, and what of them is missing.

import { isNumber } from "./format.js";
import { ascending, groups, largest, least, mean, unique } from "./rows.js";

const ALL = null;

/** Cells with what figures and tables need beside it. */
export function prepared(cells) {
  return cells.map((cell) => ({
    ...cell,
    domain: cell.domain || "no domain",
    class_names: (cell.classes ?? []).join(" / "),
    d: cell.dimension?.value ?? null,
    sharpness: cell.label_sharpness?.value ?? null,
    d_repr: cell.dimension_repr?.value ?? null,
    peak: cell.layers?.length > 0 ? largest(cell.layers.map((layer) => layer.dimension).filter(isNumber)) : null,
  }));
}

/** Models, data sets and the like share the images of a cell: one row for each set of training images. */
export function trainingSets(cells) {
  const key = (cell) => JSON.stringify([cell.dataset, cell.class_names, cell.samples, cell.seed]);
  return [...groups(cells, key).values()].map(([first]) => first);
}

/** Means over the training sets of every data set, by domain and then by size. */
export function datasetMeans(cells, value, bounds) {
  const rows = [...groups(trainingSets(cells).filter((cell) => isNumber(value(cell))), (cell) => cell.dataset)].map(
    ([name, own]) => {
      const values = own.map(value);
      const ends = own.length === 1 && bounds(own[0]) ? bounds(own[0]) : [least(values), largest(values)];
      return { name, domain: own[0].domain, value: mean(values), low: ends[0], high: ends[1] };
    });
  return rows.sort((a, b) => ascending(a.domain, b.domain) || a.value - b.value);
}

/** The values of `key`, smallest first, as choices; `all` first where it is given. */
export function options(cells, key, { all = null, label = String } = {}) {
  const values = unique(cells.map((cell) => cell[key])).sort(ascending);
  const own = values.map((value) => ({ value, label: label(value) }));
  return all && values.length > 1 ? [{ value: ALL, label: all }, ...own] : own;
}

export function chosen(cells, wanted) {
  return cells.filter((cell) => Object.entries(wanted).every(([key, value]) => value === ALL || cell[key] === value));
}
