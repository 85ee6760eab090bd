/** Making elements; texts only ever become text, never markup. */

/**
 * @param {string} name tag, perhaps with classes: "p.muted"
 * @param {Record<string, any> | null} given properties; on... listeners, aria-... and data-... attributes
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElement}
 */
export function h(name, given, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(given ?? {})) put(made, key, value);
  for (const child of children) if (child !== null && child !== false && child !== undefined) made.append(child);
  return made;
}

/**
 * @param {HTMLElement} made
 * @param {string} key
 * @param {any} value
 */
function put(made, key, value) {
  if (value === null || value === undefined) return;
  if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
  else if (key.includes("-") || key === "role" || key === "for") made.setAttribute(key, String(value));
  else /** @type {any} */ (made)[key] = value;
}

/**
 * @param {string} title
 * @param {string} next
 * @param {...(Node | null)} more
 */
export function notice(title, next, ...more) {
  return h("div.notice", { role: "status" }, h("strong", null, title), h("p", null, next), ...more);
}
