import { useEffect, useRef, useState } from 'react'
import type { AccessChangeReason } from '../../../shared/protocol/access.ts'
import { usePerson } from '../../app/person.ts'
import { useServices } from '../../app/services.ts'
import { useCollaborativePage } from '../../component/use-collaborative-page.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { forgetLastPage, rememberLastPage } from '../shell/last-page.ts'
import { PageView } from './PageView.tsx'
import { RefusedScreen } from './RefusedScreen.tsx'
import { readRefusal } from './read-refusal.ts'

/** `/pages/:id`: opens the page and decides whether there is one to show. */
export function PageScreen({ pageId }: { pageId: string }) {
  const person = usePerson()
  const { storage } = useServices()
  const [attempt, setAttempt] = useState(0)
  const { session, view, page } = useCollaborativePage(pageId, String(attempt))

  const [revoked, setRevoked] = useState<AccessChangeReason | null>(null)
  const retry = (): void => {
    session?.retry()
    void page.refetch()
  }
  useServerEvent('access_revoked', ({ driveId, reason }) => {
    // Perhaps of a page above this one; whether it concerns this one, its refusal says.
    if (driveId === page.data?.driveId) setRevoked(reason)
  })
  useServerEvent('access_changed', () => {
    setRevoked(null)
    if (refusal !== null) retry()
  })

  // While it is asked again, what was answered last holds.
  const answered = useRef<ReturnType<typeof readRefusal>>(null)
  if (!page.isPending) answered.current = readRefusal(page.error)
  const refusal = view.save.kind === 'refused' ? view.save.reason : answered.current
  const isRefused = refusal !== null
  useEffect(() => {
    if (!isRefused) rememberLastPage(storage, person.userId, pageId)
    else forgetLastPage(storage, person.userId)
  }, [storage, person.userId, pageId, isRefused])

  if (refusal !== null) {
    return (
      <RefusedScreen
        reason={refusal}
        session={session}
        hasUnsaved={view.hasUnsaved}
        isKept={view.isKept}
        revoked={revoked}
        title={page.data?.title ?? null}
        onRetry={retry}
      />
    )
  }
  return (
    <PageView
      pageId={pageId}
      page={page.data ?? null}
      session={session}
      view={view}
      onDiscarded={() => setAttempt((before) => before + 1)}
    />
  )
}
