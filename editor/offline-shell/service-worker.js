/*
 * Keeps the app's own files so that a reload without a network still opens the editor; the text itself is
 * in IndexedDB. Nothing of the API is ever cached here. Filled in by vite.config.ts at build time.
 * The files of the version before stay as well: tabs that are still open with it load parts of it later on.
 */
const VERSION = '__VERSION__'
const FILES = [] /* __FILES__ */
const PREFIX = 'copydesk-shell-'
const CACHE = PREFIX + VERSION
const SHELL = '/'
const NAVIGATION_TIMEOUT_MS = 4000
const ASSETS = '/assets/'
const NOT_OURS = ['/api/', '/collaboration', '/socket.io', '/healthz', '/readyz', '/metrics']

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([SHELL, ...FILES]))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(removeOld().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return
  if (NOT_OURS.some((path) => url.pathname.startsWith(path))) return
  if (event.request.mode === 'navigate') event.respondWith(answerNavigation(event.request))
  else if (FILES.includes(url.pathname) || url.pathname.startsWith(ASSETS))
    event.respondWith(answerFile(event.request))
})

/** The network first, so that a new version is seen at once; the kept page when there is none. */
async function answerNavigation(request) {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), NAVIGATION_TIMEOUT_MS)
  try {
    return await fetch(request, { signal: abort.signal })
  } catch (error) {
    const kept = await readOwn(SHELL)
    if (kept) return kept
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Built files carry their content's hash in the name: a kept one is never stale. */
async function answerFile(request) {
  return (await readOwn(request)) ?? (await caches.match(request)) ?? fetch(request)
}

async function readOwn(request) {
  return (await caches.open(CACHE)).match(request)
}

async function removeOld() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
}
