import { parentPort } from 'node:worker_threads'
import { FoldingDocument, inspectState } from './fold.ts'
import type { FoldAnswer, FoldRequest } from './fold-messages.ts'
import { unpackUpdates } from './fold-messages.ts'

// The other side of folding-worker.ts: answers one request after the other, in order.

if (parentPort === null) throw new Error('fold-thread.ts is run by folding-worker.ts, not by itself')
const port = parentPort
let doc = new FoldingDocument()

port.on('message', (request: FoldRequest) => {
  let answer: FoldAnswer
  try {
    answer = { ok: true, result: carryOut(request) }
  } catch (error) {
    answer = { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
  port.postMessage(answer)
})

function carryOut(request: FoldRequest): unknown {
  switch (request.kind) {
    case 'start':
      doc.destroy()
      doc = new FoldingDocument()
      return null
    case 'apply':
      return doc.apply(unpackUpdates(request.packed)) ?? null
    case 'finish':
      return doc.finish()
    case 'inspect':
      return inspectState(request.state)
  }
}
