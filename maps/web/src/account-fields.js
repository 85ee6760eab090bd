/** Fields that every form of an account has. */

import { html } from "lit";
import { t } from "./texts.js";

const ROLES = ["viewer", "worker", "supervisor", "approver", "planner", "admin"];

/**
 * The scope of an account as the picker has it.
 * @param {{everywhere: boolean, areas: string[], grids: string[]}} account
 * @returns {import("./scope-picker.js").Scope}
 */
export const scopeOf = ({ everywhere, areas, grids }) => ({ wide: everywhere, areas, grids });

/** @param {string} role */
export const roleField = (role) => html`<label
  ><span>${t("account.role")}</span>
  <select name="role">
    ${ROLES.map((each) => html`<option value=${each} ?selected=${each === role}>${t(`role.${each}`)}</option>`)}
  </select></label
>`;
