import { Button } from '@mantine/core'
import { Redirect } from 'wouter'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { useDrives } from '../../app/queries.ts'
import { useServices } from '../../app/services.ts'
import { NewPageButton } from '../page-tree/NewPageButton.tsx'
import { applyPageChanges, toChangedId } from '../page-tree/page-changes.ts'
import { sortPages } from '../page-tree/page-order.ts'
import { usePageLists, usePendingChanges } from '../page-tree/use-page-lists.ts'
import { readLastPage } from './last-page.ts'
import { Message } from './Message.tsx'
import { TopBar } from './TopBar.tsx'

/** `/`: leads to the page that was open last, else to the first one, else says how to begin. */
export function HomeScreen() {
  const { user, isGuest, guestPageId } = usePerson()
  const { storage } = useServices()
  const drives = useDrives()
  const lists = usePageLists((drives.data ?? []).map(({ id }) => id))
  const changes = usePendingChanges()

  const lastPageId = isGuest ? guestPageId : readLastPage(storage, user.id)
  if (lastPageId) return <Redirect to={`/pages/${lastPageId}`} replace />

  const firstPage = (drives.data ?? [])
    .map(({ id }, index) => sortPages(applyPageChanges(lists[index]?.data?.items ?? [], id, changes))[0])
    .find((row) => row !== undefined && changes.every((change) => toChangedId(change) !== row.page.id))
  if (firstPage) return <Redirect to={`/pages/${firstPage.page.id}`} replace />

  const failed = drives.error ?? lists.find((list) => list.error)?.error
  const isLoading = !isGuest && (drives.isPending || lists.some((list) => list.isPending))
  return (
    <>
      <TopBar />
      {failed ? (
        <Message title="Your pages cannot be shown now" text={describeError(failed)}>
          <Button onClick={() => void drives.refetch()}>Try again</Button>
        </Message>
      ) : isLoading ? null : (
        <Message
          title={isGuest ? 'There is nothing here any more' : 'A clean desk'}
          text={
            isGuest
              ? 'The page that your link led to is gone. Ask for a new link.'
              : 'There is no page yet. Begin one; your co-authors see it the moment you make it.'
          }
        >
          {!isGuest && <NewPageButton isPrimary />}
        </Message>
      )}
    </>
  )
}
