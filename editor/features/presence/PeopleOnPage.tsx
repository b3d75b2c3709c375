import { Tooltip } from '@mantine/core'
import type { PresentUser } from '../../../shared/protocol/presence.ts'
import { usePerson } from '../../app/person.ts'
import classes from './PeopleOnPage.module.css'
import { PersonAvatar } from './PersonAvatar.tsx'

const MAX_SHOWN = 3

/** Who else is on a page, small, for a row in a list. */
export function PeopleOnPage({ people }: { people: readonly PresentUser[] }) {
  const { userId } = usePerson()
  const others = people.filter((person) => person.userId !== userId)
  if (others.length === 0) return null
  const names = others.map(({ name }) => name).join(', ')
  const rest = others.length - MAX_SHOWN
  return (
    <Tooltip label={names}>
      <span
        className={classes.people}
        role="img"
        aria-label={`Here now: ${names}`}
        data-testid="people-on-page"
      >
        {others.slice(0, MAX_SHOWN).map((person) => (
          <span key={person.userId} className={classes.person}>
            <PersonAvatar name={person.name} color={person.color} size={20} />
          </span>
        ))}
        {rest > 0 && <span className={classes.more}>+{rest}</span>}
      </span>
    </Tooltip>
  )
}
