import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { updateMeBodySchema } from '../../../shared/api/auth.ts'
import { usePerson } from '../../app/person.ts'
import { useServices } from '../../app/services.ts'
import { Notice } from '../account/Notice.tsx'
import { useAccountForm } from '../account/use-account-form.ts'
import classes from './Settings.module.css'

/** Changes the name that co-authors see. */
export function NameForm() {
  const { api, user } = usePerson()
  const { account } = useServices()
  const { form, failure, isSending, submit } = useAccountForm(
    { name: user.name },
    updateMeBodySchema,
    async ({ name }) => {
      await api.changeName(name)
      // The token carries the name: with a new one everything here shows it.
      await account.renewAccessToken()
      notifications.show({ color: 'pine', message: 'Your name is changed.' })
    },
  )
  return (
    <section className={classes.section} aria-labelledby="name-heading">
      <h2 id="name-heading">Your name</h2>
      <form onSubmit={submit} noValidate>
        {failure && <Notice tone="danger">{failure}</Notice>}
        <div className={classes.row}>
          <TextInput
            className={classes.grow ?? ''}
            label="Name"
            description={`This is what co-authors see. You sign in with ${user.email}.`}
            dir="auto"
            autoComplete="name"
            {...form.getInputProps('name')}
          />
          <Button type="submit" variant="default" loading={isSending} disabled={!form.isDirty()}>
            Save name
          </Button>
        </div>
      </form>
    </section>
  )
}
