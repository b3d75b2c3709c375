import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Drive } from '../../../shared/api/drives.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { AddMemberForm } from './AddMemberForm.tsx'
import { ROLE_WORDS } from './role-words.ts'
import classes from './Sharing.module.css'

/** The people of the page's drive; who administers it can add some. */
export function MemberSection({ drive }: { drive: Drive }) {
  const { api, user } = usePerson()
  const members = useQuery({
    queryKey: queryKeys.members(drive.id),
    queryFn: () => api.listMembers(drive.id),
    refetchInterval: usePollInterval(),
  })
  return (
    <section aria-labelledby="people-heading">
      <h3 id="people-heading" className={classes.heading}>
        People on <bdi>{drive.name}</bdi>
      </h3>
      {isAtLeast(drive.role, 'admin') && <AddMemberForm driveId={drive.id} />}
      {members.isPending && <Skeleton height={34} radius="md" />}
      {members.isError && (
        <Text size="sm" c="dimmed">
          {describeError(members.error)}
        </Text>
      )}
      <ul className={classes.list}>
        {members.data?.items.map((member) => (
          <li key={member.userId} className={classes.item}>
            <PersonAvatar name={member.name} color={member.color} size={32} />
            <span className={classes.who}>
              <span>
                <bdi>{member.name}</bdi>
                {member.userId === user.id && ' (you)'}
              </span>
              {member.email && <span className={classes.detail}>{member.email}</span>}
            </span>
            <span className={classes.role}>{ROLE_WORDS[member.role].name}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
