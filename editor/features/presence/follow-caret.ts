import type { Editor } from '@tiptap/react'
import { readRemoteCarets } from './remote-carets.ts'
import { scrollTo } from './scroll-to.ts'

/** Keeps somebody's caret in view until the answered function is called; tells whether they have one. */
export function followCaret(
  editor: Editor,
  userId: string,
  onInText: (isInText: boolean) => void,
): () => void {
  let shown: number | null = null
  const goAlong = (): void => {
    const caret = readRemoteCarets(editor.state).find((other) => other.userId === userId)
    onInText(caret !== undefined)
    if (caret === undefined || caret.head === shown) return
    shown = caret.head
    scrollTo(editor.view, caret.head)
  }
  goAlong()
  editor.on('transaction', goAlong)
  return () => void editor.off('transaction', goAlong)
}
