import { ActionIcon, Button, Select, Switch, Text } from '@mantine/core'
import '@mantine/core/styles/InlineInput.css'
import '@mantine/core/styles/Switch.css'
import { IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { MEMBER_ROLES, type MemberRole } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { takeChangedPage } from '../../app/live-queries.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { RoleSelect } from './RoleSelect.tsx'
import classes from './Sharing.module.css'

/** Who is named on this page besides or instead of the drive's members, for it and what lies below. */
export function GrantSection({ page }: { page: PageWithRole }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [role, setRole] = useState<MemberRole>('editor')
  const grants = useQuery({
    queryKey: queryKeys.grants(page.id),
    queryFn: async () => (await api.listGrants(page.id)).items,
  })
  const members = useQuery({
    queryKey: queryKeys.members(page.driveId),
    queryFn: () => api.listMembers(page.driveId),
  })
  const change = useMutation({
    mutationFn: (make: () => Promise<unknown>) => make(),
    onSettled: () => queries.invalidateQueries({ queryKey: queryKeys.grants(page.id) }),
  })
  const restrict = useMutation({
    mutationFn: (restricted: boolean) => api.restrictPage(page.id, restricted),
    onSuccess: (made) => takeChangedPage(queries, made),
    onSettled: () => queries.invalidateQueries({ queryKey: queryKeys.page(page.id) }),
  })
  const named = new Set(grants.data?.map(({ userId }) => userId))
  const candidates = (members.data?.items ?? []).filter(
    ({ userId, kind, role: present }) => kind === 'user' && present !== 'owner' && !named.has(userId),
  )
  const failure = change.error ?? restrict.error ?? grants.error
  return (
    <section aria-labelledby="grants-heading">
      <h3 id="grants-heading" className={classes.heading}>
        On this page and below it
      </h3>
      <Switch
        label="Only for people named here"
        description="Others on the drive do not see it, except its admins."
        checked={restrict.isPending ? restrict.variables : page.restricted}
        disabled={restrict.isPending}
        mb="md"
        onChange={(event) => restrict.mutate(event.currentTarget.checked)}
      />
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (chosenId === null) return
          change.mutate(() => api.putGrant(page.id, chosenId, role))
          setChosenId(null)
        }}
      >
        <Select
          className={classes.grow ?? ''}
          label="Somebody of the drive"
          placeholder={candidates.length === 0 ? 'Nobody else is on the drive' : 'Choose a person'}
          data={candidates.map(({ userId, name, email }) => ({
            value: userId,
            label: email ? `${name} (${email})` : name,
          }))}
          value={chosenId}
          searchable
          onChange={setChosenId}
        />
        <RoleSelect
          label="Role on the page"
          className={classes.select}
          isNarrow
          roles={MEMBER_ROLES}
          value={role}
          onChange={setRole}
        />
        <Button type="submit" variant="default" className={classes.submit ?? ''} disabled={chosenId === null}>
          Name
        </Button>
      </form>
      {failure && (
        <Text size="sm" c="var(--desk-danger)" role="alert" mb="xs">
          {describeError(failure)}
        </Text>
      )}
      <ul className={classes.list}>
        {grants.data?.map((grant) => (
          <li key={grant.userId} className={classes.item} data-testid="grant">
            <PersonAvatar name={grant.name} color={grant.color} size={32} />
            <span className={classes.who}>
              <bdi>{grant.name}</bdi>
              {grant.email && <span className={classes.detail}>{grant.email}</span>}
            </span>
            <RoleSelect
              label={`Role of ${grant.name} on this page`}
              className={classes.memberRole}
              isLabelHidden
              isNarrow
              roles={MEMBER_ROLES}
              value={grant.role}
              onChange={(next) => {
                if (next !== grant.role) change.mutate(() => api.putGrant(page.id, grant.userId, next))
              }}
            />
            <ActionIcon
              size={28}
              aria-label={`Take ${grant.name} off this page`}
              onClick={() => change.mutate(() => api.removeGrant(page.id, grant.userId))}
            >
              <IconX size={16} stroke={1.7} />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </section>
  )
}
