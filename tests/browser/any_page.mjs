// What must hold on every page, on pages of any data: node tests/browser/any_page.mjs PAGE.html...
//
// CHROMIUM names the browser; otherwise it is looked for. Modules are those of web/ (npm ci).

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { after, before, test } from "node:test";

import { isQuiet, launch, open } from "./browser.mjs";
import { everyFigureDrewMarks, isAccessible, isNotScrolledSideways, tablesSort, thePointerShowsValues } from "./checks.mjs";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const pages = process.argv.slice(2).map((path) => resolve(path));
if (pages.length === 0) throw new Error("name a page: node tests/browser/any_page.mjs PAGE.html...");

for (const path of pages) {
  test(basename(path), async (context) => {
    assert.ok(existsSync(path), `${path} is not there`);
    const { page, seen } = await open(browser, path);
    const checks = { "every figure drew marks": everyFigureDrewMarks, "the pointer shows values": thePointerShowsValues,
      "tables sort": tablesSort, "axe-core finds no serious fault, in light colours or dark": isAccessible };
    for (const [name, check] of Object.entries(checks)) await context.test(name, () => check(page));
    await context.test("400 pixels are enough", async () => {
      const narrow = await open(browser, path, { width: 400 });
      await isNotScrolledSideways(narrow.page, 400);
      await everyFigureDrewMarks(narrow.page);
      isQuiet(narrow.seen);
    });
    await context.test("nothing was logged or asked for", () => isQuiet(seen));
  });
}
