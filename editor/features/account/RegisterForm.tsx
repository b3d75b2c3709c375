import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { Link, useLocation } from 'wouter'
import { registerBodySchema } from '../../../shared/api/auth.ts'
import { useServices } from '../../app/services.ts'
import { FormHeading } from './FormHeading.tsx'
import { Notice } from './Notice.tsx'
import { useAccountForm } from './use-account-form.ts'
import { withStrongPassword } from './with-strong-password.ts'

const strongBodySchema = withStrongPassword(registerBodySchema, 'password', (body) => body)

/** For those who have no account yet. Afterwards one stands on one's own welcome page. */
export function RegisterForm() {
  const { account } = useServices()
  const [, navigate] = useLocation()
  const { form, failure, isSending, submit } = useAccountForm(
    { name: '', email: '', password: '' },
    strongBodySchema,
    async (body) => {
      await account.register(body)
      navigate('/', { replace: true })
    },
  )
  return (
    <form onSubmit={submit} noValidate>
      <FormHeading title="Make an account">
        Have one already? <Link href="/">Go to sign-in</Link>
      </FormHeading>
      <Stack gap="md">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <TextInput
          label="Your name"
          dir="auto"
          description="This is what co-authors see beside your cursor."
          autoComplete="name"
          size="md"
          autoFocus
          {...form.getInputProps('name')}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          inputMode="email"
          size="md"
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          description="At least 10 characters."
          autoComplete="new-password"
          size="md"
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" loading={isSending} mt="xs">
          Create account
        </Button>
      </Stack>
    </form>
  )
}
