// What a mark stands for, beside the pointer. Values are text, whatever is in them.

import { element } from "./element.js";

let box = null;

function place(event) {
  const margin = 14;
  const { width, height } = box.getBoundingClientRect();
  const right = event.clientX + margin + width <= document.documentElement.clientWidth;
  const below = event.clientY + margin + height <= document.documentElement.clientHeight;
  box.style.left = `${Math.max(4, right ? event.clientX + margin : event.clientX - margin - width)}px`;
  box.style.top = `${Math.max(4, below ? event.clientY + margin : event.clientY - margin - height)}px`;
}

/** Vega's TooltipHandler. */
export function showTooltip(handler, event, item, value) {
  if (box === null) {
    box = element("div", { class: "tooltip", "aria-hidden": "true", hidden: true });
    document.body.append(box);
  }
  if (value === null || value === undefined || typeof value !== "object") {
    box.hidden = true;
    return;
  }
  const lines = Object.entries(value).filter(([, shown]) => shown !== "null" && shown !== "");
  box.replaceChildren(...lines.map(([name, shown]) =>
    element("div", {}, element("span", { class: "tooltip-name" }, name), String(shown))));
  box.hidden = false;
  place(event);
}
