import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { Link } from 'wouter'
import { loginBodySchema } from '../../../shared/api/auth.ts'
import { useServices } from '../../app/services.ts'
import { FormHeading } from './FormHeading.tsx'
import { Notice } from './Notice.tsx'
import { useAccountForm } from './use-account-form.ts'

/** For those who have an account. */
export function SignInForm({ hasEnded }: { hasEnded: boolean }) {
  const { account } = useServices()
  const { form, failure, isSending, submit } = useAccountForm(
    { email: '', password: '' },
    loginBodySchema,
    account.signIn,
  )
  return (
    <form onSubmit={submit} noValidate>
      <FormHeading title="Sign in">
        New here? <Link href="/register">Make an account</Link>
      </FormHeading>
      <Stack gap="md">
        {hasEnded && !failure && (
          <Notice tone="warn">
            Your session has ended. Sign in to go on; edits that were not sent yet are kept on this device.
          </Notice>
        )}
        {failure && <Notice tone="danger">{failure}</Notice>}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          inputMode="email"
          size="md"
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          size="md"
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" loading={isSending} mt="xs">
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
