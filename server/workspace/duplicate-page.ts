import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import { listSubtree } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { pages } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { toPageAudience } from './access-facts.ts'
import { filterVisible, requireDriveRole, requirePageRole } from './authorize.ts'
import { advanceRevision } from './drives.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { idTaken, Refusal } from './failures.ts'
import { followingPages, lockPage } from './lock-page.ts'
import { choosePosition } from './page-positions.ts'
import { findPage, isOneOf, type PageRow, toPage, toPageFact } from './page-rows.ts'
import { type ChangedPage, insertPage } from './pages.ts'

/** How many pages are copied at once. */
export const MAX_COPIED_PAGES = 200
/** How much text is copied at once, bytes of Yjs state: it is held in memory. */
export const MAX_COPIED_BYTES = 50 * 1024 * 1024
/** What an empty document encodes to. */
const EMPTY_STATE_BYTES = 2
/** The longest title, as in `titleSchema`. */
const MAX_TITLE_LENGTH = 200

/**
 * Copies a page, and what the asker may see below it, with the committed text, and puts the copy right behind
 * the page. Idempotent by the copy's id.
 */
export type DuplicatePage = (
  identity: Identity,
  pageId: string,
  body: { id?: string | undefined },
) => Promise<ChangedPage>

export function createDuplicatePage(deps: {
  readonly db: Db
  readonly transact: Transact<WorkspaceEvent>
  /** The committed state of a page as one Yjs update. */
  readonly readState: (pageId: string) => Promise<Uint8Array>
}): DuplicatePage {
  const { db, readState } = deps
  const transactOnPage = followingPages(deps.transact)

  /** The pages to copy, the upper before the lower and siblings in their order. */
  async function listOriginals(identity: Identity, pageId: string): Promise<PageRow[]> {
    const subtree = (await listSubtree(db, pageId)).map(({ id }) => id)
    const live = await db
      .select()
      .from(pages)
      .where(and(isOneOf(subtree), isNull(pages.deletedAt)))
      .orderBy(asc(pages.position))
    if (live.length > MAX_COPIED_PAGES) throw tooLarge(`${MAX_COPIED_PAGES} pages`)
    const visible = await filterVisible(
      db,
      identity,
      live.map(({ id }) => id),
    )
    const rank = new Map(subtree.map((id, nr) => [id, nr]))
    const copied = new Set<string>()
    return live
      .sort((a, b) => (rank.get(a.id) as number) - (rank.get(b.id) as number))
      .filter(({ id, parentId }) => {
        const isCopied = visible.has(id) && (id === pageId || (parentId !== null && copied.has(parentId)))
        if (isCopied) copied.add(id)
        return isCopied
      })
  }

  async function readStates(originals: readonly PageRow[]): Promise<Map<string, Uint8Array>> {
    const states = new Map<string, Uint8Array>()
    let bytes = 0
    for (const { id } of originals) {
      const state = await readState(id)
      bytes += state.byteLength
      if (bytes > MAX_COPIED_BYTES) throw tooLarge(`${MAX_COPIED_BYTES / 1024 / 1024} MiB of text`)
      states.set(id, state)
    }
    return states
  }

  return async (identity, pageId, { id = randomUUID() }) => {
    const { driveId } = await requirePageRole(db, identity, pageId, 'viewer')
    const { parentId } = await findPage(db, pageId)
    // Before anything is read: whoever may not put a copy there does not make us read.
    await requireToPut(db, identity, { driveId, parentId })
    const originals = await listOriginals(identity, pageId)
    const states = await readStates(originals)

    return transactOnPage(async (tx) => {
      const { driveId } = await lockPage(tx, identity, pageId, 'viewer')
      const { parentId } = await findPage(tx, pageId)
      await requireToPut(tx, identity, { driveId, parentId })
      const existing = await findCopy(tx, id, { driveId, userId: identity.userId })
      if (existing !== undefined) {
        const { role } = await requirePageRole(tx, identity, id, 'viewer')
        return { result: { page: { ...toPage(existing), role }, revision: existing.revision }, events: [] }
      }
      const { position, renumbered } = await choosePosition(tx, parentId ?? driveId, id, { afterId: pageId })
      if (renumbered) await advanceRevision(tx, driveId)

      const copyIds = new Map(originals.map((page) => [page.id, page.id === pageId ? id : randomUUID()]))
      const events: FactEvent[] = []
      let copy: PageRow | undefined
      let revision = 0
      for (const original of originals) {
        const isTop = original.id === pageId
        revision = await advanceRevision(tx, driveId)
        const { page } = await insertPage(tx, {
          ...{ id: copyIds.get(original.id), driveId, userId: identity.userId, revision },
          title: isTop ? toCopyTitle(original.title) : original.title,
          ...{ icon: original.icon, restricted: original.restricted },
          parentId: isTop ? parentId : (copyIds.get(original.parentId as string) ?? null),
          position: isTop ? position : original.position,
          ...toFirstUpdate(states.get(original.id)),
        })
        copy ??= page
        // A copy of what is for some is for the same.
        if (original.restricted) await copyGrants(tx, original.id, page.id)
        await copyFiles(tx, original.id, page.id)
        const toAudience = await toPageAudience(tx, driveId, [page.id])
        events.push(toPageFact('page_created', page, revision, toAudience(page.id)))
      }
      const { role } = await requirePageRole(tx, identity, id, 'viewer')
      const page = { ...toPage(copy as PageRow), role }
      return { result: { page, revision }, events }
    })
  }
}

/** Requires what it takes to put a page beside another one. */
async function requireToPut(
  db: Db | Tx,
  identity: Identity,
  { driveId, parentId }: { driveId: string; parentId: string | null },
): Promise<void> {
  if (parentId === null) await requireDriveRole(db, identity, driveId, 'editor')
  else await requirePageRole(db, identity, parentId, 'editor')
}

async function copyGrants(tx: Tx, fromPageId: string, toPageId: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO page_grants (page_id, user_id, role)
    SELECT ${toPageId}, user_id, role FROM page_grants WHERE page_id = ${fromPageId}`)
}

/** The copy shows the same files. */
async function copyFiles(tx: Tx, fromPageId: string, toPageId: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO page_files (page_id, file_id)
    SELECT ${toPageId}, file_id FROM page_files WHERE page_id = ${fromPageId}`)
}

/**
 * The copy that was made under this id already.
 * @throws Refusal `id-taken` when it is something else
 */
async function findCopy(
  tx: Tx,
  id: string,
  by: { driveId: string; userId: string },
): Promise<PageRow | undefined> {
  const [existing] = await tx.select().from(pages).where(eq(pages.id, id))
  if (existing === undefined) return undefined
  if (existing.driveId !== by.driveId || existing.createdBy !== by.userId || existing.deletedAt !== null)
    throw idTaken()
  return existing
}

/** The title with " (copy)" behind it; a long one is cut so that it fits, an empty one stays empty. */
function toCopyTitle(title: string): string {
  const mark = ' (copy)'
  if (title === '') return ''
  // Half of a character that takes two units is no character.
  return title.slice(0, MAX_TITLE_LENGTH - mark.length).replace(/[\uD800-\uDBFF]$/, '') + mark
}

/** A page without text is born without a row in its log. */
function toFirstUpdate(state: Uint8Array | undefined): { firstUpdate?: Uint8Array } {
  const isEmpty = state === undefined || state.byteLength <= EMPTY_STATE_BYTES
  return isEmpty ? {} : { firstUpdate: state }
}

function tooLarge(limit: string): Refusal {
  return new Refusal(
    'copy-too-large',
    `At most ${limit} can be copied at once. Copy the pages below one by one.`,
  )
}
