/*
 * A page's title while it is being changed.
 *
 *   shown (follows the server) ──typing──▶ edited ──pause, blur, Enter──▶ saving ──ok──▶ shown
 *   saving ──typing──▶ edited again, sent when the present save is over
 *   saving ──failed──▶ failed (the text stays) ──typing, retry, connection back──▶ saving
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { describeError } from '../../api/api-error.ts'
import { takeChangedPage } from '../../app/live-queries.ts'
import { usePerson } from '../../app/person.ts'
import { useRealtime } from '../../realtime/realtime-context.ts'
import { showTitleConflict } from '../page-tree/ConflictNotice.tsx'
import { usePageActions } from '../page-tree/use-page-actions.ts'

interface Latest {
  draft: string | null
  /** The page as it was when the draft was begun: what others made of it since then is found out by it. */
  seen: PageWithRole | null
  isSaving: boolean
}

export interface PageTitleState {
  value: string
  /** Why the title as it stands is not saved, if saving failed. */
  failure: string | null
  isUnsaved: boolean
  change(value: string): void
  /** Saves now what has not been saved. */
  save(): void
}

const PAUSE_MS = 700

/** The title of one page, followed while nobody here edits it. */
export function usePageTitle(
  pageId: string,
  serverTitle: string,
  serverPage: PageWithRole | null,
): PageTitleState {
  const { api, userId } = usePerson()
  const realtime = useRealtime()
  const queries = useQueryClient()
  const [draft, setDraft] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const latest = useRef<Latest>({ draft: null, seen: null, isSaving: false })
  const present = useRef(serverPage)
  present.current = serverPage
  const { renamePage } = usePageActions()
  const rename = useRef(renamePage)
  rename.current = renamePage
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const save = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current)
    const state = latest.current
    if (state.draft === null || state.isSaving) return
    const sent = state.draft
    state.isSaving = true
    try {
      const { seen } = state
      const basedOn = seen === null ? {} : { basedOnRevision: seen.revision }
      const { conflict, ...made } = await api.updatePage(pageId, { title: sent, ...basedOn })
      await takeChangedPage(queries, made)
      state.seen = made
      const takeTheirs = (): void => rename.current(made, conflict?.page.title ?? '')
      if (seen) showTitleConflict(conflict, { userId, seen, made }, takeTheirs)
      setFailure(null)
      if (state.draft === sent) {
        state.draft = null
        setDraft(null)
      }
    } catch (error) {
      setFailure(describeError(error))
      return
    } finally {
      state.isSaving = false
    }
    if (state.draft !== null) void save()
  }, [api, pageId, queries, userId])

  const change = useCallback(
    (value: string) => {
      if (latest.current.draft === null) latest.current.seen = present.current
      const title = [...value.replace(/\p{Cc}+/gu, ' ')].slice(0, 200).join('').slice(0, 200)
      latest.current.draft = title
      setDraft(title)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void save(), PAUSE_MS)
    },
    [save],
  )

  // What could not be sent is sent when the connection is back, and when the page is left.
  useEffect(() => {
    const stop = realtime.subscribe(() => {
      if (realtime.isConnected()) void save()
    })
    return () => {
      stop()
      void save()
    }
  }, [realtime, save])

  return { value: draft ?? serverTitle, failure, isUnsaved: draft !== null, change, save: () => void save() }
}
