// Test loss and accuracy of a study's networks against the properties of what they learned from.

import { chosen, options } from "../cells.js";
import { Figure } from "../figure.js";
import { INTERVAL_COLUMNS, intervalSpec } from "../figures/intervals.js";
import { scatterSpec } from "../figures/scatter.js";
import { count, counted, isNumber, number } from "../format.js";
import { findFits, fitted, fittedLine, inWords, isComputable, subsetText, term } from "../laws.js";
import { publishedPoints, REFERENCE_NOTE } from "../reference.js";
import { largest, least, unique } from "../rows.js";

const CELL_COLUMNS = [{ key: "dataset", title: "Data set" }, { key: "domain", title: "Domain" }, { key: "model", title: "Network" },
  { key: "samples", title: "Training images" }, { key: "seed", title: "Seed" }];

export function columnsOf(x, y) {
  return [...CELL_COLUMNS, { key: "x", title: x }, { key: "y", title: y }];
}

/** Cells as points; those without either value are left out. */
export function pointsOf(cells, x, y) {
  return cells.map((cell) => ({ dataset: cell.dataset, domain: cell.domain, model: cell.model, samples: cell.samples,
    seed: cell.seed, x: x(cell), y: y(cell) })).filter((row) => isNumber(row.x) && isNumber(row.y));
}

export function networkChoice(cells) {
  return { key: "model", label: "Network", options: options(cells, "model", { all: "all" }) };
}

function samplesChoice(cells) {
  return { key: "samples", label: "Training images", options: options(cells, "samples", { all: "all", label: count }) };
}

function lossAgainstDimension(cells, reference) {
  const loss = (cell) => (cell.test_loss > 0 ? cell.test_loss : null);
  if (pointsOf(cells, (cell) => cell.d, loss).length === 0) return [];
  const faint = publishedPoints(reference, "dimension", "test_loss");
  return [new Figure({ title: "Test loss against intrinsic dimension", choices: [networkChoice(cells)], view: ({ model }) => {
    const rows = pointsOf(chosen(cells, { model }), (cell) => cell.d, loss);
    return {
      sentence: `Each of ${counted(rows.length, "point")} is one trained network: its test loss against the dimension of its training ` +
        `images, coloured by their number.${faint.length > 0 ? REFERENCE_NOTE : ""}`,
      rows, columns: columnsOf("Dimension", "Test loss"),
      spec: scatterSpec(rows, { x: "intrinsic dimension of the training images", y: "test loss (nats)" },
        { logY: true, colour: "samples", faint }),
    };
  } })];
}

function fittedAgainstMeasured(cells, laws) {
  const fits = laws.fits.filter((fit) => fit.law === "generalization" && fit.response === "log_test_loss" && isComputable(fit));
  if (fits.length === 0) return [];
  // The papers' own law first: with label sharpness, over all cells.
  fits.sort((a, b) => (term(b, "log_label_sharpness") !== null) - (term(a, "log_label_sharpness") !== null));
  const choice = { key: "fit", label: "Fit", options: fits.map((fit) => ({ value: fit,
    label: fits.some((other) => other !== fit && other.name === fit.name) ? `${fit.name}: ${subsetText(fit.subset)}` : fit.name })) };
  return [new Figure({ title: "The generalization law, fitted and measured", choices: [choice], view: ({ fit }) => {
    const { model = null, domain = null, samples = null } = fit.subset ?? {};
    const rows = pointsOf(chosen(cells, { model, domain, samples }), (cell) => Math.exp(fitted(fit, cell)),
      (cell) => (cell.test_loss > 0 ? cell.test_loss : null));
    const ends = [least(rows.flatMap((row) => [row.x, row.y])), largest(rows.flatMap((row) => [row.x, row.y]))];
    return {
      sentence: `Measured test loss against the loss that the fitted law gives for the same cell (R\u00b2 = ${number(fit.r_squared, 2)}, ` +
        `${counted(fit.n, "cell")}); on the dashed line they are equal.`,
      rows, columns: columnsOf("Fitted test loss", "Measured test loss"),
      spec: scatterSpec(rows, { x: "test loss by the fitted law (nats)", y: "measured test loss (nats)" },
        { logX: true, logY: true, lines: [ends.map((end) => ({ x: end, y: end }))] }),
    };
  } })];
}

/** Intervals of every kind that a term has. */
function termRows(fits, name) {
  return fits.flatMap((fit) => {
    const found = term(fit, name);
    if (!found) return [];
    const kinds = [["by data set (CR2)", found.cluster], ["jackknife over data sets", found.jackknife], ["classical", found],
      ["robust (HC2)", found.robust]];
    return kinds.filter(([, kind]) => kind?.interval).map(([series, kind]) => ({ name: fit.name, series, value: found.estimate,
      low: kind.interval[0], high: kind.interval[1] }));
  });
}

const COEFFICIENTS = { negative_log_samples_over_dimension: "c", log_label_sharpness: "b" };

function coefficientName(name) {
  return COEFFICIENTS[name] ? `${COEFFICIENTS[name]}, of ${inWords(name)}` : `slope of ${inWords(name)}`;
}

function coefficients(laws) {
  const fits = findFits(laws, "generalization", { model: null, domain: null, samples: null });
  const names = unique(fits.flatMap((fit) => fit.terms.map((found) => found.name)))
    .filter((name) => name !== "intercept" && !name.startsWith("model["));
  if (names.length === 0) return [];
  const choice = { key: "name", label: "Coefficient", options: names.map((name) => ({ value: name, label: coefficientName(name) })) };
  return [new Figure({ title: "Coefficients of the generalization law", choices: [choice], view: ({ name }) => {
    const rows = termRows(fits, name);
    return {
      sentence: "Estimates with 95 % intervals. Cells of one data set are alike, so the intervals by data set are those to quote; with few data sets " +
        "even they are uncertain.",
      rows, columns: [{ key: "name", title: "Fit" }, ...INTERVAL_COLUMNS.slice(1)],
      spec: intervalSpec(rows, (power) => coefficientName(name) + (power ? ` (${power.trim()})` : "")),
    };
  } })];
}

/** Of one number of training images, or of all of them with a term for their number. */
function accuracyFits(laws, model, samples, kind) {
  const law = samples === null && findFits(laws, "accuracy", { model, samples }).length === 0 ? "accuracy_samples" : "accuracy";
  return findFits(laws, law, { model, samples }).filter((fit) => fit.response === kind);
}

function accuracyAgainstDimension(cells, laws, reference) {
  const kinds = [["best_test_accuracy", "best of all epochs"], ["test_accuracy", "last epoch"]]
    .filter(([key]) => cells.some((cell) => isNumber(cell[key]) && isNumber(cell.d)));
  if (kinds.length === 0) return [];
  const choices = [networkChoice(cells), samplesChoice(cells),
    { key: "kind", label: "Accuracy", options: kinds.map(([value, label]) => ({ value, label })) }];
  return [new Figure({ title: "Test accuracy against intrinsic dimension", choices, view: ({ model, samples, kind }) => {
    const own = chosen(cells, { model, samples }).filter((cell) => isNumber(cell.d) && isNumber(cell[kind]));
    const rows = pointsOf(own, (cell) => cell.d, (cell) => cell[kind]);
    const fits = accuracyFits(laws, model, samples, kind);
    const lines = fits.flatMap((fit) => fittedLine(fit, chosen(own, { domain: fit.subset.domain ?? null })));
    const faint = publishedPoints(reference, "dimension", kind);
    const said = fits.map((fit) => `${fit.subset.domain ?? "all"}: slope ${number(term(fit, "dimension")?.estimate)}, ` +
      `R\u00b2 = ${number(fit.r_squared, 2)}`);
    return {
      sentence: `Accuracy of ${counted(rows.length, "trained network")}, coloured by the number of training images.` +
        (said.length > 0 ? ` Dashed lines are fits (${said.join("; ")}).` : "") + (faint.length > 0 ? REFERENCE_NOTE : ""),
      rows, columns: columnsOf("Dimension", "Test accuracy"),
      spec: scatterSpec(rows, { x: "intrinsic dimension of the training images", y: "test accuracy" },
        { colour: "samples", lines, faint, percentY: true }),
    };
  } })];
}

export function figuresOfGeneralization(cells, laws, reference) {
  return [...lossAgainstDimension(cells, reference), ...fittedAgainstMeasured(cells, laws), ...coefficients(laws),
    ...accuracyAgainstDimension(cells, laws, reference)];
}
