import { Tooltip } from '@mantine/core'
import { type CSSProperties, memo } from 'react'
import { usePerson } from '../../app/person.ts'
import { usePresence } from '../../realtime/use-presence.ts'
import { PersonAvatar } from './PersonAvatar.tsx'
import classes from './PresenceAvatars.module.css'
import type { Follow } from './use-follow.ts'

const MAX_SHOWN = 5
/** What is said behind the name of somebody who is no ordinary person with an account. */
const KIND_WORDS = { user: '', guest: ' (guest)', service: ' (service)' } as const

/** Who has this page open; a click on somebody goes where they write and stays with them. */
export const PresenceAvatars = memo(function PresenceAvatars({
  pageId,
  follow,
}: {
  pageId: string
  follow: Follow
}) {
  const { user } = usePerson()
  const users = usePresence(pageId)
  // Oneself last: the others are the news.
  const ordered = [...users].sort(
    (left, right) => Number(left.userId === user.id) - Number(right.userId === user.id),
  )
  const shown = ordered.slice(0, MAX_SHOWN)
  const rest = ordered.slice(MAX_SHOWN)
  return (
    <ul className={classes.people} data-testid="presence" aria-label="People on this page">
      {shown.map(({ userId, name, color, kind, status }) => {
        const isAway = status === 'idle' && userId !== user.id
        const who = `${name}${userId === user.id ? ' (you)' : KIND_WORDS[kind]}`
        const label = isAway ? `${who}, away` : who
        const isFollowed = userId === follow.userId
        return (
          <li key={userId} className={classes.person} data-away={isAway || undefined}>
            {userId === user.id ? (
              <Tooltip label={label}>
                <span role="img" aria-label={label} data-user-id={userId}>
                  <PersonAvatar name={name} color={color} size={28} />
                </span>
              </Tooltip>
            ) : (
              <Tooltip label={`${label} · go to where they write`}>
                <button
                  type="button"
                  className={classes.follow}
                  style={{ '--person-color': color } as CSSProperties}
                  aria-label={label}
                  aria-description="Go to where they write, and follow them"
                  aria-pressed={isFollowed}
                  data-user-id={userId}
                  onClick={() => (isFollowed ? follow.stop() : follow.follow(userId))}
                >
                  <PersonAvatar name={name} color={color} size={28} />
                </button>
              </Tooltip>
            )}
          </li>
        )
      })}
      {rest.length > 0 && (
        <Tooltip label={rest.map(({ name }) => name).join(', ')}>
          <li className={classes.more}>+{rest.length}</li>
        </Tooltip>
      )}
    </ul>
  )
})
