/**
 * The service worker of the worker's page: it opens without a network. It keeps the page without
 * any data, and the files of the map once they were asked for; what was seen is kept by the page.
 */

/* global VERSION: the server writes it above. */
const KEPT = `wangge-my-${VERSION}`;
const BASE = self.location.pathname.replace(/\/my\/sw\.js$/, "");
const SHELL = `${BASE}/my/shell`;

self.addEventListener("install", (event) => {
  const shell = new Request(SHELL, { cache: "reload", credentials: "same-origin" });
  event.waitUntil(caches.open(KEPT).then((cache) => cache.add(shell)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("wangge-my-") && name !== KEPT;
  const tidied = caches.keys().then((names) => Promise.all(names.filter(old).map((n) => caches.delete(n))));
  event.waitUntil(tidied.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && pathname === `${BASE}/my`) event.respondWith(page(event.request));
  else if (pathname.startsWith(`${BASE}/web/`)) event.respondWith(file(event.request));
});

/** @param {Request} request */
async function page(request) {
  return (await caches.match(SHELL)) ?? fetch(request);
}

/**
 * The address of a file holds its version: what is kept is what it names.
 * @param {Request} request
 */
async function file(request) {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
}
