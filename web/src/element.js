// The only way by which the page makes elements: what comes from data is only ever text or an attribute's value.

/**
 * @param {string} tag
 * @param {Object} attributes functions are listeners ("click"); null and false are left out
 * @param {...(Node|string|null)} children strings become text
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A word that can be an id, from any text. */
export function slug(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

const SYMBOLS = { K_F: ["K", "F"], d_data: ["d", "data"], d_repr: ["d", "repr"] };

/** The page's own words, with K_F, d_data and d_repr as a printer sets them. Not for text from data. */
export function typeset(text) {
  return text.split(/\b(K_F|d_data|d_repr)\b/).map((part) => {
    const symbol = SYMBOLS[part];
    return symbol ? element("span", { class: "symbol" }, element("i", {}, symbol[0]), element("sub", {}, symbol[1])) : part;
  });
}
