// What must hold on every page, whatever its data: each check takes a page that is open and has drawn.

import assert from "node:assert/strict";

import { drawnMarks, faults } from "./browser.mjs";

/** The CSV that a button would save. Nothing is saved on this page from now on: browsers refuse many downloads in a row. */
async function csvOf(page, button) {
  await page.evaluate(() => {
    URL.createObjectURL = (blob) => { globalThis.lastSaved = blob; return ""; };
    HTMLAnchorElement.prototype.click = () => {};
  });
  await button.click();
  return rowsOfCsv(await page.evaluate(() => globalThis.lastSaved.text()));
}

/** Rows of a CSV (RFC 4180) as arrays of texts, its head first. */
export function rowsOfCsv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** The numbers in a text of the page: "1,250", "\u22123.1 \u00d7 10\u207b\u2074". */
export function numbersIn(text) {
  const found = text.matchAll(/(\u2212?)(\d[\d,]*(?:\.\d+)?)(?: \u00d7 10(\u207b?)([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+))?/g);
  return [...found].map(([, minus, digits, below, power]) => {
    const exponent = power ? Number([...power].map((digit) => SUPERSCRIPTS.indexOf(digit)).join("")) : 0;
    return (minus ? -1 : 1) * Number(digits.replaceAll(",", "")) * 10 ** (below ? -exponent : exponent);
  });
}

export async function everyFigureDrewMarks(page) {
  const marks = await drawnMarks(page);
  assert.ok(Object.keys(marks).length > 0, "there are figures");
  for (const [title, count] of Object.entries(marks)) assert.ok(count > 0, `no marks: ${title}`);
}

/** Where marks of data are: centres of elements, or, of a painted figure, coloured pixels. At most so many, over all of it. */
function placesOfMarks(figure, most) {
  return figure.evaluate((node, limit) => {
    const spread = (all) => all.filter((_, index) => index % Math.ceil(all.length / limit) === 0);
    const canvas = node.querySelector("canvas");
    if (!canvas) {
      return spread([...node.querySelectorAll(".mark-symbol.role-mark path, .mark-rect.role-mark path")]).map((mark) => {
        const box = mark.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
      });
    }
    const { width, height } = canvas, box = canvas.getBoundingClientRect();
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    const coloured = [];
    for (let at = 0; at < pixels.length; at += 4) {
      const [red, green, blue, opacity] = pixels.subarray(at, at + 4);
      const place = at / 4, x = place % width, y = Math.floor(place / width);
      // The legend is above, and its symbols are coloured too.
      if (opacity > 150 && y > 0.3 * height && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) {
        coloured.push([box.x + (x / width) * box.width, box.y + (y / height) * box.height]);
      }
    }
    return spread(coloured);
  }, most);
}

/** A mark may lie under a line that has no value to show, or be a published value: some of those asked must answer. */
async function shownByPointer(page, figure) {
  const tooltip = page.locator(".tooltip");
  for (const [x, y] of await placesOfMarks(figure, 25)) {
    await page.mouse.move(x, y);
    if (await tooltip.count() === 0 || !await tooltip.isVisible()) continue;
    const text = await tooltip.innerText();
    if (!text.includes("published by")) return text;
  }
  return null;
}

/** But for rounding to four digits, and a power of ten that an axis may be in units of. */
function areEqual(shown, value) {
  const power = Math.log10(Math.abs(value / shown));
  return Number.isFinite(power) && Math.abs(power - Math.round(power)) < 5e-4;
}

/** Of every figure: the pointer shows a value, which the figure's data have. */
export async function thePointerShowsValues(page) {
  const figures = page.locator("figure");
  for (let index = 0; index < await figures.count(); ++index) {
    const figure = figures.nth(index), title = await figure.getAttribute("id");
    await figure.locator(".chart").scrollIntoViewIfNeeded();
    const shown = await shownByPointer(page, figure);
    assert.ok(shown !== null, `${title}: no mark shows a value`);
    const data = await csvOf(page, figure.getByRole("button", { name: /as CSV/ }));
    const values = data.flat().map(Number).filter((value) => Number.isFinite(value));
    const known = numbersIn(shown).filter((number) => !Number.isInteger(number));
    const agrees = known.some((number) => values.some((value) => areEqual(number, value)));
    assert.ok(known.length === 0 || agrees, `${title}: its data have none of "${shown}"`);
    await page.mouse.move(1, 1);
  }
}

/** Texts by letter and numbers by size; what is not there comes last. */
function isSorted(values, direction) {
  const known = values.filter((value) => value !== "");
  const numbers = known.map(Number);
  if (values.slice(0, known.length).includes("")) return false;
  if (numbers.some(Number.isNaN)) return true;
  return numbers.every((number, index) => index === 0 || direction * (number - numbers[index - 1]) >= 0);
}

/** Every table that has a column of numbers sorts by it, both ways, and keeps its rows. */
export async function tablesSort(page) {
  const tables = page.locator(".table:not(figure .table)");
  for (let index = 0; index < await tables.count(); ++index) {
    const table = tables.nth(index), name = await table.getAttribute("id");
    const column = await table.locator("thead th").evaluateAll((heads) => heads.findIndex((head) => head.classList.contains("number")));
    if (column < 0) continue;
    const rows = async () => (await csvOf(page, table.getByRole("button", { name: "Save CSV" }))).slice(1);
    const before = await rows();
    for (const [word, direction] of [["ascending", 1], ["descending", -1]]) {
      await table.locator("thead th button").nth(column).click();
      assert.equal(await table.locator("thead th").nth(column).getAttribute("aria-sort"), word, name);
      const after = await rows();
      assert.ok(isSorted(after.map((row) => row[column]), direction), `${name} is not ${word}`);
      assert.deepEqual(after.map(String).sort(), before.map(String).sort(), name);
    }
  }
}

/** In light colours and in dark. Takes the drawings out of the page. */
export async function isAccessible(page) {
  assert.deepEqual(await faults(page), [], "light");
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await faults(page, ["color-contrast"]), [], "dark");
  await page.emulateMedia({ colorScheme: "light" });
}

export async function isNotScrolledSideways(page, width) {
  const wanted = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wanted <= width, `${wanted} pixels on a screen of ${width}`);
}
