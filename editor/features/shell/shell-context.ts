import { createContext, useContext } from 'react'

/** How the screens inside the shell open and close its sidebar. */
export interface ShellControls {
  hasSidebar: boolean
  isSidebarOpen: boolean
  toggleSidebar(): void
}

export const ShellContext = createContext<ShellControls | null>(null)

export function useShell(): ShellControls {
  const shell = useContext(ShellContext)
  if (!shell) throw new Error('The shell is used outside of itself.')
  return shell
}
