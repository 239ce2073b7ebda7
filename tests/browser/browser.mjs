// A browser for the tests: what it opens may ask for nothing but itself.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const fromWeb = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = fromWeb("playwright-core");
const AXE = readFileSync(fromWeb.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

/** CHROMIUM, or what is there of that kind. */
function browserPath() {
  const known = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);
  return process.env.CHROMIUM ?? known.find((path) => existsSync(path));
}

export function launch() {
  return chromium.launch({ executablePath: browserPath(), args: FLAGS });
}

/** A page that has drawn all its figures, and `seen`: what it logged, asked for and complained of. */
export async function open(browser, file, { width = 1280, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, acceptDownloads: true });
  context.setDefaultTimeout(20_000);
  const seen = [];
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith("file:")) return route.continue();
    seen.push(`request: ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => seen.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { seen.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-state=drawn]", { state: "attached", timeout: 60_000 });
  return { page, seen };
}

/**
 * Faults of axe-core that are serious or worse, in words; of these rules alone, if any are named. Takes the drawings out of the
 * page first: they are hidden from screen readers, which are given their sentences and data, and axe-core is slow with them.
 */
export async function faults(page, rules = null) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((only) => {
    for (const drawing of document.querySelectorAll(".chart > [aria-hidden=true]")) drawing.remove();
    return globalThis.axe.run({ resultTypes: ["violations"], ...(only ? { runOnly: only } : {}) });
  }, rules);
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`);
}

/** Every figure by its title: how many marks are its data's, or, of a painted one, whether anything is on it. */
export function drawnMarks(page) {
  return page.evaluate(() => Object.fromEntries([...document.querySelectorAll("figure")].map((figure) => {
    const canvas = figure.querySelector("canvas");
    const marks = canvas
      ? new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size
      : figure.querySelectorAll(".role-mark path, .role-mark line").length;
    return [figure.querySelector("figcaption b:nth-of-type(2)").textContent.replace(/\. $/, ""), marks];
  })));
}

/** The bytes of what a click saves, and its name. */
export async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export function isQuiet(seen) {
  assert.deepEqual(seen, []);
}
