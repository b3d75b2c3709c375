/** The cache keys of everything that is read from the server. */
export const queryKeys = {
  drives: ['drives'] as const,
  pages: (driveId: string) => ['pages', driveId] as const,
  page: (pageId: string) => ['page', pageId] as const,
  members: (driveId: string) => ['members', driveId] as const,
  /** The threads of comments on a page's text. */
  threads: (pageId: string) => ['threads', pageId] as const,
  versions: (pageId: string) => ['versions', pageId] as const,
  grants: (pageId: string) => ['grants', pageId] as const,
  breadcrumbs: (pageId: string) => ['breadcrumbs', pageId] as const,
  trash: (driveId: string) => ['trash', driveId] as const,
  favourites: ['favourites'] as const,
  recent: ['recent'] as const,
  shared: ['shared'] as const,
  messages: (pageId: string) => ['messages', pageId] as const,
  streams: (pageId: string) => ['streams', pageId] as const,
  unread: ['unread'] as const,
  notifications: ['notifications'] as const,
  sessions: ['sessions'] as const,
  links: (pageId: string) => ['links', pageId] as const,
}
