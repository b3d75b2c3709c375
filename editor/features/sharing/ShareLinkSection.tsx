import { Button, PasswordInput, Select, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { LINK_ROLES, type LinkRole } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { RoleSelect } from './RoleSelect.tsx'
import { ShareLinkItem } from './ShareLinkItem.tsx'
import classes from './Sharing.module.css'

const DAY_MS = 86_400_000
const EXPIRIES = [
  { value: '0', label: 'Until revoked' },
  { value: '1', label: 'For a day' },
  { value: '7', label: 'For a week' },
  { value: '30', label: 'For 30 days' },
]

/** Links that let people in without an account. A link's address can be seen only where it was made. */
export function ShareLinkSection({ pageId }: { pageId: string }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const [role, setRole] = useState<LinkRole>('editor')
  const [days, setDays] = useState('0')
  const [password, setPassword] = useState('')
  const [addressesByLinkId, setAddresses] = useState<ReadonlyMap<string, string>>(new Map())
  const links = useQuery({ queryKey: queryKeys.links(pageId), queryFn: () => api.listShareLinks(pageId) })
  const refresh = (): void => void queries.invalidateQueries({ queryKey: queryKeys.links(pageId) })
  const create = useMutation({
    mutationFn: () =>
      api.createShareLink(pageId, {
        role,
        ...(days === '0' ? {} : { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
        ...(password === '' ? {} : { password }),
      }),
    onSuccess: ({ id, token }) => {
      setPassword('')
      setAddresses((before) => new Map(before).set(id, `${location.origin}/share#${token}`))
      refresh()
    },
  })
  const revoke = useMutation({
    mutationFn: (linkId: string) => api.revokeShareLink(pageId, linkId),
    onSettled: refresh,
  })
  const failure = create.error ?? revoke.error ?? links.error
  return (
    <section aria-labelledby="links-heading">
      <h3 id="links-heading" className={classes.heading}>
        Links to this page
      </h3>
      <Text size="sm" c="dimmed" mb="sm">
        Whoever has a link can come in until you revoke it: as themselves if they are signed in here, else as
        a guest under a name they choose.
      </Text>
      <form
        className={classes.linkForm}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <RoleSelect
          label="Guests come as"
          className={classes.grow}
          roles={LINK_ROLES}
          value={role}
          onChange={setRole}
        />
        <Select
          label="Works"
          data={EXPIRIES}
          value={days}
          allowDeselect={false}
          onChange={(value) => value && setDays(value)}
        />
        <PasswordInput
          label="Password (if you like)"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" className={classes.submit} variant="default" loading={create.isPending}>
          Create link
        </Button>
      </form>
      {failure && (
        <Text size="sm" c="var(--desk-danger)" role="alert" mb="xs">
          {describeError(failure)}
        </Text>
      )}
      <ul className={classes.list}>
        {links.data?.items.map((link) => (
          <ShareLinkItem
            key={link.id}
            link={link}
            address={addressesByLinkId.get(link.id) ?? null}
            onRevoke={() => revoke.mutate(link.id)}
          />
        ))}
      </ul>
    </section>
  )
}
