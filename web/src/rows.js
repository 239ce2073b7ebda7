// Small things to do with arrays of objects.

import { isNumber } from "./format.js";

export function unique(values) {
  return [...new Set(values)];
}

/** A Map from what `key` makes of a row to the rows, in the order of their first. */
export function groups(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return found;
}

export function mean(values) {
  const known = values.filter(isNumber);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

export function least(values) {
  return values.reduce((found, value) => Math.min(found, value), Infinity);
}

export function largest(values) {
  return values.reduce((found, value) => Math.max(found, value), -Infinity);
}

/** Numbers by size, then words by letter. */
export function ascending(a, b) {
  if (isNumber(a) && isNumber(b)) return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
