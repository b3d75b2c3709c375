import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** What in index.html stands for the request's nonce. */
const NONCE_PLACEHOLDER = /__CSP_NONCE__/g
const NOT_BUILT =
  '<!doctype html><title>Copydesk</title><p>The editor is not built. Run <code>npm run build</code>.</p>'

/** The service worker fetches the app's files to keep them for a reload without a network. */
const WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"

/** Serves the editor that Vite built into `directory`, and answers its index page for the app's own routes. */
export interface EditorApp {
  sendIndex(reply: FastifyReply): FastifyReply
}

export async function serveEditor(app: FastifyInstance, directory: string): Promise<EditorApp> {
  const index = await readFile(join(directory, 'index.html'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return NOT_BUILT
      throw error
    },
  )
  if (index !== NOT_BUILT) {
    await app.register(fastifyStatic, {
      root: directory,
      index: false,
      wildcard: false,
      // Vite names assets by their content: what has been fetched once is never asked for again.
      immutable: true,
      maxAge: '365d',
      setHeaders(response, path) {
        if (!path.includes('/assets/')) response.header('cache-control', 'no-cache')
        // A worker's fetches obey the policy of its own file.
        if (path.endsWith('/sw.js')) response.header('content-security-policy', WORKER_POLICY)
      },
      // The build has put a gzipped copy beside each asset.
      preCompressed: true,
      globIgnore: ['**/index.html', '**/*.gz'],
    })
  }

  return {
    sendIndex(reply) {
      const nonce = randomBytes(16).toString('base64')
      return reply
        .header('content-security-policy', pagePolicy(nonce))
        .header('cache-control', 'no-cache')
        .type('text/html; charset=utf-8')
        .send(index.replace(NONCE_PLACEHOLDER, nonce))
    },
  }
}

/** The page may load our own scripts and styles and talk to us; nothing else, from nowhere else. */
function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
