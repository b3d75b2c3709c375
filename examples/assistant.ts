import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'

/**
 * `npm run example:assistant`: a program with an account of its own. It reads a page, streams an answer
 * about it with a tool step, and writes into the page with a caret that everybody sees. It thinks with
 * arithmetic instead of a model, so it needs nothing but a running server.
 */

const USAGE = `Usage:
  npm run example:assistant -- --email you@example.com --password '…'
      signs in, makes a page and a service account for it, and removes the account at the end
  npm run example:assistant -- --page PAGE_ID --key cdk_…
      uses a service account that you have made; the key can also be in COPYDESK_API_KEY
Options:
  --url http://localhost:3000   the server
  --pace 80                     how long it takes over a word, ms
  --wait 10                     how long the page it made is there to be opened before it begins, s`

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:3000' },
    email: { type: 'string' },
    password: { type: 'string' },
    page: { type: 'string' },
    key: { type: 'string' },
    pace: { type: 'string', default: '80' },
    wait: { type: 'string', default: '10' },
  },
})
const url = options.url.replace(/\/$/, '')
const paceMs = Number(options.pace)

/** What the server answered with instead of a success. */
class Refused extends Error {
  readonly code: string | undefined
  constructor({ code, detail, title }: { code?: string; detail?: string; title?: string }) {
    super(`${code}: ${detail ?? title}`)
    this.code = code
  }
}

/** Sends a request with a key or a token. */
async function ask<Answer>(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
  if (!response.ok) throw new Refused(answer)
  return answer as Answer
}

async function main(): Promise<void> {
  const apiKey = options.key ?? process.env['COPYDESK_API_KEY']
  if (options.page !== undefined && apiKey !== undefined) return assist(apiKey, options.page)
  const { email, password } = options
  if (email === undefined || password === undefined) {
    console.log(USAGE)
    process.exitCode = 1
    return
  }
  await demonstrate(email, password)
}

/** Makes a page and an account, and lets the assistant loose on it. */
async function demonstrate(email: string, password: string): Promise<void> {
  const session = await ask<{ accessToken: string }>('', 'POST', '/api/auth/login', { email, password })
  const me = session.accessToken
  const { items } = await ask<{ items: { id: string; name: string; role: string }[] }>(
    me,
    'GET',
    '/api/drives',
  )
  const drive = items.find(({ role }) => role === 'owner' || role === 'admin')
  if (drive === undefined) throw new Error('You administer no drive. Ask an admin for a service account.')
  const page = await ask<{ id: string }>(me, 'POST', `/api/drives/${drive.id}/pages`, {
    title: 'Where the assistant writes',
  })
  await ask(me, 'PUT', `/api/pages/${page.id}/content`, {
    type: 'doc',
    content: [
      {
        type: 'paragraph',
        content: [{ type: 'text', text: 'The quick brown fox jumps over the lazy dog.' }],
      },
    ],
  })
  const accounts = `/api/drives/${drive.id}/service-accounts`
  const account = await ask<{ id: string; apiKey: string; keyPrefix: string }>(me, 'POST', accounts, {
    name: 'Counting assistant',
    role: 'editor',
    expiresInDays: 1,
  })
  console.log(`In the drive "${drive.name}" there is now`)
  console.log(`  a page             ${url}/pages/${page.id}  (open it and look on)`)
  console.log(`  a service account  ${account.keyPrefix}…, an editor, removed at the end`)
  try {
    await pause(Number(options.wait) * 1000)
    await assist(account.apiKey, page.id)
  } finally {
    await ask(me, 'DELETE', `${accounts}/${account.id}`)
    console.log('The service account is removed. The page stays.')
  }
}

/** What an assistant does: look, say, write. */
async function assist(apiKey: string, pageId: string): Promise<void> {
  const streamId = randomUUID()
  const stream = `/api/streams/${streamId}`
  // The id is ours: if the answer is lost, sending the same again starts no second stream.
  await ask(apiKey, 'POST', `/api/pages/${pageId}/streams`, { id: streamId, title: 'What is on this page?' })
  try {
    const answer = await think(apiKey, pageId, stream)
    let index = 0
    for (const text of inPieces(answer)) {
      // Answered once it is on disk. Sending the same index again would change nothing.
      await ask(apiKey, 'POST', `${stream}/chunks`, { index: index++, text })
      process.stdout.write(text)
      await pause(paceMs)
    }
    await ask(apiKey, 'POST', `${stream}/complete`)
    process.stdout.write('\n')
    await writeIntoPage(apiKey, pageId, answer)
    console.log('Written into the page, and saved.')
  } catch (error) {
    if (error instanceof Refused && error.code === 'stream-cancelled') {
      console.log('\nSomebody on the page stopped the stream. So it stops.')
      return
    }
    const message = 'The assistant broke down.'
    await ask(apiKey, 'POST', `${stream}/fail`, { message }).catch(() => undefined)
    throw error
  }
}

/** Counts the page's words, as a tool that readers see at work. */
async function think(apiKey: string, pageId: string, stream: string): Promise<string> {
  const tool = { id: randomUUID(), name: 'Count words' }
  const report = (status: string, progress: number, note: string) =>
    ask(apiKey, 'POST', `${stream}/tools`, { ...tool, status, progress, note })
  await report('started', 0, 'Reading the page')
  const text = await ask<string>(apiKey, 'GET', `/api/pages/${pageId}/content?format=text`)
  const words = text.match(/[\p{L}\p{N}’'-]+/gu) ?? []
  await report('progressed', 0.5, `${words.length} words so far`)
  await pause(paceMs * 5)
  const longest = words.reduce((left, right) => (right.length > left.length ? right : left), '')
  await report('completed', 1, `${words.length} words`)
  return words.length === 0
    ? 'I looked at this page and found no words on it yet.'
    : `I looked at this page and counted ${words.length} words. The longest one is “${longest}”.`
}

/** Types a paragraph at the end of the page, over the stock provider, with a caret behind the last word. */
async function writeIntoPage(apiKey: string, pageId: string, text: string): Promise<void> {
  const websocketProvider = new HocuspocusProviderWebsocket({
    url: `${url.replace('http', 'ws')}/collaboration`,
    WebSocketPolyfill: WebSocket,
  })
  const provider = new HocuspocusProvider({
    websocketProvider,
    name: pageId,
    // Documents take tokens, not keys: a fresh one for each connection.
    token: async () =>
      (await ask<{ accessToken: string }>(apiKey, 'POST', '/api/auth/service-token')).accessToken,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      provider.on('synced', () => resolve())
      provider.on('authenticationFailed', ({ reason }: { reason: string }) => reject(new Error(reason)))
      provider.attach()
    })
    const line = new Y.XmlText()
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [line])
    provider.document.getXmlFragment('default').push([paragraph])
    for (const piece of inPieces(text)) {
      line.insert(line.length, piece)
      const caret = Y.createRelativePositionFromTypeIndex(line, line.length)
      // Name, colour and kind are the server's to say.
      provider.setAwarenessField('cursor', { anchor: caret, head: caret })
      await pause(paceMs)
    }
    while (provider.hasUnsyncedChanges) await pause(20)
  } finally {
    provider.destroy()
    websocketProvider.destroy()
  }
}

/** A text word by word, each with the space behind it. */
function inPieces(text: string): string[] {
  return text.match(/\S+\s*/g) ?? []
}

main().catch((error: unknown) => {
  console.error(error instanceof Refused ? error.message : error)
  process.exitCode = 1
})
