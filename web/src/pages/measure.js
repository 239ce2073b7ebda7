// The page of fathom.measure/1: data sets and what was measured of them.

import { element } from "../element.js";
import { Figure } from "../figure.js";
import { curveSpec } from "../figures/curves.js";
import { INTERVAL_COLUMNS, intervalSpec } from "../figures/intervals.js";
import { bytes, count, counted, estimate as withInterval, isNumber, list, number, seconds } from "../format.js";
import { nearestPairs } from "../pairs.js";
import { commandLine, facts } from "../provenance.js";
import { Table } from "../table.js";

/** Each of so many data sets has a paragraph of its own in the summary. */
const MOST_TOLD = 3;

function estimate(data, estimator, variant) {
  return data.dimension.find((found) => found.estimator === estimator && found.variant === variant);
}

function protocolText(protocol) {
  const size = protocol.size ? `${protocol.size[0]} \u00d7 ${protocol.size[1]} \u00d7 ${protocol.channels}` : "vectors";
  const range = protocol.range ? `, ${protocol.range[0]} to ${protocol.range[1]}` : "";
  return `${protocol.name}: ${size}${range}`;
}

function dimensionSentence(data) {
  const mle = estimate(data, "mle", "pooled"), twonn = estimate(data, "twonn", "ml");
  const said = [];
  if (mle) said.push(`${withInterval(mle.value, mle.interval)} by MLE over ${mle.k} neighbours`);
  if (twonn) said.push(`${withInterval(twonn.value, twonn.interval)} by TwoNN`);
  if (said.length === 0) return "";
  return `The estimated intrinsic dimension is ${list(said)}; images have ${count(data.ambient_dimension)} values.`;
}

function sharpnessSentence(data) {
  const sharpness = data.label_sharpness;
  if (!sharpness) return "Without labels of two classes there is no label sharpness.";
  const sampled = isNumber(sharpness.sampled.mean)
    ? `, and ${number(sharpness.sampled.mean)} in draws of ${count(sharpness.sampled.m)} images` : "";
  return `Label sharpness is K_F = ${number(sharpness.value)} per pixel unit over all pairs${sampled}: the nearest images ` +
    `with different labels are ${number(sharpness.smallest_distance, 4)} apart.`;
}

function sentences(data) {
  const copies = data.duplicates.images;
  const kinds = Object.keys(data.classes).length;
  return [
    `${data.name} holds ${counted(data.images, "image")}${kinds > 0 ? ` of ${counted(kinds, "class", "classes")}` : ""}` +
      `${copies > 0 ? `, of which ${count(copies)} are exact copies` : ", no two of them equal"}.`,
    dimensionSentence(data), sharpnessSentence(data)].filter(Boolean).join(" ");
}

/** Sentences for each of a few data sets; of many, where they lie. */
function summary(datasets) {
  if (datasets.length <= MOST_TOLD) return datasets.map(sentences);
  const span = (what, values) => {
    const known = values.filter(([, value]) => isNumber(value)).sort(([, a], [, b]) => a - b);
    if (known.length < 2) return "";
    const [[least, from], [most, to]] = [known[0], known[known.length - 1]];
    return ` ${what} reaches from ${number(from)} (${least}) to ${number(to)} (${most}).`;
  };
  return [`${datasets.length} data sets were measured.` +
    span("The estimated intrinsic dimension (MLE)", datasets.map((data) => [data.label, estimate(data, "mle", "pooled")?.value])) +
    span("Label sharpness K_F in draws of equal numbers", datasets.map((data) => [data.label, data.label_sharpness?.sampled.mean]))];
}

/** Data sets may share a name: then their path tells them apart. */
function withLabels(datasets) {
  return datasets.map((data) => {
    const alone = datasets.filter((other) => other.name === data.name).length === 1;
    return { ...data, label: alone ? data.name : data.path };
  });
}

function dimensionRows(datasets) {
  const shown = [["mle", "pooled", (found) => `MLE, k = ${found.k}`], ["twonn", "ml", () => "TwoNN"]];
  return datasets.flatMap((data) => shown.flatMap(([estimator, variant, name]) => {
    const found = estimate(data, estimator, variant);
    return found ? [{ name: data.label, series: name(found), value: found.value, low: found.interval?.[0] ?? null,
      high: found.interval?.[1] ?? null, method: found.interval_method, images: found.n }] : [];
  }));
}

function dimensionFigure(datasets) {
  const rows = dimensionRows(datasets);
  if (rows.length === 0) return null;
  return new Figure({ title: "Intrinsic dimension", view: () => ({
    sentence: "Estimates and their 95 % intervals. Where TwoNN, which looks at the two nearest neighbours, is far below MLE, " +
      "near-duplicates rule at small distances.",
    rows, columns: [...INTERVAL_COLUMNS, { key: "method", title: "Interval by" }, { key: "images", title: "Images" }],
    spec: intervalSpec(rows, () => "intrinsic dimension") }) });
}

function sharpnessRows(datasets) {
  return datasets.flatMap((data) => data.tasks.flatMap(({ label_column: column, label_sharpness: sharpness }) => {
    const name = data.tasks.length > 1 ? `${data.label}: ${column}` : data.label;
    const { sampled } = sharpness;
    const all = { name, series: "all pairs", value: sharpness.value, low: null, high: null, images: data.images };
    if (!isNumber(sampled.mean)) return [all];
    return [{ name, series: "mean of draws, 5 % to 95 %", value: sampled.mean, low: sampled.quantiles["0.05"],
      high: sampled.quantiles["0.95"], images: sampled.m }, all];
  }));
}

function sharpnessFigure(datasets) {
  const rows = sharpnessRows(datasets);
  if (rows.length === 0) return null;
  return new Figure({ title: "Label sharpness", view: () => ({
    sentence: "The largest 1 / distance between images with different labels, over all pairs and over draws of equal numbers. " +
      "Only the draws can be compared between data sets, and only under one protocol.",
    rows, columns: [...INTERVAL_COLUMNS, { key: "images", title: "Images" }],
    spec: intervalSpec(rows, (power) => `label sharpness (${power}per pixel unit)`) }) });
}

function byNeighbours(datasets) {
  const rows = datasets.flatMap((data) => [
    ...data.dimension_by_k.filter((point) => isNumber(point.value))
      .map((point) => ({ name: data.label, kind: "MLE", x: point.k, y: point.value })),
    ...data.dimension.filter((found) => found.estimator === "gride")
      .map((found) => ({ name: data.label, kind: "Gride", x: found.n2, y: found.value }))]);
  if (rows.length === 0) return null;
  return new Figure({ title: "Dimension against the number of neighbours", view: () => ({
    sentence: "MLE over k neighbours, and Gride from neighbours n and 2n, drawn at 2n. A flat stretch is the dimension at that scale; " +
      "a curve that rises from a low start is the mark of near-duplicates, such as slices of one volume.",
    rows, columns: [{ key: "name", title: "Data set" }, { key: "kind", title: "Estimator" },
      { key: "x", title: "Neighbours" }, { key: "y", title: "Dimension" }],
    spec: curveSpec(rows, { x: "neighbours", y: "intrinsic dimension", name: "data set", kind: "estimator" }) }) });
}

function byImages(datasets) {
  const rows = datasets.flatMap((data) => data.dimension_by_images.flatMap((point) => [
    { name: data.label, kind: "MLE", x: point.images, y: point.mle },
    { name: data.label, kind: "TwoNN", x: point.images, y: point.twonn }])).filter((row) => isNumber(row.y));
  if (rows.length === 0) return null;
  return new Figure({ title: "Dimension against the number of images", view: () => ({
    sentence: "Estimates from the first images of one random order. A curve that has not become flat says that the estimate would " +
      "change with more images: compare data sets at equal numbers.",
    rows, columns: [{ key: "name", title: "Data set" }, { key: "kind", title: "Estimator" },
      { key: "x", title: "Images" }, { key: "y", title: "Dimension" }],
    spec: curveSpec(rows, { x: "images", y: "intrinsic dimension", name: "data set", kind: "estimator" }) }) });
}

function overviewTable(datasets) {
  return new Table({ caption: "Data sets.", columns: [
    { key: "label", title: "Data set" }, { key: "images", title: "Images", show: count },
    { key: "distinct", title: "Distinct", show: count }, { key: "classes", title: "Classes", show: count },
    { key: "ambient", title: "Values of an image", show: count },
    { key: "mle", title: "MLE", show: (value, row) => withInterval(value, row.mle_interval) },
    { key: "twonn", title: "TwoNN", show: (value, row) => withInterval(value, row.twonn_interval) },
    { key: "sharpness", title: "K_F, all pairs" }, { key: "drawn", title: "K_F, draws" }],
  rows: datasets.map((data) => {
    const mle = estimate(data, "mle", "pooled"), twonn = estimate(data, "twonn", "ml");
    return { label: data.label, images: data.images, distinct: data.distinct, classes: Object.keys(data.classes).length,
      ambient: data.ambient_dimension, mle: mle?.value, mle_interval: mle?.interval, twonn: twonn?.value,
      twonn_interval: twonn?.interval, sharpness: data.label_sharpness?.value ?? null,
      drawn: data.label_sharpness?.sampled.mean ?? null };
  }) });
}

function estimateTable(datasets) {
  return new Table({ caption: "Every estimate of dimension.", columns: [
    { key: "label", title: "Data set" }, { key: "estimator", title: "Estimator" }, { key: "variant", title: "Variant" },
    { key: "ranks", title: "Neighbours", numeric: true }, { key: "value", title: "Estimate" },
    { key: "std_error", title: "Std. error" }, { key: "low", title: "From" }, { key: "high", title: "To" },
    { key: "interval_method", title: "Interval by" }, { key: "n", title: "Images", show: count }],
  rows: datasets.flatMap((data) => data.dimension.map((found) => ({ ...found, label: data.label,
    ranks: found.k ? `k = ${found.k}` : found.n1 ? `${found.n1}, ${found.n2}` : "1, 2",
    low: found.interval?.[0] ?? null, high: found.interval?.[1] ?? null }))) });
}

function columnTable(datasets) {
  const rows = datasets.filter((data) => data.tasks.length > 1).flatMap((data) => data.tasks.map((task) => ({
    label: data.label, column: task.label_column, classes: Object.keys(task.classes).length,
    value: task.label_sharpness.value, drawn: task.label_sharpness.sampled.mean, conflicts: task.conflicting_pairs })));
  if (rows.length === 0) return null;
  return new Table({ caption: "Label columns, sharpest first.", columns: [
    { key: "label", title: "Data set" }, { key: "column", title: "Label column" }, { key: "classes", title: "Classes" },
    { key: "value", title: "K_F, all pairs" }, { key: "drawn", title: "K_F, draws" },
    { key: "conflicts", title: "Conflicting pairs" }], rows });
}

function classTable(datasets) {
  const rows = datasets.flatMap((data) => Object.entries(data.classes).map(([name, images]) =>
    ({ label: data.label, name, images, share: images / data.images })));
  if (rows.length === 0) return null;
  return new Table({ caption: "Classes.", columns: [{ key: "label", title: "Data set" }, { key: "name", title: "Class" },
    { key: "images", title: "Images", show: count },
    { key: "share", title: "Share", show: (value) => `${(100 * value).toFixed(1)} %` }], rows });
}

function copyTable(datasets) {
  const rows = datasets.flatMap((data) => data.duplicates.members.map((group) =>
    ({ label: data.label, images: group.paths.length, splits: group.across_splits ? "yes" : "no", paths: group.paths.join(", ") })));
  if (rows.length === 0) return null;
  return new Table({ caption: "Groups of equal images.",
    note: "A group across splits puts a training image into the test.", columns: [{ key: "label", title: "Data set" },
      { key: "images", title: "Images" }, { key: "splits", title: "Across splits" }, { key: "paths", title: "Images" }], rows });
}

function conflictTable(datasets) {
  const rows = datasets.flatMap((data) => data.tasks.flatMap((task) => task.conflicts.map(([a, b]) =>
    ({ label: data.label, column: task.label_column, a, b }))));
  if (rows.length === 0) return null;
  return new Table({ caption: "Label conflicts.", note: "Equal images whose labels differ: at least one label is wrong.",
    columns: [{ key: "label", title: "Data set" }, { key: "column", title: "Label column" }, { key: "a", title: "Image" },
      { key: "b", title: "Equal image" }], rows });
}

function rejectedTable(datasets) {
  const rows = datasets.flatMap((data) => data.rejected.map((image) => ({ label: data.label, ...image })));
  if (rows.length === 0) return null;
  return new Table({ caption: "Images that could not be used.", columns: [{ key: "label", title: "Data set" },
    { key: "path", title: "Image" }, { key: "reason", title: "Reason" }], rows });
}

function provenance(content, datasets) {
  const parts = [facts([["Program", `Fathom ${content.version}`], ["Command", commandLine(content.command)]])];
  for (const data of datasets) {
    parts.push(element("h3", {}, data.label), facts([
      ["Path", data.path], ["Read as", data.format], ["Split", data.split], ["Protocol", protocolText(data.protocol)],
      ["Content", element("code", {}, data.content_hash)], ["Seed", String(data.seed)],
      ["Search", `${data.search.mode}, ${data.search.neighbors} neighbours listed, ${data.search.simd}` +
        (data.search.anchors ? `, ${counted(data.search.anchors, "anchor")}` : "")],
      ["Time", `${seconds(data.seconds.total)} (reading ${seconds(data.seconds.read)}, comparing ${seconds(data.seconds.neighbors)}), ` +
        `${counted(data.threads, "thread")}, ${bytes(data.peak_memory_bytes)}`],
      ["Remarks", data.notes.join(" ")]]));
  }
  return parts;
}

export function measurePage(content, thumbnails) {
  const datasets = withLabels(content.datasets);
  const names = datasets.map((data) => data.label);
  const present = (parts) => parts.filter((part) => part !== null);
  const pairs = datasets.flatMap((data, index) =>
    nearestPairs(data, thumbnails.filter((image) => image.dataset === index), datasets.length > 1));
  return {
    title: names.length <= MOST_TOLD ? list(names) : counted(names.length, "data set"),
    subtitle: "Intrinsic dimension and label sharpness",
    summary: summary(datasets),
    warnings: datasets.flatMap((data) => data.warnings.map((warning) =>
      (datasets.length > 1 ? `${data.label}: ${warning}` : warning))),
    sections: [
      { title: "Dimension", parts: present([dimensionFigure(datasets), byNeighbours(datasets), byImages(datasets)]) },
      { title: "Label sharpness", parts: present([sharpnessFigure(datasets), columnTable(datasets)]) },
      { title: "Nearest images with different labels", parts: pairs },
      { title: "Tables", parts: present([overviewTable(datasets), estimateTable(datasets), classTable(datasets)]) },
      { title: "Copies, conflicts and rejected images",
        parts: present([copyTable(datasets), conflictTable(datasets), rejectedTable(datasets)]) },
      { title: "Provenance", parts: provenance(content, datasets) },
    ],
  };
}
