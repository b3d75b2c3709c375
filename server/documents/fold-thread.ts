import { parentPort } from 'node:worker_threads'
import { ContentError } from '../../shared/document/content-error.ts'
import type { AuthorLedger } from './author-ledger.ts'
import { FoldingDocument, inspectState } from './fold.ts'
import type { FoldAnswer, FoldRequest } from './fold-messages.ts'
import { unpackUpdates } from './fold-messages.ts'

// The other side of folding-worker.ts: answers one request after the other, in order.

if (parentPort === null) throw new Error('fold-thread.ts is run by folding-worker.ts, not by itself')
const port = parentPort
const doc = new FoldingDocument()
let ledger: AuthorLedger | undefined
let last: Promise<void> = Promise.resolve()

port.on('message', (request: FoldRequest) => {
  last = last.then(async () => port.postMessage(await answer(request)))
})

async function answer(request: FoldRequest): Promise<FoldAnswer> {
  try {
    return { ok: true, result: (await carryOut(request)) ?? null }
  } catch (error) {
    const code = error instanceof ContentError ? { code: error.code } : {}
    return { ok: false, message: error instanceof Error ? error.message : String(error), ...code }
  }
}

/** What knows the document schema is loaded when it is first needed: making snapshots does not need it. */
async function carryOut(request: FoldRequest): Promise<unknown> {
  switch (request.kind) {
    case 'start':
      ledger = undefined
      return doc.destroy()
    case 'apply':
      return doc.apply(unpackUpdates(request.packed))
    case 'finish':
      return doc.finish()
    case 'inspect':
      return inspectState(request.state)
    case 'credit': {
      const { createAuthorLedger } = await import('./author-ledger.ts')
      ledger ??= createAuthorLedger()
      const updates = unpackUpdates(request.packed)
      for (const [index, row] of request.rows.entries()) ledger.add(updates[index] as Uint8Array, row)
      return null
    }
    case 'authors': {
      const { createAuthorLedger } = await import('./author-ledger.ts')
      return doc.look((ledger ?? createAuthorLedger()).toRanges)
    }
    case 'mentions': {
      const { readMentions } = await import('./read-mentions.ts')
      return doc.look((past) => readMentions(past, ledger))
    }
    case 'convert': {
      const { convert } = await import('./convert-content.ts')
      return doc.look((past) => convert(past, request.format))
    }
    case 'compare': {
      const { compareStates } = await import('./compare-blocks.ts')
      return doc.look((past) => compareStates(request.from, past))
    }
  }
}
