import { randomUUID } from 'node:crypto'
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { generateKeyBetween } from 'fractional-indexing'
import type { Page, PageList, PageWithRole } from '../../shared/api/pages.ts'
import type { Role } from '../../shared/roles.ts'
import { createAccess } from '../access/access.ts'
import { listSubtree } from '../access/page-facts.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { documents, documentUpdates, drives, pages } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { toPageAudience } from './access-facts.ts'
import { requireDriveRole, requirePageRole } from './authorize.ts'
import { advanceRevision, lockDrive } from './drives.ts'
import type { Audience, FactEvent, WorkspaceEvent } from './events.ts'
import { notFound, Refusal } from './failures.ts'

/** Pages: their titles and places. Their text is not known here. */
export interface PageOperations {
  list(identity: Identity, driveId: string): Promise<PageList>
  read(identity: Identity, pageId: string): Promise<PageWithRole>
  /** Idempotent by id: sending the same id to the same drive again answers the page that is there. */
  create(identity: Identity, driveId: string, body: NewPage): Promise<ChangedPage>
  rename(identity: Identity, pageId: string, title: string): Promise<ChangedPage>
  /** Puts the page and everything below it in the trash. */
  remove(identity: Identity, pageId: string): Promise<void>
}

/** A page as a change left it, and the revision of its drive that the change led to. */
export type ChangedPage = PageWithRole & { readonly revision: number }

export interface NewPage {
  readonly id?: string | undefined
  readonly title: string
  readonly parentId: string | null
}

type PageRow = typeof pages.$inferSelect

export function createPageOperations(db: Db, transact: Transact<WorkspaceEvent>): PageOperations {
  return {
    async list(identity, driveId) {
      await requireDriveRole(db, identity, driveId, 'viewer')
      // The revision is read first: a page that slips in between is listed and then announced as well.
      const [drive] = await db
        .select({ revision: drives.revision })
        .from(drives)
        .where(eq(drives.id, driveId))
      if (drive === undefined) throw notFound('drive')
      const rows = await db
        .select()
        .from(pages)
        .where(and(eq(pages.driveId, driveId), isNull(pages.deletedAt)))
        .orderBy(sql`${pages.position} COLLATE "C"`, pages.id)
      const hidden = await createAccess(db).hiddenPages(identity, [driveId])
      return { items: rows.filter(({ id }) => !hidden.has(id)).map(toPage), revision: drive.revision }
    },

    async read(identity, pageId) {
      const { role } = await requirePageRole(db, identity, pageId, 'viewer')
      return { ...toPage(await findPage(db, pageId)), role }
    },

    create: (identity, driveId, body) =>
      transact(async (tx) => {
        const { role, revision: before } = await requireRoleToCreate(tx, identity, driveId, body.parentId)
        const { page, created } = await insertPage(tx, { ...body, driveId, userId: identity.userId })
        const result = { ...toPage(page), role }
        if (!created) return { result: { ...result, revision: before }, events: [] }
        const revision = await advanceRevision(tx, driveId)
        const toAudience = await toPageAudience(tx, driveId, [page.id])
        const fact = toFact('page_created', page, revision, toAudience(page.id))
        return { result: { ...result, revision }, events: [fact] }
      }),

    rename: (identity, pageId, title) =>
      transact(async (tx) => {
        const { role, driveId } = await requirePageRole(tx, identity, pageId, 'editor')
        const revision = await advanceRevision(tx, driveId)
        const [page] = await tx
          .update(pages)
          .set({ title, updatedAt: sql`now()` })
          .where(and(eq(pages.id, pageId), isNull(pages.deletedAt)))
          .returning()
        if (page === undefined) throw notFound('page')
        const toAudience = await toPageAudience(tx, driveId, [pageId])
        const fact = toFact('page_updated', page, revision, toAudience(pageId))
        return { result: { ...toPage(page), role, revision }, events: [fact] }
      }),

    remove: (identity, pageId) =>
      transact(async (tx) => {
        const { driveId } = await requirePageRole(tx, identity, pageId, 'editor')
        const revision = await advanceRevision(tx, driveId)
        const removed = await markSubtreeDeleted(tx, pageId)
        // Somebody else was a moment faster: their deletion is the one that moved the drive on.
        if (removed.length === 0) throw notFound('page')
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
 * Adds a page at the end of its siblings, with its document; `firstUpdate` is the text it is born with.
 * The drive's row must be locked, or two pages could get one position.
 * @throws Refusal `id-taken` when the id belongs to a page elsewhere
 */
export async function insertPage(
  tx: Tx,
  page: NewPage & { driveId: string; userId: string; firstUpdate?: Uint8Array },
): Promise<{ page: PageRow; created: boolean }> {
  const id = page.id ?? randomUUID()
  const [last] = await tx
    .select({ position: pages.position })
    .from(pages)
    .where(
      and(
        eq(pages.driveId, page.driveId),
        page.parentId === null ? isNull(pages.parentId) : eq(pages.parentId, page.parentId),
      ),
    )
    .orderBy(desc(sql`${pages.position} COLLATE "C"`))
    .limit(1)
  const [created] = await tx
    .insert(pages)
    .values({
      id,
      driveId: page.driveId,
      parentId: page.parentId,
      title: page.title,
      position: generateKeyBetween(last?.position ?? null, null),
      createdBy: page.userId,
    })
    .onConflictDoNothing()
    .returning()
  if (created === undefined) {
    const [existing] = await tx.select().from(pages).where(eq(pages.id, id))
    if (
      existing?.driveId !== page.driveId ||
      existing.createdBy !== page.userId ||
      existing.deletedAt !== null
    ) {
      throw new Refusal('id-taken', 'This id is in use. Make a new one and try again.')
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
  // Asked again in turn: the page above may have been deleted a moment ago.
  const { role } = await requirePageRole(tx, identity, parentId, 'editor')
  return { role, revision }
}

async function markSubtreeDeleted(tx: Tx, pageId: string): Promise<string[]> {
  const removed = await tx
    .update(pages)
    .set({ deletedAt: sql`now()` })
    .where(and(inArray(pages.id, await listSubtree(tx, pageId)), isNull(pages.deletedAt)))
    .returning({ id: pages.id })
  return removed.map((row) => row.id)
}

async function findPage(db: Db, pageId: string): Promise<PageRow> {
  const [page] = await db.select().from(pages).where(eq(pages.id, pageId))
  if (page === undefined) throw notFound('page')
  return page
}

function toFact(
  name: 'page_created' | 'page_updated',
  page: PageRow,
  revision: number,
  audience: Audience,
): FactEvent {
  const { driveId } = page
  return {
    kind: 'fact',
    name,
    payload: { eventId: randomUUID(), driveId, revision, page: toPage(page) },
    audience,
  }
}

/** A page's row as it is shown. */
export function toPage(row: PageRow): Page {
  return {
    id: row.id,
    driveId: row.driveId,
    parentId: row.parentId,
    title: row.title,
    position: row.position,
    restricted: row.restricted,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}
