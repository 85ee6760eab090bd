/** The form of one thing of the ground: its columns as the layer declares them. */

import { html, nothing } from "lit";
import { language, t } from "./texts.js";

/** @typedef {import("./ground-api.js").Field} Field */
/** @typedef {import("./ground-api.js").Value} Value */
/** @typedef {{code: string, name: Value}[]} Owners */

/**
 * @param {Field[]} fields
 * @param {Record<string, Value>} values
 * @param {Owners} owners that a reference may name
 * @param {(name: string, value: Value) => void} changed
 */
export function groundForm(fields, values, owners, changed) {
  const asked = fields.filter(({ kind, name }) => kind !== "key" && name !== "community_code");
  return html`<div class="ground-form">
    ${asked.map(
      (field) => html`<label
        ><span>${labelOf(field)}${field.required ? html`<b aria-hidden="true"> *</b>` : nothing}</span>
        ${control(field, values[field.name] ?? null, owners, (value) => changed(field.name, value))}</label
      >`,
    )}
  </div>`;
}

/** @param {Field} field */
const labelOf = ({ name, zh }) =>
  language() === "zh" ? zh : spelled(name.replace(/_(id|code)$/, "").replaceAll("_", " "));

const spelled = (/** @type {string} */ words) => words.charAt(0).toUpperCase() + words.slice(1);

/**
 * @param {Field} field
 * @param {Value} value
 * @param {Owners} owners
 * @param {(value: Value) => void} changed
 */
function control({ name, kind, required, choices }, value, owners, changed) {
  const text = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target).value.trim();
  if (kind === "flag")
    return html`<input
      type="checkbox"
      name=${name}
      .checked=${value === true}
      @change=${(/** @type {Event} */ { target }) => changed(/** @type {HTMLInputElement} */ (target).checked)}
    />`;
  if (kind === "choice")
    return html`<select name=${name} @change=${(/** @type {Event} */ event) => changed(text(event) || null)}>
      ${required && value !== null ? nothing : html`<option value="" ?selected=${value === null}>${t("ground.none")}</option>`}
      ${choices.map((each) => html`<option value=${each} ?selected=${each === value}>${t(`ground.choice.${each}`)}</option>`)}
    </select>`;
  if (kind === "reference" && owners.length)
    return html`<select name=${name} @change=${(/** @type {Event} */ event) => changed(text(event) || null)}>
      <option value="" ?selected=${value === null}>${t("ground.by-place")}</option>
      ${owners.map((each) => html`<option value=${each.code} ?selected=${each.code === value}>${each.name ?? each.code}</option>`)}
    </select>`;
  const numeric = kind === "count" || kind === "measure";
  return html`<input
    name=${name}
    type=${numeric ? "number" : "text"}
    min=${numeric ? "0" : nothing}
    step=${kind === "measure" ? "any" : nothing}
    maxlength=${numeric ? nothing : "200"}
    ?required=${required}
    .value=${value === null ? "" : String(value)}
    @input=${(/** @type {Event} */ event) => changed(text(event) === "" ? null : numeric ? Number(text(event)) : text(event))}
  />`;
}
