import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Awareness } from 'y-protocols/awareness'
import { ApiError } from '../../../editor/api/api-error.ts'
import { createHttpSync } from '../../../editor/collaboration/http-sync.ts'
import { problemSchema } from '../../../shared/api/problem.ts'
import {
  decodeSyncAnswer,
  encodeSyncRequest,
  type SyncAnswer,
  type SyncRequest,
} from '../../../shared/api/sync.ts'
import { noteCarets } from './note-carets.ts'
import type { OpenPage, OpenPageDeps } from './open-page.ts'
import { createPageDocument } from './page-document.ts'

/** Opens a page over plain HTTP, as the editor does where WebSockets are blocked. */
export function openPageOverHttp(deps: OpenPageDeps): OpenPage {
  const { client, page, pageId, account, recorder, line } = deps
  const url = new URL(`/api/pages/${pageId}/sync`, deps.url)
  const content = createPageDocument({
    ...{ client, page, recorder, yjsClient: deps.yjsClient },
    ...(deps.savedCopy === undefined ? {} : { savedCopy: deps.savedCopy }),
    isFromServer: (origin) => sync.isOrigin(origin),
  })
  const { doc, unacknowledged } = content
  const awareness = new Awareness(doc)
  // A caret stays for 12 seconds after the last request: who never moves one need not be waited for.
  awareness.setLocalState(null)
  awareness.on('change', () => noteCarets(awareness, deps))
  const underway = new Set<Promise<unknown>>()
  let isOpen = false
  let isRefused = false
  let mayWrite = false
  let isClosing = false

  const note = (state: 'open' | 'open-readonly' | 'closed' | 'refused', reason: string) =>
    recorder.connection({ client, transport: 'http', page, state, reason, ours: isClosing })

  async function send(
    request: SyncRequest,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<SyncAnswer> {
    // A request with updates brings all that has no answer yet: one is under way at a time.
    const edits = request.updates.length === 0 ? [] : [...unacknowledged]
    for (const edit of edits) recorder.sent(edit)
    const { status, body } = await post(encodeSyncRequest(request), signal, onProgress)
    if (status === 200) {
      const answer = decodeSyncAnswer(body)
      recorder.shownDeletions(client, page, answer.missing)
      for (const edit of edits) content.answered(edit, answer.canWrite)
      return answer
    }
    const problem = problemSchema.safeParse(parseJson(body)).data ?? null
    if (status === 403) for (const edit of edits) content.answered(edit, false)
    throw new ApiError(problem?.code ?? 'unexpected-answer', `The server answered ${status}.`, problem)
  }

  function post(
    body: Uint8Array,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<{ status: number; body: Uint8Array }> {
    const answered = new Promise<{ status: number; body: Uint8Array }>((resolve, reject) => {
      const fail = (error: Error) => reject(new ApiError('network', error.message))
      const makeRequest = url.protocol === 'https:' ? requestHttps : requestHttp
      const request = makeRequest(url, {
        ...{ method: 'POST', agent: line.agent, signal },
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': body.length,
          authorization: `Bearer ${account.accessToken()}`,
        },
      })
      request.on('error', fail)
      request.on('response', (response) => {
        readBody(response, onProgress).then(
          (bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }),
          fail,
        )
      })
      request.end(body)
    })
    const ended = answered.catch(() => undefined).finally(() => underway.delete(ended))
    underway.add(ended)
    return answered
  }

  const sync = createHttpSync({
    ...{ doc, awareness },
    send,
    hasUnsaved: () => unacknowledged.size > 0,
    isHidden: () => false,
    onEvent(event) {
      if (event.kind === 'authenticated') {
        isOpen = true
        mayWrite = event.access === 'read-write'
        note(mayWrite ? 'open' : 'open-readonly', '')
      } else if (event.kind === 'lost') {
        if (isOpen) note('closed', event.isStorageUnavailable ? 'storage-unavailable' : 'no answer')
        isOpen = false
      } else if (event.kind === 'refused') {
        note('refused', event.reason)
        isRefused = true
        isOpen = false
      }
    },
    now: () => performance.now(),
    random: Math.random,
  })
  sync.start()

  function stop(): void {
    isClosing = true
    sync.stop()
    if (isOpen) note('closed', 'closed')
    isOpen = false
  }

  return {
    ...{ ...content, page, pageId, awareness },
    sendRaw: () => undefined,
    get isOpen() {
      return isOpen && !isRefused
    },
    get isRefused() {
      return isRefused
    },
    get mayWrite() {
      return isOpen && !isRefused && mayWrite
    },
    goOffline: stop,
    comeBack() {
      isClosing = false
      sync.start()
    },
    async socketClosed() {
      await Promise.all(underway)
    },
    hurry: () => sync.hurry(),
    close() {
      stop()
      awareness.destroy()
      return content.close()
    },
  }
}

async function readBody(response: IncomingMessage, onProgress: () => void): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of response) {
    parts.push(part as Buffer)
    onProgress()
  }
  return new Uint8Array(Buffer.concat(parts))
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return null
  }
}
