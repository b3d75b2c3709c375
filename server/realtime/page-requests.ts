import type { PageOperations } from '../workspace/pages.ts'
import type { RequestHandlers } from './answer-requests.ts'

/** Changing the page tree: the same operations as over REST. */
export function createPageRequests({
  pages,
}: {
  readonly pages: Pick<PageOperations, 'create' | 'rename' | 'remove'>
}): RequestHandlers<'create_page' | 'update_page' | 'delete_page'> {
  return {
    async create_page({ data: { identity } }, { driveId, ...body }) {
      const { revision, ...page } = await pages.create(identity, driveId, body)
      return { ok: true, page, revision }
    },

    async update_page({ data: { identity } }, { pageId, title }) {
      const { revision, ...page } = await pages.rename(identity, pageId, title)
      return { ok: true, page, revision }
    },

    async delete_page({ data: { identity } }, { pageId }) {
      await pages.remove(identity, pageId)
      return { ok: true }
    },
  }
}
