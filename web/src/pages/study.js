// The page of fathom.study/1: cells of a grid, and the laws they follow or do not.

import { prepared } from "../cells.js";
import { correlation, count, counted, estimate, interval, list, number, percent, pValue } from "../format.js";
import { findCorrelation, findFits, lawsOf, subsetText, term, quotedInterval } from "../laws.js";
import { commandLine, facts } from "../provenance.js";
import { unique } from "../rows.js";
import { figuresOfData } from "./study_data_figures.js";
import { figuresOfGeneralization } from "./study_generalization_figures.js";
import { figuresOfRepresentation } from "./study_representation_figures.js";
import { figuresOfRobustness } from "./study_robustness_figures.js";
import { cellTable, failedTable, lawTables, referenceTable } from "./study_tables.js";

function grid(content, cells) {
  const sets = unique(cells.map((cell) => cell.dataset)), models = unique(cells.map((cell) => cell.model));
  const sizes = unique(cells.map((cell) => cell.samples)), seeds = unique(cells.map((cell) => cell.seed));
  return `${counted(cells.length, "finished cell")}: ${counted(sets.length, "data set")}, ${counted(models.length, "network")}, ` +
    `${counted(sizes.length, "number")} of training images, ${counted(seeds.length, "seed")}` +
    `${content.failed?.length > 0 ? `; ${counted(content.failed.length, "cell")} failed` : ""}.`;
}

function generalization(laws) {
  const whole = findFits(laws, "generalization", { model: null, domain: null, samples: null });
  const fit = whole.find((found) => term(found, "log_label_sharpness")) ?? whole[0];
  if (!fit) return null;
  const slope = term(fit, "negative_log_samples_over_dimension"), sharpness = term(fit, "log_label_sharpness");
  const said = [`The generalization law accounts for ${percent(fit.r_squared)} of the variance of log test loss over ` +
    `${counted(fit.n, "cell")} of ${counted(fit.datasets, "data set")}`];
  if (slope) said.push(`c = ${estimate(slope.estimate, quotedInterval(slope))}`);
  if (sharpness) said.push(`b = ${estimate(sharpness.estimate, quotedInterval(sharpness))}`);
  return `${said.join("; ")}.${comparison(laws, fit)}`;
}

/** What the fit gains over one with fewer terms. */
function comparison(laws, fit) {
  const found = laws.comparisons.find(({ full, subset }) => full === fit.name && subsetText(subset) === "all");
  if (!found) return "";
  return ` Against \u201c${found.reduced}\u201d its AIC differs by ${number(found.delta_aic)} (${pValue(found.p_value)}).`;
}

function robustness(laws) {
  const found = findCorrelation(laws, "robustness", "loss_penalty", { model: null });
  if (!found) return null;
  return `Under attack (${found.subset.method.toUpperCase()}, \u03b5 = ${found.subset.epsilon}) the penalty in loss and label ` +
    `sharpness correlate with r = ${correlation(found.pearson)}, ${pValue(found.pearson.p_value)}.`;
}

function shares(laws) {
  return laws.shares.filter((share) => (share.model ?? null) === null).map((share) =>
    `${share.name}: ${count(share.below)} of ${count(share.n)} (${percent(share.share)}, ${interval(share.interval.map((end) => 100 * end))} %).`);
}

function summary(content, cells, laws) {
  const domains = unique(cells.map((cell) => cell.domain)).filter((domain) => domain !== "no domain");
  const first = grid(content, cells) + (domains.length > 0 ? ` Domains: ${list(domains)}.` : "");
  const found = [generalization(laws), robustness(laws), ...shares(laws)].filter(Boolean);
  return [first, found.join(" ")].filter(Boolean);
}

/** The settings as they were written, one line each. */
function settings(study, prefix = "") {
  return Object.entries(study ?? {}).flatMap(([key, value]) => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return settings(value, `${prefix}${key}.`);
    return [[prefix + key, typeof value === "string" ? value : JSON.stringify(value)]];
  });
}

export function studyPage(content) {
  const cells = prepared(content.cells), laws = lawsOf(content), reference = content.reference ?? [];
  const published = reference.length > 0
    ? ["Published values are drawn beside the study's own, and protocols differ: image preparation, choice of images, training. " +
       "Compare their order and their trends, not their size."] : [];
  return {
    title: content.name,
    subtitle: "A study of intrinsic data-set properties and generalization",
    summary: summary(content, cells, laws),
    warnings: [...(content.warnings ?? []), ...published, ...laws.warnings],
    sections: [
      { title: "Data sets", parts: figuresOfData(cells, reference) },
      { title: "Generalization", parts: figuresOfGeneralization(cells, laws, reference) },
      { title: "Adversarial robustness", parts: figuresOfRobustness(cells, laws, reference) },
      { title: "Representations", parts: figuresOfRepresentation(cells, laws, reference) },
      { title: "Laws", parts: lawTables(laws) },
      { title: "Cells", parts: [cellTable(cells), ...failedTable(content.failed ?? [])] },
      { title: "Published values", parts: referenceTable(reference) },
      { title: "Provenance", parts: [facts([["Program", `Fathom ${content.version}`],
        ["Command", content.command ? commandLine(content.command) : null], ...settings(content.study)])] },
    ],
  };
}
