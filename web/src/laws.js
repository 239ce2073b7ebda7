// What `fathom relate` found, looked up. Nothing is fitted here.

import { isNumber } from "./format.js";
import { largest, least, mean } from "./rows.js";

const NONE = { fits: [], comparisons: [], correlations: [], shares: [], skipped: [], warnings: [] };

export function lawsOf(content) {
  return { ...NONE, ...(content.relate ?? {}) };
}

function agrees(subset, wanted) {
  return Object.entries(wanted).every(([key, value]) => (subset?.[key] ?? null) === value);
}

export function findFits(laws, law, wanted) {
  return laws.fits.filter((fit) => fit.law === law && agrees(fit.subset, wanted));
}

/** Correlations over cells come before those over data-set means. */
export function findCorrelation(laws, law, y, wanted) {
  const found = laws.correlations.filter((entry) => entry.law === law && entry.y === y && agrees(entry.subset, wanted));
  return found.find((entry) => entry.level === "cells") ?? found[0] ?? null;
}

export function term(fit, name) {
  return fit.terms.find((found) => found.name === name) ?? null;
}

/** The interval to quote: cells of one data set are alike, so that data sets are what counts. None where one alone decides. */
export function quotedInterval(found) {
  return found.cluster?.interval ?? null;
}

/** The ends of y = intercept + slope x over the rows' x, for a figure's line. */
export function lineOver(rows, intercept, slope) {
  if (rows.length === 0 || !isNumber(intercept) || !isNumber(slope)) return [];
  const xs = rows.map((row) => row.x);
  return [[least(xs), largest(xs)].map((x) => ({ x, y: intercept + slope * x }))];
}

const REGRESSORS = {
  intercept: () => 1,
  negative_log_samples_over_dimension: (cell) => -Math.log(cell.samples) / cell.d,
  negative_log_samples_over_representation_dimension: (cell) => -Math.log(cell.samples) / cell.d_repr,
  log_label_sharpness: (cell) => Math.log(cell.sharpness),
  dimension: (cell) => cell.d,
  representation_dimension: (cell) => cell.d_repr,
  log_samples: (cell) => Math.log(cell.samples),
};

/** A function of a cell; of "a:b" the product, of "domain[natural]" whether it is. Null for a name that is not known. */
function regressor(name) {
  const factors = name.split(":").map((factor) => {
    const level = /^(domain|model)\[(.*)\]$/.exec(factor);
    return level ? (cell) => (cell[level[1]] === level[2] ? 1 : 0) : REGRESSORS[factor];
  });
  return factors.every(Boolean) ? (cell) => factors.reduce((product, factor) => product * factor(cell), 1) : null;
}

/** Can this fit's loss be worked out for a cell? */
export function isComputable(fit) {
  return fit.terms.every(({ name, estimate }) => regressor(name) !== null && isNumber(estimate));
}

export function fitted(fit, cell) {
  return fit.terms.reduce((sum, { name, estimate }) => sum + estimate * regressor(name)(cell), 0);
}

/** The fit over the cells' dimensions, for a figure's line: at each end the mean over the cells, were theirs that. */
export function fittedLine(fit, cells) {
  if (cells.length === 0 || !isComputable(fit)) return [];
  const ds = cells.map((cell) => cell.d);
  return [[least(ds), largest(ds)].map((d) => ({ x: d, y: mean(cells.map((cell) => fitted(fit, { ...cell, d }))) }))];
}

const NAMES = {
  negative_log_samples_over_dimension: "\u2212(log N) / d",
  negative_log_samples_over_representation_dimension: "\u2212(log N) / d of the last hidden layer",
  representation_dimension: "dimension of the last hidden layer",
  log_label_sharpness: "log label sharpness",
  log_samples: "log N",
  log_test_loss: "log test loss",
  label_sharpness: "label sharpness",
  loss_penalty: "penalty in loss",
  accuracy_penalty: "penalty in accuracy",
  peak_dimension: "peak dimension",
  accuracy_samples: "accuracy with N",
  domain_slopes: "slopes of domains",
};

/** The words for a name of the JSON. */
export function inWords(name) {
  if (name.includes(":")) return name.split(":").map(inWords).join(" \u00d7 ");
  return NAMES[name] ?? (name.includes("[") ? name : name.replaceAll("_", " "));
}

/** Which cells a fit is over, in words. */
export function subsetText(subset) {
  const text = { samples: (value) => `N = ${value}`, epsilon: (value) => `\u03b5 = ${value}`, method: (value) => value.toUpperCase() };
  return Object.entries(subset ?? {}).filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => (text[key] ?? String)(value)).join(", ") || "all";
}
