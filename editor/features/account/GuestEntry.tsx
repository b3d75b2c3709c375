import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useHash } from '@mantine/hooks'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { guestBodySchema } from '../../../shared/api/auth.ts'
import { ApiError } from '../../api/api-error.ts'
import { useAccountState, useServices } from '../../app/services.ts'
import { listLeftBehind, readGuestName } from '../../collaboration/earlier-visit.ts'
import { Message } from '../shell/Message.tsx'
import { AccountFrame } from './AccountFrame.tsx'
import { describeRefusedLink } from './describe-refused-link.ts'
import { FormHeading } from './FormHeading.tsx'
import { MemberEntry, type OpenLink } from './MemberEntry.tsx'
import { Notice } from './Notice.tsx'
import { useAccountForm } from './use-account-form.ts'

/**
 * `/share#token`: somebody with a link comes in under a name they choose; who is signed in may open it as
 * themselves.
 */
export default function GuestEntry({ openAsMyself }: { openAsMyself?: OpenLink }) {
  const [isGuest, setGuest] = useState(openAsMyself === undefined)
  const [hash] = useHash({ getInitialValueInEffect: false })
  const shareToken = readToken(hash)
  return (
    <AccountFrame>
      {!shareToken ? (
        <Message
          title="This link is not complete"
          text="Copy the whole link again, up to its last character."
        />
      ) : openAsMyself && !isGuest ? (
        <MemberEntry
          key={shareToken}
          shareToken={shareToken}
          open={openAsMyself}
          onGuest={() => setGuest(true)}
        />
      ) : (
        <GuestForm
          key={shareToken}
          shareToken={shareToken}
          onBack={openAsMyself && (() => setGuest(false))}
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

function GuestForm(props: { shareToken: string; onBack: (() => void) | undefined }) {
  const { shareToken, onBack } = props
  const { account, storage } = useServices()
  const state = useAccountState()
  const [, navigate] = useLocation()
  const present = state.kind === 'signed-in' ? state.user : null
  const [before] = useState(() => ({
    name: readGuestName(storage),
    hasLeft: listLeftBehind(storage).length > 0,
  }))
  const [isLocked, setLocked] = useState(false)
  const { form, failure, isSending, submit } = useAccountForm(
    { name: present?.name ?? before.name, shareToken, password: '' },
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
  // The token has no field that could show what is wrong with it.
  const problem = failure ?? form.errors['shareToken']
  return (
    <form onSubmit={submit} noValidate>
      <FormHeading title="You are invited to a page">
        Choose the name that the others see. You need no account.
      </FormHeading>
      <Stack gap="md">
        {onBack && (
          <Notice tone="warn">
            You are signed in as <bdi>{present?.name}</bdi>. Continuing as a guest signs you out in this
            browser.
          </Notice>
        )}
        {before.hasLeft && (
          <Notice tone="warn">
            Edits of the last visit in this browser are still waiting. They are sent when you come in.
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
        {onBack && (
          <Button size="md" variant="default" onClick={onBack}>
            Back
          </Button>
        )}
      </Stack>
    </form>
  )
}
