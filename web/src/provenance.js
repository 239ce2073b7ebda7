// Where the numbers come from: names and values, two columns.

import { element } from "./element.js";

/** A word that a shell takes as it stands, or in quotes. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function commandLine(words) {
  return element("code", {}, words.map(quoted).join(" "));
}

/** [[name, text or element], ...]; empty ones are left out. */
export function facts(entries) {
  return element("dl", { class: "facts" }, ...entries.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}
