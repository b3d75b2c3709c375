import {
  breadcrumbsSchema,
  type ChildPageList,
  childPageListSchema,
  favouriteListSchema,
  MAX_LISTED_PAGES,
  recentPageListSchema,
  trashListSchema,
} from '../../shared/api/page-tree.ts'
import { pageWithRoleSchema } from '../../shared/api/pages.ts'
import { searchResultSchema } from '../../shared/api/search.ts'
import type { Call } from './api-client.ts'

/** Operations on a page's place: copies, the trash, favourites, recent pages, and finding pages. */
export function createTreeCalls(call: Call) {
  return {
    /** The pages below one, or at the top of a drive; `known` is answered if it is still so. */
    listChildren: (
      driveId: string,
      { parentId, cursor }: { parentId: string | null; cursor?: string },
      known?: { tag: string; value: ChildPageList },
    ) =>
      call(
        `/api/drives/${driveId}/pages?parentId=${parentId ?? 'root'}&limit=${MAX_LISTED_PAGES}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
        childPageListSchema,
        { known },
      ),
    duplicatePage: (pageId: string, id: string) =>
      call(`/api/pages/${pageId}/duplicate`, pageWithRoleSchema, { method: 'POST', body: { id } }),
    listBreadcrumbs: (pageId: string) => call(`/api/pages/${pageId}/breadcrumbs`, breadcrumbsSchema),
    /** The latest first; `cursor` goes on with older ones. */
    listTrash: (driveId: string, cursor?: string) =>
      call(
        `/api/drives/${driveId}/trash${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
        trashListSchema,
      ),
    emptyTrash: (driveId: string) => call(`/api/drives/${driveId}/trash`, null, { method: 'DELETE' }),
    restorePage: (pageId: string) =>
      call(`/api/pages/${pageId}/restore`, pageWithRoleSchema, { method: 'POST' }),
    /** Removes a page that is in the trash for good. */
    erasePage: (pageId: string) => call(`/api/pages/${pageId}?permanent=true`, null, { method: 'DELETE' }),
    listFavourites: () => call('/api/me/favourites', favouriteListSchema),
    addFavourite: (pageId: string) => call(`/api/me/favourites/${pageId}`, null, { method: 'PUT', body: {} }),
    removeFavourite: (pageId: string) => call(`/api/me/favourites/${pageId}`, null, { method: 'DELETE' }),
    listRecentPages: () => call('/api/me/recent', recentPageListSchema),
    search: (words: string) => call(`/api/search?q=${encodeURIComponent(words)}`, searchResultSchema),
  }
}
