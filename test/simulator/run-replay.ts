import { driveSchema, memberSchema } from '../../shared/api/drives.ts'
import { pageWithRoleSchema } from '../../shared/api/pages.ts'
import { type Account, registerAccount } from './account.ts'
import { type Author, connectAuthor } from './author.ts'
import { compareTexts } from './compare.ts'
import { SimulatorError } from './errors.ts'
import { isPageEmpty, readPageText } from './page-text.ts'
import { type ComparedText, type ReplayReport, summarizeLatencies } from './report.ts'
import { createRest, type Rest } from './rest.ts'
import { sendPlan } from './send-plan.ts'
import type { Trace } from './trace.ts'
import type { TracePlan } from './trace-plan.ts'

/** The edit that sets the page up is sent like all others, but is none of the trace's. */
const SETUP_EDITS = 1

export interface ReplayDeps {
  readonly file: string
  readonly trace: Trace
  readonly plan: TracePlan
  readonly serverUrl: URL
  readonly stallMs: number
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly onPage: (pageId: string) => void
  readonly onRateLimited: (waitMs: number) => void
  readonly onProgress: (acknowledgedCount: number) => void
}

/**
 * Replays a planned trace into a new page of a running server and compares what came of it. Finding a
 * difference is a result; throws a `SimulatorError` where the run could not be done.
 */
export async function runReplay(deps: ReplayDeps): Promise<ReplayReport> {
  const { trace, plan, serverUrl, stallMs } = deps
  const rest = createRest({ baseUrl: serverUrl, onRateLimited: deps.onRateLimited })
  const failure = new AbortController()
  const onFailure = (error: unknown): void => failure.abort(error)
  const accounts: Account[] = []
  const authors: Author[] = []
  try {
    for (let agent = 0; agent < trace.agentCount; agent++) {
      accounts.push(await registerAccount({ rest, name: `Replay agent ${agent}`, onFailure }))
    }
    const pageId = await createSharedPage(rest, accounts, deps.file)
    deps.onPage(pageId)
    for (const account of accounts) {
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
        `Nothing moved for ${stallMs / 1000} s. Look into the server's log; --timeout allows for more.\n${outcome.where}`,
      )
    }

    const texts = [
      ...authors.map(({ document }, agent) => compare(trace, `agent ${agent}`, readPageText(document))),
      compare(trace, 'the page read afresh', await readAfresh(rest, accounts, pageId)),
    ]
    const isEqual = outcome.missing.length === 0 && texts.every(({ difference }) => difference === undefined)
    const transactions = trace.transactions.length
    return {
      outcome: isEqual ? 'equal' : 'different',
      file: deps.file,
      url: serverUrl.origin,
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
    for (const account of accounts) account.close()
  }
}

/** A page of a new drive of the first author, with everybody else as editor. */
async function createSharedPage(rest: Rest, accounts: readonly Account[], file: string): Promise<string> {
  const [owner, ...others] = accounts as [Account, ...Account[]]
  const accessToken = owner.accessToken()
  const title = `Replay of ${file}`.replace(/\p{Cc}/gu, ' ')
  const drive = await rest.json(
    { method: 'POST', path: '/api/drives', accessToken, body: { name: title.slice(0, 80) } },
    driveSchema,
  )
  const drivePath = `/api/drives/${drive.value.id}`
  for (const { email } of others) {
    const body = { email, role: 'editor' }
    await rest.json({ method: 'POST', path: `${drivePath}/members`, accessToken, body }, memberSchema)
  }
  const body = { title: title.slice(0, 200) }
  const page = await rest.json(
    { method: 'POST', path: `${drivePath}/pages`, accessToken, body },
    pageWithRoleSchema,
  )
  return page.value.id
}

async function readAfresh(rest: Rest, [owner]: readonly Account[], pageId: string): Promise<string> {
  const accessToken = owner?.accessToken() ?? ''
  return rest.text({ method: 'GET', path: `/api/pages/${pageId}/content?format=text`, accessToken })
}

function compare({ endContent }: Trace, who: string, text: string): ComparedText {
  const difference = compareTexts(endContent, text)
  return difference === undefined ? { who } : { who, difference }
}
