import type { Editor } from '@tiptap/react'
import { BubbleMenu } from '@tiptap/react/menus'
import { CommentButton } from './CommentButton.tsx'
import classes from './Comments.module.css'
import { useComments } from './comments-context.ts'

/** The way to comment, beside the selected text, for who may not edit it: others have it in their menu there. */
export function CommentBubble({ editor }: { editor: Editor }) {
  const { mayComment, draft } = useComments()
  if (!mayComment) return null
  return (
    <BubbleMenu
      editor={editor}
      pluginKey="commentBubble"
      options={{ placement: 'top', offset: 8 }}
      shouldShow={({ state: { selection, doc } }) =>
        !editor.isEditable &&
        draft === null &&
        doc.textBetween(selection.from, selection.to, '\n', ' ').trim() !== ''
      }
    >
      <div className={classes.bubble}>
        <CommentButton editor={editor} />
      </div>
    </BubbleMenu>
  )
}
