import { Button, PasswordInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { openShareLinkBodySchema, type PageWithRole } from '../../../shared/api/pages.ts'
import { ApiError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { describeRefusedLink } from './describe-refused-link.ts'
import { FormHeading } from './FormHeading.tsx'
import { Notice } from './Notice.tsx'
import { useAccountForm } from './use-account-form.ts'

/** Comes through a share link as oneself; answers its page. */
export type OpenLink = (shareToken: string, password?: string) => Promise<PageWithRole>

/** Somebody who is signed in opens a link as themselves, or chooses to come as a guest. */
export function MemberEntry(props: { shareToken: string; open: OpenLink; onGuest: () => void }) {
  const { shareToken, open, onGuest } = props
  const { user } = usePerson()
  const [, navigate] = useLocation()
  const [isLocked, setLocked] = useState(false)
  const { form, failure, isSending, submit } = useAccountForm(
    { shareToken, password: '' },
    openShareLinkBodySchema,
    async ({ password }) => {
      try {
        const page = await open(shareToken, password || undefined)
        navigate(`/pages/${page.id}`, { replace: true })
      } catch (error) {
        if (error instanceof ApiError && error.code.startsWith('link-password')) setLocked(true)
        throw error
      }
    },
    describeRefusedLink,
  )
  // The token has no field that could show what is wrong with it.
  const problem = failure ?? form.errors['shareToken']
  return (
    <form onSubmit={submit} noValidate>
      <FormHeading title="You are invited to a page">
        You are signed in as <bdi>{user.name}</bdi>. What the link allows is yours for as long as it holds;
        what you may do there already stays.
      </FormHeading>
      <Stack gap="md">
        {problem && <Notice tone="danger">{problem}</Notice>}
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
          Open the page
        </Button>
        <Button size="md" variant="default" onClick={onGuest}>
          Come in as a guest instead
        </Button>
        <Button component={Link} href="/" size="md" variant="subtle">
          Open your own pages
        </Button>
      </Stack>
    </form>
  )
}
