import type { Editor } from '@tiptap/react'
import type { Comments } from './comments-context.ts'
import { readSelected } from './read-anchor.ts'

/** Begins a thread about the selected text; nothing if there is none, or for those who may not comment. */
export function beginComment(editor: Editor, { mayComment, begin }: Comments): void {
  const selected = mayComment ? readSelected(editor.state) : null
  if (selected === null) return
  begin(selected)
  // The text is shown as what is being commented on; nothing else is to be done with it meanwhile.
  editor.commands.setTextSelection(selected.to)
}
