import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { BenchHost, BenchTarget } from '../../pages/pages.ts'
import { type BenchBrowser, startBrowser } from '../editor/browser.ts'
import { hold, LAST_WORDS, makePages, makeStateOf } from '../editor/long-page.ts'
import type { RunningPeer } from '../peer.ts'
import { type Bench, type Figures, GeneratorBusyError, type Scenario } from '../scenario.ts'
import { computeMedian, computePercentile } from '../statistics.ts'

const PRINTED_PAGES = 50
const TYPISTS = 20
/** Of all typists together: three keys a second each. */
const EDITS_PER_SECOND = 60
/** A load counts as sent if at least this share of the pace was kept. */
const KEPT_PACE = 0.9
/** Between two keys, ms, on average: about 100 words a minute. */
const KEY_DELAY_MS = 110
/** A key may come at any moment between two frames, which are so far apart, ms: a hand knows nothing of them. */
const FRAME_MS = 1000 / 60
/** Its multiples lie evenly between whole numbers. */
const GOLDEN = (1 + Math.sqrt(5)) / 2
const WARM_UP_KEYS = 10
const STATE_BYTES = 500_000
const OPENINGS = 4

/** In the browser: our component, and a bare TipTap with the stock provider at the stock server. */
export const editor: Scenario = {
  name: 'editor',
  title: `in the browser: a page of ${PRINTED_PAGES} printed pages on which ${TYPISTS} people type, and a state of ${STATE_BYTES / 1000} kB`,
  baseline: 'hocuspocus-memory',
  figures: [
    { name: 'keyP50', unit: 'ms', title: 'from a key to its paint, median', goal: { atMost: 1.1 } },
    { name: 'keyP95', unit: 'ms', title: 'from a key to its paint, p95', goal: { atMost: 1.1 } },
    { name: 'open', unit: 'ms', title: 'opening the state, until its end is painted', goal: { atMost: 1.1 } },
  ],
  isFor: ({ name }) => name === 'copydesk' || name === 'hocuspocus-memory',

  async measure(bench) {
    const server = await bench.startServer()
    const browser = await startBrowser()
    try {
      return {
        ...(await measureTyping(bench, server, browser)),
        ...(await measureOpening(bench, server, browser)),
      }
    } finally {
      await browser.close()
    }
  },
}

async function measureTyping(bench: Bench, server: RunningPeer, browser: BenchBrowser): Promise<Figures> {
  const [page] = await server.createPages(1, TYPISTS + 1)
  if (page === undefined) throw new Error('no page was made')
  const [token = '', ...others] = page.tokens
  const leave = await hold(server.socketUrl, page.pageId, token, makePages(PRINTED_PAGES))
  const load = bench.startLoad()
  await load.ask('join', {
    url: server.socketUrl,
    visitors: others.map((other) => ({ pageId: page.pageId, token: other, writes: true, observes: false })),
    inBatches: true,
  })
  const seconds = bench.options.seconds * 2
  const window = await browser.openWindow(toUrl(server))
  await window.evaluate(open, { target: toTarget(bench, server, page.pageId, token), lastWords: LAST_WORDS })
  const middle = window.locator('.ProseMirror').getByText(`${PRINTED_PAGES >> 1}.4 `)
  await middle.click()
  await window.keyboard.press('End')

  const keys = Math.round((seconds * 1000) / KEY_DELAY_MS)
  const type = async () => {
    await typeByHand(window, 'x'.repeat(WARM_UP_KEYS))
    await window.evaluate(() => (globalThis as unknown as { bench: BenchHost }).bench.watchKeys())
    await typeByHand(window, 'typing '.repeat(keys).slice(0, keys))
  }
  const [typing] = await Promise.all([
    load.ask('type', { editsPerSecond: EDITS_PER_SECOND, seconds: seconds * 1.5, withCarets: true }),
    type(),
  ])
  if (typing.sentPerSecond < KEPT_PACE * EDITS_PER_SECOND)
    throw new GeneratorBusyError(`the typists managed ${typing.sentPerSecond.toFixed(0)} edits/s`)
  const times = await window.evaluate(() => [...(globalThis as unknown as { bench: BenchHost }).bench.keyMs])
  if (times.length < keys) throw new Error(`only ${times.length} of ${keys} keys were painted`)
  await load.close()
  leave()
  await window.context().close()
  return { keyP50: computePercentile(times, 0.5), keyP95: computePercentile(times, 0.95) }
}

/**
 * Presses keys at moments that have nothing to do with the browser's frames. Were each sent when the last is let go, they would
 * come right behind a frame: the sooner that is done, the longer they would wait for the next.
 */
async function typeByHand({ keyboard }: Page, words: string): Promise<void> {
  for (const [nr, letter] of [...words].entries()) {
    await keyboard.press(letter === ' ' ? 'Space' : letter)
    await sleep(KEY_DELAY_MS + (((nr * GOLDEN) % 1) - 0.5) * FRAME_MS)
  }
}

async function measureOpening(bench: Bench, server: RunningPeer, browser: BenchBrowser): Promise<Figures> {
  const [page] = await server.createPages(1, 1)
  if (page === undefined) throw new Error('no page was made')
  const token = page.tokens[0] ?? ''
  const leave = await hold(server.socketUrl, page.pageId, token, makeStateOf(STATE_BYTES))
  const times: number[] = []
  for (let count = 0; count < OPENINGS; count++) {
    const window = await browser.openWindow(toUrl(server))
    const target = toTarget(bench, server, page.pageId, token)
    times.push(await window.evaluate(open, { target, lastWords: LAST_WORDS }))
    await window.context().close()
  }
  leave()
  // The first finds the server cold.
  return { open: computeMedian(times.slice(1)) }
}

/** Runs in the browser. */
function open({ target, lastWords }: { target: BenchTarget; lastWords: string }): Promise<number> {
  return (globalThis as unknown as { bench: BenchHost }).bench.open(target, lastWords)
}

function toTarget(bench: Bench, server: RunningPeer, pageId: string, token: string): BenchTarget {
  return bench.peer.name === 'copydesk'
    ? { kind: 'component', url: toUrl(server), pageId, token }
    : { kind: 'bare', url: server.socketUrl, pageId, token }
}

const toUrl = ({ process }: RunningPeer): string => `http://127.0.0.1:${process.port}`
