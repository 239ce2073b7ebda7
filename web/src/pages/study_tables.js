// The tables of a study: its cells, and what `fathom relate` made of them.

import { correlation, count, interval, isNumber, percent, pValue } from "../format.js";
import { inWords, subsetText } from "../laws.js";
import { Table } from "../table.js";

/** One column for every attack that any cell has. */
function attackColumns(cells) {
  const found = new Map();
  for (const cell of cells) {
    for (const { method, epsilon } of cell.attacks ?? []) {
      found.set(`${method}_${epsilon}_loss`, { method, epsilon });
    }
  }
  return [...found].map(([key, { method, epsilon }]) => ({ key, title: `Loss, ${method.toUpperCase()} \u03b5 = ${epsilon}`, numeric: true }));
}

function withAttacks(cell) {
  const losses = (cell.attacks ?? []).map(({ method, epsilon, loss }) => [`${method}_${epsilon}_loss`, loss]);
  return { ...cell, ...Object.fromEntries(losses) };
}

export function cellTable(cells) {
  const some = (key) => cells.some((cell) => isNumber(cell[key]));
  const columns = [
    { key: "dataset", title: "Data set" }, { key: "domain", title: "Domain" }, { key: "class_names", title: "Classes", csvName: "classes" },
    { key: "model", title: "Network" }, { key: "samples", title: "N", show: count, numeric: true },
    { key: "seed", title: "Seed", show: String, numeric: true }, { key: "d", title: "d_data", csvName: "dimension" },
    { key: "sharpness", title: "K_F", csvName: "label_sharpness" }, { key: "d_repr", title: "d_repr", csvName: "representation_dimension" }, { key: "peak", title: "Peak", csvName: "peak_dimension" },
    { key: "test_loss", title: "Test loss" },
    { key: "test_accuracy", title: "Accuracy", show: (value) => percent(value, 1) },
    { key: "best_test_accuracy", title: "Best accuracy", show: (value) => percent(value, 1) }, ...attackColumns(cells)];
  const optional = ["d", "sharpness", "d_repr", "peak", "test_loss", "test_accuracy", "best_test_accuracy"];
  return new Table({ caption: "Cells.", columns: columns.filter(({ key }) => !optional.includes(key) || some(key)),
    rows: cells.map(withAttacks) });
}

export function failedTable(failed) {
  if (failed.length === 0) return [];
  const text = (cell) => (typeof cell === "string" ? cell : Object.values(cell ?? {}).flat().join(", "));
  return [new Table({ caption: "Cells that failed.", columns: [{ key: "cell", title: "Cell" }, { key: "error", title: "Error" }],
    rows: failed.map(({ cell, error }) => ({ cell: text(cell), error })) })];
}

/** Every network has a term of its own in a fit over several, so that the others are not its doing: of no interest here. */
function ofInterest({ name }) {
  return !name.includes("model[");
}

function termTable(fits) {
  const rows = fits.flatMap((fit) => fit.terms.filter(ofInterest).map((found) => ({ law: inWords(fit.law), name: fit.name, subset: subsetText(fit.subset),
    term: inWords(found.name), estimate: found.estimate, interval: found.interval ?? null,
    clustered: found.cluster?.interval ?? null, freedom: found.cluster?.degrees_of_freedom ?? null, jackknife: found.jackknife?.interval ?? null,
    n: fit.n, datasets: fit.datasets, r_squared: fit.r_squared })));
  if (rows.length === 0) return [];
  return [new Table({ caption: "Terms of the fits.", note: "Cells of one data set are alike: intervals by data set (CR2, with their degrees of freedom, df) and by jackknife take data sets as wholes. Terms of single networks are left out.", columns: [
    { key: "law", title: "Law" }, { key: "name", title: "Fit" }, { key: "subset", title: "Over" }, { key: "term", title: "Term" },
    { key: "estimate", title: "Estimate" },
    { key: "clustered", title: "95 %, by data set", show: (value) => interval(value), numeric: true },
    { key: "freedom", title: "df", numeric: true },
    { key: "interval", title: "Classical", show: (value) => interval(value), numeric: true },
    ...(rows.some((row) => row.jackknife)
      ? [{ key: "jackknife", title: "Jackknife", show: (value) => interval(value), numeric: true }] : []),
    { key: "n", title: "Cells", show: count }, { key: "datasets", title: "Data sets" }, { key: "r_squared", title: "R\u00b2" }], rows })];
}

function comparisonTable(comparisons) {
  if (comparisons.length === 0) return [];
  return [new Table({ caption: "Nested fits compared.", columns: [
    { key: "name", title: "Question" }, { key: "over", title: "Over" }, { key: "full", title: "Full" }, { key: "reduced", title: "Reduced" },
    { key: "likelihood_ratio", title: "Likelihood ratio" }, { key: "degrees_of_freedom", title: "df" },
    { key: "p_value", title: "p", show: (value) => pValue(value).replace("p = ", "").replace("p ", "") },
    { key: "delta_aic", title: "\u0394AIC" }, { key: "delta_bic", title: "\u0394BIC" }],
  rows: comparisons.map((found) => ({ ...found, over: subsetText(found.subset) })) })];
}

function correlationTable(correlations) {
  if (correlations.length === 0) return [];
  return [new Table({ caption: "Correlations.", columns: [
    { key: "law", title: "Law" }, { key: "y", title: "Of" }, { key: "x", title: "With" }, { key: "subset", title: "Over" },
    { key: "level", title: "Level" }, { key: "n", title: "n", show: count },
    { key: "pearson", title: "Pearson r", show: (value, row) => correlation({ r: value, interval: row.pearson_interval }) },
    { key: "p_value", title: "p", show: (value) => pValue(value).replace("p = ", "").replace("p ", "") },
    { key: "spearman", title: "Spearman", show: (value, row) => correlation({ r: value, interval: row.spearman_interval }) },
    { key: "slope", title: "Slope" }],
  rows: correlations.map((entry) => ({ law: inWords(entry.law), x: inWords(entry.x), y: inWords(entry.y), subset: subsetText(entry.subset),
    level: entry.level === "cells" ? "cells" : "data-set means", n: entry.n, pearson: entry.pearson?.r ?? null,
    pearson_interval: entry.pearson?.interval, p_value: entry.pearson?.p_value ?? null, spearman: entry.spearman?.r ?? null,
    spearman_interval: entry.spearman?.interval, slope: entry.slope })) })];
}

/** What one data set decides: each fit and correlation without it. */
function influenceTable(laws) {
  const fits = laws.fits.flatMap((fit) => (fit.influence ?? []).flatMap((left) => left.terms.filter((found) => ofInterest(found) && found.name !== "intercept")
    .map(({ name, estimate }) => ({ law: inWords(fit.law), over: `${fit.name}; ${subsetText(fit.subset)}`, left_out: left.left_out, quantity: inWords(name),
      value: estimate, whole: fit.terms.find((found) => found.name === name)?.estimate ?? null }))));
  const correlations = laws.correlations.flatMap((entry) => (entry.influence ?? []).map((left) => ({ law: inWords(entry.law),
    over: `${inWords(entry.y)}; ${subsetText(entry.subset)}`, left_out: left.left_out, quantity: "Pearson r", value: left.pearson,
    whole: entry.pearson?.r ?? null })));
  const rows = [...fits, ...correlations];
  if (rows.length === 0) return [];
  return [new Table({ caption: "Leaving one data set out.",
    note: "A value far from that of all data sets says that the trend rests on the one left out.", columns: [
    { key: "law", title: "Law" }, { key: "over", title: "Over" }, { key: "quantity", title: "Quantity" },
    { key: "left_out", title: "Without" }, { key: "value", title: "Value" }, { key: "whole", title: "With all" }], rows })];
}

function shareTable(shares) {
  if (shares.length === 0) return [];
  return [new Table({ caption: "Shares.", columns: [{ key: "name", title: "Share" }, { key: "model", title: "Network", show: (value) => value ?? "all" },
    { key: "below", title: "Cells", show: count }, { key: "n", title: "of", show: count },
    { key: "share", title: "Share", show: (value) => percent(value, 1) },
    { key: "interval", title: "95 %", show: (value) => interval(value.map((end) => 100 * end)) }], rows: shares })];
}

function skippedTable(skipped) {
  if (skipped.length === 0) return [];
  return [new Table({ caption: "Laws that could not be fitted.", columns: [{ key: "law", title: "Law" }, { key: "name", title: "Fit" },
    { key: "subset", title: "Over" }, { key: "reason", title: "Reason" }],
  rows: skipped.map(({ law, name, subset, reason }) => ({ law: inWords(law), name, subset: subsetText(subset), reason })) })];
}

export function lawTables(laws) {
  return [...termTable(laws.fits), ...comparisonTable(laws.comparisons), ...correlationTable(laws.correlations),
    ...shareTable(laws.shares), ...influenceTable(laws), ...skippedTable(laws.skipped)];
}

export function referenceTable(reference) {
  if (reference.length === 0) return [];
  const keys = [["source", "Source"], ["dataset", "Data set"], ["domain", "Domain"], ["model", "Network"], ["samples", "N"],
    ["dimension", "d"], ["label_sharpness", "K_F"], ["test_loss", "Test loss"], ["test_accuracy", "Accuracy"],
    ["best_test_accuracy", "Best accuracy"], ["loss_penalty", "Penalty in loss"], ["peak_dimension", "Peak"]];
  return [new Table({ caption: "Values that the papers published.", note: "Their protocols differ from the study's.",
    columns: keys.filter(([key]) => reference.some((entry) => entry[key] !== null && entry[key] !== undefined))
      .map(([key, title]) => ({ key, title })), rows: reference })];
}
