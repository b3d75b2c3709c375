/** The cache keys of everything that is read from the server. */
export const queryKeys = {
  drives: ['drives'] as const,
  pages: (driveId: string) => ['pages', driveId] as const,
  page: (pageId: string) => ['page', pageId] as const,
  members: (driveId: string) => ['members', driveId] as const,
  /** The threads of comments on a page's text. */
  threads: (pageId: string) => ['threads', pageId] as const,
  versions: (pageId: string) => ['versions', pageId] as const,
  links: (pageId: string) => ['links', pageId] as const,
}
