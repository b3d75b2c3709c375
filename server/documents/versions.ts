import { randomUUID } from 'node:crypto'
import * as Y from 'yjs'
import type { Version, VersionDiff, VersionList } from '../../shared/api/versions.ts'
import type { CommitLog } from './commit-log.ts'
import { compareBlocks } from './compare-blocks.ts'
import { toJson } from './content.ts'
import { toNode } from './content-node.ts'
import type { Edited, EditPage } from './edit-page.ts'
import { keepBefore } from './keep-before.ts'
import { withPage } from './load-page.ts'
import { type ContentFormat, convert, type ReadContent } from './page-content.ts'
import { replaceContent } from './replace-content.ts'
import type { VersionStore } from './version-store.ts'

/**
 * Pages as they were once. Who may see or restore them has been decided before; null says that the page
 * has no such version.
 */
export interface Versions {
  list(pageId: string, limit: number, cursor: string | undefined): Promise<VersionList>
  /** Keeps the page as it is under a name. With an id that is taken by another page's version: null. */
  create(
    pageId: string,
    userId: string,
    version: { id?: string | undefined; name: string },
  ): Promise<Version | null>
  /** Keeps the page as it is, unless that is kept already. */
  keep(pageId: string): Promise<void>
  read(pageId: string, versionId: string, format: ContentFormat): Promise<ReadContent | null>
  /** Compares with another version, or with the page as it is. */
  compare(pageId: string, versionId: string, against: string): Promise<VersionDiff | null>
  /**
   * Makes the page say what the version says, as one more edit: it merges with what others are typing, and
   * somebody who was away meanwhile cannot undo it. What the page says now is kept as a version first.
   */
  restore(pageId: string, userId: string, versionId: string, expectedSeq?: number): Promise<Edited | null>
}

export interface VersionsDeps {
  readonly log: Pick<CommitLog, 'read'>
  readonly store: VersionStore
  readonly edit: EditPage
}

export function createVersions({ log, store, edit }: VersionsDeps): Versions {
  async function withVersion<Result>(
    pageId: string,
    versionId: string,
    work: (doc: Y.Doc, seq: number) => Result,
  ): Promise<Result | null> {
    const version = await store.readState(pageId, versionId)
    if (version === null) return null
    const doc = new Y.Doc()
    try {
      Y.applyUpdate(doc, version.state)
      return work(doc, version.seq)
    } finally {
      doc.destroy()
    }
  }

  const toState = (doc: Y.Doc, seq: number) => ({ seq, state: Y.encodeStateAsUpdate(doc) })
  const toBlocks = (doc: Y.Doc, seq: number) => ({ seq, blocks: toJson(doc).content ?? [] })

  return {
    async list(pageId, limit, cursor) {
      const listed = await store.list(pageId, limit + 1, cursor === undefined ? undefined : Number(cursor))
      const items = listed.slice(0, limit)
      const last = items.at(-1)
      const more = listed.length > limit && last !== undefined
      return {
        items: items.map(({ version }) => version),
        ...(more ? { nextCursor: String(last.position) } : {}),
      }
    },

    async create(pageId, userId, { id = randomUUID(), name }) {
      const { seq, state } = await withPage(log, pageId, toState)
      await store.insert({ id, pageId, seq, state, kind: 'named', name, createdBy: userId })
      return store.find(pageId, id)
    },

    async keep(pageId) {
      const { seq, state } = await withPage(log, pageId, toState)
      await keepBefore(store, pageId, 'automatic')(state, seq)
    },

    read: (pageId, versionId, format) =>
      withVersion(pageId, versionId, (doc, seq) => ({ seq, content: convert(doc, format) })),

    async compare(pageId, versionId, against) {
      const from = await withVersion(pageId, versionId, toBlocks)
      const to =
        against === 'current'
          ? await withPage(log, pageId, toBlocks)
          : await withVersion(pageId, against, toBlocks)
      if (from === null || to === null) return null
      return { from: from.seq, to: to.seq, blocks: compareBlocks(from.blocks, to.blocks) }
    },

    async restore(pageId, userId, versionId, expectedSeq) {
      const node = await withVersion(pageId, versionId, (doc) => toNode(toJson(doc)))
      if (node === null) return null
      return edit(pageId, userId, (doc) => replaceContent(doc, node), {
        expectedSeq,
        beforeWrite: keepBefore(store, pageId, 'before-restore'),
      })
    },
  }
}
