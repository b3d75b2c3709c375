import { Button } from '@mantine/core'
import { memo } from 'react'
import { usePresence } from '../../realtime/use-presence.ts'
import classes from './FollowNotice.module.css'
import type { Follow } from './use-follow.ts'

/** Says with whom one goes along, and ends it. */
export const FollowNotice = memo(function FollowNotice({
  pageId,
  follow,
}: {
  pageId: string
  follow: Follow
}) {
  const person = usePresence(pageId).find(({ userId }) => userId === follow.userId)
  if (follow.userId === null || !person) return null
  return (
    <div
      className={classes.notice}
      style={{ borderColor: person.color }}
      role="status"
      data-testid="following"
    >
      <span>
        {follow.isInText ? 'Following ' : 'Not in the text now: '}
        <bdi>{person.name}</bdi>
      </span>
      <Button size="compact-xs" variant="default" onClick={follow.stop}>
        Stop
      </Button>
    </div>
  )
})
