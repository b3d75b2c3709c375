import type { Editor } from '@tiptap/react'
import type { ReactNode } from 'react'
import { latePart } from '../../app/late-part.tsx'
import { loadTextComments } from '../../app/live-parts.ts'
import classes from './Comments.module.css'
import { useComments } from './comments-context.ts'

const TextComments = latePart(async () => ({ default: (await loadTextComments()).TextComments }), {
  missing: 'aside',
})
const CommentsColumn = latePart(
  async () => ({ default: (await import('./CommentsColumn.tsx')).CommentsColumn }),
  { waiting: <div className={classes.column} /> },
)
const CommentsDrawer = latePart(
  async () => ({ default: (await import('./CommentsDrawer.tsx')).CommentsDrawer }),
  { missing: 'aside' },
)

/** A text with its comments beside it, or over it where there is no room. */
export function CommentedText({ editor, children }: { editor: Editor | null; children: ReactNode }) {
  const { isShown, isOver } = useComments()
  return (
    <div className={classes.frame}>
      <div className={classes.text}>{children}</div>
      {editor && <TextComments editor={editor} />}
      {isOver
        ? (editor || isShown) && <CommentsDrawer editor={editor} />
        : isShown && <CommentsColumn editor={editor} />}
    </div>
  )
}
