import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DocumentClient, openDocument } from '../support/document-client.ts'
import { addMember, createPage, type Person, readText, register } from '../support/people.ts'
import { scale } from '../support/proof-scale.ts'
import { createServerProcess, type ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const KILLS = scale(4, 10)
/** How long the two type before the next kill, ms: anywhere between these. */
const SHORTEST_TYPING_MS = 100
const LONGEST_TYPING_MS = 500
const KEYSTROKE_MS = 7

let server: ServerProcess
let ann: Person
let bob: Person

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
  ann = await register(server.url, 'Ann')
  bob = await register(server.url, 'Bob')
  await addMember(ann, bob, 'editor')
})
afterAll(() => server.remove())

/** Somebody who types numbered marks without a pause, and keeps account of what the server promised. */
function createTypist(person: Person, pageId: string) {
  const name = person.session.user.name
  const client: DocumentClient = openDocument(server.url, pageId, person.session.accessToken)
  const acknowledged = new Set<string>()
  const seen = new Set<string>()
  const waiting: string[] = []
  let count = 0
  let timer: NodeJS.Timeout | undefined

  client.onSaved(() => {
    for (const mark of waiting.splice(0)) acknowledged.add(mark)
  })
  client.doc.on('update', () => {
    for (const mark of client.paragraphs()) if (!mark.startsWith(name)) seen.add(mark)
  })
  return {
    client,
    acknowledged,
    seen,
    type() {
      timer = setInterval(() => {
        const mark = `${name} ${count++}`
        // First on the list: the acknowledgement must not come before the mark is waited for.
        waiting.push(mark)
        client.write(mark)
      }, KEYSTROKE_MS)
    },
    pause: () => clearInterval(timer),
    hangUp: () => client.provider.configuration.websocketProvider.disconnect(),
    comeBack: () => void client.provider.configuration.websocketProvider.connect(),
    count: () => count,
  }
}

/** Starts the ended server; everything it had promised must be there before anybody is back who could bring it again. */
async function startAgainAndCompare(
  pageId: string,
  typists: readonly ReturnType<typeof createTypist>[],
): Promise<void> {
  const promised = typists.flatMap(({ acknowledged, seen }) => [...acknowledged, ...seen])
  for (const typist of typists) {
    typist.hangUp()
    typist.pause()
  }
  await server.start()
  const kept = new Set((await readText(ann, pageId)).split('\n'))
  expect(promised.filter((mark) => !kept.has(mark))).toEqual([])
  for (const typist of typists) typist.comeBack()
  await Promise.all(typists.map(({ client }) => client.saved()))
}

test('D2 · kills while two people type lose nothing that was acknowledged or seen', async () => {
  const page = await createPage(ann)
  const typists = [createTypist(ann, page.id), createTypist(bob, page.id)]
  await Promise.all(typists.map(({ client }) => client.synced()))

  for (let kill = 0; kill < KILLS; kill++) {
    for (const typist of typists) typist.type()
    const typingMs = SHORTEST_TYPING_MS + Math.random() * (LONGEST_TYPING_MS - SHORTEST_TYPING_MS)
    const before = typists.map(({ acknowledged }) => acknowledged.size)
    await until(() => typists.every(({ acknowledged }, index) => acknowledged.size > (before[index] ?? 0)))
    await new Promise((resolve) => setTimeout(resolve, typingMs))
    await server.kill()
    await startAgainAndCompare(page.id, typists)
  }

  const total = typists.reduce((sum, typist) => sum + typist.count(), 0)
  await Promise.all(typists.map(({ client }) => client.until(() => client.paragraphs().length === total)))
  const text = (await readText(ann, page.id)).split('\n')
  expect(text).toHaveLength(total)
  expect(new Set(text).size).toBe(total)
  for (const { client } of typists) expect(client.paragraphs()).toEqual(text)
  for (const { client } of typists) client.close()
}, 120_000)

test('V2 · a stop while two people type saves and acknowledges what has come in', async () => {
  const page = await createPage(ann)
  const typists = [createTypist(ann, page.id), createTypist(bob, page.id)]
  await Promise.all(typists.map(({ client }) => client.synced()))
  for (const typist of typists) typist.type()
  await until(() => typists.every(({ acknowledged }) => acknowledged.size > 10))
  const code = await server.stop()
  expect(code).toBe(0)
  await startAgainAndCompare(page.id, typists)
  const total = typists.reduce((sum, typist) => sum + typist.count(), 0)
  expect((await readText(ann, page.id)).split('\n')).toHaveLength(total)
  for (const { client } of typists) client.close()
}, 60_000)
