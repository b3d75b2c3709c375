import { Button, Group, Modal, PasswordInput, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { deleteAccountBodySchema } from '../../../shared/api/auth.ts'
import { usePerson } from '../../app/person.ts'
import { useDrives } from '../../app/queries.ts'
import { Notice } from '../account/Notice.tsx'
import { useAccountForm } from '../account/use-account-form.ts'
import { useSignOut } from '../account/use-sign-out.ts'
import { describeWrongPassword } from './PasswordForm.tsx'
import classes from './Settings.module.css'

/** The end of the account. Drives that one owns go first: to somebody else, or away. */
export function DeleteAccountSection() {
  const { api } = usePerson()
  const owned = (useDrives().data ?? []).filter(({ role }) => role === 'owner')
  const [isOpen, dialog] = useDisclosure(false)
  const signOut = useSignOut(dialog.close)
  const { form, failure, isSending, submit } = useAccountForm(
    { password: '' },
    deleteAccountBodySchema,
    async ({ password }) => {
      await api.deleteAccount(password)
      await signOut.leaveWithoutUnsaved()
    },
    describeWrongPassword,
  )
  return (
    <section className={classes.section} aria-labelledby="delete-heading">
      <h2 id="delete-heading">Delete the account</h2>
      <p className={classes.text}>
        What you wrote stays with those you wrote it with, without your name.
        {owned.length > 0 && (
          <>
            {' '}
            You still own{' '}
            {owned.map(({ id, name }, index) => (
              <span key={id}>
                {index > 0 && ', '}
                <bdi>{name}</bdi>
              </span>
            ))}
            : first give each to another member, or delete it. Both are in its menu in the list of pages.
          </>
        )}
      </p>
      <Button variant="light" color="red" disabled={owned.length > 0} onClick={dialog.open}>
        Delete my account
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Delete your account?">
        <form onSubmit={submit} noValidate>
          <Text size="sm" mb="sm">
            Nobody can bring it back.
          </Text>
          {failure && <Notice tone="danger">{failure}</Notice>}
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            data-autofocus
            {...form.getInputProps('password')}
          />
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={dialog.close}>
              Keep it
            </Button>
            <Button type="submit" color="red" loading={isSending}>
              Delete for good
            </Button>
          </Group>
        </form>
      </Modal>
    </section>
  )
}
