import { CommentForm } from './CommentForm.tsx'
import type { Comments } from './comments-context.ts'
import { useComments } from './comments-context.ts'
import classes from './ThreadCard.module.css'

/** The card of a thread that is being begun. */
export function NewThreadCard({ draft }: { draft: NonNullable<Comments['draft']> }) {
  const { pageId, create, cancelDraft } = useComments()
  return (
    <section className={classes.card} data-active data-testid="new-thread" aria-label="New comment">
      <p className={classes.quote} dir="auto">
        {draft.quote}
      </p>
      <CommentForm
        label="Comment"
        action="Comment"
        place={`new ${pageId} ${draft.quote}`}
        isFocusedAtFirst
        isOpen
        onSend={create}
        onCancel={cancelDraft}
      />
    </section>
  )
}
