// A study from real images to its page: split, measured, trained, attacked, its layers measured, laws fitted, shown.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { drawnMarks, isQuiet, launch, open } from "./browser.mjs";
import { everyFigureDrewMarks, isAccessible, tablesSort, thePointerShowsValues } from "./checks.mjs";

const { FATHOM, FATHOM_SHARED } = process.env;
const folder = mkdtempSync(join(tmpdir(), "fathom-study-"));
let browser;

/** Eight cells of seconds: four tasks, two training sizes, of the smallest network. */
const STUDY = `
name = "Tiny"
models = ["squeezenet1_1"]
samples = [24, 32]
test_samples = 20
channels = "grey"
size = 32
[recipe]
epochs = 1
batch_size = 8
[measure]
k = 5
[attack]
epsilon = [1, 4]
[represent]
layers = ["features.3", "features.7", "features.12"]
[[dataset]]
name = "mnist"
path = "mnist"
domain = "natural"
images = 300
classes = [["3", "8"], ["1", "7"]]
[[dataset]]
name = "cifar10"
path = "cifar10-test"
domain = "natural"
images = 400
classes = ["cat", "dog"]
[[dataset]]
name = "pneumonia"
path = "pneumoniamnist.npz"
domain = "medical"
images = 300
`;

before(async () => {
  writeFileSync(join(folder, "tiny.toml"), STUDY);
  const study = (...words) => execFileSync(FATHOM, ["study", ...words], { cwd: folder, encoding: "utf8" });
  const done = study("run", "tiny.toml", "--data", join(FATHOM_SHARED, "data"), "--threads", "2");
  assert.match(done, /^8 cells done$/m);
  study("report", "tiny.toml");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

test("the page of a study of real images", async () => {
  const { page, seen } = await open(browser, join(folder, "tiny.html"));
  const titles = Object.keys(await drawnMarks(page));
  for (const wanted of ["Intrinsic dimension of the data sets", "Test loss against intrinsic dimension",
    "The generalization law, fitted and measured", "What attacks cost, against label sharpness", "Dimension through the layers"]) {
    assert.ok(titles.includes(wanted), wanted);
  }
  assert.match(await page.innerText(".summary"), /8 finished cells: 3 data sets, 1 network/);
  await everyFigureDrewMarks(page);
  await thePointerShowsValues(page);
  await tablesSort(page);
  await isAccessible(page);
  isQuiet(seen);
});
