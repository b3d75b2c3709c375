import { createHash, randomUUID } from 'node:crypto'
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import { fileTypeFromBuffer } from 'file-type'
import type { PageFile } from '../../../shared/api/files.ts'
import { createAccess } from '../../access/access.ts'
import type { Identity } from '../../auth/identity.ts'
import type { Db } from '../../database/connect.ts'
import { files, pageFiles, pages } from '../../database/schema.ts'
import { requirePageRole } from '../authorize.ts'
import { notFound, Refusal } from '../failures.ts'
import type { FileStorage } from './file-storage.ts'

/** What may be uploaded, as the content itself says. Not SVG, which can hold scripts. */
const IMAGE_TYPES = new Set([
  ...['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
])

/** Bounds of files, bytes. */
export interface FileLimits {
  readonly perFile: number
  readonly perPage: number
}

/** A file to be sent out. */
export interface ReadFile {
  readonly type: string
  /** SHA-256 of the bytes in hex: what its ETag says. */
  readonly hash: string
  readonly readBytes: () => Promise<Uint8Array>
}

/** Images that pages show. */
export interface FileOperations {
  /**
   * Stores a file for a page; editors only.
   * @throws Refusal `unsupported-media-type`, `payload-too-large`, `limit-reached`, `not-found`, `forbidden`
   */
  upload(identity: Identity, pageId: string, content: Uint8Array): Promise<PageFile>
  /**
   * A file, for whoever may view a page that it belongs to.
   * @throws Refusal `not-found`
   */
  read(identity: Identity, fileId: string): Promise<ReadFile>
  /** Removes what belongs to no page any more; answers how many files that were. */
  sweep(): Promise<number>
}

/** How many pages of a file are looked at, the newest first, for one that the asker may view. */
const MAX_PAGES_OF_FILE = 500
/** How old a file without a page must be before it is removed, hours: it may be on its way into one. */
const ORPHAN_HOURS = 1
const SWEPT_AT_ONCE = 100

const toMebibytes = (bytes: number) => Math.floor(bytes / 1024 / 1024)

/** What is said of a file that has more bytes than are taken. */
export function refuseSize(maxBytes: number): Refusal {
  const size = `An image may have ${toMebibytes(maxBytes)} MiB.`
  return new Refusal('payload-too-large', `${size} Make it smaller and try again.`)
}

export function createFileOperations({
  db,
  storage,
  limits,
}: {
  readonly db: Db
  readonly storage: FileStorage
  readonly limits: FileLimits
}): FileOperations {
  return {
    async upload(identity, pageId, content) {
      await requirePageRole(db, identity, pageId, 'editor')
      if (content.byteLength > limits.perFile) throw refuseSize(limits.perFile)
      const type = (await fileTypeFromBuffer(content))?.mime
      if (type === undefined || !IMAGE_TYPES.has(type))
        throw new Refusal('unsupported-media-type', 'Send a PNG, JPEG, GIF, WebP or AVIF image.')
      const [id, size] = [randomUUID(), content.byteLength]
      const sha256 = createHash('sha256').update(content).digest()
      // The row comes first: whatever happens then, the sweep knows what there may be to remove.
      await db.insert(files).values({ id, type, size, sha256, createdBy: identity.userId })
      await storage.write(id, type, content)
      await db.transaction(async (tx) => {
        // One upload to a page at a time, so that two do not share what is left.
        const [page] = await tx.select().from(pages).where(eq(pages.id, pageId)).for('update')
        if (page === undefined) throw notFound('page')
        await requirePageRole(tx, identity, pageId, 'editor')
        const { rows } = await tx.execute<{ bytes: string }>(sql`
          SELECT coalesce(sum(size), 0) AS bytes FROM files JOIN page_files ON file_id = id
          WHERE page_id = ${pageId}`)
        if (Number(rows[0]?.bytes) + size > limits.perPage)
          throw new Refusal(
            'limit-reached',
            `The images of a page may have ${toMebibytes(limits.perPage)} MiB together.`,
          )
        await tx.insert(pageFiles).values({ pageId, fileId: id })
      })
      return { id, type, size }
    },

    async read(identity, fileId) {
      const [file] = await db.select().from(files).where(eq(files.id, fileId))
      const owners = await db
        .select({ pageId: pageFiles.pageId })
        .from(pageFiles)
        .innerJoin(pages, and(eq(pages.id, pageFiles.pageId), isNull(pages.deletedAt)))
        .where(eq(pageFiles.fileId, fileId))
        .orderBy(desc(pages.createdAt))
        .limit(MAX_PAGES_OF_FILE)
      if (file === undefined || !(await seesOne(db, identity, owners))) throw notFound('file')
      return {
        type: file.type,
        hash: file.sha256.toString('hex'),
        async readBytes() {
          const bytes = await storage.read(fileId)
          if (bytes === null) throw notFound('file')
          return bytes
        },
      }
    },

    async sweep() {
      const orphans = await db
        .select({ id: files.id })
        .from(files)
        .leftJoin(pageFiles, eq(pageFiles.fileId, files.id))
        .where(
          and(
            isNull(pageFiles.fileId),
            lt(files.createdAt, sql`now() - make_interval(hours => ${ORPHAN_HOURS})`),
          ),
        )
        .limit(SWEPT_AT_ONCE)
      for (const { id } of orphans) {
        await storage.remove(id)
        await db.delete(files).where(eq(files.id, id))
      }
      return orphans.length
    },
  }
}

async function seesOne(db: Db, identity: Identity, owners: readonly { pageId: string }[]): Promise<boolean> {
  const access = createAccess(db)
  for (const { pageId } of owners) {
    const { kind } = await access.toPage(identity, pageId)
    if (kind === 'granted') return true
    if (kind === 'session-ended') throw new Refusal('session-ended', 'Your session has ended. Sign in again.')
  }
  return false
}
