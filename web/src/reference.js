// Values that the papers published, beside the study's own. Their protocols differ, and the page says so.

import { isNumber } from "./format.js";
import { mean } from "./rows.js";

export const REFERENCE_NOTE = " Hollow diamonds are published values, whose protocols differ.";

/** "CIFAR-10" and "cifar10" are one data set. */
function plain(name) {
  return String(name).toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Rows with `published` and `source` where a paper has `key` of their data set; values by N are averaged. */
export function withPublished(rows, reference, key) {
  return rows.map((row) => {
    const own = reference.filter((entry) => plain(entry.dataset) === plain(row.name) && isNumber(entry[key]));
    const overall = own.filter((entry) => !isNumber(entry.samples));
    const used = overall.length > 0 ? overall.slice(0, 1) : own.filter((entry) => entry.source === own[0].source);
    return { ...row, published: mean(used.map((entry) => entry[key])), source: used[0]?.source ?? null };
  });
}

/** Published points of x against y. */
export function publishedPoints(reference, x, y) {
  return reference.filter((entry) => isNumber(entry[x]) && isNumber(entry[y]))
    .map((entry) => ({ ...entry, x: entry[x], y: entry[y] }));
}
