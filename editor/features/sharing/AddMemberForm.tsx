import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { addMemberBodySchema } from '../../../shared/api/drives.ts'
import { MEMBER_ROLES, type MemberRole } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { RoleSelect } from './RoleSelect.tsx'
import classes from './Sharing.module.css'

/** Adds somebody who has an account to the drive. */
export function AddMemberForm({ driveId }: { driveId: string }) {
  const { api } = usePerson()
  const queries = useQueryClient()
  const emailField = useRef<HTMLInputElement>(null)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<MemberRole>('editor')
  const [problem, setProblem] = useState<string | null>(null)
  const add = useMutation({
    mutationFn: (body: { email: string; role: MemberRole }) => api.addMember(driveId, body),
    onSuccess: () => {
      setEmail('')
      void queries.invalidateQueries({ queryKey: queryKeys.members(driveId) })
    },
    onError: (error) => setProblem(describeError(error)),
    // The button that had the focus was disabled meanwhile; the field is where one goes on.
    onSettled: () => emailField.current?.focus(),
  })
  return (
    <form
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const parsed = addMemberBodySchema.safeParse({ email, role })
        setProblem(parsed.success ? null : (parsed.error.issues[0]?.message ?? null))
        if (parsed.success) add.mutate(parsed.data)
      }}
    >
      <TextInput
        ref={emailField}
        className={classes.grow}
        label="E-mail"
        type="email"
        inputMode="email"
        autoComplete="off"
        placeholder="colleague@example.org"
        value={email}
        error={problem}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <RoleSelect
        label="Role"
        className={classes.select}
        isNarrow
        roles={MEMBER_ROLES}
        value={role}
        onChange={setRole}
      />
      <Button type="submit" variant="default" className={classes.submit} loading={add.isPending}>
        Add
      </Button>
    </form>
  )
}
