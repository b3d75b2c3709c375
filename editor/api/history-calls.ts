import { z } from 'zod'
import { authorsSchema, writtenSchema } from '../../shared/api/content.ts'
import { versionDiffSchema, versionListSchema, versionSchema } from '../../shared/api/versions.ts'
import type { Call } from './api-client.ts'

/** How many versions are asked for at once. */
const VERSIONS_AT_ONCE = 50

const documentSchema = z.looseObject({ type: z.literal('doc') })

/** Operations on what a page once said, and on who wrote it. */
export function createHistoryCalls(call: Call) {
  const pathOf = (pageId: string, versionId: string) => `/api/pages/${pageId}/versions/${versionId}`
  return {
    listVersions: (pageId: string, cursor?: string) =>
      call(
        `/api/pages/${pageId}/versions?limit=${VERSIONS_AT_ONCE}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
        versionListSchema,
      ),
    /** Keeps the page as it is under a name. */
    nameVersion: (pageId: string, body: { id: string; name: string }) =>
      call(`/api/pages/${pageId}/versions`, versionSchema, { method: 'POST', body }),
    /** What the page says now. */
    readPage: (pageId: string) => call(`/api/pages/${pageId}/content?format=json`, documentSchema),
    readVersion: (pageId: string, versionId: string) =>
      call(`${pathOf(pageId, versionId)}/content?format=json`, documentSchema),
    /** From the version to another one of the page. */
    compareVersions: (pageId: string, versionId: string, against: string) =>
      call(`${pathOf(pageId, versionId)}/diff?against=${against}`, versionDiffSchema),
    restoreVersion: (pageId: string, versionId: string) =>
      call(`${pathOf(pageId, versionId)}/restore`, writtenSchema, { method: 'POST' }),
    /** Who wrote which part of the page's text; with a `seq`, as it was then. */
    readAuthors: (pageId: string, seq?: number) =>
      call(`/api/pages/${pageId}/authors${seq === undefined ? '' : `?at=${seq}`}`, authorsSchema),
  }
}
