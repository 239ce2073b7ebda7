// Bundles the page into one file and writes it as C++: node build.mjs OUTPUT.cpp
//
// The page's policy names its script and its style by their hashes, so both are in place before the hashes are
// taken and are never touched again.

import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** A compiler need not take longer literals (C++ Annex B). */
const LONGEST_LITERAL = 60_000;
const DELIMITER = "FATHOM_PAGE";

async function bundled(entry) {
  const result = await build({ entryPoints: [join(here, "src", entry)], bundle: true, minify: true, write: false,
    format: "iife", target: ["chrome100", "firefox100", "safari15"], charset: "ascii", legalComments: "none",
    logLevel: "warning" });
  // A script element ends at "</script", wherever that stands; esbuild writes "<\/script".
  return result.outputFiles[0].text.trim();
}

function policyHash(text) {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}

/** The template with `values` in place of their names in double braces. */
function filled(template, values) {
  return template.replace(/\{\{([a-z-]+)\}\}/g, (whole, name) => values[name] ?? whole);
}

function literals(text) {
  if (/[^\t\n\x20-\x7e]/.test(text)) throw new Error("the page holds a character that is not printable ASCII");
  if (text.includes(`)${DELIMITER}`)) throw new Error(`the page holds ")${DELIMITER}"`);
  const parts = [];
  for (let at = 0; at < text.length; at += LONGEST_LITERAL) {
    const part = text.slice(at, at + LONGEST_LITERAL);
    // With its length, since counting a megabyte is more than a compiler does at compile time.
    parts.push(`    {R"${DELIMITER}(${part})${DELIMITER}", ${part.length}},`);
  }
  return parts.join("\n");
}

const [script, style, template] = await Promise.all(
  [bundled("main.js"), bundled("style.css"), readFile(join(here, "page.html"), "utf8")]);
const page = filled(template,
  { script, style, "script-hash": policyHash(script), "style-hash": policyHash(style) });
const [head, middle, tail] = page.split(/\{\{documents\}\}|\{\{thumbnails\}\}/);

const output = process.argv[2];
await writeFile(`${output}.new`, `// Made by web/build.mjs.
#include "report/page_template.h"

namespace fathom {

namespace {

constexpr std::string_view kHead[] = {
${literals(head)}
};
constexpr std::string_view kMiddle[] = {
${literals(middle)}
};
constexpr std::string_view kTail[] = {
${literals(tail)}
};

}  // namespace

PageTemplate page_template() {
  return {kHead, kMiddle, kTail};
}

}  // namespace fathom
`);
await rename(`${output}.new`, output);
