import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { type Transferable, Worker } from 'node:worker_threads'
import { ContentError } from '../../shared/document/content-error.ts'
import type { AuthorRange } from './author-ledger.ts'
import type { ComparedBlock } from './compare-blocks.ts'
import type { Content, ContentFormat } from './convert-content.ts'
import { FoldingStoppedError } from './errors.ts'
import type { Fold, FoldedState, Folder } from './fold.ts'
import { type FoldAnswer, type FoldRequest, packUpdates, type RowAuthor } from './fold-messages.ts'
import type { PersonMention } from './read-mentions.ts'

/** How long the thread is kept without work, ms: starting one costs a tenth of a second and it holds memory. */
const KEEP_IDLE_MS = 30_000
/** A page at its limit of 50 MB takes some hundreds of MB; past this, MB, the thread dies instead of the server. */
const MAX_HEAP_MB = 1_536

/**
 * How long the thread may take for one thing that it is asked, ms: a page at its limit takes some seconds. One that
 * takes longer is ended, so that whoever comes next is not held up, and the next question starts another.
 */
export const MAX_ANSWER_MS = 60_000

/** A thread of our own that folds, so that the thread which serves people does not. */
export interface FoldingWorker extends Folder {
  start(): Promise<PastFold>
  /** Ends the thread at once; what it was doing is refused with FoldingStoppedError. */
  close(): Promise<void>
}

/** A fold that can be asked what it says, so that nobody else has to take it apart. */
export interface PastFold extends Fold {
  /**
   * Notes who wrote these rows of the log; they come in their order, and need not be applied.
   * @throws what Yjs throws when one does not decode
   */
  credit(rows: readonly (RowAuthor & { readonly update: Uint8Array })[]): Promise<void>
  /** Who wrote which part of the text, as far as rows were credited. */
  readAuthors(): Promise<AuthorRange[]>
  /** Whom the text names, and by whom as far as rows were credited. */
  readMentions(): Promise<PersonMention[]>
  /** @throws ContentError */
  convert(format: ContentFormat): Promise<Content>
  /**
   * The blocks of another state beside the ones of this fold.
   * @throws what Yjs throws when the state does not decode
   */
  compare(from: Uint8Array): Promise<ComparedBlock[]>
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** Starts its thread when it is first asked something. */
export function createFoldingWorker({
  maxAnswerMs = MAX_ANSWER_MS,
  startThread = startFoldThread,
}: {
  readonly maxAnswerMs?: number
  readonly startThread?: () => Worker
} = {}): FoldingWorker {
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let tooLong: NodeJS.Timeout | undefined
  let closed = false
  const pending: Pending[] = []

  function start(): Worker {
    const started = startThread()
    started.on('message', (answer: FoldAnswer) => {
      // An answer of a thread that was given up is to a question that nobody asks any more.
      if (worker !== started) return
      const asked = pending.shift()
      if (pending.length === 0) rest()
      else watch(started)
      if (answer.ok) asked?.resolve(answer.result)
      else asked?.reject(toError(answer))
    })
    started.on('error', (error) =>
      lose(started, new FoldingStoppedError('the thread failed', { cause: error })),
    )
    started.on('exit', () => lose(started, new FoldingStoppedError('the thread has ended')))
    return started
  }

  function lose(lost: Worker, error: Error): void {
    if (worker !== lost) return
    worker = undefined
    clearTimeout(idle)
    clearTimeout(tooLong)
    for (const { reject } of pending.splice(0)) reject(error)
  }

  /** Gives the thread so long for what it is at, from now on. */
  function watch(working: Worker): void {
    clearTimeout(tooLong)
    tooLong = setTimeout(() => {
      lose(working, new FoldingStoppedError(`the thread was at one thing for ${maxAnswerMs} ms`))
      end(working)
    }, maxAnswerMs)
  }

  /** Nobody waits for it: a thread that cannot be ended does not exist. */
  function end(ended: Worker): void {
    ended.terminate().catch(() => undefined)
  }

  /** A thread with nothing to do keeps no process alive, and is let go after a while. */
  function rest(): void {
    clearTimeout(tooLong)
    worker?.unref()
    idle = setTimeout(() => {
      const resting = worker
      worker = undefined
      if (resting !== undefined) end(resting)
    }, KEEP_IDLE_MS)
    idle.unref()
  }

  function ask(request: FoldRequest, transfer: Transferable[] = []): Promise<unknown> {
    if (closed) return Promise.reject(new FoldingStoppedError('folding has stopped'))
    clearTimeout(idle)
    worker ??= start()
    const target = worker
    target.ref()
    return new Promise((resolve, reject) => {
      pending.push({ resolve, reject })
      if (pending.length === 1) watch(target)
      target.postMessage(request, transfer)
    })
  }

  return {
    async start() {
      await ask({ kind: 'start' })
      const folding = worker
      // The next thread knows nothing of what this one was given.
      const askSame = (request: FoldRequest, transfer?: Transferable[]) =>
        worker === folding
          ? ask(request, transfer)
          : Promise.reject(new FoldingStoppedError('the thread has ended'))
      return {
        async apply(updates) {
          const packed = packUpdates(updates)
          await askSame({ kind: 'apply', packed }, [packed.bytes.buffer, packed.ends.buffer])
        },
        finish: async () => (await askSame({ kind: 'finish' })) as FoldedState,
        async credit(rows) {
          const packed = packUpdates(rows.map(({ update }) => update))
          const authors = rows.map(({ userId, at }) => ({ userId, at }))
          await askSame({ kind: 'credit', packed, rows: authors }, [packed.bytes.buffer, packed.ends.buffer])
        },
        readAuthors: async () => (await askSame({ kind: 'authors' })) as AuthorRange[],
        readMentions: async () => (await askSame({ kind: 'mentions' })) as PersonMention[],
        convert: async (format) => (await askSame({ kind: 'convert', format })) as Content,
        async compare(from) {
          const copy = new Uint8Array(from)
          return (await askSame({ kind: 'compare', from: copy }, [copy.buffer])) as ComparedBlock[]
        },
      }
    },

    async inspect(state) {
      // A copy: the caller's bytes may be part of a larger buffer, all of which would go along.
      const copy = new Uint8Array(state)
      return (await ask({ kind: 'inspect', state: copy }, [copy.buffer])) as Uint8Array
    },

    async close() {
      closed = true
      clearTimeout(idle)
      const ending = worker
      if (ending === undefined) return
      lose(ending, new FoldingStoppedError('folding has stopped'))
      await ending.terminate()
    },
  }
}

function toError({ message, code }: Extract<FoldAnswer, { ok: false }>): Error {
  return code === undefined ? new Error(message) : new ContentError(code, message)
}

/** The build has the thread as JavaScript; from the sources it needs tsx, which a thread has to be told by itself. */
function startFoldThread(): Worker {
  const fromSource = import.meta.url.endsWith('.ts')
  const file = new URL(fromSource ? './fold-thread.ts' : './fold-thread.js', import.meta.url)
  return new Worker(fromSource ? toTypeScriptEntry(file) : file, {
    name: 'copydesk-fold',
    // Nothing of our environment: it holds secrets, and folding needs none of it.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
}

function toTypeScriptEntry(file: URL): URL {
  // By way of its package.json: what `require` would be given is for CommonJS, which threads cannot use.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'))
  const register = `import { register } from '${new URL('./dist/esm/api/index.mjs', tsx)}'; register()`
  return new URL(`data:text/javascript,${encodeURIComponent(`${register}; await import('${file}')`)}`)
}
