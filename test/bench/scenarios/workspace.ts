import { Agent, request } from 'node:http'
import { firstDrive, register } from '../../support/people.ts'
import { measureCpu } from '../measure-cpu.ts'
import { fillDrive } from '../peers/stored-pages.ts'
import type { Scenario } from '../scenario.ts'
import { computePercentile } from '../statistics.ts'

const PAGES = 9_999
/** What the issue of the workspace asks for, ms, at the median. */
const TREE_TARGET_MS = 100
const SEARCH_TARGET_MS = 50
const WARM_UP = 30
const REPEATS = 100

/** What people look for, one after the other. */
const QUERIES: readonly ((nr: number) => string)[] = [
  // A rare word, two words, a beginning that is everywhere, a title, a mistyped word.
  (nr) => `word${4_000 + nr}`,
  (nr) => `word${100 + nr} word${200 + nr}`,
  () => 'wor',
  (nr) => `usual title ${nr + 1}`,
  (nr) => `wrod${4_000 + nr}`,
]

/** Listing and searching a large drive, one request after the other, over HTTP. */
export const workspace: Scenario = {
  name: 'workspace',
  title: `a drive of ${PAGES} pages: its tree listed, its pages searched`,
  baseline: 'itself',
  figures: [
    { name: 'treeP50', unit: 'ms', title: 'the whole tree, median' },
    { name: 'treeP99', unit: 'ms', title: 'the whole tree, p99' },
    { name: 'treeCpu', unit: 'ms', title: 'server CPU for the whole tree' },
    { name: 'treePostgresCpu', unit: 'ms', title: 'PostgreSQL CPU for the whole tree' },
    { name: 'childrenP50', unit: 'ms', title: 'the pages at the top, median' },
    { name: 'unchangedP50', unit: 'ms', title: 'the tree answered with 304, median' },
    { name: 'searchP50', unit: 'ms', title: 'a search, median' },
    { name: 'searchP99', unit: 'ms', title: 'a search, p99' },
    {
      name: 'tree',
      unit: `of ${TREE_TARGET_MS} ms`,
      title: 'the whole tree, median',
      goal: { atMost: 1 },
    },
    { name: 'search', unit: `of ${SEARCH_TARGET_MS} ms`, title: 'a search, median', goal: { atMost: 1 } },
  ],
  isFor: (peer) => peer.name === 'copydesk',

  async measure(bench) {
    const server = await bench.startServer()
    const url = `http://127.0.0.1:${server.process.port}`
    const owner = await register(url, 'Owner')
    const drive = await firstDrive(owner)
    await fillDrive(server.databaseUrl ?? '', drive.id, PAGES)
    const agent = new Agent({ keepAlive: true })
    const ask = (path: string, headers: Record<string, string> = {}) =>
      get(agent, url + path, { authorization: `Bearer ${owner.session.accessToken}`, ...headers })
    const repeat = async (count: number, once: (nr: number) => Promise<Answer>): Promise<number[]> => {
      const times: number[] = []
      for (let nr = 0; nr < count; nr++) {
        const startedAt = performance.now()
        const { status } = await once(nr)
        times.push(performance.now() - startedAt)
        if (status !== 200 && status !== 304) throw new Error(`a request was answered ${status}`)
      }
      return times
    }

    const path = `/api/drives/${drive.id}/pages`
    const list = () => ask(path)
    const search = (nr: number) => {
      const query = QUERIES[nr % QUERIES.length]?.(Math.floor(nr / QUERIES.length)) ?? ''
      return ask(`/api/search?q=${encodeURIComponent(query)}`)
    }
    await repeat(WARM_UP, list)
    await repeat(WARM_UP, search)
    const { result: tree, cpu } = await measureCpu(bench, server, () => repeat(REPEATS, list))
    const { etag } = await list()
    const unchanged = await repeat(REPEATS, () => ask(path, { 'if-none-match': etag }))
    const children = await repeat(REPEATS, () => ask(`${path}?parentId=root`))
    const searches = await repeat(REPEATS, search)
    agent.destroy()
    const [treeP50, searchP50] = [computePercentile(tree, 0.5), computePercentile(searches, 0.5)]
    return {
      ...{ treeP50, searchP50 },
      treeP99: computePercentile(tree, 0.99),
      treeCpu: cpu.serverMs / REPEATS,
      treePostgresCpu: cpu.postgresMs / REPEATS,
      childrenP50: computePercentile(children, 0.5),
      unchangedP50: computePercentile(unchanged, 0.5),
      searchP99: computePercentile(searches, 0.99),
      tree: treeP50 / TREE_TARGET_MS,
      search: searchP50 / SEARCH_TARGET_MS,
    }
  },
}

interface Answer {
  readonly status: number
  readonly etag: string
}

/** Asks, and waits for the last byte. */
function get(agent: Agent, url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers }, (response) => {
      response.resume()
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, etag: response.headers.etag ?? '' }),
      )
    })
    asked.once('error', reject)
    asked.end()
  })
}
