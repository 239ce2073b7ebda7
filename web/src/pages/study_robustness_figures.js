// What attacks cost, against label sharpness.

import { chosen } from "../cells.js";
import { Figure } from "../figure.js";
import { scatterSpec } from "../figures/scatter.js";
import { axisUnit, correlation, counted, isNumber, pValue } from "../format.js";
import { findCorrelation, lineOver } from "../laws.js";
import { publishedPoints, REFERENCE_NOTE } from "../reference.js";
import { ascending, groups } from "../rows.js";
import { columnsOf, networkChoice, pointsOf } from "./study_generalization_figures.js";

const PENALTIES = { loss_penalty: "loss", accuracy_penalty: "accuracy" };

function attackOptions(cells) {
  const attacks = cells.flatMap((cell) => cell.attacks ?? []);
  return [...groups(attacks, (attack) => `${attack.method.toUpperCase()}, \u03b5 = ${attack.epsilon}`)]
    .map(([label, [{ method, epsilon }]]) => ({ label, value: { method, epsilon } }))
    .sort((a, b) => ascending(a.value.method, b.value.method) || a.value.epsilon - b.value.epsilon);
}

function outcome(cell, { method, epsilon }) {
  return cell.attacks?.find((attack) => attack.method === method && attack.epsilon === epsilon) ?? null;
}

export function figuresOfRobustness(cells, laws, reference) {
  const attacks = attackOptions(cells);
  const kinds = Object.entries(PENALTIES).filter(([key]) =>
    cells.some((cell) => isNumber(cell.sharpness) && cell.attacks?.some((attack) => isNumber(attack[key]))));
  if (attacks.length === 0 || kinds.length === 0) return [];
  const choices = [{ key: "attack", label: "Attack", options: attacks }, networkChoice(cells),
    { key: "kind", label: "Penalty in", options: kinds.map(([value, label]) => ({ value, label })) }];
  const unit = axisUnit(cells.map((cell) => cell.sharpness));
  const scaled = (row) => ({ ...row, x: row.x / unit.divisor });
  return [new Figure({ title: "What attacks cost, against label sharpness", choices, view: ({ attack, model, kind }) => {
    const rows = pointsOf(chosen(cells, { model }), (cell) => cell.sharpness, (cell) => outcome(cell, attack)?.[kind]);
    const found = findCorrelation(laws, "robustness", kind, { model, ...attack });
    const lines = found ? lineOver(rows, found.intercept, found.slope).map((line) => line.map(scaled)) : [];
    const faint = publishedPoints(reference, "label_sharpness", kind).map(scaled);
    const title = `label sharpness (${unit.prefix}per grey level)`;
    return {
      sentence: `${kind === "loss_penalty" ? "Attacked minus clean loss" : "Clean minus attacked accuracy"} of ` +
        `${counted(rows.length, "trained network")} against the label sharpness of the training images.` +
        (found ? ` The dashed line is the fit over ${found.level === "cells" ? "cells" : "means of data sets"}: r = ` +
          `${correlation(found.pearson)}, ${pValue(found.pearson.p_value)}.` : "") +
        (faint.length > 0 ? REFERENCE_NOTE : ""),
      rows, columns: columnsOf("Label sharpness", kind === "loss_penalty" ? "Penalty in loss" : "Penalty in accuracy"),
      spec: scatterSpec(rows.map(scaled), { x: title, y: kind === "loss_penalty" ? "penalty in loss (nats)" : "penalty in accuracy" },
        { lines, faint, percentY: kind === "accuracy_penalty" }),
    };
  } })];
}
