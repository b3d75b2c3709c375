import { notifications } from '@mantine/notifications'
import { useLocation } from 'wouter'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { useServices } from '../../app/services.ts'
import { toOpenPagesKey } from '../page-tree/use-open-pages.ts'
import { forgetLastPage } from '../shell/last-page.ts'

/** Signing out removes what this device holds of the person, and therefore asks when some of it is nowhere else. */
export function useSignOut(ask: () => void) {
  const { account, storage } = useServices()
  const person = usePerson()
  const [, navigate] = useLocation()

  async function leaveWithoutUnsaved(): Promise<void> {
    try {
      await account.signOut()
    } catch (error) {
      notifications.show({ color: 'red', title: 'You are still signed in', message: describeError(error) })
      return
    }
    forgetLastPage(storage, person.userId)
    storage.removeItem(toOpenPagesKey(person.userId))
    await person.forget()
    navigate('/', { replace: true })
  }

  return {
    leaveWithoutUnsaved,
    async leave(): Promise<void> {
      if (person.offlineCopies.listUnsaved().length > 0) ask()
      else await leaveWithoutUnsaved()
    },
  }
}
