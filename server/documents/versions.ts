import { randomUUID } from 'node:crypto'
import type { Node } from '@tiptap/pm/model'
import type * as Y from 'yjs'
import type { Version, VersionDiff, VersionList } from '../../shared/api/versions.ts'
import { noteRestore } from '../../shared/document/restored.ts'
import type { Identity } from '../auth/identity.ts'
import { toNode } from './content-node.ts'
import type { ContentFormat } from './convert-content.ts'
import type { Edited, EditPage } from './edit-page.ts'
import { toUnreadable } from './errors.ts'
import { type FoldedPast, foldPast, foldState } from './fold-past.ts'
import type { FoldTurns } from './fold-turns.ts'
import type { FoldingWorker } from './folding-worker.ts'
import { keepBefore } from './keep-before.ts'
import type { ReadContent } from './page-content.ts'
import type { PageHistory } from './page-history.ts'
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
  restore(pageId: string, author: Identity, versionId: string, expectedSeq?: number): Promise<Edited | null>
}

export interface VersionsDeps {
  readonly store: VersionStore
  readonly history: PageHistory
  readonly edit: EditPage
  readonly turns: Pick<FoldTurns, 'take'>
}

export function createVersions({ store, history, edit, turns }: VersionsDeps): Versions {
  async function foldVersion(
    folder: FoldingWorker,
    pageId: string,
    versionId: string,
  ): Promise<FoldedPast | null> {
    const version = await store.readState(pageId, versionId)
    if (version === null) return null
    return { fold: await foldState(history, folder, pageId, version.state), seq: version.seq }
  }

  async function foldNow(folder: FoldingWorker, pageId: string): Promise<{ seq: number; state: Uint8Array }> {
    const { fold, seq } = await foldPast(history, folder, pageId, 'now')
    return { seq, state: (await fold.finish()).state }
  }

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
      const { seq, state } = await turns.take((folder) => foldNow(folder, pageId))
      await store.insert({ id, pageId, seq, state, kind: 'named', name, createdBy: userId })
      return store.find(pageId, id)
    },

    async keep(pageId) {
      const { seq, state } = await turns.take((folder) => foldNow(folder, pageId), { patient: true })
      await keepBefore(store, pageId, 'automatic')(state, seq)
    },

    read: (pageId, versionId, format) =>
      turns.take(async (folder) => {
        const version = await foldVersion(folder, pageId, versionId)
        return version === null ? null : { seq: version.seq, content: await version.fold.convert(format) }
      }),

    compare: (pageId, versionId, against) =>
      turns.take(async (folder) => {
        const from = await store.readState(pageId, versionId)
        const to =
          against === 'current'
            ? await foldPast(history, folder, pageId, 'now')
            : await foldVersion(folder, pageId, against)
        if (from === null || to === null) return null
        const blocks = await to.fold
          .compare(from.state)
          .catch(toUnreadable(pageId, 'a version of it does not decode'))
        return { from: from.seq, to: to.seq, blocks }
      }),

    async restore(pageId, author, versionId, expectedSeq) {
      const json = await turns.take(async (folder) => {
        const version = await foldVersion(folder, pageId, versionId)
        return version === null ? null : version.fold.convert('json')
      })
      if (json === null) return null
      const node = toNode(json)
      return edit(pageId, author, (doc) => restoreContent(doc, node), {
        expectedSeq,
        beforeWrite: keepBefore(store, pageId, 'before-restore'),
      })
    },
  }
}

function restoreContent(doc: Y.Doc, node: Node): void {
  doc.transact(({ changed }) => {
    replaceContent(doc, node)
    if (changed.size > 0) noteRestore(doc)
  })
}
