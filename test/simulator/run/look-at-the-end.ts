import type { Client } from '../clients/client.ts'
import { lookAtPage } from '../clients/look-at-page.ts'
import { lookAtPresence } from '../clients/look-at-presence.ts'
import type { Network } from '../network/network.ts'
import { readPageState } from '../page-state.ts'
import type { SimulationPlan } from '../plan.ts'
import type { ClientEnding, Ms, PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import { readSeq } from './read-seq.ts'
import { sampleWhenBack } from './sample-resources.ts'

/** How many states of the past are read back of each page. */
const PAST_READINGS = 12

interface EndDeps {
  readonly plan: SimulationPlan
  readonly server: ServerUnderTest
  readonly workspace: Workspace
  readonly network: Network
  readonly clients: readonly Client[]
  readonly recorder: Recorder
}

/**
 * Writes down what everybody holds, lets all of them leave, and looks at what is left on the server. `cutAt` is the
 * moment at which it was quiet.
 */
export async function lookAtTheEnd(deps: EndDeps, cutAt: Ms): Promise<void> {
  const { plan, server, workspace, network, clients, recorder } = deps
  const endings = recorder.pages.map((_page, page) => endingsOf(clients, page))
  // Where connections lead nowhere, half of the people leave like that: the server has to find out by itself.
  if (plan.faults.some(({ kind }) => kind === 'half-open'))
    for (const [place, { line }] of clients.entries()) if (place % 2 === 0) line.halfOpen()
  for (const client of clients) client.close()
  network.blockAll()
  for (const reading of await lookAtPresence(server, workspace.observer, recorder.pages))
    recorder.presence(reading)
  await sampleWhenBack(deps)
  // The page is read from the database, not from the memory of a server that has had it open all along.
  if (server.control !== null) {
    await server.control.kill()
    await server.control.start()
  }
  for (const [page, { id }] of recorder.pages.entries())
    await lookAtWhatIsLeft(deps, page, id, endings[page] ?? [], cutAt)
}

function endingsOf(clients: readonly Client[], page: PageIndex): ClientEnding[] {
  return clients
    .filter(({ pages }) => pages.includes(page))
    .map((client) => {
      const { doc, unacknowledged, isOpen, mayWrite } = client.page(page)
      return {
        ...{ client: client.index, state: readPageState(doc), mayWrite },
        unacknowledged: unacknowledged.size,
        isConnected: isOpen,
      }
    })
}

/** What a fresh client, HTTP and the past say of one page when nobody is there any more. */
async function lookAtWhatIsLeft(
  deps: EndDeps,
  page: PageIndex,
  id: string,
  clients: readonly ClientEnding[],
  cutAt: Ms,
): Promise<void> {
  const { server, workspace, recorder } = deps
  const look = await lookAtPage(server, workspace.observer, id)
  recorder.checkpoint({ page, reason: 'at the end', cutAt, state: look.state, failure: look.failure })
  const content = await workspace.readContent(id, null).catch(() => null)
  recorder.ending({
    ...{ page, clients },
    fresh: look.doc === null ? null : readPageState(look.doc),
    http: content?.marks == null || content.seq === null ? null : { seq: content.seq, marks: content.marks },
  })
  look.doc?.destroy()
  await readPast(deps, page, id, content?.seq ?? null)
  for (const path of [`/api/pages/${id}`, `/api/pages/${id}/messages`]) {
    const answer = await readWhole(workspace, path).catch(() => null)
    if (answer !== null) recorder.restReading({ client: null, path, reason: 'at the end', ...answer })
  }
}

/** Every `seq` up to the newest can be asked for, and its states follow one another. */
async function readPast(deps: EndDeps, page: PageIndex, id: string, newest: number | null): Promise<void> {
  if (newest === null) return
  const chosen = new Set(
    Array.from({ length: Math.min(PAST_READINGS, newest) }, (_, index) =>
      Math.max(1, Math.round(((index + 1) * newest) / Math.min(PAST_READINGS, newest))),
    ),
  )
  for (const at of chosen) await readSeq(deps, page, id, at)
}

/** What a GET in the owner's name answers; of a list all of its parts in one. */
async function readWhole({ get, owner }: Workspace, path: string) {
  const first = await get(owner, path)
  if (first === null || first.status !== 200) return first
  let { items, nextCursor } = first.body as { items?: unknown[]; nextCursor?: number }
  if (items === undefined) return first
  while (nextCursor !== undefined) {
    const next = await get(owner, `${path}?before=${nextCursor}`)
    if (next?.status !== 200) return next
    const part = next.body as { items: unknown[]; nextCursor?: number }
    items = [...items, ...part.items]
    nextCursor = part.nextCursor
  }
  return { status: 200, body: { items } }
}
