/** What the phone keeps: the list as last seen, marks that wait; nothing of it leaves the phone. */

const NAME = "wangge-my";
const STORES = ["seen", "marks"];

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("seen");
      asked.result.createObjectStore("marks", { keyPath: "id", autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/**
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function inStore(store, mode, act) {
  const transaction = (await database()).transaction(store, mode);
  const asked = act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @param {string} name
 * @returns {Promise<any>}
 */
export const seen = (name) => inStore("seen", "readonly", (store) => store.get(name));

/**
 * @param {string} name
 * @param {unknown} value
 */
export const keep = (name, value) => inStore("seen", "readwrite", (store) => store.put(value, name));

/** Forget all that was shown; marks that wait are kept for whoever made them. */
export const forgetSeen = () => inStore("seen", "readwrite", (store) => store.clear());

/** @returns {Promise<import("./state.js").Mark[]>} in the order in which they were made */
export const keptMarks = () => inStore("marks", "readonly", (store) => store.getAll());

/** @param {import("./state.js").Mark} mark */
export const keepMark = (mark) => inStore("marks", "readwrite", (store) => store.put(mark));

/** @param {number} id */
export const dropMark = (id) => inStore("marks", "readwrite", (store) => store.delete(id));

/** Whether this browser keeps anything at all: some forbid it in private windows. */
export async function keepsAnything() {
  try {
    await Promise.all(STORES.map((store) => inStore(store, "readonly", (s) => s.count())));
    return true;
  } catch {
    return false;
  }
}
