import { Button } from '@mantine/core'
import { IconMessagePlus } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import { beginComment } from './begin-comment.ts'
import classes from './Comments.module.css'
import { useComments } from './comments-context.ts'

/** Begins a comment on the selected text. Nothing for those who may not comment. */
export function CommentButton({ editor }: { editor: Editor }) {
  const comments = useComments()
  const isSelected = useEditorState({
    editor,
    selector: ({ editor: current }) => !current.state.selection.empty,
  })
  if (!comments.mayComment) return null
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<IconMessagePlus size={16} stroke={1.7} />}
      disabled={!isSelected}
      // Else the text would lose its selection.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => beginComment(editor, comments)}
      data-testid="comment-button"
    >
      <span className={classes.word}>Comment</span>
    </Button>
  )
}
