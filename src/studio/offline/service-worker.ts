/**
 * The page's service worker: keeps the files of the build, so that the page paints offline after one visit; adds the
 * headers of cross-origin isolation, which threads need and some hosts cannot send; and takes in photos that other
 * apps share.
 *
 * Files whose names carry a hash come from the cache. All others are asked of the host first, so that a new version
 * shows at the next load; the host's HTTP cache makes that cheap.
 */

/** JSON of the build's files by their path, with a hash of what is inside; the build fills it in. */
declare const __FILES__: string;
/** Of this build. */
declare const __BUILD__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const FILES = JSON.parse(__FILES__) as Readonly<Record<string, string>>;
const PREFIX = 'giverny-files-';
const CACHE = PREFIX + __BUILD__;
/** Photos that other apps shared, until the page takes them; `inbox.ts` reads it. */
const INBOX = 'giverny-inbox';
/** Files of which no visitor needs all: the page asks for those that it needs. */
const LARGE = /\.(wasm|mjs|safetensors)$/;
/** A host that answers later than this is taken for out of reach, where there is a kept file. */
const PATIENCE_MS = 4000;

const scope = new URL(worker.registration.scope);
const keyOf = (path: string) => new Request(`${scope.href}${path}?${FILES[path]}`);

worker.addEventListener('install', (event) => {
  worker.skipWaiting();
  event.waitUntil(keep(Object.keys(FILES).filter((path) => !LARGE.test(path))));
});

worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));

worker.addEventListener('message', (event) => {
  const { keep: urls } = event.data as { keep: readonly string[] };
  event.waitUntil(keep(urls.map((url) => pathOf(new URL(url))).filter((path) => path !== undefined)));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === 'POST' && url.href === `${scope.href}share`) {
    event.respondWith(receive(request));
    return;
  }
  if (request.method !== 'GET' || request.headers.has('range') || url.origin !== scope.origin) return;
  const path = pathOf(url);
  if (path === undefined) return;
  event.respondWith(path.startsWith('assets/') ? hashed(event, path) : named(event, path));
});

/** The path of a file of this build or, in assets/, of another one; undefined of all that is not ours. */
function pathOf({ origin, pathname }: URL): string | undefined {
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return undefined;
  const path = pathname.slice(scope.pathname.length) || 'index.html';
  // Some hosts leave the ending out.
  return [path, `${path}.html`].find((each) => each in FILES || each.startsWith('assets/'));
}

/** Keeps files that are not kept; what an older version has of the same content is copied. */
async function keep(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  const fetched = paths.map(async (path) => {
    const key = keyOf(path);
    if (await cache.match(key)) return;
    const found = (await caches.match(key)) ?? (await fetch(`${scope.href}${path}`, { cache: 'no-cache' }));
    if (found.ok) await cache.put(key, found);
  });
  // What failed is fetched when it is needed, and kept with the next version.
  await Promise.allSettled(fetched);
}

/** Pages that are open keep working with the files of the version before this one. */
async function takeOver(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** A file whose name says what is inside. */
async function hashed(event: FetchEvent, path: string): Promise<Response> {
  const url = scope.href + path;
  const kept = await caches.match(url, { ignoreSearch: true }).catch(() => undefined);
  if (kept) return isolated(kept);
  const response = await fetch(event.request);
  if (response.ok && path in FILES) {
    const copy = response.clone();
    event.waitUntil(
      caches
        .open(CACHE)
        .then((cache) => cache.put(keyOf(path), copy))
        .catch(() => {}),
    );
  }
  return isolated(response);
}

/** A page, or a file whose content may change under its name. */
async function named(event: FetchEvent, path: string): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(keyOf(path)).catch(() => undefined);
  const fresh = fetch(request);
  const response = await (kept ? soon(fresh) : fresh).catch((error: unknown) => {
    if (!kept) throw error;
  });
  if (!response || (response.status >= 500 && kept)) return isolated(kept as Response);
  if (request.mode === 'navigate' && response.ok && !(await isOurs(response.clone()))) {
    await giveUp();
    return response;
  }
  return isolated(response);
}

function soon(fresh: Promise<Response>): Promise<Response> {
  return Promise.race([
    fresh,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('The host does not answer.')), PATIENCE_MS)),
  ]);
}

/** Whether a page is a version of this one: another program may serve at the same address by now. */
const isOurs = async (page: Response) => /application-name["']?\s+content=["']?Giverny/.test(await page.text());

async function giveUp(): Promise<void> {
  await worker.registration.unregister();
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX)).map((name) => caches.delete(name)));
}

/** The same answer, with the headers that threads need. */
function isolated(response: Response): Response {
  if (response.type === 'opaqueredirect' || response.status === 304) return response;
  const headers = new Headers(response.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  headers.set('cross-origin-resource-policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** Puts shared photos where the page finds them, and opens it. */
async function receive(request: Request): Promise<Response> {
  const files = (await request.formData()).getAll('photo').filter((entry) => entry instanceof File);
  const inbox = await caches.open(INBOX);
  await Promise.all(
    files.map((file, i) => {
      const headers = { 'content-type': file.type, 'x-name': encodeURIComponent(file.name) };
      return inbox.put(`${scope.href}share/${Date.now()}-${i}`, new Response(file, { headers }));
    }),
  );
  return Response.redirect(scope.href, 303);
}
