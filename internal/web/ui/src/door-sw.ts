// Keeps the scanner's page for the time without a network. It keeps pages of the scanner and static files only, nothing else.
// Its scope is /{lang}/door/.
const cacheName = "sahna-door-1";
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener("install", () => void worker.skipWaiting());

worker.addEventListener("activate", (e) => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("sahna-door-") && name !== cacheName) await caches.delete(name);
    }
    await worker.clients.claim();
  })());
});

// The page tells what it is made of: it was loaded before this worker could see it.
worker.addEventListener("message", (e) => {
  const urls: string[] = e.data?.keep ?? [];
  if (e.data?.forget) e.waitUntil(caches.delete(cacheName));
  e.waitUntil((async () => {
    const cache = await caches.open(cacheName);
    for (const u of urls) {
      const key = keyOf(new URL(u));
      if (isStatic(new URL(u)) && await cache.match(key)) continue;
      try {
        const r = await fetch(u, { credentials: "same-origin" });
        if (r.ok && !r.redirected) await cache.put(key, r);
      } catch { /* without a network there is nothing to keep */ }
    }
  })());
});

worker.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (isStatic(url)) e.respondWith(fromCache(e.request, url));
  else if (e.request.mode === "navigate" && url.pathname.endsWith("/door/scan")) e.respondWith(fromNetwork(e.request, url));
});

function isStatic(url: URL): boolean { return url.pathname.startsWith("/static/"); }

// A scanner's page is known by its performance and gate, whatever was answered last.
function keyOf(url: URL): string {
  if (isStatic(url)) return url.href;
  return url.origin + url.pathname + "?" + url.searchParams.get("performance") + "&" + url.searchParams.get("gate");
}

async function fromCache(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(keyOf(url));
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(keyOf(url), fresh.clone());
  return fresh;
}

async function fromNetwork(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(cacheName);
  try {
    const fresh = await Promise.race([fetch(request), new Promise<never>((_, no) => setTimeout(() => no(new Error("slow")), 5000))]);
    if (fresh.type === "opaqueredirect") await cache.delete(keyOf(url)); // signed out
    else if (fresh.ok) await cache.put(keyOf(url), fresh.clone());
    return fresh;
  } catch (err) {
    const kept = await cache.match(keyOf(url));
    if (kept) return kept;
    throw err;
  }
}
