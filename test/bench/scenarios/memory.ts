import { type BenchPage, hasDocuments, type RunningPeer } from '../peer.ts'
import type { Scenario } from '../scenario.ts'

/** Opened before anything is counted, so that what is there once for all pages does not count. */
const WARM_UP_PAGES = 100
const PAGES = 300
const CONNECTIONS = 500
const PEOPLE = 20
/** What is typed on each page: about a line. */
const EDITS_PER_PAGE = 50
const EDITS_PER_SECOND = 5_000
/** Until what opening a page left behind is done and gone, ms. */
const SETTLE_MS = 3_000

/** How much a server holds for what is open. */
export const memory: Scenario = {
  name: 'memory',
  title: `${PAGES} pages opened, a line typed on each, then ${CONNECTIONS} more connections to one of them`,
  baseline: 'hocuspocus-memory',
  figures: [
    {
      name: 'perPage',
      unit: 'KiB',
      title: 'held per open page, with its one connection',
      goal: { atMost: 1 },
    },
    { name: 'perConnection', unit: 'KiB', title: 'held per further connection', goal: { atMost: 1 } },
    { name: 'rss', unit: 'MiB', title: 'resident at the end' },
  ],
  isFor: hasDocuments,

  async measure(bench) {
    const server = await bench.startServer()
    const pages = await server.createPages(WARM_UP_PAGES + PAGES, PEOPLE)
    const load = bench.startLoad()
    const open = async (opened: readonly BenchPage[]) => {
      const visitors = opened.map(({ pageId, tokens }, index) => ({
        ...{ pageId, token: tokens[index % PEOPLE] ?? '', writes: true, observes: index === 0 },
      }))
      await load.ask('join', { url: server.socketUrl, visitors, inBatches: false })
    }

    await open(pages.slice(0, WARM_UP_PAGES))
    const type = (edits: number) =>
      load.ask('type', {
        editsPerSecond: EDITS_PER_SECOND,
        seconds: edits / EDITS_PER_SECOND,
        withCarets: false,
      })
    await type(WARM_UP_PAGES * EDITS_PER_PAGE)
    const before = await readHeld(server)

    await open(pages.slice(WARM_UP_PAGES))
    // In turn with those that were there: each page gets its line, the first ones a second.
    await type(pages.length * EDITS_PER_PAGE)
    const withPages = await readHeld(server)

    const crowded = pages[0] as BenchPage
    await load.ask('join', {
      url: server.socketUrl,
      inBatches: false,
      visitors: Array.from({ length: CONNECTIONS }, (_, index) => ({
        pageId: crowded.pageId,
        token: crowded.tokens[index % PEOPLE] ?? '',
        ...{ writes: false, observes: false },
      })),
    })
    const withConnections = await readHeld(server)
    return {
      perPage: (withPages.heldBytes - before.heldBytes) / PAGES / 1024,
      perConnection: (withConnections.heldBytes - withPages.heldBytes) / CONNECTIONS / 1024,
      rss: withConnections.rssBytes / 1024 / 1024,
    }
  },
}

async function readHeld(server: RunningPeer) {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return server.process.ask('memory')
}
