import type { MovePage } from '../workspace/move-page.ts'
import type { PageOperations } from '../workspace/pages.ts'
import type { TrashOperations } from '../workspace/trash.ts'
import type { RequestHandlers } from './answer-requests.ts'

/** What the requests about pages do. */
export interface PageRequestsDeps {
  readonly pages: Pick<PageOperations, 'create' | 'update' | 'remove'>
  readonly movePage: MovePage
  readonly trash: Pick<TrashOperations, 'restore'>
}

/** Changing the page tree: the same operations as over REST. */
export function createPageRequests({
  pages,
  movePage,
  trash,
}: PageRequestsDeps): RequestHandlers<
  'create_page' | 'update_page' | 'delete_page' | 'move_page' | 'restore_page'
> {
  return {
    async create_page({ data: { identity } }, { driveId, ...body }) {
      return { ok: true, ...(await pages.create(identity, driveId, body)) }
    },

    async update_page({ data: { identity } }, { pageId, ...body }) {
      return { ok: true, ...(await pages.update(identity, pageId, body)) }
    },

    async delete_page({ data: { identity } }, { pageId }) {
      await pages.remove(identity, pageId)
      return { ok: true }
    },

    async move_page({ data: { identity } }, { pageId, ...body }) {
      return { ok: true, ...(await movePage(identity, pageId, body)) }
    },

    async restore_page({ data: { identity } }, { pageId }) {
      return { ok: true, ...(await trash.restore(identity, pageId)) }
    },
  }
}
