/** A session that ends while somebody draws: what waits is kept, and saved when they are back. */

import { sessionOver, whoAmI } from "./api.js";
import { hearLate } from "./editor-sharing.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

/**
 * Tell when the service no longer knows who draws, and go on once it does: whoever signs in in
 * another window and comes back to this one finds everything saved.
 * @param {EditorPage} page
 * @returns {() => void} ends it
 */
export function followSigning(page) {
  const over = () => page.session?.halt({ status: 401, message: t("editor.signed-out") });
  const back = () => document.visibilityState === "visible" && signedIn(page);
  sessionOver.addEventListener("over", over);
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
  return () => {
    sessionOver.removeEventListener("over", over);
    removeEventListener("focus", back);
    document.removeEventListener("visibilitychange", back);
  };
}

/**
 * Send what waits, if the planner who drew it is signed in again.
 * @param {EditorPage} page
 */
export async function signedIn(page) {
  const { session, told } = page;
  if (session?.stopped?.status !== 401 || !told) return;
  try {
    const { name } = await whoAmI();
    if (name !== told.plan.me) return session.halt({ status: 401, message: t("editor.signed-other", { name, me: told.plan.me }) });
  } catch {
    // Still signed out, or out of reach: the notice stands as it is.
    return;
  }
  await session.again();
  page.late = true;
  await hearLate(page);
}
