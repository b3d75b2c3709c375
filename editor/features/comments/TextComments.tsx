import type { Editor } from '@tiptap/react'
import { useEffect, useEffectEvent } from 'react'
import { beginComment } from './begin-comment.ts'
import { CommentBubble } from './CommentBubble.tsx'
import { listThreadsAt, showThreads } from './comment-highlights.ts'
import { useComments } from './comments-context.ts'
import { locate } from './read-anchor.ts'
import './comments.css'

/** The comments in the text itself: what they are about, clicks on it, and the ways to begin one. */
export function TextComments({ editor }: { editor: Editor }) {
  const comments = useComments()
  const { threads, activeId, draft, activate } = comments
  useEffect(() => {
    if (editor.isDestroyed) return
    showThreads(editor.view, {
      threads: new Map(threads.map(({ id, resolvedAt }) => [id, resolvedAt === null ? 'open' : 'settled'])),
      activeId,
      draft: draft && locate(draft.anchor, editor.state),
    })
  }, [editor, threads, activeId, draft])

  const onTextClicked = useEffectEvent(({ target }: MouseEvent) => {
    const ids = target instanceof Element ? listThreadsAt(target) : []
    const known = ids.filter((id) => threads.some((thread) => thread.id === id))
    // Of several threads about one text each click shows the next.
    activate(known[(known.indexOf(activeId ?? '') + 1) % known.length] ?? null)
  })
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.code !== 'KeyM' || !event.altKey || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    beginComment(editor, comments)
  })
  useEffect(() => {
    if (editor.isDestroyed) return
    const { dom } = editor.view
    const onClick = (event: MouseEvent): void => onTextClicked(event)
    const onKeyDown = (event: KeyboardEvent): void => onKey(event)
    dom.addEventListener('click', onClick)
    window.addEventListener('keydown', onKeyDown)
    return () => {
      dom.removeEventListener('click', onClick)
      window.removeEventListener('keydown', onKeyDown)
    }
  }, [editor])
  return <CommentBubble editor={editor} />
}
