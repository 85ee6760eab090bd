/** Strokes that wait to be saved, in the database of the browser: they outlive page and machine. */

/** @typedef {import("./session.js").Op} Op */

const DATABASE = "wangge-planner";
const STORE = "ops";

/**
 * The strokes of one plan.
 * @param {number} plan
 * @returns {Promise<import("./session.js").Outbox>}
 */
export async function outboxOf(plan) {
  const database = await opened();
  const store = (/** @type {IDBTransactionMode} */ mode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    all: async () => (await done(store("readonly").index("plan").getAll(plan))).map(({ op }) => op),
    put: async (op) => void (await done(store("readwrite").add({ plan, client: op.client, op }))),
    remove: async (client) => {
      const writing = store("readwrite");
      const key = await done(writing.index("client").getKey(client));
      if (key !== undefined) await done(writing.delete(key));
    },
  };
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
