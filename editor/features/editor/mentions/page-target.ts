import { parseLinkAddress } from '../link-address.ts'

const PAGE_PATH = /^\/pages\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** The page of this server that an address leads to; null if it leads elsewhere. */
export function readPageAddress(address: string): string | null {
  const parsed = parseLinkAddress(address)
  if (parsed === null) return null
  const { origin, pathname } = new URL(parsed)
  return origin === location.origin ? (PAGE_PATH.exec(pathname)?.[1]?.toLowerCase() ?? null) : null
}

/** The page that what is under the pointer leads to: a mention of it, or a link. */
export function findPageTarget(target: EventTarget | null): { pageId: string; element: Element } | null {
  if (!(target instanceof Element)) return null
  const mention = target.closest('[data-type="mention"][data-kind="page"]')
  const mentioned = mention?.getAttribute('data-page-id')
  if (mention && mentioned) return { pageId: mentioned, element: mention }
  const link = target.closest('a[href]')
  const linked = link && readPageAddress(link.getAttribute('href') ?? '')
  return link && linked ? { pageId: linked, element: link } : null
}
