// The page of fathom.represent/1: dimension through the layers of a network.

import { element } from "../element.js";
import { Figure } from "../figure.js";
import { curveSpec } from "../figures/curves.js";
import { bytes, count, counted, estimate as withInterval, number, percent, seconds } from "../format.js";
import { commandLine, facts } from "../provenance.js";
import { Table } from "../table.js";

const ESTIMATORS = [{ value: ["twonn", "ml"], label: "TwoNN" }, { value: ["mle", "pooled"], label: "MLE" }];

function conditionName(control) {
  return { none: "the network", untrained: "untrained network", "shuffled-pixels": "shuffled pixels",
    gaussian: "Gaussian of equal covariance" }[control] ?? control;
}

function find(layer, [estimator, variant]) {
  return layer.dimension.find((found) => found.estimator === estimator && found.variant === variant);
}

function layerRows(content, which) {
  return content.representations.flatMap(({ control, layers }) => layers.flatMap((layer) => {
    const found = find(layer, which);
    return found ? [{ name: conditionName(control), kind: "estimate", label: layer.layer, x: layer.relative_depth, y: found.value,
      low: found.interval?.[0] ?? null, high: found.interval?.[1] ?? null }] : [];
  }));
}

function peakRows(content, rows, estimator) {
  return content.representations.flatMap(({ control, peak }) => (peak[estimator] ? rows.filter((row) =>
    row.name === conditionName(control) && row.label === peak[estimator].layer) : []));
}

function layerFigure(content) {
  const options = ESTIMATORS.filter(({ value }) => layerRows(content, value).length > 0);
  if (options.length === 0) return null;
  return new Figure({ title: "Dimension through the layers", choices: [{ key: "estimator", label: "Estimator", options }],
    view: ({ estimator }) => {
      const rows = layerRows(content, estimator);
      const peaks = peakRows(content, rows, estimator[0]);
      return {
        sentence: "Estimated intrinsic dimension of what every layer makes of the images, against relative depth. Rings mark the peaks" +
          (content.representations.length > 1 ? "; controls show what comes from the architecture or the method alone." : "."),
        rows, columns: [{ key: "name", title: "Condition" }, { key: "label", title: "Layer" },
          { key: "x", title: "Relative depth" }, { key: "y", title: "Dimension" }, { key: "low", title: "From" },
          { key: "high", title: "To" }],
        spec: curveSpec(rows, { x: "relative depth", y: "estimated intrinsic dimension", name: "condition", kind: "of" },
          { linear: true, peaks }),
      };
    } });
}

function layerTable(content) {
  return new Table({ caption: "Layers.", columns: [
    { key: "condition", title: "Condition" }, { key: "layer", title: "Layer" }, { key: "width", title: "Values", show: count },
    { key: "depth", title: "Depth" }, { key: "relative_depth", title: "Relative depth", show: (value) => value.toFixed(2) },
    { key: "distinct", title: "Distinct", show: count },
    { key: "mle", title: "MLE", show: (value, row) => withInterval(value, row.mle_interval) },
    { key: "twonn", title: "TwoNN", show: (value, row) => withInterval(value, row.twonn_interval) },
    { key: "problem", title: "Problem" }],
  rows: content.representations.flatMap(({ control, layers }) => layers.map((layer) => {
    const mle = find(layer, ["mle", "pooled"]), twonn = find(layer, ["twonn", "ml"]);
    return { ...layer, condition: conditionName(control), mle: mle?.value ?? null, mle_interval: mle?.interval,
      twonn: twonn?.value ?? null, twonn_interval: twonn?.interval };
  })).map(({ problem, ...row }) => ({ ...row, problem: problem ?? "" })) });
}

function summary(content) {
  const { dataset, network } = content;
  const layers = content.representations[0].layers;
  const said = [`${network.model || network.form} was shown ${counted(dataset.images, "image")} of ${dataset.name}; the dimension of ` +
    `what ${layers.length === 1 ? "one layer makes" : `${layers.length} layers make`} of them was estimated.`];
  const peak = content.representations[0].peak;
  const found = peak.twonn ?? peak.mle;
  if (found && layers.length > 1) {
    said.push(`It is largest at ${found.layer}, ${percent(found.relative_depth)} of the way through: ${number(found.value)}.`);
  }
  const dead = layers.filter((layer) => layer.problem);
  if (dead.length > 0) said.push(`${counted(dead.length, "layer")} could not be measured.`);
  return said.join(" ");
}

export function representPage(content) {
  const { dataset, network } = content;
  const figure = layerFigure(content);
  return {
    title: `${network.model || network.form} on ${dataset.name}`,
    subtitle: "Intrinsic dimension through the layers",
    summary: [summary(content)],
    warnings: content.warnings,
    sections: [
      { title: "Layers", parts: [...(figure ? [figure] : []), layerTable(content)] },
      { title: "Provenance", parts: [facts([
        ["Program", `Fathom ${content.version}`], ["Command", commandLine(content.command)],
        ["Data", `${dataset.path}, read as ${dataset.format}, split ${dataset.split}`], ["Protocol", dataset.protocol.name],
        ["Content", element("code", {}, dataset.content_hash)], ["Weights", `${network.path} (${network.form})`],
        ["Pooling", content.pool], ["Neighbours of the MLE", String(content.k)], ["Seed", String(content.seed)],
        ["Time", `${seconds(content.seconds.total)}, ${counted(content.threads, "thread")}, ${network.device}, ` +
          bytes(content.peak_memory_bytes)],
        ["Remarks", content.notes.join(" ")]])] },
    ],
  };
}
