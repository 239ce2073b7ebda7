// What `fathom relate` found, looked up. Nothing is fitted here.

import { isNumber } from "./format.js";
import { largest, least } from "./rows.js";

const NONE = { fits: [], comparisons: [], correlations: [], shares: [], warnings: [] };

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

/** The ends of y = intercept + slope x over the rows' x, for a figure's line. */
export function lineOver(rows, intercept, slope) {
  if (rows.length === 0 || !isNumber(intercept) || !isNumber(slope)) return [];
  const xs = rows.map((row) => row.x);
  return [[least(xs), largest(xs)].map((x) => ({ x, y: intercept + slope * x }))];
}

const REGRESSORS = {
  intercept: () => 1,
  negative_log_samples_over_dimension: (cell) => -Math.log(cell.samples) / cell.d,
  log_samples_over_representation_dimension: (cell) => Math.log(cell.samples) / cell.d_repr,
  log_label_sharpness: (cell) => Math.log(cell.sharpness),
  dimension: (cell) => cell.d,
  log_dimension: (cell) => Math.log(cell.d),
  log_samples: (cell) => Math.log(cell.samples),
};

function regressor(name) {
  const level = /^domain\[(.*)\]$/.exec(name);
  if (level) return (cell) => (cell.domain === level[1] ? 1 : 0);
  return REGRESSORS[name] ?? null;
}

/** Can this fit's loss be worked out for a cell? */
export function isComputable(fit) {
  return fit.terms.every(({ name, estimate }) => regressor(name) !== null && isNumber(estimate));
}

export function fitted(fit, cell) {
  return fit.terms.reduce((sum, { name, estimate }) => sum + estimate * regressor(name)(cell), 0);
}

const NAMES = {
  negative_log_samples_over_dimension: "\u2212(log N) / d",
  log_samples_over_representation_dimension: "(log N) / d of the last layer",
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
  return NAMES[name] ?? name.replaceAll("_", " ");
}
