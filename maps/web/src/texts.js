/** The texts of the pages in the chosen language. */

import { LitElement } from "lit";
import { own } from "./page.js";

/** @typedef {"zh" | "en"} Language */

const KEPT = "wangge.language";
const changed = new EventTarget();
/** @type {Record<string, string>} */
let texts = {};
/** @type {Language} */
let current = "zh";

/** @returns {Language} */
function wanted() {
  // A page that has its language in its address neither keeps nor follows another.
  const known = document.documentElement.dataset.language ?? localStorage.getItem(KEPT);
  if (known === "zh" || known === "en") return known;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** @returns {Language} */
export function language() {
  return current;
}

/**
 * Load a language's texts and tell every component; remembered in this browser.
 * @param {Language} chosen
 */
export async function speak(chosen) {
  const answer = await fetch(`${own}/texts/${chosen}.json`);
  texts = await answer.json();
  current = chosen;
  if (!document.documentElement.dataset.language) localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  changed.dispatchEvent(new Event("change"));
}

/**
 * The text of a key, with {names} filled in; of {name:one|many} the first where its value is 1.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)(?::([^{|}]*)\|([^{|}]*))?\}/g, (_, name, one, many) => {
    const value = String(values[name] ?? "");
    return one === undefined ? value : value === "1" ? one : many;
  });
}

/** Base of all components: drawn in the light DOM, drawn anew when the language changes. */
export class Component extends LitElement {
  #again = () => this.requestUpdate();

  /** The page's one style sheet reaches everything. */
  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    changed.addEventListener("change", this.#again);
  }

  disconnectedCallback() {
    changed.removeEventListener("change", this.#again);
    super.disconnectedCallback();
  }
}

/** @param {() => void} listener */
export function onLanguage(listener) {
  changed.addEventListener("change", listener);
}

await speak(wanted());
