// The nearest images with different labels: side by side where the program could give their pictures, and as a table.

import { element } from "./element.js";
import { number } from "./format.js";
import { Table } from "./table.js";

function card(pair, pictures) {
  const picture = (path, label) => element("img", { src: `data:image/png;base64,${pictures.get(path)}`, alt: `${path}, ${label}` });
  const name = (path, label) => element("span", { class: "names" }, `${label}: ${path}`);
  return element("li", {},
    element("div", { class: "images" }, picture(pair.a, pair.label_a), picture(pair.b, pair.label_b)),
    element("b", {}, `distance ${number(pair.distance, 4)}`), name(pair.a, pair.label_a), name(pair.b, pair.label_b));
}

/** Elements and tables for every label column of the data set. `images`: {path, png} of this data set. */
export function nearestPairs(data, images, several) {
  const pictures = new Map(images.map((image) => [image.path, image.png]));
  return data.tasks.flatMap((task) => {
    const { pairs } = task.label_sharpness;
    const column = data.tasks.length > 1 ? `, by ${task.label_column}` : "";
    const shown = pairs.filter((pair) => pictures.has(pair.a) && pictures.has(pair.b));
    const table = new Table({ caption: `Nearest images with different labels${several ? ` in ${data.label}` : ""}${column}.`,
      columns: [{ key: "label_a", title: "Label" }, { key: "a", title: "Image" }, { key: "label_b", title: "Label" },
        { key: "b", title: "Image" }, { key: "distance", title: "Distance, pixel units" }], rows: pairs });
    if (shown.length === 0) return [table];
    return [...(several || column ? [element("h3", {}, `${data.label}${column}`)] : []),
      element("ol", { class: "pairs" }, ...shown.map((pair) => card(pair, pictures))), table];
  });
}
