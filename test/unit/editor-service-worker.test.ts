import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'

const SOURCE = readFileSync(new URL('../../editor/offline-shell/service-worker.js', import.meta.url), 'utf8')
const ORIGIN = 'https://copydesk.example'

/** A browser's storage for files: names of caches, oldest first, each with what its addresses answer. */
type Caches = Map<string, Map<string, string>>

/** The worker of one version with these files, on a device whose network answers with `onNetwork`. */
function startWorker(caches: Caches, version: string, files: string[], onNetwork: (path: string) => string) {
  const listeners = new Map<string, (event: object) => void>()
  const toPath = (asked: string | { url: string }): string =>
    typeof asked === 'string' ? asked : new URL(asked.url).pathname
  const ask = async (asked: string | { url: string }): Promise<string> => onNetwork(toPath(asked))
  const openCache = async (name: string) => {
    const cache = caches.get(name) ?? new Map<string, string>()
    caches.set(name, cache)
    return {
      match: async (asked: string | { url: string }) => cache.get(toPath(asked)),
      addAll: async (paths: string[]) => {
        for (const path of paths) cache.set(path, await ask(path))
      },
    }
  }
  const self = {
    location: new URL(ORIGIN),
    skipWaiting: async () => undefined,
    clients: { claim: async () => undefined },
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
  }
  const storage = {
    open: openCache,
    keys: async () => [...caches.keys()],
    delete: async (name: string) => caches.delete(name),
    match: async (asked: string | { url: string }) =>
      [...caches.values()].map((cache) => cache.get(toPath(asked))).find((answer) => answer !== undefined),
  }
  const globals = { ...{ self, caches: storage, fetch: ask, URL, AbortController, setTimeout, clearTimeout } }
  const source = SOURCE.replace("'__VERSION__'", JSON.stringify(version)).replace(
    '[] /* __FILES__ */',
    JSON.stringify(files),
  )
  runInContext(source, createContext(globals))
  const emit = async (name: string, event: object): Promise<unknown> => {
    let result: unknown
    const take = (promise: unknown): void => {
      result = promise
    }
    listeners.get(name)?.({ ...event, waitUntil: take, respondWith: take })
    return await result
  }
  return {
    async install() {
      await emit('install', {})
      await emit('activate', {})
    },
    fetch: (path: string, mode = 'no-cors') =>
      emit('fetch', { request: { method: 'GET', mode, url: ORIGIN + path } }),
  }
}

test('C2 · a tab of the version before still gets its files after a deployment, without them being on the server', async () => {
  const caches: Caches = new Map()
  const deploy = async (version: string) => {
    const files = [`/assets/part-${version}.js`]
    const serve = (path: string): string => {
      if (path === '/' || files.includes(path)) return `${path} of ${version}`
      throw new Error(`there is no ${path}`)
    }
    await startWorker(caches, version, files, serve).install()
  }
  for (const version of ['one', 'two', 'three']) await deploy(version)
  const worker = startWorker(caches, 'three', ['/assets/part-three.js'], () => {
    throw new Error('no network')
  })
  expect(await worker.fetch('/assets/part-three.js')).toBe('/assets/part-three.js of three')
  expect(await worker.fetch('/assets/part-two.js')).toBe('/assets/part-two.js of two')
  await expect(worker.fetch('/assets/part-one.js')).rejects.toThrow('no network')
  expect(await worker.fetch('/pages/any', 'navigate'), 'the app itself is the newest').toBe('/ of three')
  expect(await worker.fetch('/api/me'), 'not taken').toBeUndefined()
  expect(caches.size).toBe(2)
})
