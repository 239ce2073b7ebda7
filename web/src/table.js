// A table that sorts by any column, filters by words, and shows a page of rows at a time.

import { element, slug, typeset } from "./element.js";
import { count, isNumber, shortly } from "./format.js";
import { ascending } from "./rows.js";
import { saveCsv } from "./save.js";

const PAGE = 20;

/** Rows that paper gets: a few dozen sheets. */
const PRINTED = 1000;

/** With more columns a table takes the margin too, where there is one. */
const WIDE = 7;

function shown(column, row) {
  const value = row[column.key];
  if (column.show) return column.show(value, row);
  return Array.isArray(value) ? value.join(" ") : shortly(value);
}

/** What is not there comes last, whichever way the table is sorted. */
function compare(a, b, direction) {
  const missing = (value) => value === null || value === undefined;
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  return direction * ascending(a, b);
}

/**
 * @param {string} caption
 * @param {Array} columns {key, title, show(value, row)?, numeric?, csvName?}: `key` names the value in a row and, unless csvName does, in
 *   the CSV
 * @param {Array} rows
 */
export class Table {
  constructor({ caption, columns, rows, note = null, name = slug(caption) }) {
    Object.assign(this, { caption, columns, rows, name });
    this.shownRows = rows;
    this.sorted = null;
    this.page = 0;
    this.texts = null;
    this.head = element("tr");
    this.body = element("tbody");
    this.state = element("span", { class: "table-state", "aria-live": "polite" });
    this.cut = element("p", { class: "cut", hidden: true });
    this.previous = this.pageButton("Previous", -1);
    this.next = this.pageButton("Next", 1);
    this.buttons = columns.map((column) => this.sortButton(column));
    this.node = element("section", { class: columns.length > WIDE ? "table wide" : "table", id: `table-${name}` },
      element("p", { class: "caption", id: `caption-${name}` }, element("b", { class: "numeral" }), caption,
        ...typeset(note ? ` ${note}` : "")),
      this.tools(),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": `caption-${name}` },
        element("table", { "aria-labelledby": `caption-${name}` }, element("thead", {}, this.head), this.body)), this.cut);
    this.head.append(...columns.map((column, index) =>
      element("th", { scope: "col", class: this.numeric(column) ? "number" : null }, this.buttons[index])));
    this.update();
  }

  numeric(column) {
    column.numeric ??= this.rows.some((row) => isNumber(row[column.key]));
    return column.numeric;
  }

  sortButton(column) {
    return element("button", { type: "button", class: "sort", click: () => this.sort(column) }, ...typeset(column.title));
  }

  pageButton(text, step) {
    return element("button", { type: "button", click: () => { this.page += step; this.show(); } }, text);
  }

  tools() {
    const save = element("button", { type: "button",
      click: () => saveCsv(`fathom-${this.name}.csv`, this.columns, this.shownRows) }, "Save CSV");
    if (this.rows.length < 6) return element("div", { class: "tools" }, this.state, save);
    const input = element("input", { type: "search", id: `filter-${this.name}`, autocomplete: "off",
      input: () => { this.words = input.value.toLowerCase().split(/\s+/).filter(Boolean); this.update(); } });
    return element("div", { class: "tools" },
      element("label", { for: `filter-${this.name}` }, "Filter"), input, this.state,
      this.rows.length > PAGE ? this.previous : null, this.rows.length > PAGE ? this.next : null, save);
  }

  sort(column) {
    const again = this.sorted?.column === column;
    this.sorted = { column, direction: again ? -this.sorted.direction : 1 };
    this.update();
  }

  /** A row's words, in the order of the columns, as they are shown. */
  text(row) {
    this.texts ??= new Map();
    if (!this.texts.has(row)) {
      this.texts.set(row, this.columns.map((column) => shown(column, row)).join(" ").toLowerCase());
    }
    return this.texts.get(row);
  }

  update() {
    const words = this.words ?? [];
    let rows = words.length > 0 ? this.rows.filter((row) => words.every((word) => this.text(row).includes(word)))
                                : this.rows;
    if (this.sorted) {
      const { column: { key }, direction } = this.sorted;
      rows = [...rows].sort((a, b) => compare(a[key], b[key], direction));
    }
    this.shownRows = rows;
    this.page = 0;
    for (const [index, column] of this.columns.entries()) {
      const header = this.buttons[index].parentElement;
      if (this.sorted?.column === column) {
        header.setAttribute("aria-sort", this.sorted.direction > 0 ? "ascending" : "descending");
      } else {
        header?.removeAttribute("aria-sort");
      }
    }
    this.show();
  }

  show() {
    const rows = this.shownRows, first = this.page * PAGE, last = Math.min(first + PAGE, rows.length);
    this.fill(rows.slice(first, last));
    this.previous.disabled = this.page === 0;
    this.next.disabled = last >= rows.length;
    const whole = rows.length === this.rows.length;
    this.state.textContent = last - first === this.rows.length ? "" :
      `${rows.length === 0 ? "none" : `${count(first + 1)}\u2013${count(last)}`} of ${count(rows.length)}` +
      (whole ? "" : `, out of ${count(this.rows.length)}`);
  }

  /** Paper has no pages to turn: all rows that the filter leaves, up to a limit, in the order of the screen. */
  showForPrint() {
    const rows = this.shownRows;
    this.fill(rows.slice(0, PRINTED));
    this.cut.hidden = rows.length <= PRINTED;
    this.cut.textContent = `The first ${count(PRINTED)} of ${count(rows.length)} rows; "Save CSV" on the page gives all.`;
  }

  showOnScreen() {
    this.cut.hidden = true;
    this.show();
  }

  fill(rows) {
    this.body.replaceChildren(...rows.map((row) => element("tr", {},
      ...this.columns.map((column) =>
        element("td", { class: this.numeric(column) ? "number" : null }, shown(column, row))))));
  }

  number(value) {
    this.node.querySelector(".numeral").textContent = `Table ${value}. `;
  }
}
