// A figure: what it shows in a sentence, the drawing, choices of what to draw, and ways to take it along.

import { draw } from "./chart.js";
import { element, slug, typeset } from "./element.js";
import { saveCsv } from "./save.js";
import { Table } from "./table.js";

/**
 * @param {string} title
 * @param {Array} choices {key, label, options: [{value, label}]}: the first option is drawn first
 * @param {Function} view (chosen values by key) -> {sentence, columns, rows, spec}
 */
export class Figure {
  constructor({ title, choices = [], view, name = slug(title) }) {
    Object.assign(this, { title, view, name });
    this.choices = choices.filter((choice) => choice.options.length > 1);
    this.chosen = Object.fromEntries(choices.map((choice) => [choice.key, choice.options[0]?.value]));
    this.chart = null;
    this.place = element("div", { class: "chart", role: "img" });
    this.caption = element("span", { class: "sentence" });
    this.data = element("div");
    this.details = element("details", { toggle: () => this.showData() }, element("summary", {}, "Data"), this.data);
    this.node = element("figure", { id: `figure-${name}`, "data-state": "waiting" },
      this.controls(), this.place,
      element("figcaption", {}, element("b", { class: "numeral" }), element("b", {}, `${title}. `), this.caption),
      element("div", { class: "tools" },
        element("span", {}, "Save"), this.button("SVG", () => this.chart.saveSvg(`fathom-${name}`)),
        this.button("PNG", () => this.chart.savePng(`fathom-${name}`)),
        this.button("CSV", () => saveCsv(`fathom-${name}.csv`, this.current.columns, this.current.rows)),
        this.details));
    this.choose();
  }

  button(text, click) {
    return element("button", { type: "button", click, "aria-label": `Save ${this.title} as ${text}` }, text);
  }

  controls() {
    if (this.choices.length === 0) return null;
    return element("div", { class: "choices" }, ...this.choices.map((choice) => {
      const id = `${this.name}-${choice.key}`;
      const select = element("select", { id, change: () => {
        this.chosen[choice.key] = choice.options[select.selectedIndex].value;
        this.choose();
        this.draw();
      } }, ...choice.options.map((option) => element("option", {}, option.label)));
      return element("span", {}, element("label", { for: id }, choice.label), select);
    }));
  }

  choose() {
    this.current = this.view(this.chosen);
    this.caption.replaceChildren(...typeset(this.current.sentence));
    this.place.setAttribute("aria-label", `${this.title}. ${this.current.sentence}`);
    this.showData();
  }

  showData() {
    if (!this.details.open) return;
    const table = new Table({ caption: `Data of \u201c${this.title}\u201d.`, name: `data-${this.name}`,
      columns: this.current.columns, rows: this.current.rows });
    this.data.replaceChildren(table.node);
  }

  /** A choice made while an earlier drawing was under way takes its place. */
  async draw() {
    const { current } = this;
    const place = element("div", { "aria-hidden": "true" });
    this.drawing = place;
    this.place.replaceChildren(place);
    const chart = await draw(place, current.spec, current.rows.length);
    if (this.drawing !== place) {
      chart.remove();
      return;
    }
    this.chart?.remove();
    this.chart = chart;
    this.node.dataset.state = "drawn";
  }

  number(value) {
    this.node.querySelector(".numeral").textContent = `Figure ${value}. `;
  }
}
