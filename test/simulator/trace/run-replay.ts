import { compareTexts } from '../compare.ts'
import { SimulatorError } from '../errors.ts'
import type { ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import { isPageEmpty, readPageText } from './page-text.ts'
import { type ComparedText, type ReplayReport, summarizeLatencies } from './replay-report.ts'
import { sendPlan } from './send-plan.ts'
import type { Trace } from './trace.ts'
import { type Author, connectAuthor } from './trace-author.ts'
import type { TracePlan } from './trace-plan.ts'

/** The edit that sets the page up is sent like all others, but is none of the trace's. */
const SETUP_EDITS = 1

export interface ReplayDeps {
  readonly file: string
  readonly trace: Trace
  readonly plan: TracePlan
  readonly server: ServerUnderTest
  readonly stallMs: number
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly onPage: (pageId: string) => void
  readonly onProgress: (acknowledgedCount: number) => void
}

/**
 * Replays a planned trace into a new page of a running server and compares what came of it. Finding a
 * difference is a result; throws a `SimulatorError` where the run could not be done.
 */
export async function runReplay(deps: ReplayDeps): Promise<ReplayReport> {
  const { trace, plan, server, stallMs } = deps
  const failure = new AbortController()
  const onFailure = (error: unknown): void => failure.abort(error)
  const authors: Author[] = []
  const title = `Replay of ${deps.file}`.replace(/\p{Cc}/gu, ' ')
  const workspace = await server.prepare([title.slice(0, 200)])
  try {
    const [pageId = ''] = workspace.pageIds
    deps.onPage(pageId)
    for (let agent = 0; agent < trace.agentCount; agent++) {
      const account = await workspace.admit(`Replay agent ${agent}`, 'editor')
      const serverUrl = server.url
      authors.push(await connectAuthor({ account, serverUrl, pageId, connectTimeoutMs: stallMs, onFailure }))
    }
    if (authors.some(({ document }) => !isPageEmpty(document))) {
      throw new SimulatorError(
        'server-refused',
        `The new page ${pageId} is not empty: there is nothing to compare.`,
      )
    }

    const { signal } = failure
    const outcome = await sendPlan({
      plan,
      links: authors,
      stallMs,
      signal,
      now: deps.now,
      onProgress: (count) => deps.onProgress(count - SETUP_EDITS),
    })
    if (outcome.kind === 'stalled') {
      throw new SimulatorError(
        'stalled',
        `Nothing moved for ${stallMs / 1000} s. Look into the server's log.\n${outcome.where}`,
      )
    }

    const texts = [
      ...authors.map(({ document }, agent) => compare(trace, `agent ${agent}`, readPageText(document))),
      compare(trace, 'the page read afresh', await readAfresh(workspace, pageId)),
    ]
    const isEqual = outcome.missing.length === 0 && texts.every(({ difference }) => difference === undefined)
    const transactions = trace.transactions.length
    return {
      outcome: isEqual ? 'equal' : 'different',
      file: deps.file,
      url: server.url.origin,
      pageId,
      agents: trace.agentCount,
      transactions,
      merges: trace.transactions.filter(({ parents }) => parents.length > 1).length,
      acknowledged: authors.reduce((sum, author) => sum + author.acknowledgedCount, 0) - SETUP_EDITS,
      disconnects: authors.reduce((sum, author) => sum + author.disconnects.length, 0),
      durationMs: outcome.durationMs,
      editsPerSecond: (transactions * 1000) / outcome.durationMs,
      ackLatencyMs: summarizeLatencies(outcome.ackLatenciesMs),
      missing: outcome.missing,
      texts,
    }
  } finally {
    for (const author of authors) author.close()
    workspace.close()
  }
}

async function readAfresh({ get, owner }: Workspace, pageId: string): Promise<string> {
  const answer = await get(owner, `/api/pages/${pageId}/content?format=text`)
  if (answer?.status === 200 && typeof answer.body === 'string') return answer.body
  throw new SimulatorError(
    'server-refused',
    `The page could not be read over HTTP (${answer === null ? 'there is no such interface' : answer.status}).`,
  )
}

function compare({ endContent }: Trace, who: string, text: string): ComparedText {
  const difference = compareTexts(endContent, text)
  return difference === undefined ? { who, text } : { who, text, difference }
}
