import type { Editor } from '@tiptap/react'
import type { ReactNode } from 'react'

/** One choice of a menu that a sign in the text opened. */
export interface MenuOption {
  readonly id: string
  readonly group: string
  readonly label: string
  /** What stands behind it, quietly. */
  readonly detail?: string | undefined
  readonly picture: ReactNode
  /** What takes it when it is typed behind the sign, to its last letter. */
  readonly writtenOut?: readonly string[]
  /** Does it; the sign and the words behind it are gone by then. */
  readonly run: (editor: Editor) => void
}

/** What a menu shows. */
export interface MenuContent {
  readonly label: string
  readonly options: readonly MenuOption[]
  /** What to say while there is no option: that they are loading, or that there are none; null to show nothing. */
  readonly words: string | null
}
