import { Button, Skeleton } from '@mantine/core'
import { describeError } from '../../api/api-error.ts'
import classes from './Comments.module.css'
import { useComments } from './comments-context.ts'

/** What stands where there are no comments to show. */
export function CommentsState() {
  const { query, threads, mayComment } = useComments()
  if (query.isPending)
    return (
      <div className={classes.state} aria-busy="true">
        <Skeleton height={72} radius="lg" />
        <Skeleton height={72} radius="lg" />
      </div>
    )
  if (query.isError && query.data === undefined)
    return (
      <div className={classes.state} role="alert">
        <p className={classes.words}>The comments could not be read. {describeError(query.error)}</p>
        <Button size="compact-sm" variant="light" onClick={() => void query.refetch()}>
          Try again
        </Button>
      </div>
    )
  const isAllSettled = threads.length > 0
  return (
    <div className={classes.state}>
      <p className={classes.words}>
        {isAllSettled ? 'All comments are settled.' : 'Nobody has commented yet.'}
        {mayComment
          ? ' Select some text and choose Comment.'
          : ' You may read this page, but not comment on it.'}
      </p>
    </div>
  )
}
