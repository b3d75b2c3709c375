import { randomUUID } from 'node:crypto'
import { and, eq, ne, sql } from 'drizzle-orm'
import type { MovePageBody } from '../../shared/api/page-tree.ts'
import { listSubtree } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Tx } from '../database/connect.ts'
import { pages } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { listConcerned, readRoles, tellChangedRoles, toPageAudience } from './access-facts.ts'
import { requireDriveRole, requirePageRole, requireToEditBelow } from './authorize.ts'
import { advanceRevision } from './drives.ts'
import type { Audience, FactEvent, WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'
import { followingPages, lockPage, PageWentElsewhere } from './lock-page.ts'
import { choosePosition } from './page-positions.ts'
import { findConflict, findPage, isOneOf, listPath, type PageRow, toPage } from './page-rows.ts'
import { type ChangedPage, requireDepth } from './pages.ts'

/**
 * Puts a page with everything below it somewhere else: among its siblings, below another page, into another
 * drive. The last one wins; one that was based on an older revision is told what it has replaced.
 */
export type MovePage = (identity: Identity, pageId: string, body: MovePageBody) => Promise<ChangedPage>

/** Where a page is to go. */
interface Place {
  readonly driveId: string
  readonly parentId: string | null
}

export function createMovePage(transact: Transact<WorkspaceEvent>): MovePage {
  const transactOnPage = followingPages(transact)

  return (identity, pageId, body) =>
    transactOnPage(async (tx) => {
      const targetDriveId = await findTargetDrive(tx, identity, body)
      const { driveId: fromDriveId } = await lockPage(tx, identity, pageId, 'editor', targetDriveId)
      const place: Place = { driveId: targetDriveId ?? fromDriveId, parentId: body.parentId }
      const before = await findPage(tx, pageId)
      await requireToMove(tx, identity, before, place)

      const staysInDrive = place.driveId === fromDriveId
      const staysInPlace = staysInDrive && before.parentId === place.parentId
      const subtree = staysInPlace ? [] : await listSubtree(tx, pageId)
      // In another drive others administer it, and see what is restricted.
      if (!staysInDrive) {
        const ids = subtree.map(({ id }) => id)
        await requireToEditBelow(tx, identity, { driveId: fromDriveId, subtree: ids })
      }
      if (place.parentId !== null && !staysInPlace) {
        const path = await listPath(tx, place.parentId)
        if (path.includes(pageId)) {
          throw new Refusal(
            'page-inside-itself',
            'A page cannot go below itself or a page that lies in it. Choose another place.',
          )
        }
        requireDepth(path.length + 1 + (subtree.at(-1)?.depth ?? 0))
      }

      const rolesBefore = await readRoles(tx, staysInPlace ? [] : await listConcerned(tx, pageId))
      const audienceBefore = await toPageAudience(tx, fromDriveId, [pageId])
      const { position, renumbered } = await choosePosition(
        ...([tx, place.parentId ?? place.driveId, pageId, body] as const),
      )
      const leftRevision = staysInDrive ? undefined : await advanceRevision(tx, fromDriveId)
      const firstRevision = await advanceRevision(tx, place.driveId)
      // A gap tells everybody to fetch the list anew, in which more has changed than this page.
      const revision = renumbered ? await advanceRevision(tx, place.driveId) : firstRevision
      const page = await writePlace(tx, pageId, { ...place, position, revision, userId: identity.userId })
      if (!staysInDrive) await takeAlong(tx, subtree, { driveId: place.driveId, revision })

      const { role } = await requirePageRole(tx, identity, pageId, 'viewer')
      const audience = await toPageAudience(tx, place.driveId, [pageId])
      const conflict = await findConflict(tx, before, body.basedOnRevision)
      return {
        result: {
          ...{ page: { ...toPage(page), role }, revision },
          ...(conflict === undefined ? {} : { conflict }),
        },
        events: [
          ...(leftRevision === undefined
            ? [toMovedFact({ page, revision }, audience(pageId))]
            : [
                toLeftFact({ pageId, driveId: fromDriveId, revision: leftRevision }, audienceBefore(pageId)),
                toMovedFact({ page, revision }, withoutPage(audience(pageId))),
              ]),
          ...(await tellChangedRoles(tx, rolesBefore, {
            ...{ driveId: place.driveId, revision, reason: 'page-moved' },
          })),
          ...(staysInPlace ? [] : [redecide(subtree)]),
        ],
      }
    })
}

/**
 * The drive to lock with the page's own; undefined if the page stays in that.
 * @throws Refusal `not-found` when there is no such place
 */
async function findTargetDrive(
  tx: Tx,
  identity: Identity,
  { parentId, driveId }: MovePageBody,
): Promise<string | undefined> {
  if (parentId === null) {
    if (driveId !== undefined) await requireDriveRole(tx, identity, driveId, 'editor')
    return driveId
  }
  const parent = await requirePageRole(tx, identity, parentId, 'editor')
  if (driveId !== undefined && driveId !== parent.driveId) throw notFound('page')
  return parent.driveId
}

/** Requires what it takes to take a page out of where it lies, and to put it where it is to go. Both drives are locked. */
async function requireToMove(tx: Tx, identity: Identity, page: PageRow, to: Place): Promise<void> {
  if (to.parentId === null) await requireDriveRole(tx, identity, to.driveId, 'editor')
  else {
    const parent = await requirePageRole(tx, identity, to.parentId, 'editor')
    if (parent.driveId !== to.driveId) throw new PageWentElsewhere()
  }
  try {
    // Leaving a drive takes the page from everybody there: to be let into a part of it is not enough for that.
    if (page.parentId === null || page.driveId !== to.driveId)
      await requireDriveRole(tx, identity, page.driveId, 'editor')
    else if (page.parentId !== to.parentId) await requirePageRole(tx, identity, page.parentId, 'editor')
  } catch (error) {
    // They know the page, so that it is no secret that it lies somewhere.
    if (error instanceof Refusal && error.code === 'not-found')
      throw new Refusal('forbidden', 'You may edit this page, but not the place where it lies.')
    throw error
  }
}

async function writePlace(
  tx: Tx,
  pageId: string,
  { userId, ...place }: Place & { position: string; revision: number; userId: string },
): Promise<PageRow> {
  const [page] = await tx
    .update(pages)
    .set({ ...place, updatedBy: userId, updatedAt: sql`now()` })
    .where(eq(pages.id, pageId))
    .returning()
  return page as PageRow
}

/** Brings what lies below a page into the drive that it has gone to. */
async function takeAlong(
  tx: Tx,
  subtree: readonly { id: string }[],
  to: { driveId: string; revision: number },
): Promise<void> {
  await tx
    .update(pages)
    .set(to)
    .where(and(isOneOf(subtree.map(({ id }) => id)), ne(pages.driveId, to.driveId)))
}

/** What those hear who follow the drive in which the page lies now. */
function toMovedFact({ page, revision }: { page: PageRow; revision: number }, audience: Audience): FactEvent {
  const payload = { pageId: page.id, driveId: page.driveId, revision, page: toPage(page) }
  return { kind: 'fact', name: 'page_moved', payload: { eventId: randomUUID(), ...payload }, audience }
}

/**
 * What those hear who follow the drive that a page has left, and those on the page: that it is gone, not
 * where it is. Whoever may still see it asks for it. If it was restricted, only those on it hear this way;
 * the others who could see it are told that they cannot any more.
 */
function toLeftFact(
  left: { pageId: string; driveId: string; revision: number },
  { restricted, ...audience }: Audience,
): FactEvent {
  return {
    ...{ kind: 'fact', name: 'page_moved' },
    payload: { eventId: randomUUID(), ...left, page: null },
    audience: restricted ? { pageId: left.pageId } : audience,
  }
}

/** Of a restricted page only those hear who may see it, which the page's id decides; otherwise the drive is enough. */
function withoutPage({ pageId, ...audience }: Audience): Audience {
  return audience.restricted ? { ...audience, ...(pageId === undefined ? {} : { pageId }) } : audience
}

/** A page takes its new parent's audience, and so does what lies below it. */
function redecide(subtree: readonly { id: string }[]): WorkspaceEvent {
  return { kind: 'access-changed', scope: { by: 'page', pageIds: subtree.map(({ id }) => id) } }
}
