import { randomUUID } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { PageConflict, PageWithRole, UpdatePageBody } from '../../shared/api/pages.ts'
import type { Role } from '../../shared/roles.ts'
import { listSubtree, MAX_DEPTH } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { documents, documentUpdates, pages } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { toPageAudience } from './access-facts.ts'
import { requireDriveRole, requirePageRole, requireToEditBelow } from './authorize.ts'
import { advanceRevision, lockDrive } from './drives.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'
import { followingPages, lockPage } from './lock-page.ts'
import { choosePositionAtEnd } from './page-positions.ts'
import { findConflict, findPage, isOneOf, listPath, type PageRow, toPage, toPageFact } from './page-rows.ts'

/** Single pages: made, read, named, put in the trash. Their text is not known here. */
export interface PageOperations {
  read(identity: Identity, pageId: string): Promise<PageWithRole>
  /** Idempotent by id: sending the same id to the same drive again answers the page that is there. */
  create(identity: Identity, driveId: string, body: NewPage): Promise<ChangedPage>
  /** The last one wins; one that was based on an older revision is told what it has replaced. */
  update(identity: Identity, pageId: string, body: UpdatePageBody): Promise<ChangedPage>
  /**
   * Puts the page and everything below it in the trash.
   * @throws Refusal `subpages-not-editable` when something below is not the person's to edit
   */
  remove(identity: Identity, pageId: string): Promise<void>
}

/** A page as a change left it, and the revision of its drive that the change led to. */
export interface ChangedPage {
  readonly page: PageWithRole
  readonly revision: number
  /** What was replaced that the sender did not know of. */
  readonly conflict?: PageConflict
}

export interface NewPage {
  readonly id?: string | undefined
  readonly title: string
  readonly icon?: string | null
  readonly parentId: string | null
}

export function createPageOperations(db: Db, transact: Transact<WorkspaceEvent>): PageOperations {
  const transactOnPage = followingPages(transact)
  return {
    async read(identity, pageId) {
      const { role } = await requirePageRole(db, identity, pageId, 'viewer')
      return { ...toPage(await findPage(db, pageId)), role }
    },

    create: (identity, driveId, body) =>
      transact(async (tx) => {
        const { role, revision: before } = await requireRoleToCreate(tx, identity, driveId, body.parentId)
        const { page, created } = await insertPage(tx, {
          ...{ ...body, driveId, userId: identity.userId, revision: before + 1 },
        })
        const result = { page: { ...toPage(page), role } }
        if (!created) return { result: { ...result, revision: before }, events: [] }
        const revision = await advanceRevision(tx, driveId)
        const toAudience = await toPageAudience(tx, driveId, [page.id])
        const fact = toPageFact('page_created', page, revision, toAudience(page.id))
        return { result: { ...result, revision }, events: [fact] }
      }),

    update: (identity, pageId, { title, icon, basedOnRevision }) =>
      transactOnPage(async (tx) => {
        const { role, driveId } = await lockPage(tx, identity, pageId, 'editor')
        const before = await findPage(tx, pageId)
        const revision = await advanceRevision(tx, driveId)
        const [page] = await tx
          .update(pages)
          .set({
            ...(title === undefined ? {} : { title }),
            ...(icon === undefined ? {} : { icon }),
            ...{ revision, updatedBy: identity.userId, updatedAt: sql`now()` },
          })
          .where(eq(pages.id, pageId))
          .returning()
        const changed = page as PageRow
        const conflict = await findConflict(tx, before, basedOnRevision)
        const toAudience = await toPageAudience(tx, driveId, [pageId])
        return {
          result: {
            ...{ page: { ...toPage(changed), role }, revision },
            ...(conflict === undefined ? {} : { conflict }),
          },
          events: [toPageFact('page_updated', changed, revision, toAudience(pageId))],
        }
      }),

    remove: (identity, pageId) =>
      transactOnPage(async (tx) => {
        const { driveId } = await lockPage(tx, identity, pageId, 'editor')
        const subtree = (await listSubtree(tx, pageId)).map(({ id }) => id)
        await requireToEditBelow(tx, identity, { driveId, subtree })
        const revision = await advanceRevision(tx, driveId)
        const removed = await putInTrash(tx, pageId, subtree, { revision, userId: identity.userId })
        const toAudience = await toPageAudience(tx, driveId, removed)
        const facts = removed.map(
          (id): FactEvent => ({
            kind: 'fact',
            name: 'page_deleted',
            payload: { eventId: randomUUID(), driveId, revision, pageId: id },
            audience: toAudience(id),
          }),
        )
        return {
          result: undefined,
          events: [...facts, { kind: 'access-changed', scope: { by: 'page', pageIds: removed } }],
        }
      }),
  }
}

/**
 * Adds a page, with its document, at the end of its siblings if it is not told another position;
 * `firstUpdate` is the text it is born with. The drive's row must be locked: positions are unique.
 * @throws Refusal `id-taken` when the id belongs to a page elsewhere
 */
export async function insertPage(
  tx: Tx,
  page: NewPage & {
    driveId: string
    userId: string
    revision: number
    position?: string
    restricted?: boolean
    firstUpdate?: Uint8Array
  },
): Promise<{ page: PageRow; created: boolean }> {
  const id = page.id ?? randomUUID()
  const position = page.position ?? (await choosePositionAtEnd(tx, page.parentId ?? page.driveId))
  const [created] = await tx
    .insert(pages)
    .values({
      ...{ id, driveId: page.driveId, parentId: page.parentId, position },
      ...{ title: page.title, icon: page.icon ?? null, restricted: page.restricted ?? false },
      revision: page.revision,
      ...{ createdBy: page.userId, updatedBy: page.userId },
    })
    .onConflictDoNothing({ target: pages.id })
    .returning()
  if (created === undefined) {
    const [existing] = await tx.select().from(pages).where(eq(pages.id, id))
    if (
      existing?.driveId !== page.driveId ||
      existing.createdBy !== page.userId ||
      existing.deletedAt !== null
    ) {
      throw idTaken()
    }
    return { page: existing, created: false }
  }
  await tx.insert(documents).values({ pageId: id, seq: page.firstUpdate === undefined ? 0 : 1 })
  if (page.firstUpdate !== undefined) {
    await tx
      .insert(documentUpdates)
      .values({ pageId: id, seq: 1, update: Buffer.from(page.firstUpdate), userId: page.userId })
  }
  return { page: created, created: true }
}

/**
 * At the top of a drive its editors may make pages; below a page whoever may edit that page. Locks the drive
 * and answers the role that they have on the new page, and the drive's revision.
 */
async function requireRoleToCreate(
  tx: Tx,
  identity: Identity,
  driveId: string,
  parentId: string | null,
): Promise<{ role: Role; revision: number }> {
  if (parentId === null) {
    const role = await requireDriveRole(tx, identity, driveId, 'editor')
    return { role, revision: await lockDrive(tx, driveId) }
  }
  const parent = await requirePageRole(tx, identity, parentId, 'editor')
  if (parent.driveId !== driveId) throw notFound('page')
  const revision = await lockDrive(tx, driveId)
  // Asked again in turn: the page above may have been deleted or taken to another drive a moment ago.
  const { role, driveId: nowIn } = await requirePageRole(tx, identity, parentId, 'editor')
  if (nowIn !== driveId) throw notFound('page')
  requireDepth((await listPath(tx, parentId)).length + 1)
  return { role, revision }
}

/** @throws Refusal `tree-too-deep` for a page at a depth that nothing looks at; the top is 1 */
export function requireDepth(depth: number): void {
  if (depth < MAX_DEPTH) return
  throw new Refusal('tree-too-deep', `Pages can be nested ${MAX_DEPTH} deep. Choose a place further up.`)
}

/** Marks what is not deleted yet of a page's subtree; answers the ids, the upper before the lower. */
async function putInTrash(
  tx: Tx,
  pageId: string,
  subtree: readonly string[],
  { revision, userId }: { revision: number; userId: string },
): Promise<string[]> {
  const rows = await tx
    .update(pages)
    .set({ deletedAt: sql`now()`, trashRootId: pageId, revision, updatedBy: userId })
    .where(and(isOneOf(subtree), isNull(pages.deletedAt)))
    .returning({ id: pages.id })
  const removed = new Set(rows.map(({ id }) => id))
  return subtree.filter((id) => removed.has(id))
}
