import type { UseQueryResult } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { Thread, ThreadList } from '../../../shared/api/comments.ts'
import type { Person } from '../../../shared/api/messages.ts'
import type { Selected } from './read-anchor.ts'

/** What somebody writes: plain text, and whom it mentions. The id is the same when it is sent again. */
export interface Written {
  readonly id: string
  readonly body: string
  readonly mentions: string[]
}

/** A page's comments, and what can be done with them. Everything that is sent rejects when it fails. */
export interface Comments {
  readonly pageId: string
  readonly query: UseQueryResult<ThreadList>
  readonly threads: readonly Thread[]
  /** Who can be mentioned. */
  readonly people: readonly Pick<Person, 'userId' | 'name' | 'color'>[]
  /** Whether the person may comment, and whether they may delete what others wrote. */
  readonly mayComment: boolean
  readonly mayModerate: boolean
  readonly activeId: string | null
  /** The selected text that a thread is being begun about. */
  readonly draft: Selected | null
  readonly isShown: boolean
  /** They stand over the text, not beside it. */
  readonly isOver: boolean
  readonly areSettledShown: boolean
  /** The address that leads to a thread; null where there are none. */
  readonly toAddress: ((threadId: string) => string) | null
  activate(threadId: string | null): void
  /** Begins a thread about a text, see `beginComment`. */
  begin(selected: Selected): void
  cancelDraft(): void
  toggle(): void
  toggleSettled(): void
  /** Brings a thread's text into sight. */
  reveal(threadId: string): void
  create(written: Written): Promise<void>
  reply(threadId: string, written: Written): Promise<void>
  edit(threadId: string, written: Written): Promise<void>
  remove(thread: Thread, commentId: string): Promise<void>
  resolve(threadId: string, resolved: boolean): Promise<void>
}

export const CommentsContext = createContext<Comments | null>(null)

/** The comments of the page around. */
export function useComments(): Comments {
  const comments = useContext(CommentsContext)
  if (!comments) throw new Error('Comments are used outside of their provider.')
  return comments
}
