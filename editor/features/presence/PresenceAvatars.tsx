import { Tooltip } from '@mantine/core'
import { usePerson } from '../../app/person.ts'
import { usePresence } from '../../realtime/use-presence.ts'
import { PersonAvatar } from './PersonAvatar.tsx'
import classes from './PresenceAvatars.module.css'

const MAX_SHOWN = 5
/** What is said behind the name of somebody who is no ordinary person with an account. */
const KIND_WORDS = { user: '', guest: ' (guest)', service: ' (service)' } as const

/** Who has this page open. */
export function PresenceAvatars({ pageId }: { pageId: string }) {
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
        return (
          <Tooltip key={userId} label={label}>
            <li
              className={classes.person}
              aria-label={label}
              data-user-id={userId}
              data-away={isAway || undefined}
            >
              <PersonAvatar name={name} color={color} size={28} />
            </li>
          </Tooltip>
        )
      })}
      {rest.length > 0 && (
        <Tooltip label={rest.map(({ name }) => name).join(', ')}>
          <li className={classes.more}>+{rest.length}</li>
        </Tooltip>
      )}
    </ul>
  )
}
