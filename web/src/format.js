// Numbers as a reader wants them. What does not exist is a dash.

const DASH = "\u2013";
const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

function superscript(integer) {
  const digits = [...String(Math.abs(integer))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return (integer < 0 ? "\u207b" : "") + digits;
}

function powerOfTen(exponent) {
  return `10${superscript(exponent)}`;
}

export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** To `digits` significant digits; as a power of ten below a thousandth and from a million on. */
export function number(value, digits = 3) {
  if (!isNumber(value)) return DASH;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? "\u2212" : "";
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
    return `${sign}${mantissa} \u00d7 ${powerOfTen(Number(exponent))}`;
  }
  const rounded = Number(size.toPrecision(digits));
  if (rounded >= 10 ** (digits - 1)) return sign + Math.round(size).toLocaleString("en-US");
  return sign + size.toPrecision(digits);
}

export function count(value) {
  return isNumber(value) ? value.toLocaleString("en-US") : DASH;
}

/** Any value in little room: numbers to four digits, whole ones in full. */
export function shortly(value) {
  if (typeof value !== "number") return value === null || value === undefined ? DASH : String(value);
  return Number.isInteger(value) ? count(value) : number(value, 4);
}

/** "1 image", "2,310 images" */
export function counted(value, one, several = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : several}`;
}

export function percent(share, digits = 0) {
  return isNumber(share) ? `${(100 * share).toFixed(digits)} %` : DASH;
}

/** "[13.8, 15.2]" */
export function interval(bounds, digits = 3) {
  return Array.isArray(bounds) ? `[${number(bounds[0], digits)}, ${number(bounds[1], digits)}]` : DASH;
}

/** Of a number within -1..1, to two places. */
function coefficient(value) {
  return isNumber(value) ? value.toFixed(2).replace("-", "\u2212") : DASH;
}

/** "0.95 [0.94, 0.96]" */
export function correlation({ r, interval: bounds } = {}) {
  return bounds ? `${coefficient(r)} [${coefficient(bounds[0])}, ${coefficient(bounds[1])}]` : coefficient(r);
}

/** "14.5 [13.8, 15.2]", or the number alone where there is no interval */
export function estimate(value, bounds) {
  return bounds ? `${number(value)} ${interval(bounds)}` : number(value);
}

export function pValue(value) {
  if (!isNumber(value)) return DASH;
  return value < 0.001 ? "p < 0.001" : `p = ${value.toFixed(3)}`;
}

export function bytes(value) {
  if (!isNumber(value)) return DASH;
  return value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${(value / 1e6).toFixed(0)} MB`;
}

export function seconds(value) {
  if (!isNumber(value)) return DASH;
  return value < 60 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** "a", "a and b", "a, b and c" */
export function list(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** By what an axis divides its values, so that its numbers need no exponents. */
export function axisUnit(values) {
  const largest = Math.max(...values.filter(isNumber).map(Math.abs), 0);
  const exponent = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  if (exponent >= -2 && exponent <= 4) return { divisor: 1, prefix: "" };
  return { divisor: 10 ** exponent, prefix: `${powerOfTen(exponent)} ` };
}
