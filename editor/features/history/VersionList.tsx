import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Version } from '../../../shared/api/versions.ts'
import { computeAuthorColor } from '../../../shared/colors.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import classes from './History.module.css'
import { describeKind, formatDay, nameVersion } from './version-words.ts'

/** The versions of a page by day, newest first, above them the page as it is. */
export function VersionList(props: {
  versions: readonly Version[]
  /** The chosen version's id; null for the page as it is. */
  chosen: string | null
  onChoose: (id: string | null) => void
  /** Asks for older ones; undefined when there are none. */
  onMore: (() => void) | undefined
}) {
  const { versions, chosen, onChoose, onMore } = props
  const now = new Date()
  let day = ''
  return (
    <nav className={classes.list} aria-label="Versions" data-testid="version-list">
      <Choice isChosen={chosen === null} onChoose={() => onChoose(null)}>
        <span className={classes.name}>Now</span>
        <span className={classes.kind}>The page as it is</span>
      </Choice>
      {versions.map((version) => {
        const ownDay = formatDay(version.createdAt, now)
        const isNewDay = ownDay !== day
        day = ownDay
        const kind = describeKind(version)
        const names = version.contributors.map(({ name }) => name).join(', ')
        return (
          <div key={version.id}>
            {isNewDay && <h3 className={classes.day}>{ownDay}</h3>}
            <Choice isChosen={chosen === version.id} onChoose={() => onChoose(version.id)}>
              <span className={classes.name}>
                <bdi>{nameVersion(version)}</bdi>
              </span>
              {kind !== null && <span className={classes.kind}>{kind}</span>}
              {names !== '' && (
                <span className={classes.people}>
                  {version.contributors.slice(0, 4).map(({ id, name }) => (
                    <PersonAvatar key={id} name={name} color={computeAuthorColor(id)} size={18} />
                  ))}
                  <span className={classes.names}>{names}</span>
                </span>
              )}
            </Choice>
          </div>
        )
      })}
      {onMore && (
        <Button size="xs" variant="subtle" onClick={onMore}>
          Older versions
        </Button>
      )}
    </nav>
  )
}

function Choice(props: { isChosen: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      className={classes.choice}
      aria-current={props.isChosen || undefined}
      onClick={props.onChoose}
    >
      {props.children}
    </button>
  )
}
