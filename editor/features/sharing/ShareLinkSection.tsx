import { Button, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { LINK_ROLES, type LinkRole } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { RoleSelect } from './RoleSelect.tsx'
import { ShareLinkItem } from './ShareLinkItem.tsx'
import classes from './Sharing.module.css'

/** Links that let people in without an account. A link's address can be seen only where it was made. */
export function ShareLinkSection({ pageId }: { pageId: string }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const [role, setRole] = useState<LinkRole>('editor')
  const [addressesByLinkId, setAddresses] = useState<ReadonlyMap<string, string>>(new Map())
  const links = useQuery({ queryKey: queryKeys.links(pageId), queryFn: () => api.listShareLinks(pageId) })
  const refresh = (): void => void queries.invalidateQueries({ queryKey: queryKeys.links(pageId) })
  const create = useMutation({
    mutationFn: () => api.createShareLink(pageId, role),
    onSuccess: ({ id, token }) => {
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
        Whoever has a link can come in as a guest, under a name they choose, until you revoke it.
      </Text>
      <div className={classes.form}>
        <RoleSelect
          label="Guests come as"
          className={classes.grow}
          roles={LINK_ROLES}
          value={role}
          onChange={setRole}
        />
        <Button
          className={classes.submit}
          variant="default"
          loading={create.isPending}
          onClick={() => create.mutate()}
        >
          Create link
        </Button>
      </div>
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
