import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useHash } from '@mantine/hooks'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { guestBodySchema } from '../../../shared/api/auth.ts'
import { ApiError, describeError } from '../../api/api-error.ts'
import { useAccountState, useServices } from '../../app/services.ts'
import { Message } from '../shell/Message.tsx'
import { AccountFrame } from './AccountFrame.tsx'
import { FormHeading } from './FormHeading.tsx'
import { Notice } from './Notice.tsx'
import { useAccountForm } from './use-account-form.ts'

/** `/share#token`: somebody with a link comes in under a name they choose. */
export default function GuestEntry() {
  const [hash] = useHash({ getInitialValueInEffect: false })
  const shareToken = readToken(hash)
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

/** The token after the `#`, as it stands there if somebody mistyped an escape sequence into it. */
function readToken(hash: string): string {
  const token = hash.replace(/^#/, '')
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}

/** A refused link has its own words: the page's own would speak of an account. */
function describeRefusedLink(error: unknown): string {
  const code = error instanceof ApiError ? error.code : null
  if (code === 'link-password-required')
    return 'This link asks for a password. Whoever gave it to you has it.'
  if (code === 'link-password-wrong') return 'This is not the password of the link.'
  return error instanceof ApiError && error.code === 'not-found'
    ? 'This link does not work any more. It was revoked, or its page was deleted. Ask for a new one.'
    : describeError(error)
}

function GuestForm({ shareToken }: { shareToken: string }) {
  const { account } = useServices()
  const state = useAccountState()
  const [, navigate] = useLocation()
  const present = state.kind === 'signed-in' ? state.user : null
  const [isLocked, setLocked] = useState(false)
  const { form, failure, isSending, submit } = useAccountForm(
    { name: present?.name ?? '', shareToken, password: '' },
    guestBodySchema,
    async ({ password, ...body }) => {
      try {
        await account.enterAsGuest(password ? { ...body, password } : body)
      } catch (error) {
        if (error instanceof ApiError && error.code.startsWith('link-password')) setLocked(true)
        throw error
      }
      const entered = account.getState()
      const pageId = entered.kind === 'signed-in' ? entered.pageId : null
      navigate(pageId ? `/pages/${pageId}` : '/', { replace: true })
    },
    describeRefusedLink,
  )
  const isMember = present?.kind === 'user'
  // The token has no field that could show what is wrong with it.
  const problem = failure ?? form.errors['shareToken']
  return (
    <form onSubmit={submit} noValidate>
      <FormHeading title="You are invited to a page">
        Choose the name that the others see. You need no account.
      </FormHeading>
      <Stack gap="md">
        {isMember && (
          <Notice tone="warn">
            You are signed in as <bdi>{present?.name}</bdi>. This link opens its page for guests only:
            continuing signs you out in this browser. If you are a member of the page’s drive, you find the
            page among your own.
          </Notice>
        )}
        {problem && <Notice tone="danger">{problem}</Notice>}
        <TextInput
          label="Your name"
          dir="auto"
          autoComplete="name"
          size="md"
          autoFocus
          {...form.getInputProps('name')}
        />
        {isLocked && (
          <PasswordInput
            label="Password of the link"
            autoComplete="off"
            size="md"
            autoFocus
            {...form.getInputProps('password')}
          />
        )}
        <Button type="submit" size="md" loading={isSending} mt="xs">
          Continue as guest
        </Button>
        {isMember && (
          <Button component={Link} href="/" size="md" variant="default">
            Open your own pages
          </Button>
        )}
      </Stack>
    </form>
  )
}
