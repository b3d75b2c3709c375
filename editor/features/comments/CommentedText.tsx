import type { Editor } from '@tiptap/react'
import type { ReactNode } from 'react'
import { CommentBubble } from './CommentBubble.tsx'
import classes from './Comments.module.css'
import { CommentsColumn } from './CommentsColumn.tsx'
import { CommentsDrawer } from './CommentsDrawer.tsx'
import { useComments } from './comments-context.ts'
import './comments.css'

/** A text with its comments beside it, or over it where there is no room. */
export function CommentedText({ editor, children }: { editor: Editor | null; children: ReactNode }) {
  const { isShown, isOver } = useComments()
  return (
    <div className={classes.frame}>
      <div className={classes.text}>{children}</div>
      {editor && <CommentBubble editor={editor} />}
      {isOver ? <CommentsDrawer editor={editor} /> : isShown && <CommentsColumn editor={editor} />}
    </div>
  )
}
