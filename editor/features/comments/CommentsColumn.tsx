import type { Editor } from '@tiptap/react'
import { type ReactNode, useRef } from 'react'
import classes from './Comments.module.css'
import { CommentsState } from './CommentsState.tsx'
import { useComments } from './comments-context.ts'
import { layOutCards } from './lay-out-cards.ts'
import { NewThreadCard } from './NewThreadCard.tsx'
import { orderThreads } from './order-threads.ts'
import { SettledToggle } from './SettledToggle.tsx'
import { ThreadCard } from './ThreadCard.tsx'
import { DRAFT_ID, useAnchorTops } from './use-anchor-tops.ts'
import { useHeights } from './use-heights.ts'

const GAP = 12
/** How high a card is taken to be before it was measured. */
const GUESSED_HEIGHT = 120

/** The comments beside the text, each at the height of what it is about. */
export function CommentsColumn({ editor }: { editor: Editor | null }) {
  const comments = useComments()
  const { draft, activeId } = comments
  const container = useRef<HTMLElement>(null)
  const tops = useAnchorTops(editor, container)
  const { heights, watch } = useHeights()

  const cards: { id: string; wanted: number; height: number; card: ReactNode }[] = []
  const add = (id: string, wanted: number, card: ReactNode): void =>
    void cards.push({ id, wanted, height: heights.get(id) ?? GUESSED_HEIGHT, card })
  const ordered = orderThreads(comments, tops)
  for (const { thread, top } of ordered)
    if (top !== null) add(thread.id, top, <ThreadCard thread={thread} isGone={false} />)
  if (draft !== null) add(DRAFT_ID, tops?.get(DRAFT_ID) ?? 0, <NewThreadCard draft={draft} />)
  cards.sort((a, b) => a.wanted - b.wanted)
  const lowest = cards.at(-1)?.wanted ?? 0
  for (const { thread, top } of ordered)
    if (top === null) add(thread.id, lowest, <ThreadCard thread={thread} isGone={tops !== null} />)

  const places = layOutCards(cards, draft === null ? activeId : DRAFT_ID, GAP)
  const last = cards.at(-1)
  const end = last === undefined ? 0 : (places.get(last.id) ?? 0) + last.height
  return (
    <aside ref={container} className={classes.column} aria-label="Comments" data-testid="comments">
      {cards.length === 0 && <CommentsState />}
      {cards.map(({ id, card }) => (
        <div key={id} ref={watch(id)} className={classes.placed} style={{ top: places.get(id) ?? 0 }}>
          {card}
        </div>
      ))}
      <div style={{ height: end }} />
      <SettledToggle />
    </aside>
  )
}
