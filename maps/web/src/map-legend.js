/** What the colours mean. */

import { html } from "lit";
import { t } from "./texts.js";

export function legend() {
  const classes = ["low", "fit", "over", "far-over"];
  return html`<details class="legend" open>
    <summary>${t("legend")}</summary>
    <ul>
      ${classes.map(
        (name) => html`<li><i class="swatch ${name}"></i><span>${t(`legend.${name}`)}</span></li>`,
      )}
    </ul>
    <p class="muted small">${t("legend.load")}</p>
  </details>`;
}
