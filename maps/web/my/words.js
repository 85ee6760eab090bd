/** The words of the page, both languages at once: it must speak either without a network. */

const KEPT = "wangge.language";
/** @type {Record<string, Record<string, string>>} */
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** @returns {"zh" | "en"} */
function firstLanguage() {
  const known = localStorage.getItem(KEPT);
  if (known === "zh" || known === "en") return known;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** @type {"zh" | "en"} */
let language = firstLanguage();

/** @returns {"zh" | "en"} */
export function spoken() {
  return language;
}

/** @param {"zh" | "en"} chosen */
export function speak(chosen) {
  language = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  document.title = t("title");
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = words[language]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * The role as people call it; roles that an office made up are said as they are.
 * @param {string} role
 */
export function roleName(role) {
  const key = `role.${role}`;
  return t(key) === key ? role : t(key);
}

/**
 * A day as short as the phone is narrow: 3月12日 or Mar 12.
 * @param {string} day 2026-03-12
 */
export function shortDay(day) {
  const at = new Date(`${day}T00:00:00`);
  const locale = language === "zh" ? "zh-CN" : "en";
  return at.toLocaleDateString(locale, { month: "short", day: "numeric" });
}

/** @param {number | string} moment */
export function shortTime(moment) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  return new Date(moment).toLocaleString(locale, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
