/** Forget what the workers' page keeps in this browser, when somebody signs out on another page. */

const NAME = "wangge-my";

/** Marks that wait are left to whoever made them; all that was shown goes. */
export async function forgetMine() {
  const known = (await indexedDB.databases?.()) ?? [];
  if (!known.some((one) => one.name === NAME)) return;
  await new Promise((resolve) => {
    const asked = indexedDB.open(NAME);
    asked.onerror = resolve;
    asked.onsuccess = () => {
      const transaction = asked.result.transaction("seen", "readwrite");
      transaction.objectStore("seen").clear();
      transaction.oncomplete = () => {
        asked.result.close();
        resolve(null);
      };
      transaction.onabort = resolve;
    };
  });
}
