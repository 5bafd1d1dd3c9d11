// Keeps the page, the package and the built-in models, so that they are there without a network. `site` is what
// examples/playground/build has put together: {version, files}.
importScripts("files.js");

const prefix = "gerbil-playground-";
const kept = prefix + site.version;
const files = new Set(site.files);
const scope = new URL(registration.scope).pathname;

addEventListener("install", event => {
  const requests = site.files.map(file => new Request(file, {cache: "no-cache"}));
  event.waitUntil(caches.open(kept).then(cache => cache.addAll(requests)));
});

addEventListener("activate", event => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name.startsWith(prefix) && name !== kept) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(clean());
});

addEventListener("message", event => {
  if (event.data === "take over") skipWaiting();
});

addEventListener("fetch", event => {
  const {origin, pathname} = new URL(event.request.url);
  if (origin !== location.origin || !pathname.startsWith(scope)) return;
  const file = pathname.slice(scope.length) || "index.html";
  if (files.has(file)) event.respondWith(answer(event.request, file));
  // A model is asked for files that it does not have.
  else if (file.startsWith("models/")) event.respondWith(new Response(null, {status: 404}));
});

// The body without the coding that it came in, and the headers of a page that may use threads, whatever the server is.
async function answer(request, file) {
  const found = await (await caches.open(kept)).match(file);
  if (!found) return fetch(request); // the browser has taken it away
  const body = await found.blob();
  const headers = {
    "Content-Type": found.headers.get("Content-Type") ?? "application/octet-stream",
    "Content-Length": String(body.size),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  return new Response(request.method === "HEAD" ? null : body, {headers});
}
