import { Drawer } from '@mantine/core'
import type { Editor } from '@tiptap/react'
import { useEffect, useRef } from 'react'
import classes from './Comments.module.css'
import { CommentsState } from './CommentsState.tsx'
import { useComments } from './comments-context.ts'
import { NewThreadCard } from './NewThreadCard.tsx'
import { orderThreads } from './order-threads.ts'
import { SettledToggle } from './SettledToggle.tsx'
import { ThreadCard } from './ThreadCard.tsx'
import { useAnchorTops } from './use-anchor-tops.ts'

/** The comments where there is no room beside the text: over it, one below the other. */
export function CommentsDrawer({ editor }: { editor: Editor | null }) {
  const comments = useComments()
  return (
    <Drawer
      opened={comments.isShown}
      onClose={comments.toggle}
      position="right"
      size="min(26rem, 92vw)"
      title="Comments"
      closeButtonProps={{ 'aria-label': 'Close comments' }}
      classNames={{ content: classes.drawer ?? '' }}
    >
      <Cards editor={editor} />
    </Drawer>
  )
}

function Cards({ editor }: { editor: Editor | null }) {
  const comments = useComments()
  const { draft, activeId } = comments
  const list = useRef<HTMLDivElement>(null)
  const tops = useAnchorTops(editor, list)
  const ordered = orderThreads(comments, tops)
  useEffect(() => {
    if (activeId === null) return
    const card = list.current?.querySelector(`[data-thread="${CSS.escape(activeId)}"]`)
    card?.scrollIntoView({ block: 'nearest' })
  }, [activeId])
  return (
    <div ref={list} className={classes.list} data-testid="comments">
      {draft !== null && <NewThreadCard draft={draft} />}
      {draft === null && ordered.length === 0 && <CommentsState />}
      {ordered.map(({ thread, top }) => (
        <ThreadCard key={thread.id} thread={thread} isGone={tops !== null && top === null} />
      ))}
      <SettledToggle />
    </div>
  )
}
