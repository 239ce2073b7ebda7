// Light or dark: as the system has it, until the reader says otherwise.

import { element } from "./element.js";

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function themeButton() {
  const button = element("button", { type: "button", class: "theme", click: () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    label();
  } });
  function label() {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();
  return button;
}
