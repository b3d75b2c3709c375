import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { Authors } from '../../../shared/api/content.ts'
import type { VersionDiff } from '../../../shared/api/versions.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'

/** A version as it is shown: its blocks beside those of the version before, and who wrote what when. */
export interface VersionChanges {
  readonly blocks: VersionDiff['blocks']
  readonly authors: Authors['items']
  /** When the version before was kept, ISO 8601; null if there is none. What was written since is news. */
  readonly since: string | null
}

/** Where a version stands in the page's history. */
export interface VersionStep {
  /** Null for the page as it is now. */
  readonly version: { readonly id: string; readonly seq: number } | null
  /** The version before. */
  readonly before: { readonly id: string; readonly createdAt: string } | null
}

/** Reads what a version changed. */
export function useVersionChanges(pageId: string, step: VersionStep): UseQueryResult<VersionChanges> {
  const { api } = usePerson()
  const { version, before } = step
  return useQuery({
    queryKey: [...queryKeys.versions(pageId), 'changes', version?.id ?? 'current', before?.id ?? null],
    // A version stays as it is; the page does not.
    staleTime: version === null ? 0 : Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const [blocks, authors] = await Promise.all([
        readBlocks(),
        // Where the log does not reach back so far, the text is shown without its authors.
        api.readAuthors(pageId, version?.seq).catch(() => ({ items: [] })),
      ])
      return { blocks, authors: authors.items, since: before?.createdAt ?? null }
    },
  })

  async function readBlocks(): Promise<VersionDiff['blocks']> {
    if (before !== null)
      return (await api.compareVersions(pageId, before.id, version?.id ?? 'current')).blocks
    const document = await (version === null ? api.readPage(pageId) : api.readVersion(pageId, version.id))
    const blocks = Array.isArray(document['content']) ? document['content'] : []
    return blocks.map((block: Record<string, unknown>) => ({ change: 'added' as const, block }))
  }
}
