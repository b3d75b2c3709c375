import type { Dialect } from './dialect.ts'
import { createEditMaker, type PreparedEdit } from './prepared-edits.ts'
import type { WireClient } from './wire-client.ts'

/** Somebody who types what was prepared, and remembers when. */
export interface Author {
  readonly pageId: string
  readonly clientId: number
  readonly client: WireClient
  /** What was sent and when, oldest first; `clock` is the author's Yjs clock after it. */
  readonly sent: { readonly clock: number; readonly atMs: number }[]
  prepare(edits: number, withCarets: boolean): void
  sendNext(): void
  /** Sends every update that is prepared in one write. */
  sendAll(): void
}

export function createAuthor(dialect: Dialect, pageId: string, client: WireClient, name: string): Author {
  const maker = createEditMaker(dialect, pageId, name)
  const sent: { clock: number; atMs: number }[] = []
  let prepared: PreparedEdit[] = []
  let position = 0
  return {
    pageId,
    clientId: maker.clientId,
    client,
    sent,
    prepare(edits, withCarets) {
      prepared = prepared.slice(position)
      position = 0
      while (prepared.length < edits) prepared.push(maker.next(withCarets))
    },
    sendNext() {
      const edit = prepared[position++]
      if (edit === undefined) throw new Error('more edits were sent than prepared')
      sent.push({ clock: edit.clock, atMs: performance.now() })
      client.write(edit.update)
      if (edit.caret !== null) client.write(edit.caret)
    },
    sendAll() {
      const edits = prepared.slice(position)
      position = prepared.length
      const atMs = performance.now()
      for (const { clock } of edits) sent.push({ clock, atMs })
      client.write(Buffer.concat(edits.map((edit) => edit.update)))
    },
  }
}
