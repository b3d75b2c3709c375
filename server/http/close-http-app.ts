import type { Server } from 'node:http'
import type { HttpApp } from './http-app.ts'

/** How long requests that are being read or answered are waited for, ms. */
const ANSWER_MS = 5_000
const LOOK_MS = 25

/**
 * Prepares an app's end: the answered function stops listening, waits for what is being answered, and for nothing else. Node
 * would wait as well for a connection on which nothing was asked yet, as browsers hold one ready, and for one whose last
 * request was being answered when the end began: until they time out.
 */
export function prepareToClose(app: HttpApp): () => Promise<void> {
  const server: Server = app.server
  let inProgress = 0
  server.on('request', (_request, response) => {
    inProgress++
    response.once('close', () => {
      inProgress--
    })
  })
  return async () => {
    const deadline = performance.now() + ANSWER_MS
    const looking = setInterval(() => {
      if (inProgress === 0 || performance.now() > deadline) server.closeAllConnections()
    }, LOOK_MS)
    await app.close().finally(() => clearInterval(looking))
  }
}
