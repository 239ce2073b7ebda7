// What a mark stands for, beside the pointer. Values are text, whatever is in them.

import { element } from "./element.js";
import { shortly } from "./format.js";

let box = null;

function place(event) {
  const margin = 14;
  const { width, height } = box.getBoundingClientRect();
  const right = event.clientX + margin + width <= document.documentElement.clientWidth;
  const below = event.clientY + margin + height <= document.documentElement.clientHeight;
  box.style.left = `${Math.max(4, right ? event.clientX + margin : event.clientX - margin - width)}px`;
  box.style.top = `${Math.max(4, below ? event.clientY + margin : event.clientY - margin - height)}px`;
}

/**
 * Vega's TooltipHandler, for marks that hand over their rows.
 *
 * @param {Array} fields [[field, title], ...]: those that the row has are shown
 */
export function tooltipOf(fields) {
  return (handler, event, item, row) => {
    if (box === null) {
      box = element("div", { class: "tooltip", "aria-hidden": "true", hidden: true });
      document.body.append(box);
    }
    box.hidden = row === null || row === undefined;
    if (box.hidden) return;
    const known = fields.filter(([field]) => row[field] !== null && row[field] !== undefined);
    box.replaceChildren(...known.map(([field, title]) =>
      element("div", {}, element("span", { class: "tooltip-name" }, title), shortly(row[field]))));
    place(event);
  };
}
