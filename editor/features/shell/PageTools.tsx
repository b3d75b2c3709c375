import { usePage } from '../../app/queries.ts'
import { MessagesButton } from '../messages/MessagesButton.tsx'
import { PageMenu } from '../page-menu/PageMenu.tsx'

/** What the bar offers for the page that is open: what people say about it, and what can be done with it. */
export default function PageTools({ pageId }: { pageId: string }) {
  const { data: page } = usePage(pageId)
  if (!page) return null
  return (
    <>
      <MessagesButton pageId={pageId} />
      <PageMenu page={page} />
    </>
  )
}
