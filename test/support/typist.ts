import { WebSocket } from 'ws'
import { createPageClient, type PageClient } from './page-client.ts'
import type { Person } from './people.ts'
import { until } from './until.ts'

/** A page client on a real socket, who types without a pause until told to stop. */
export interface Typist {
  readonly client: PageClient
  /** The present connection, if there is one. */
  socket(): WebSocket | undefined
  connect(url?: string): Promise<void>
  /** Breaks the connection at once. */
  disconnect(): void
  type(everyMs?: number): void
  pause(): void
  /** Writes a mark and answers how long its acknowledgement took, ms. */
  save(): Promise<number>
  /** Resolves when the server has acknowledged everything and has told everything. */
  settled(): Promise<void>
  /** Resolves with the reason once the present connection is closed. */
  closed(): Promise<string>
  /** Everything the server has promised: acknowledged marks and shown ones. */
  promised(): string[]
  close(): void
}

const KEYSTROKE_MS = 10
const SAVE_DEADLINE_MS = 20_000
const CONNECT_ATTEMPTS = 200

export function createTypist(serverUrl: string, pageId: string, person: Person, name: string): Typist {
  const waiting = new Set<() => void>()
  const client = createPageClient(name, pageId, {
    changed() {
      for (const look of waiting) look()
    },
  })
  let socket: WebSocket | undefined
  let timer: NodeJS.Timeout | undefined
  let closed: Promise<string> = Promise.resolve('never opened')

  async function open(url: string): Promise<void> {
    const opening = new WebSocket(`${url.replace('http', 'ws')}/collaboration`)
    opening.binaryType = 'nodebuffer'
    await new Promise<void>((resolve, reject) => {
      opening.once('open', resolve)
      opening.once('error', reject)
    })
    socket = opening
    opening.on('error', () => undefined)
    opening.on('message', (data: Buffer) => {
      if (socket === opening) client.receive(new Uint8Array(data))
    })
    closed = new Promise((resolve) => {
      opening.once('close', (code, reason) => {
        if (socket === opening) {
          socket = undefined
          client.detach()
        }
        resolve(reason.toString() || String(code))
      })
    })
    client.attach({ send: (bytes) => opening.send(bytes) }, person.session.accessToken)
  }

  return {
    client,
    socket: () => socket,
    async connect(url = serverUrl) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await open(url)
        } catch (error) {
          if (attempt >= CONNECT_ATTEMPTS) throw error
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
    },
    disconnect() {
      const broken = socket
      socket = undefined
      client.detach()
      broken?.terminate()
    },
    type(everyMs = KEYSTROKE_MS) {
      timer = setInterval(() => client.write(Math.random()), everyMs)
    },
    pause: () => clearInterval(timer),
    save() {
      const startedAt = performance.now()
      const mark = client.write()
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`“${mark}” was not saved`)), SAVE_DEADLINE_MS)
        const look = () => {
          if (!client.acknowledged.has(mark)) return
          clearTimeout(late)
          waiting.delete(look)
          resolve(performance.now() - startedAt)
        }
        waiting.add(look)
        look()
      })
    },
    async settled() {
      await until(() => client.isSettled(), { timeoutMs: 30_000 })
    },
    closed: () => closed,
    promised: () => [...client.acknowledged, ...client.seen],
    close() {
      clearInterval(timer)
      socket?.terminate()
    },
  }
}
