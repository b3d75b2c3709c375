import type { CDPSession, Page } from '@playwright/test'
import { createPage } from '../support/people.ts'
import { type BrowserHolds, countWhatIsHeld } from './count-held.ts'
import { expect, expectReady, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

declare const browserHolds: BrowserHolds

test.setTimeout(300_000)

const ROUNDS = 100
/** Opened before anything is counted: caches and code come with the first. */
const WARM_UP_ROUNDS = 10

test('D6 · a page that is opened and closed 100 times leaves no listener, no timer and no object', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  const other = await createPage(ann.person, 'Other')
  await page.addInitScript(countWhatIsHeld)
  const id = await openNewPage(ann)
  await textOf(page).click()
  await page.keyboard.type('some words')
  await expectSaved(page)
  const session = await page.context().newCDPSession(page)

  await goToAndFro(page, [other.id, id], WARM_UP_ROUNDS)
  await expectReady(page)
  const before = await count(page, session)
  await goToAndFro(page, [other.id, id], ROUNDS)
  await expectReady(page)
  // What is let go goes within moments: sockets close, and the collector comes round.
  await expect
    .poll(
      async () => {
        const after = await count(page, session)
        return Object.entries(after).filter(
          ([name, value]) => value > before[name as keyof Counted] + SLACK[name as keyof Counted],
        )
      },
      { timeout: 60_000 },
    )
    .toEqual([])
})

interface Counted {
  listeners: number
  timers: number
  browserListeners: number
  nodes: number
  documents: number
  sockets: number
}
/** How much more may be there by chance, such as a tooltip's timer; one thing left per round would be 100. */
const SLACK: Counted = { listeners: 3, timers: 5, browserListeners: 40, nodes: 80, documents: 0, sockets: 0 }

async function count(page: Page, session: CDPSession): Promise<Counted> {
  await session.send('HeapProfiler.collectGarbage')
  const { jsEventListeners, nodes } = await session.send('Memory.getDOMCounters')
  const held = await page.evaluate(() => ({ ...browserHolds }))
  const [documents, sockets] = [
    await countObjects(session, 'IDBDatabase'),
    await countObjects(session, 'WebSocket'),
  ]
  return { ...held, browserListeners: jsEventListeners, nodes, documents, sockets }
}

/** How many objects of a class of the browser's are alive. */
async function countObjects(session: CDPSession, name: string): Promise<number> {
  const group = 'counted'
  const prototype = await session.send('Runtime.evaluate', {
    expression: `${name}.prototype`,
    objectGroup: group,
  })
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: prototype.result.objectId ?? '',
    objectGroup: group,
  })
  const { result } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: 'function () { return this.length }',
    returnByValue: true,
  })
  await session.send('Runtime.releaseObjectGroup', { objectGroup: group })
  return Number(result.value)
}

/** Opens one page after the other as the list does, each until its text can be written in. */
async function goToAndFro(page: Page, ids: readonly string[], rounds: number): Promise<void> {
  await page.evaluate(
    async ({ ids, rounds }) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      for (let round = 0; round < rounds; round++) {
        const before = document.querySelector('.ProseMirror')
        history.pushState(null, '', `/pages/${ids[round % ids.length]}`)
        const deadline = performance.now() + 20_000
        for (;;) {
          const text = document.querySelector('.ProseMirror')
          if (text !== null && text !== before && text.getAttribute('contenteditable') === 'true') break
          if (performance.now() > deadline) throw new Error(`round ${round}: no text`)
          await frame()
        }
      }
    },
    { ids, rounds },
  )
}
