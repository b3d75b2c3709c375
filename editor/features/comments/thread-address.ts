import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

const THREAD = 'thread'

/** Where a page is found in the app, and on it a thread. */
export function toPagePath(pageId: string, threadId: string | null = null): string {
  return `/pages/${pageId}${threadId === null ? '' : `?${THREAD}=${threadId}`}`
}

/** The thread that an address names. */
export function readThread(search: string): string | null {
  const id = new URLSearchParams(search).get(THREAD)
  return id === null || id === '' ? null : id.toLowerCase()
}

/** How a page's threads are addressed, and which one the person was led to. */
export interface ThreadAddress {
  readonly sought: string | null
  /** The one that was sought is shown, or is not there. */
  onFound(): void
  /** A whole address that leads to a thread. */
  toAddress(threadId: string): string
}

/** The thread in the app's address. It is taken from there once it is shown, so that it can be sought again. */
export function useThreadAddress(pageId: string): ThreadAddress {
  const [, navigate] = useLocation()
  const sought = readThread(useSearch())
  const onFound = useCallback(() => navigate(toPagePath(pageId), { replace: true }), [navigate, pageId])
  return useMemo(
    () => ({ sought, onFound, toAddress: (threadId) => location.origin + toPagePath(pageId, threadId) }),
    [sought, onFound, pageId],
  )
}
