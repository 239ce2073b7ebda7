// Files that the reader saves. They are made here and never leave the machine.

import { element } from "./element.js";

export function saveFile(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = element("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** RFC 4180. A text that a spreadsheet would run as a formula is given a leading quote, which it shows as text. */
function csvField(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return csvField(value.join(" "));
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** "Test loss" -> "test_loss" */
function columnName(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");
}

/** Columns are named by their keys; those of a figure's axes, which have the keys x and y, by what they hold. */
function csv(columns, rows) {
  const names = columns.map(({ key, title, csvName }) => csvName ?? (/^[xy]$/.test(key) ? columnName(title) : key));
  const lines = [names.map(csvField).join(",")];
  for (const row of rows) lines.push(columns.map((column) => csvField(row[column.key])).join(","));
  return lines.join("\r\n") + "\r\n";
}

export function saveCsv(name, columns, rows) {
  saveFile(name, new Blob([csv(columns, rows)], { type: "text/csv" }));
}
