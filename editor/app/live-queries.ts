import type { Query, QueryClient } from '@tanstack/react-query'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import type { Facts } from '../../shared/protocol/events.ts'
import { applyPageFact, type PageFact, removeSubtree } from '../features/page-tree/apply-page-fact.ts'
import type { PageTreeList } from '../features/page-tree/page-tree-list.ts'
import type { RealtimeSession } from '../realtime/realtime-session.ts'
import { queryKeys } from './query-keys.ts'

/**
 * Brings what the server tells into the cache, wherever it is shown: facts, and after every (re)connect
 * whatever may have been missed. Answers a function that stops it.
 */
export function keepQueriesLive(
  queries: QueryClient,
  realtime: Pick<RealtimeSession, 'on' | 'onJoined' | 'subscribe' | 'isConnected'>,
  userId: string,
): () => void {
  const refetch = (queryKey: readonly unknown[]): void => void queries.invalidateQueries({ queryKey })
  /** The newest revision of each drive that was told of. */
  const told = new Map<string, number>()
  const hear = ({ driveId, revision }: { driveId: string; revision: number }): void =>
    void told.set(driveId, Math.max(revision, told.get(driveId) ?? 0))

  function followList(fact: PageFact): void {
    hear(fact)
    void updatePageList(queries, fact)
  }

  function followChange(fact: Facts['page_created' | 'page_updated' | 'page_restored']): void {
    followList(fact)
    // Of two facts that come in another order than they happened the later one holds.
    queries.setQueryData<PageWithRole>(queryKeys.page(fact.page.id), (before) =>
      before && before.revision <= fact.page.revision ? { ...before, ...fact.page } : before,
    )
  }

  /**
   * Asks again for the pages that may have come back: this one and, if others came with it, all of its drive and those of
   * which nothing is known.
   */
  function comeBack({ driveId, page, pageCount }: Facts['page_restored']): void {
    const isBack = ({ queryKey, state }: Query): boolean => {
      const known = state.data as PageWithRole | undefined
      return queryKey[1] === page.id || (pageCount > 1 && (known === undefined || known.driveId === driveId))
    }
    void queries.invalidateQueries({ queryKey: ['page'], predicate: isBack })
  }

  function followMember(fact: Facts['member_added' | 'member_updated' | 'member_removed']): void {
    hear(fact)
    skipRevision(queries, fact)
    refetch(queryKeys.members(fact.driveId))
    if (('member' in fact ? fact.member.userId : fact.userId) === userId) refetch(queryKeys.drives)
  }

  async function loseAccess({ driveId, pageId }: Facts['access_revoked']): Promise<void> {
    // Behind the others who hear of it, who may want to say what it was called.
    await Promise.resolve()
    const listKey = queryKeys.pages(driveId)
    if (pageId === null) {
      queries.setQueryData<Drive[]>(queryKeys.drives, (drives) => drives?.filter(({ id }) => id !== driveId))
      queries.removeQueries({ queryKey: listKey })
    } else {
      queries.setQueryData<PageTreeList>(
        listKey,
        (list) => list && { ...list, items: removeSubtree(list.items, pageId) },
      )
      // Something below it may have been given to the person by name.
      refetch(listKey)
    }
    for (const key of [queryKeys.drives, queryKeys.shared, ['page']]) refetch(key)
  }

  const stops = [
    // An answer may be older than what was told while it was on its way.
    queries.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.action.type !== 'success' || event.action.manual) return
      const [name, driveId] = event.query.queryKey
      if (name !== 'pages' || typeof driveId !== 'string') return
      const { revision } = event.query.state.data as PageTreeList
      const newest = told.get(driveId)
      if (newest === undefined || revision >= newest) return
      // Once for each: a server that answers no newer one is not asked for ever.
      told.delete(driveId)
      refetch(event.query.queryKey)
    }),
    realtime.on('page_created', followChange),
    realtime.on('page_updated', followChange),
    realtime.on('page_restored', (fact) => {
      followChange(fact)
      comeBack(fact)
    }),
    realtime.on('page_moved', (fact) => {
      followList(fact)
      // Elsewhere, one may have another role on it, or none.
      refetch(queryKeys.page(fact.pageId))
    }),
    // Whoever has the page open hears it from the document's connection.
    realtime.on('page_deleted', followList),
    realtime.on('member_added', followMember),
    realtime.on('member_updated', followMember),
    realtime.on('member_removed', followMember),
    realtime.on('access_changed', ({ driveId }) => {
      const { drives, shared, pages, members } = queryKeys
      for (const key of [drives, shared, pages(driveId), members(driveId), ['page']]) refetch(key)
    }),
    realtime.on('access_revoked', (fact) => void loseAccess(fact)),
    realtime.onJoined((joined) => {
      if ('driveId' in joined) {
        hear(joined)
        // What happened to a page before nobody has told: whether it came back, too.
        refetchFailed(queries)
        const list = queries.getQueryData<PageTreeList>(queryKeys.pages(joined.driveId))
        if (list?.revision !== joined.revision) refetch(queryKeys.pages(joined.driveId))
      } else if (!isListed(queries, joined.pageId)) {
        // Of a page in a list the drive's revision tells whether something was missed; of this one nothing does.
        refetch(queryKeys.page(joined.pageId))
      }
    }),
    realtime.subscribe(() => {
      if (realtime.isConnected()) void queries.invalidateQueries({ predicate: isWithoutRevision })
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Brings a fact into the cached list of its drive; a list that has missed one before it is fetched anew. */
async function updatePageList(queries: QueryClient, fact: PageFact): Promise<void> {
  const queryKey = queryKeys.pages(fact.driveId)
  const list = queries.getQueryData<PageTreeList>(queryKey)
  if (!list) return
  const next = applyPageFact(list, fact)
  if (next === 'refetch') await queries.invalidateQueries({ queryKey })
  else queries.setQueryData(queryKey, next)
}

/** Brings a page that was changed here into the cache, as the fact about it would; resolves when it is there. */
export async function takeChangedPage(queries: QueryClient, { role, ...page }: PageWithRole): Promise<void> {
  queries.setQueryData<PageWithRole>(queryKeys.page(page.id), (before) =>
    before && before.revision > page.revision ? before : { ...page, role },
  )
  await updatePageList(queries, { eventId: '', driveId: page.driveId, revision: page.revision, page })
}

/** A change of the drive that no page is part of: the list shows its revision as well. */
function skipRevision(
  queries: QueryClient,
  { driveId, revision }: { driveId: string; revision: number },
): void {
  queries.setQueryData<PageTreeList>(queryKeys.pages(driveId), (list) =>
    list?.revision === revision - 1 ? { ...list, revision } : list,
  )
}

/** Asks again for pages that could not be shown. */
function refetchFailed(queries: QueryClient): void {
  const isFailed = ({ queryKey, state }: Query) => queryKey[0] === 'page' && state.status === 'error'
  void queries.invalidateQueries({ predicate: isFailed })
}

/** Lists of pages are compared by revision when their drive is joined; nothing compares the others. */
function isWithoutRevision({ queryKey }: Query): boolean {
  return queryKey[0] !== 'pages'
}

function isListed(queries: QueryClient, pageId: string): boolean {
  const lists = queries.getQueriesData<PageTreeList>({ queryKey: ['pages'] })
  return lists.some(([, list]) => list?.items.some(({ id }) => id === pageId))
}
