import type { Editor } from '@tiptap/react'
import { lazy, type ReactNode, Suspense } from 'react'
import { loadTextComments } from '../../app/live-parts.ts'
import classes from './Comments.module.css'
import { useComments } from './comments-context.ts'

const TextComments = lazy(async () => ({ default: (await loadTextComments()).TextComments }))
const CommentsColumn = lazy(async () => ({ default: (await import('./CommentsColumn.tsx')).CommentsColumn }))
const CommentsDrawer = lazy(async () => ({ default: (await import('./CommentsDrawer.tsx')).CommentsDrawer }))

/** A text with its comments beside it, or over it where there is no room. */
export function CommentedText({ editor, children }: { editor: Editor | null; children: ReactNode }) {
  const { isShown, isOver } = useComments()
  return (
    <div className={classes.frame}>
      <div className={classes.text}>{children}</div>
      <Suspense fallback={null}>{editor && <TextComments editor={editor} />}</Suspense>
      {isOver ? (
        <Suspense fallback={null}>{(editor || isShown) && <CommentsDrawer editor={editor} />}</Suspense>
      ) : (
        isShown && (
          <Suspense fallback={<div className={classes.column} />}>
            <CommentsColumn editor={editor} />
          </Suspense>
        )
      )}
    </div>
  )
}
