// Colours that the colour-blind can tell apart, and shapes for those who see none.

/** Okabe and Ito (2008), without black and without yellow, which is too pale on paper. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const SHAPES = ["circle", "triangle-up", "square", "diamond", "cross", "triangle-down", "triangle-right"];

/** Of lines that are no data: identity, fits, peaks. Reads on white and on black. */
export const NEUTRAL = "#7b7b7b";

/** Of text and of what is drawn over colours, on paper; style.css has it for the dark page. */
export const INK = "#1d2023";

/** Scales for the names: six colours and seven shapes give 42 combinations before one returns. */
export function scales(names) {
  return {
    color: { domain: names, range: names.map((_, index) => COLOURS[index % COLOURS.length]) },
    shape: { domain: names, range: names.map((_, index) => SHAPES[index % SHAPES.length]) },
    dash: { domain: names, range: names.map((_, index) => [[1, 0], [5, 3], [2, 2], [8, 3, 2, 3]][index % 4]) },
  };
}

/** Of ordered values, dark to light without the ends, which vanish on one background or the other. */
export const SEQUENCE = { name: "viridis", extent: [0.85, 0.12] };
