import { Skeleton, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Drive } from '../../../shared/api/drives.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { AddMemberForm } from './AddMemberForm.tsx'
import { MemberItem } from './MemberItem.tsx'
import classes from './Sharing.module.css'

/** The people of the page's drive; who administers it adds, changes and removes some. */
export function MemberSection({ drive }: { drive: Drive }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const members = useQuery({
    queryKey: queryKeys.members(drive.id),
    queryFn: () => api.listMembers(drive.id),
    refetchInterval: usePollInterval(),
  })
  const change = useMutation({
    mutationFn: (make: () => Promise<unknown>) => make(),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: queryKeys.members(drive.id) })
      // Giving the drive away changes what oneself may do.
      await queries.invalidateQueries({ queryKey: queryKeys.drives })
    },
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
      {change.isError && (
        <Text size="sm" c="var(--desk-danger)" role="alert" mb="xs">
          {describeError(change.error)}
        </Text>
      )}
      <ul className={classes.list}>
        {members.data?.items.map((member) => (
          <MemberItem
            key={member.userId}
            drive={drive}
            member={member}
            onRole={(role) => change.mutate(() => api.changeMemberRole(drive.id, member.userId, role))}
            onRemove={() => change.mutate(() => api.removeMember(drive.id, member.userId))}
            onTransfer={() => change.mutate(() => api.transferDrive(drive.id, member.userId))}
          />
        ))}
      </ul>
    </section>
  )
}
