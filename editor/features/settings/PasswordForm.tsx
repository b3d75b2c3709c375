import { Button, PasswordInput, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { changePasswordBodySchema } from '../../../shared/api/auth.ts'
import { ApiError, describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { Notice } from '../account/Notice.tsx'
import { useAccountForm } from '../account/use-account-form.ts'
import { withStrongPassword } from '../account/with-strong-password.ts'
import classes from './Settings.module.css'

/** Here it is only the password that can be wrong. */
export function describeWrongPassword(error: unknown): string {
  return error instanceof ApiError && error.code === 'invalid-credentials'
    ? 'This is not your present password.'
    : describeError(error)
}

/** Changes the password; whoever was signed in elsewhere with the old one is not any more. */
export function PasswordForm() {
  const { api, user } = usePerson()
  const queries = useQueryClient()
  const { form, failure, isSending, submit } = useAccountForm(
    { currentPassword: '', newPassword: '' },
    withStrongPassword(changePasswordBodySchema, 'newPassword', () => user),
    async ({ currentPassword, newPassword }) => {
      await api.changePassword(currentPassword, newPassword)
      form.reset()
      void queries.invalidateQueries({ queryKey: queryKeys.sessions })
      notifications.show({ color: 'pine', message: 'Your password is changed.' })
    },
    describeWrongPassword,
  )
  return (
    <section className={classes.section} aria-labelledby="password-heading">
      <h2 id="password-heading">Password</h2>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {failure && <Notice tone="danger">{failure}</Notice>}
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters. All your other devices are signed out."
            autoComplete="new-password"
            {...form.getInputProps('newPassword')}
          />
          <div>
            <Button type="submit" variant="default" loading={isSending}>
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </section>
  )
}
