import * as fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createInlineFolder } from '../../server/documents/fold.ts'
import { loadPage } from '../../server/documents/load-page.ts'
import { createSnapshotStore, type SnapshotStore } from '../../server/documents/snapshot-store.ts'
import { createSnapshots, type Snapshots } from '../../server/documents/snapshots.ts'
import { writeSnapshot } from '../../server/documents/write-snapshot.ts'
import { createStoredPages, type StoredPages, textOf, typeLetters } from '../support/stored-pages.ts'

let pages: StoredPages
let store: SnapshotStore

beforeAll(async () => {
  pages = await createStoredPages()
  store = createSnapshotStore(pages.database)
})
afterAll(() => pages.close())

const snapshot = (pageId: string) =>
  writeSnapshot({ store, folder: createInlineFolder(), signal: new AbortController().signal }, pageId)

async function createSnapshottedPage() {
  const pageId = await pages.create()
  const doc = new Y.Doc()
  await pages.append(pageId, typeLetters(doc, 20))
  await snapshot(pageId)
  await pages.append(pageId, typeLetters(doc, 5))
  return { pageId, text: textOf(doc) }
}

/** What can be wrong with a snapshot, and how to do it. */
const damages: [what: string, damage: string][] = [
  ['has changed on disk', `state = set_byte(state, 10, 255 - get_byte(state, 10))`],
  [
    'has one letter changed on disk',
    `state = overlay(state PLACING 'X'::bytea FROM position('e'::bytea IN state) FOR 1)`,
  ],
  ['is empty', `state = ''`],
  ['does not decode, though its digest fits', `state = '\\x0102030405', digest = sha256('\\x0102030405')`],
  ['was never verified', `state = '\\x0000', digest = sha256('\\x0000'), verified_at = NULL`],
]

describe('a page whose snapshot is damaged', () => {
  test.each(damages)('D4 · because it %s opens from the whole log', async (_what, damage) => {
    const { pageId, text } = await createSnapshottedPage()
    await pages.query(`UPDATE document_snapshots SET ${damage} WHERE page_id = $1`, [pageId])
    expect(await pages.readText(pageId)).toBe(text)
  })

  test.each(damages)('D4 · because it %s is refused when rows were trimmed', async (_what, damage) => {
    const { pageId } = await createSnapshottedPage()
    expect(await store.trim(pageId, 0)).toBe(20)
    await pages.query(`UPDATE document_snapshots SET ${damage} WHERE page_id = $1`, [pageId])
    await expect(pages.readText(pageId)).rejects.toMatchObject({ code: 'page-unreadable' })
    expect(await pages.seqs(pageId)).toEqual([21, 22, 23, 24, 25])
  })

  const noticed = damages.filter(([what]) => !what.startsWith('does not decode'))
  test.each(noticed)('D6 · because it %s lets no row go', async (_what, damage) => {
    const { pageId } = await createSnapshottedPage()
    await pages.query(`UPDATE document_snapshots SET ${damage} WHERE page_id = $1`, [pageId])
    expect(await store.trim(pageId, 0)).toBe(0)
    expect(await pages.seqs(pageId)).toHaveLength(25)
  })
})

describe('a large page', () => {
  /** 40 KB in a snapshot and five rows behind it. */
  async function createLargePage() {
    const pageId = await pages.create()
    const doc = new Y.Doc()
    await pages.write(pageId, doc, () => doc.getText('text').insert(0, 'word '.repeat(8_000)))
    await snapshot(pageId)
    await pages.append(pageId, typeLetters(doc, 5))
    return { pageId, text: textOf(doc) }
  }

  /** What is given out before the page is folded, and what comes out of that. */
  async function load(pageId: string) {
    const early: string[] = []
    const doc = new Y.Doc()
    const heard: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => heard.push(update))
    await loadPage(pages.log, pageId, doc, async (state) => {
      const client = new Y.Doc()
      Y.applyUpdate(client, state)
      early.push(textOf(client))
    })
    const text = textOf(doc)
    // Loading is no update that anybody should be told of; what comes afterwards is.
    expect(heard).toEqual([])
    doc.getText('text').insert(0, 'a')
    expect(heard).toHaveLength(1)
    return { early, text }
  }

  test('D4 · is given out before it is folded, with every row behind its snapshot', async () => {
    const { pageId, text } = await createLargePage()
    expect(await load(pageId)).toEqual({ early: [text], text })
  })

  test.each(damages)('D4 · is not given out unfolded when its snapshot %s', async (_what, damage) => {
    const { pageId, text } = await createLargePage()
    await pages.query(`UPDATE document_snapshots SET ${damage} WHERE page_id = $1`, [pageId])
    expect(await load(pageId)).toEqual({ early: [], text })
  })

  const brokenTails: [what: string, statement: string][] = [
    ['is missing', 'DELETE FROM document_updates WHERE page_id = $1 AND seq = 3'],
    [
      'does not decode',
      `UPDATE document_updates SET update = '\\x0102030405' WHERE page_id = $1 AND seq = 3`,
    ],
  ]
  test.each(brokenTails)('D4 · is neither given out nor opened when a row %s', async (_what, statement) => {
    const { pageId } = await createLargePage()
    await pages.query(statement, [pageId])
    let isGivenOut = false
    const opening = async () => {
      isGivenOut = true
    }
    await expect(loadPage(pages.log, pageId, new Y.Doc(), opening)).rejects.toMatchObject({
      code: 'page-unreadable',
    })
    expect(isGivenOut).toBe(false)
  })
})

describe('trimming', () => {
  test('D6 · takes only what is past the retention and covered', async () => {
    const { pageId, text } = await createSnapshottedPage()
    expect(await store.trim(pageId, 30)).toBe(0)
    await pages.age(pageId, 7, 31)
    await pages.age(pageId, 3, 29)
    // Rows 1 to 3 are younger than 4 to 7: what is left must begin somewhere and have no hole.
    expect(await store.trim(pageId, 30)).toBe(0)
    await pages.age(pageId, 7, 31)
    expect(await store.trim(pageId, 30)).toBe(7)
    expect(await pages.seqs(pageId)).toEqual(Array.from({ length: 18 }, (_, index) => index + 8))
    await pages.age(pageId, 25, 31)
    expect(await store.trim(pageId, 30)).toBe(13)
    expect(await pages.seqs(pageId)).toEqual([21, 22, 23, 24, 25])
    expect(await pages.readText(pageId)).toBe(text)
  })

  test('D6 · reaches a short tail that nobody writes to any more, by the sweep', async () => {
    const pageId = await pages.create()
    const doc = new Y.Doc()
    await pages.append(pageId, typeLetters(doc, 10))
    await pages.age(pageId, 10, 31)
    const folder = { ...createInlineFolder(), close: async () => undefined }
    const snapshots: Snapshots = createSnapshots({
      ...{ store, folder, retentionDays: 30, thinVersions: async () => 0, logger: pino({ level: 'silent' }) },
    })
    snapshots.sweep()
    await snapshots.settled()
    await snapshots.close()
    expect(await pages.seqs(pageId)).toEqual([])
    expect(await pages.readText(pageId)).toBe(textOf(doc))
  })

  test('D6 · never loses anything, whatever the order of edits, snapshots, trims and reloads', async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('write' as const), author: fc.nat(2), at: fc.nat() }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('delete' as const), author: fc.nat(2), at: fc.nat() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('format' as const), author: fc.nat(2), at: fc.nat() }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('meet' as const), author: fc.nat(2), at: fc.nat() }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('snapshot' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('age' as const), at: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('trim' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const pageId = await pages.create()
        const authors = [new Y.Doc(), new Y.Doc(), new Y.Doc()]
        const all = new Y.Doc()
        for (const author of authors) author.on('update', (update: Uint8Array) => Y.applyUpdate(all, update))
        const change = (index: number, work: (text: Y.Text) => void) => {
          const doc = authors[index] as Y.Doc
          return pages.write(pageId, doc, () => work(doc.getText('text')))
        }
        for (const taken of steps) {
          switch (taken.do) {
            case 'write':
              await change(taken.author, (text) =>
                text.insert(taken.at % (text.length + 1), `word ${taken.at} `),
              )
              break
            case 'delete':
              await change(taken.author, (text) => {
                if (text.length > 0) text.delete(taken.at % text.length, 1)
              })
              break
            case 'format':
              await change(taken.author, (text) => {
                if (text.length > 0)
                  text.format(taken.at % text.length, 1, { bold: taken.at % 2 === 0 || null })
              })
              break
            case 'meet': {
              // Not written again: the others' updates are in the log already.
              const other = authors[taken.at % 3] as Y.Doc
              Y.applyUpdate(authors[taken.author] as Y.Doc, Y.encodeStateAsUpdate(other))
              break
            }
            case 'snapshot':
              await snapshot(pageId)
              break
            case 'age':
              await pages.age(pageId, taken.at % 40, 31)
              break
            case 'trim':
              await store.trim(pageId, 30)
              break
            case 'reload':
              expect(await pages.readText(pageId)).toBe(textOf(all))
          }
        }
        const seqs = await pages.seqs(pageId)
        const head = Number(
          (await pages.query('SELECT seq FROM documents WHERE page_id = $1', [pageId]))[0]?.['seq'],
        )
        expect(seqs).toEqual(
          Array.from({ length: seqs.length }, (_, index) => head - seqs.length + index + 1),
        )
        expect(await pages.readText(pageId)).toBe(textOf(all))
      }),
      { numRuns: 40 },
    )
  })
})
