import { Button, Stack, TextInput } from '@mantine/core'
import { useHash } from '@mantine/hooks'
import { Link, useLocation } from 'wouter'
import { guestBodySchema } from '../../../shared/api/auth.ts'
import { useAccountState, useServices } from '../../app/services.ts'
import { Message } from '../shell/Message.tsx'
import { AccountFrame } from './AccountFrame.tsx'
import { FormHeading } from './FormHeading.tsx'
import { Notice } from './Notice.tsx'
import { useAccountForm } from './use-account-form.ts'

/** `/share#token`: somebody with a link comes in under a name they choose. */
export function GuestEntry() {
  const [hash] = useHash({ getInitialValueInEffect: false })
  const shareToken = decodeURIComponent(hash.replace(/^#/, ''))
  return (
    <AccountFrame>
      {shareToken ? (
        <GuestForm key={shareToken} shareToken={shareToken} />
      ) : (
        <Message
          title="This link is not complete"
          text="Copy the whole link again, up to its last character."
        />
      )}
    </AccountFrame>
  )
}

function GuestForm({ shareToken }: { shareToken: string }) {
  const { account } = useServices()
  const state = useAccountState()
  const [, navigate] = useLocation()
  const present = state.kind === 'signed-in' ? state.user : null
  const { form, failure, isSending, submit } = useAccountForm(
    { name: present?.name ?? '', shareToken },
    guestBodySchema,
    async (body) => {
      await account.enterAsGuest(body)
      const entered = account.getState()
      const pageId = entered.kind === 'signed-in' ? entered.pageId : null
      navigate(pageId ? `/pages/${pageId}` : '/', { replace: true })
    },
  )
  return (
    <form onSubmit={submit} noValidate>
      <FormHeading title="You are invited to a page">
        Choose the name that the others see. You need no account.
      </FormHeading>
      <Stack gap="md">
        {present?.kind === 'user' && (
          <Notice tone="warn">
            You are signed in as {present.name}. Continuing as a guest signs you out in this browser.{' '}
            <Link href="/">Stay signed in</Link>
          </Notice>
        )}
        {failure && <Notice tone="danger">{failure}</Notice>}
        <TextInput
          label="Your name"
          autoComplete="name"
          size="md"
          autoFocus
          {...form.getInputProps('name')}
        />
        <Button type="submit" size="md" loading={isSending} mt="xs">
          Continue as guest
        </Button>
      </Stack>
    </form>
  )
}
