/** Strokes that wait to be saved, in the database of the browser: they outlive page and machine. */

/** @typedef {import("./session.js").Op} Op */

const DATABASE = "wangge-planner";
const STORE = "ops";

/** @typedef {{plan: number, account?: string, client: string, op: Op}} Row of an older page without `account` */

/**
 * The strokes of one plan that one account drew.
 * @param {number} plan
 * @param {string} account name by which the server calls who draws
 * @returns {Promise<import("./session.js").Outbox>}
 */
export async function outboxOf(plan, account) {
  const database = await opened();
  const store = (/** @type {IDBTransactionMode} */ mode) => database.transaction(STORE, mode).objectStore(STORE);
  const rows = async () => /** @type {Row[]} */ (await done(store("readonly").index("plan").getAll(plan)));
  return {
    all: async () => mineOf(await rows(), account).map(({ op }) => op),
    others: async () => othersOf(await rows(), account),
    put: async (op) => void (await done(store("readwrite").add({ plan, account, client: op.client, op }))),
    remove: (client) => replaced(store("readwrite"), [], client),
    replace: (ops, gone) => replaced(store("readwrite"), ops, gone),
  };
}

/**
 * Rows that an account may send: its own, for the server signs with the name of whoever sends, and
 * those of an older page, which kept no account.
 * @param {Row[]} rows
 * @param {string} account
 */
export const mineOf = (rows, account) => rows.filter((row) => row.account === undefined || row.account === account);

/**
 * Strokes of other accounts, of each how many.
 * @param {Row[]} rows
 * @param {string} account
 * @returns {Map<string, number>}
 */
export function othersOf(rows, account) {
  const counts = new Map();
  for (const { account: by } of rows) if (by !== undefined && by !== account) counts.set(by, (counts.get(by) ?? 0) + 1);
  return counts;
}

/** @returns {Promise<IDBDatabase>} */
async function opened() {
  const asked = indexedDB.open(DATABASE, 1);
  asked.addEventListener("upgradeneeded", () => {
    const made = asked.result.createObjectStore(STORE, { autoIncrement: true });
    made.createIndex("plan", "plan");
    made.createIndex("client", "client", { unique: true });
  });
  return done(asked);
}

/**
 * Write ops in the place of what is kept under their names, and drop one, in one transaction.
 * @param {IDBObjectStore} writing
 * @param {Op[]} ops
 * @param {string} gone
 */
async function replaced(writing, ops, gone) {
  const key = (/** @type {string} */ client) => done(writing.index("client").getKey(client));
  for (const op of ops) {
    const at = await key(op.client);
    if (at === undefined) continue;
    const row = /** @type {Row} */ (await done(writing.get(at)));
    await done(writing.put({ ...row, op }, at));
  }
  const at = await key(gone);
  if (at !== undefined) await done(writing.delete(at));
}

/**
 * @template T
 * @param {IDBRequest<T>} asked
 * @returns {Promise<T>}
 */
function done(asked) {
  return new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () => reject(asked.error));
  });
}
