import { type Editor, useEditorState } from '@tiptap/react'
import { Floating, rectOfText } from '../editor/Floating.tsx'
import { CommentButton } from './CommentButton.tsx'
import classes from './Comments.module.css'
import { useComments } from './comments-context.ts'

/** The way to comment, beside the selected text, for who may not edit it: others have it in their menu there. */
export function CommentBubble({ editor }: { editor: Editor }) {
  const { mayComment, draft } = useComments()
  const isAsked = useEditorState({
    editor,
    selector: ({ editor: { isEditable, state } }) =>
      !isEditable && state.doc.textBetween(state.selection.from, state.selection.to, '\n', ' ').trim() !== '',
  })
  if (!mayComment || !isAsked || draft !== null) return null
  return (
    <Floating
      editor={editor}
      place="above"
      getRect={() => rectOfText(editor, editor.state.selection.from, editor.state.selection.to)}
    >
      <div className={classes.bubble}>
        <CommentButton editor={editor} />
      </div>
    </Floating>
  )
}
