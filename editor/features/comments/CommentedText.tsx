import { useMediaQuery } from '@mantine/hooks'
import type { Editor } from '@tiptap/react'
import type { ReactNode } from 'react'
import { CommentBubble } from './CommentBubble.tsx'
import classes from './Comments.module.css'
import { CommentsColumn } from './CommentsColumn.tsx'
import { CommentsDrawer } from './CommentsDrawer.tsx'
import { NARROW_SCREEN } from './CommentsProvider.tsx'
import { useComments } from './comments-context.ts'
import './comments.css'

/** A text with its comments beside it, or over it where there is no room. */
export function CommentedText({ editor, children }: { editor: Editor | null; children: ReactNode }) {
  const { isShown } = useComments()
  const isNarrow = useMediaQuery(NARROW_SCREEN, window.matchMedia(NARROW_SCREEN).matches)
  return (
    <div className={classes.frame}>
      <div className={classes.text}>{children}</div>
      {editor && <CommentBubble editor={editor} />}
      {isNarrow ? <CommentsDrawer editor={editor} /> : isShown && <CommentsColumn editor={editor} />}
    </div>
  )
}
