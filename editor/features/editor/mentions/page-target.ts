import { readThread } from '../../comments/thread-address.ts'
import { parseLinkAddress } from '../link-address.ts'

const PAGE_PATH = /^\/pages\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** The page of this server that an address leads to, and the thread there; null if it leads elsewhere. */
export function readPageAddress(address: string): { pageId: string; threadId: string | null } | null {
  const parsed = parseLinkAddress(address)
  if (parsed === null) return null
  const { origin, pathname, search } = new URL(parsed)
  const pageId = origin === location.origin ? PAGE_PATH.exec(pathname)?.[1]?.toLowerCase() : undefined
  return pageId === undefined ? null : { pageId, threadId: readThread(search) }
}

/** The page that what is under the pointer leads to: a mention of it, or a link. */
export function findPageTarget(
  target: EventTarget | null,
): { pageId: string; threadId: string | null; element: Element } | null {
  if (!(target instanceof Element)) return null
  const mention = target.closest('[data-type="mention"][data-kind="page"]')
  const mentioned = mention?.getAttribute('data-page-id')
  if (mention && mentioned) return { pageId: mentioned, threadId: null, element: mention }
  const link = target.closest('a[href]')
  const linked = link && readPageAddress(link.getAttribute('href') ?? '')
  return link && linked ? { ...linked, element: link } : null
}
