// The page as its reader meets it: of a measurement, of layers, and of a made study whose law is known.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { drawnMarks, isQuiet, launch, open, saved } from "./browser.mjs";
import { everyFigureDrewMarks, isAccessible, isNotScrolledSideways, tablesSort, thePointerShowsValues } from "./checks.mjs";

const { FATHOM, WRITE_PAGE, PYTHON } = process.env;
const folder = mkdtempSync(join(tmpdir(), "fathom-page-"));
const file = (name) => join(folder, name);
let browser;

/** A folder "x<" and a file "script><img ...>": their path holds an end of script and an image. */
const HOSTILE = "x</script><img src=x onerror=alert(1)>.png";

function measuredPage() {
  execFileSync(FATHOM, ["synth", file("images"), "--samples", "160", "--size", "16", "--quiet"]);
  const [first] = readdirSync(file("images")).filter((name) => !name.includes("."));
  renameSync(join(file("images"), first), join(file("images"), "x<"));
  // Every image of the class has the name, so that the nearest pairs have it too.
  for (const [index, name] of readdirSync(join(file("images"), "x<")).entries()) {
    const hostile = index === 0 ? HOSTILE.slice(3) : HOSTILE.slice(3).replace(".png", ` ${index}.png`);
    renameSync(join(file("images"), "x<", name), join(file("images"), "x<", hostile));
  }
  execFileSync(FATHOM, ["measure", file("images"), "--protocol", "native", "--html", file("measure.html"), "--json",
    file("measure.json"), "--quiet"]);
}

function madeStudy(name, cells) {
  const made = fileURLToPath(new URL("made_study.py", import.meta.url));
  writeFileSync(file(`${name}.json`), execFileSync(PYTHON, ["-B", made, String(cells)], { maxBuffer: 1 << 28 }));
  execFileSync(WRITE_PAGE, [file(`${name}.html`), file(`${name}.json`)]);
}

/** Two conditions of three layers, one of which could not be measured. */
function representDocument() {
  const dimension = (value) => [{ estimator: "mle", variant: "pooled", k: 20, value, interval: [value - 1, value + 1], n: 90 },
    { estimator: "twonn", variant: "ml", value: value + 2, interval: null, n: 90 }];
  const layer = (name, depth, value) => ({ layer: name, shape: [8], width: 8, depth, relative_depth: depth / 2, distinct: value && 90,
    dimension: value ? dimension(value) : [], tasks: [], problem: value ? null : "all outputs are equal" });
  const condition = (control, values) => ({ control,
    layers: [layer("input", 0, values[0]), layer("features.<b>0</b>", 1, values[1]), layer("classifier", 2, values[2])],
    peak: { mle: { layer: "features.<b>0</b>", relative_depth: 0.5, value: values[1] },
      twonn: { layer: "features.<b>0</b>", relative_depth: 0.5, value: values[1] + 2 } } });
  return { schema: "fathom.represent/1", version: "0.1.0", command: ["fathom", "represent", "it's"],
    dataset: { name: "digits", path: "/data/digits", format: "npz", split: "test", images: 90, classes: {}, content_hash: "xxh3:0",
      protocol: { name: "iclr2024", size: [32, 32], channels: 1, range: [0, 255] }, rejected: [] },
    network: { path: "w.pth", form: "state dict", model: "vgg13", outputs: 2, classes: [], device: "cpu" },
    pool: "none", k: 20, seed: 0, threads: 2, simd: "avx2", batch_size: 32, passes: 1,
    representations: [condition("none", [9, 21, null]), condition("untrained", [9, 12, 4])], exported: null,
    seconds: { read: 1, total: 2 }, peak_memory_bytes: 1e8, notes: [], warnings: ["Every value is an estimate."] };
}

/** A study of which little is there yet: one cell without measurements, one that was measured alone, and one of another form. */
function sparseStudy() {
  const cell = { dataset: "one", classes: [], domain: "", model: "resnet18", samples: 500, seed: 0, dimension: null, label_sharpness: null,
    dimension_repr: null, layers: [], test_loss: null, test_accuracy: null, best_test_accuracy: null, attacks: [] };
  const cells = [cell, { ...cell, seed: 1, dimension: { value: 8, interval: null }, label_sharpness: { value: 2e-4, interval: [1e-4, 3e-4] } },
    { ...cell, seed: 2, dimension: { value: 9, interval: [8, 10] }, test_loss: 0.3, attacks: [{ method: "pgd", epsilon: 0.5, loss: null,
      accuracy: 0.5, loss_penalty: null, accuracy_penalty: 0.2 }] }];
  return { schema: "fathom.study/1", version: "0.1.0", name: "Begun", study: {}, cells, relate: null, reference: [], failed: [], warnings: [] };
}

before(async () => {
  mkdirSync(folder, { recursive: true });
  measuredPage();
  madeStudy("study", 396);
  madeStudy("large", 2400);
  writeFileSync(file("represent.json"), JSON.stringify(representDocument()));
  writeFileSync(file("sparse.json"), JSON.stringify(sparseStudy()));
  execFileSync(WRITE_PAGE, [file("sparse.html"), file("sparse.json")]);
  writeFileSync(file("empty.json"), JSON.stringify({ ...sparseStudy(), cells: [] }));
  execFileSync(WRITE_PAGE, [file("empty.html"), file("empty.json"), file("represent.json")]);
  execFileSync(FATHOM, ["measure", file("images"), "--protocol", "native", "--ignore-labels", "--estimator", "mle", "--html",
    file("unlabelled.html"), "--quiet"]);
  execFileSync(WRITE_PAGE, [file("represent.html"), file("represent.json")]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** The light, wide page of that name, shared by the tests that leave it as it is or say what they changed. */
const opened = new Map();
function shared(name) {
  if (!opened.has(name)) opened.set(name, open(browser, file(`${name}.html`)));
  return opened.get(name);
}

const json = (name) => JSON.parse(readFileSync(file(`${name}.json`), "utf8"));

test("a measurement: figures, names that stay text, pictures", async () => {
  const { page, seen } = await shared("measure");
  const marks = await drawnMarks(page);
  assert.deepEqual(Object.keys(marks), ["Intrinsic dimension", "Dimension against the number of neighbours",
    "Dimension against the number of images", "Label sharpness"]);
  for (const [title, count] of Object.entries(marks)) assert.ok(count > 0, title);
  const [data] = json("measure").datasets;
  const paths = data.label_sharpness.pairs.flatMap(({ a, b }) => [a, b]);
  assert.ok(paths.some((path) => path.startsWith("x</script><img src=x onerror=alert(1)>")), "the data hold the name");
  const text = await page.innerText("body");
  for (const path of paths) assert.ok(text.includes(path), path);
  assert.equal(await page.locator("[onerror]").count(), 0);
  const pictures = await page.evaluate(() => [...document.images].map((image) => [image.alt, image.naturalWidth, image.naturalHeight]));
  assert.equal(pictures.length, 12);
  for (const [alt, width, height] of pictures) assert.deepEqual([width, height], [16, 16], alt);
  assert.match(await page.innerText(".summary"), /160 images of 2 classes/);
  isQuiet(seen);
});

test("the pointer shows a mark's value", async () => {
  const { page, seen } = await shared("measure");
  const [data] = json("measure").datasets;
  const mle = data.dimension.find(({ estimator, variant }) => estimator === "mle" && variant === "pooled");
  const mark = page.locator("#figure-intrinsic-dimension .mark-symbol.role-mark path").first();
  await mark.scrollIntoViewIfNeeded();
  const box = await mark.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".tooltip").waitFor({ state: "visible" });
  const shown = await page.locator(".tooltip").innerText();
  assert.match(shown, /MLE, k = 20/);
  const value = Number(/value\s*([\d.]+)/.exec(shown)[1]);
  assert.ok(Math.abs(value - mle.value) < 0.001 * mle.value, shown);
  await page.mouse.move(2, 2);
  assert.ok(await page.locator(".tooltip").isHidden());
  isQuiet(seen);
});

test("a study: every figure, and the values of the law", async () => {
  const { page, seen } = await shared("study");
  const marks = await drawnMarks(page);
  assert.deepEqual(Object.keys(marks), ["Intrinsic dimension of the data sets", "Label sharpness of the data sets",
    "Dimension against the number of training images", "Test loss against intrinsic dimension",
    "The generalization law, fitted and measured", "Coefficients of the generalization law",
    "Test accuracy against intrinsic dimension", "What attacks cost, against label sharpness",
    "Dimension of representations against dimension of the data", "Dimension through the layers",
    "Peak dimension against dimension of the data"]);
  for (const [title, count] of Object.entries(marks)) assert.ok(count >= 6, `${title}: ${count}`);
  assert.ok(marks["Test loss against intrinsic dimension"] >= 396);
  const [fit] = json("study").relate.fits;
  const c = fit.terms.find(({ name }) => name === "negative_log_samples_over_dimension").estimate;
  const summary = await page.innerText(".summary");
  assert.ok(summary.includes(`c = ${c.toPrecision(3)}`), summary);
  assert.match(summary, /396 finished cells: 11 data sets, 6 networks/);
  assert.equal(await page.locator("[onerror]").count(), 0);
  assert.ok((await page.innerText("body")).includes("brats </script><img src=x onerror=alert(1)>&\u2028"), "names stay whole");
  isQuiet(seen);
});

test("a choice draws anew", async () => {
  const { page, seen } = await shared("study");
  const figure = page.locator("#figure-what-attacks-cost-against-label-sharpness");
  assert.match(await figure.locator(".sentence").innerText(), /of 396 trained networks/);
  await figure.getByLabel("Network", { exact: true }).selectOption("vgg16");
  await figure.getByLabel("Attack", { exact: true }).selectOption({ index: 3 });
  assert.match(await figure.locator(".sentence").innerText(), /of 66 trained networks/);
  await page.waitForFunction(() =>
    document.querySelectorAll("#figure-what-attacks-cost-against-label-sharpness .role-mark path").length === 66);
  isQuiet(seen);
});

test("the fitted law is computed from its terms", async () => {
  const { page } = await shared("study");
  const figure = page.locator("#figure-the-generalization-law-fitted-and-measured");
  const { bytes } = await saved(page, figure.getByRole("button", { name: /as CSV/ }));
  const [header, ...lines] = bytes.toString().trim().split("\r\n");
  assert.equal(header, "dataset,domain,model,samples,seed,fitted_test_loss,measured_test_loss");
  const rows = lines.map((line) => line.split(",").slice(-2).map(Number));
  const { cells, relate } = json("study");
  const terms = Object.fromEntries(relate.fits[0].terms.map(({ name, estimate }) => [name, estimate]));
  assert.equal(rows.length, cells.length);
  for (const [index, [fitted, measured]] of rows.entries()) {
    const { samples, dimension, label_sharpness: sharpness, test_loss: loss } = cells[index];
    const expected = Math.exp(terms.intercept - (terms.negative_log_samples_over_dimension * Math.log(samples)) / dimension.value +
      terms.log_label_sharpness * Math.log(sharpness.value));
    assert.ok(Math.abs(fitted / expected - 1) < 1e-9);
    assert.equal(measured, loss);
  }
});

test("a table sorts, filters, turns pages and is saved", async () => {
  const { page, seen } = await shared("study");
  const table = page.locator("#table-cells");
  const column = (index) => table.locator(`tbody td:nth-child(${index})`).allInnerTexts();
  const losses = json("study").cells.map((cell) => cell.test_loss).sort((a, b) => a - b);
  const header = table.getByRole("button", { name: "Test loss" });
  const position = 1 + await table.locator("thead th").evaluateAll((cells) => cells.findIndex((cell) => cell.innerText === "Test loss"));
  const number = (text) => {
    const [mantissa, power] = text.split(" \u00d7 10");
    return Number(mantissa) * 10 ** (power ? -"\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079".indexOf(power[1]) : 0);
  };
  await header.click();
  assert.equal(await table.locator("th[aria-sort=ascending]").innerText(), "Test loss \u2191".slice(0, 9));
  const first = (await column(position)).map(number);
  assert.equal(first.length, 20);
  for (const [index, value] of first.entries()) assert.ok(Math.abs(value / losses[index] - 1) < 1e-3, `${index}: ${value}`);
  await header.click();
  assert.ok(Math.abs(number((await column(position))[0]) / losses.at(-1) - 1) < 1e-3);
  await table.getByLabel("Filter").fill("vgg16 OAI");
  assert.deepEqual(new Set(await column(1)), new Set(["oai"]));
  assert.equal((await column(1)).length, 6);
  const { name, bytes } = await saved(page, table.getByRole("button", { name: "Save CSV" }));
  assert.equal(name, "fathom-cells.csv");
  const lines = bytes.toString().trim().split("\r\n");
  assert.equal(lines.length, 7);
  assert.match(lines[0], /^dataset,domain,classes,model,samples,seed,dimension,label_sharpness,representation_dimension,/);
  await table.getByLabel("Filter").fill("");
  await table.getByRole("button", { name: "Next" }).click();
  assert.match(await table.locator(".table-state").innerText(), /21\u201340 of 396/);
  await table.getByLabel("Filter").fill("no such cell");
  assert.equal((await column(1)).length, 0);
  isQuiet(seen);
});

test("a figure is saved as SVG, PNG and CSV", async () => {
  const { page, seen } = await open(browser, file("measure.html"), { colorScheme: "dark" });
  const figure = page.locator("#figure-label-sharpness");
  const svg = await saved(page, figure.getByRole("button", { name: /as SVG/ }));
  assert.equal(svg.name, "fathom-label-sharpness.svg");
  assert.match(svg.bytes.toString(), /^<svg [^]*<path[^]*fill="white"|^<svg [^]*fill="white"[^]*<\/svg>\s*$/);
  assert.match(svg.bytes.toString(), /label sharpness/);
  const png = await saved(page, figure.getByRole("button", { name: /as PNG/ }));
  assert.deepEqual([...png.bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.ok(png.bytes.readUInt32BE(16) > 1000, "three pixels for one");
  const csv = await saved(page, figure.getByRole("button", { name: /as CSV/ }));
  const [header, ...rows] = csv.bytes.toString().trim().split("\r\n");
  assert.equal(header, "name,series,value,low,high,images");
  assert.equal(Number(rows[1].split(",").at(-4)), json("measure").datasets[0].label_sharpness.value);
  isQuiet(seen);
});

test("the data of a figure are there to be read", async () => {
  const { page } = await shared("measure");
  const figure = page.locator("#figure-intrinsic-dimension");
  await figure.locator("summary").click();
  await figure.locator("tbody tr").first().waitFor();
  assert.equal(await figure.locator("tbody tr").count(), 2);
  assert.match(await figure.locator(".chart").getAttribute("aria-label"), /^Intrinsic dimension\. Estimates/);
});

test("layers: controls, peaks and a layer without an estimate", async () => {
  const { page, seen } = await shared("represent");
  const figure = page.locator("#figure-dimension-through-the-layers");
  // TwoNN first: two and three points, and two rings.
  assert.equal(await figure.locator(".mark-symbol.role-mark path").count(), 7);
  assert.match(await page.innerText(".summary"), /largest at features\.<b>0<\/b>, 50 % of the way through: 23\.0/);
  assert.match(await page.innerText("#table-layers"), /all outputs are equal/);
  assert.match(await page.innerText(".facts code"), /fathom represent 'it'\\''s'/);
  isQuiet(seen);
});

test("what is not there is left out", async () => {
  const titles = { sparse: ["Intrinsic dimension of the data sets", "Label sharpness of the data sets",
    "Test loss against intrinsic dimension"],
  empty: ["Dimension through the layers"],
  unlabelled: ["Intrinsic dimension", "Dimension against the number of neighbours", "Dimension against the number of images"] };
  for (const [name, expected] of Object.entries(titles)) {
    const { page, seen } = await open(browser, file(`${name}.html`));
    assert.deepEqual(Object.keys(await drawnMarks(page)), expected, name);
    isQuiet(seen);
  }
});

test("the policy lets nothing out and nothing in", async () => {
  const { page, seen } = await open(browser, file("measure.html"));
  const out = await page.evaluate(() => fetch("https://example.org/").then(() => "sent", () => "refused"));
  assert.equal(out, "refused");
  const ran = await page.evaluate(async () => {
    const holder = document.createElement("div");
    holder.innerHTML = "<img src='data:,' onerror='globalThis.ran = true'>";
    document.body.append(holder);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return globalThis.ran === true;
  });
  assert.equal(ran, false);
  assert.equal(seen.filter((what) => what.startsWith("request:")).length, 0);
  assert.ok(seen.some((what) => what.includes("Content Security Policy")));
});

test("what must hold on every page", async () => {
  for (const name of ["measure", "study"]) {
    const { page, seen } = await open(browser, file(`${name}.html`));
    await everyFigureDrewMarks(page);
    await thePointerShowsValues(page);
    await tablesSort(page);
    isQuiet(seen);
  }
});

test("axe-core finds no serious fault, in light colours or dark", async () => {
  for (const name of ["measure", "study", "represent"]) await isAccessible((await shared(name)).page);
});

test("a narrow screen is not scrolled sideways", async () => {
  for (const name of ["measure", "study", "represent"]) {
    const { page, seen } = await open(browser, file(`${name}.html`), { width: 400 });
    await isNotScrolledSideways(page, 400);
    await everyFigureDrewMarks(page);
    isQuiet(seen);
  }
});

test("colours change on request, and paper is white", async () => {
  const { page } = await open(browser, file("measure.html"));
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Use dark colours" }).click();
  assert.notEqual(await background(), light);
  await page.emulateMedia({ media: "print" });
  assert.equal(await background(), light);
  assert.ok(await page.locator("nav").isHidden());
});

test("a table prints whole, up to a limit", async () => {
  const { page, seen } = await open(browser, file("large.html"));
  const table = page.locator("#table-cells");
  const printed = async (kind) => {
    await page.evaluate((name) => dispatchEvent(new Event(name)), kind);
    return table.locator("tbody tr").count();
  };
  await table.getByLabel("Filter").fill("vgg16 OAI");
  assert.equal(await printed("beforeprint"), json("large").cells.filter(({ dataset, model }) => dataset === "oai" && model === "vgg16").length);
  assert.ok(await table.locator(".cut").isHidden());
  await table.getByLabel("Filter").fill("");
  assert.equal(await printed("beforeprint"), 1000);
  assert.match(await table.locator(".cut").innerText(), /The first 1,000 of 2,400 rows/);
  assert.equal(await printed("afterprint"), 20);
  assert.ok(await table.locator(".cut").isHidden());
  isQuiet(seen);
});

test("many cells are painted", async () => {
  const { page, seen } = await open(browser, file("large.html"));
  const figure = page.locator("#figure-test-loss-against-intrinsic-dimension");
  assert.equal(await figure.locator("canvas").count(), 1);
  const colours = (await drawnMarks(page))["Test loss against intrinsic dimension"];
  assert.ok(colours > 50, `${colours} colours`);
  const svg = await saved(page, figure.getByRole("button", { name: /as SVG/ }));
  assert.ok(svg.bytes.toString().split("<path").length > 2400);
  isQuiet(seen);
});
