// A Vega-Lite specification drawn into an element by vega-embed.
//
// Expressions are interpreted (`ast`), never made into code: the page's policy forbids eval, and vega-embed's own style element. Its
// menu is off: it would open windows and the web's Vega editor.

import embed from "vega-embed";

import { INK } from "./palette.js";
import { saveFile } from "./save.js";
import { tooltipOf } from "./tooltip.js";

/** More marks than this are painted, not made into elements, which would be slow. */
const MOST_ELEMENTS = 2000;

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif";
const SOFT_INK = "#50565c", GRID = "#e4e6e8";

const CONFIG = {
  aria: false,
  background: null,
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: SOFT_INK, titleColor: INK, domainColor: SOFT_INK, tickColor: SOFT_INK, gridColor: GRID,
    labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8, tickSize: 4,
    gridWidth: 0.7, domainWidth: 0.8, tickWidth: 0.8,
  },
  legend: {
    labelColor: SOFT_INK, titleColor: INK, labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal",
    orient: "top", direction: "horizontal", titlePadding: 8, columnPadding: 14,
    symbolStrokeWidth: 1.2, offset: 10, clipHeight: 14,
  },
  point: { size: 46, filled: true, opacity: 0.85 },
  line: { strokeWidth: 1.6 },
  rule: { strokeWidth: 1.3 },
  bar: { height: 13 },
};

/** A figure less wide than this has its legends below each other, and cuts long names sooner. */
const NARROW = 560;

function legendConfig(width) {
  const narrow = width < NARROW;
  return { ...CONFIG.legend, columns: Math.max(2, Math.floor((width - 60) / 120)), labelLimit: narrow ? 110 : 170,
    titleOrient: narrow ? "top" : "left",
    layout: { top: { anchor: "start", direction: narrow ? "vertical" : "horizontal", margin: 8 } } };
}

/**
 * @param {HTMLElement} place empty; its width is the figure's
 * @param {Object} spec layers, encoding, data and height, and `tooltip`: what the pointer shows of a row, [[field, title], ...]
 * @param {number} marks about how many there will be
 * @returns {Promise<Chart>}
 */
export async function draw(place, { tooltip, ...spec }, marks) {
  const width = Math.max(240, Math.floor(place.getBoundingClientRect().width));
  const config = { ...CONFIG, legend: legendConfig(width), axis: { ...CONFIG.axis, labelLimit: width < NARROW ? 90 : 150 } };
  const autosize = { type: "fit-x", contains: "padding" };
  const drawn = await embed(place, { width, autosize, padding: 2, ...spec }, {
    mode: "vega-lite",
    config,
    ast: true,
    renderer: marks > MOST_ELEMENTS ? "canvas" : "svg",
    tooltip: tooltipOf(tooltip),
    actions: false,
    defaultStyle: false,
  });
  return new Chart(drawn);
}

class Chart {
  constructor(drawn) {
    this.drawn = drawn;
    this.view = drawn.view;
  }

  /** For use elsewhere: on white, whatever the page has. */
  async onPaper(make) {
    this.view.background("white");
    try {
      return await make();
    } finally {
      this.view.background(null);
    }
  }

  async saveSvg(name) {
    const text = await this.onPaper(() => this.view.toSVG());
    saveFile(`${name}.svg`, new Blob([text], { type: "image/svg+xml" }));
  }

  async savePng(name) {
    const canvas = await this.onPaper(() => this.view.toCanvas(3));
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    saveFile(`${name}.png`, blob);
  }

  remove() {
    this.drawn.finalize();
  }
}
