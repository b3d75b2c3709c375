import type { Client } from '../clients/client.ts'
import { REVOCATION_DEADLINE_MS } from '../permissions.ts'
import type { PlannedRightsChange } from '../plan.ts'
import type { Random } from '../random.ts'
import type { PageIndex, RightsChange } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Workspace } from '../world/server-under-test.ts'

/**
 * By which way rights change. `role`: a member becomes a viewer, or an editor again. `grant`: a member is taken out
 * of the drive, and from then on has the pages by being named on them, or not. `link`: a share link is taken back.
 * `session`: somebody signs out everywhere.
 */
export type RightsWay = 'role' | 'grant' | 'link' | 'session'

export interface RightsDeps {
  readonly workspace: Workspace
  readonly clients: readonly Client[]
  readonly recorder: Recorder
  readonly random: Random
  wait(ms: number): Promise<void>
}

/** How somebody stands, as far as the API has answered. */
interface Standing {
  readonly by: 'member' | 'grant' | 'link' | 'session ended'
  readonly to: RightsChange['to']
}

/** At least this share of the clients keep what they have. */
const KEPT_SHARE = 0.5
/** A look over HTTP at what was lost comes so long after its deadline, ms. */
const LOOK_AFTER_MS = 300

/** Changes what people may do, in the owner's or in their own name. */
export interface RightsChanges {
  /** Resolves when the API has answered. Where nobody is left for it, nothing happens. */
  change(planned: Pick<PlannedRightsChange, 'way' | 'stream'>): Promise<void>
}

export function createRightsChanges(deps: RightsDeps): RightsChanges {
  const { workspace, clients, recorder } = deps
  const standings = new Map<string, Standing>()

  const standingOf = ({ account, role }: Client): Standing =>
    standings.get(account.userId) ?? { by: account.link === undefined ? 'member' : 'link', to: role }

  function mayChange(client: Client, way: RightsWay): boolean {
    const { by, to } = standingOf(client)
    switch (way) {
      case 'role':
        return by === 'member'
      case 'grant':
        return (by === 'member' && to === 'editor') || by === 'grant'
      case 'link':
        return by === 'link' && to !== 'none'
      case 'session':
        return by !== 'session ended' && to !== 'none'
    }
  }

  /** What is asked for, and how they stand when it has been answered. */
  function choose(
    { account, pages }: Client,
    { by, to }: Standing,
    way: RightsWay,
  ): {
    standing: Standing
    requests: [asOwner: boolean, method: 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object][]
  } {
    const member = `/api/drives/${workspace.driveId}/members/${account.userId}`
    const grants = pages.map((page) => `/api/pages/${workspace.pageIds[page]}/grants/${account.userId}`)
    switch (way) {
      case 'role': {
        const role = to === 'editor' ? 'viewer' : 'editor'
        return { standing: { by, to: role }, requests: [[true, 'PATCH', member, { role }]] }
      }
      case 'grant':
        if (by === 'member')
          return { standing: { by: way, to: 'none' }, requests: [[true, 'DELETE', member]] }
        return to === 'none'
          ? {
              standing: { by, to: 'editor' },
              requests: grants.map((path) => [true, 'PUT', path, { role: 'editor' }]),
            }
          : { standing: { by, to: 'none' }, requests: grants.map((path) => [true, 'DELETE', path]) }
      case 'link': {
        const path = `/api/pages/${account.link?.pageId}/share-links/${account.link?.linkId}`
        return { standing: { by, to: 'none' }, requests: [[true, 'DELETE', path]] }
      }
      case 'session':
        return {
          standing: { by: 'session ended', to: 'none' },
          requests: [[false, 'DELETE', '/api/me/sessions']],
        }
    }
  }

  async function lookOverHttp(client: Client, page: PageIndex): Promise<void> {
    await deps.wait(REVOCATION_DEADLINE_MS + LOOK_AFTER_MS)
    if (standingOf(client).to !== 'none') return
    const path = `/api/pages/${workspace.pageIds[page]}/content?format=json`
    const answer = await workspace.get(client.account, path).catch(() => null)
    if (answer === null || standingOf(client).to !== 'none') return
    const { status } = answer
    recorder.restReading({ client: client.index, path, reason: 'without permission', status, body: null })
  }

  return {
    async change({ way, stream }) {
      const random = deps.random.fork(stream)
      const withdrawn = clients.filter((client) => standingOf(client).to === 'none').length
      const candidates = clients.filter(
        (client) =>
          mayChange(client, way) &&
          // Whoever lost something may get it back at any time.
          (standingOf(client).to !== 'editor' || withdrawn < clients.length * (1 - KEPT_SHARE)),
      )
      const target = drawLot(candidates, random)
      if (target === undefined) return
      const before = standingOf(target)
      const { standing, requests } = choose(target, before, way)
      // Several clients may share an account.
      const concerned = clients.filter(({ account }) => account.userId === target.account.userId)
      const written = concerned.flatMap(({ index, pages }) =>
        pages.map((page) => recorder.rights({ client: index, page, way, to: standing.to })),
      )
      for (const [asOwner, method, path, body] of requests) {
        const account = asOwner ? workspace.owner : target.account
        const answer = await workspace.change(account, method, path, body).catch(() => null)
        // Nobody knows then how it stands; it is left as it may be.
        if (answer === null || answer.status >= 300) return
      }
      standings.set(target.account.userId, standing)
      for (const { answered } of written) answered()
      for (const client of concerned) {
        for (const page of client.pages) {
          if (standing.to === 'none') void lookOverHttp(client, page)
          else if (before.to === 'none') client.reopen(page)
        }
        if (before.to === 'none') client.events?.join()
      }
    },
  }
}

/** Each draws its own lot, so that leaving others out of a run does not change whom it hits. */
function drawLot(clients: readonly Client[], random: Random): Client | undefined {
  const lots = clients.map((client) => ({ client, lot: random.fork(client.name).next() }))
  return lots.sort((a, b) => a.lot - b.lot)[0]?.client
}
