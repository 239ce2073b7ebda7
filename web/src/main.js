// Reads the documents that the program put into the page, and lays them out.

import { element, slug, typeset } from "./element.js";
import { glossary } from "./glossary.js";
import { measurePage } from "./pages/measure.js";
import { representPage } from "./pages/represent.js";
import { studyPage } from "./pages/study.js";
import { themeButton } from "./theme.js";

const PAGES = {
  "fathom.measure/1": measurePage,
  "fathom.represent/1": representPage,
  "fathom.study/1": studyPage,
};

function contentOf(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** Numbers figures and tables in the order in which they stand. */
function numbered(parts) {
  const next = { figure: 0, table: 0 };
  for (const { kind, part } of parts) part.number(++next[kind]);
}

function section({ title, content }) {
  return element("section", { "aria-labelledby": slug(title) }, element("h2", { id: slug(title) }, title), ...content);
}

function navigation(sections) {
  return element("nav", { "aria-label": "Contents" }, element("ol", {}, ...sections.map(({ title }) =>
    element("li", {}, element("a", { href: `#${slug(title)}` }, title)))));
}

/** More than a reader takes in at once: laws over few data sets have one for each fit that rests on one of them. */
const WARNINGS_SHOWN = 6;

function warningList(warnings) {
  if (warnings.length === 0) return null;
  const list = (some) => element("ul", {}, ...some.map((warning) => element("li", {}, warning)));
  const more = warnings.length > WARNINGS_SHOWN + 1 ? warnings.slice(WARNINGS_SHOWN) : [];
  const first = warnings.slice(0, warnings.length - more.length);
  return element("section", { class: "warnings", "aria-labelledby": "warnings" },
    element("h2", { id: "warnings" }, "To keep in mind"),
    list(first),
    more.length > 0 ? element("details", {}, element("summary", {}, `${more.length} more`), list(more)) : null);
}

/** Figures and tables among the parts, in the order of the page. */
function collect(sections) {
  const found = [];
  for (const { parts } of sections) {
    for (const part of parts) {
      if (part.node?.tagName === "FIGURE") found.push({ kind: "figure", part });
      else if (part.node?.classList.contains("table")) found.push({ kind: "table", part });
    }
  }
  return found;
}

/** One after the other, so that the reader can scroll and click between two. */
async function drawAll(figures) {
  for (const figure of figures) {
    await new Promise((resolve) => setTimeout(resolve));
    await figure.draw();
  }
}

/** Figures are as wide as the page: draws them again when that has changed for good. */
function redrawOnResize(main, figures) {
  let width = main.clientWidth, timer = 0;
  new ResizeObserver(() => {
    if (main.clientWidth === width || matchMedia("print").matches) return;
    width = main.clientWidth;
    clearTimeout(timer);
    timer = setTimeout(() => drawAll(figures), 200);
  }).observe(main);
}

function printWhole(tables) {
  addEventListener("beforeprint", () => tables.forEach((table) => table.showForPrint()));
  addEventListener("afterprint", () => tables.forEach((table) => table.showOnScreen()));
}

function build() {
  const documents = contentOf("documents"), thumbnails = contentOf("thumbnails");
  const pages = documents.map((content) => {
    const page = PAGES[content.schema];
    if (!page) throw new Error(`no page for ${content.schema}`);
    return page(content, thumbnails);
  });
  const first = pages[0];
  const sections = [...pages.flatMap((page) => page.sections),
    glossary(documents.map((content) => content.schema))].filter(({ parts }) => parts.length > 0);
  const built = sections.map(({ title, parts }) =>
    section({ title, content: parts.map((part) => part.node ?? part) }));
  const main = element("main", {},
    element("section", { class: "summary", "aria-labelledby": "summary" },
      element("h2", { id: "summary" }, "Summary"),
      ...pages.flatMap((page) => page.summary).map((sentences) => element("p", {}, ...typeset(sentences)))),
    warningList(pages.flatMap((page) => page.warnings)), ...built);
  document.title = `${first.title} \u2013 Fathom`;
  document.getElementById("page").replaceChildren(
    element("header", {},
      element("div", { class: "running" }, element("span", {}, `Fathom ${documents[0].version}`), themeButton()),
      element("h1", {}, first.title), element("p", { class: "subtitle" }, first.subtitle)),
    element("div", { class: "layout" }, navigation(sections), main));
  const parts = collect(sections);
  numbered(parts);
  const of = (wanted) => parts.filter(({ kind }) => kind === wanted).map(({ part }) => part);
  const figures = of("figure");
  printWhole(of("table"));
  drawAll(figures).then(() => {
    redrawOnResize(main, figures);
    document.documentElement.dataset.state = "drawn";
  });
}

build();
