import { createContext, useContext } from 'react'

/** What can stand beside a page. */
export type Panel = 'messages'

/** How the screens inside the shell open and close what is around them. */
export interface ShellControls {
  hasSidebar: boolean
  isSidebarOpen: boolean
  toggleSidebar(): void
  /** What stands beside the page, if anything does. */
  panel: Panel | null
  openPanel(panel: Panel): void
  closePanel(): void
  openSearch(): void
}

export const ShellContext = createContext<ShellControls | null>(null)

export function useShell(): ShellControls {
  const shell = useContext(ShellContext)
  if (!shell) throw new Error('The shell is used outside of itself.')
  return shell
}
