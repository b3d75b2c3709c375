import { Button } from '@mantine/core'
import { Link } from 'wouter'
import { Message } from './Message.tsx'
import { TopBar } from './TopBar.tsx'

/** An address that leads nowhere. */
export default function NotFoundScreen() {
  return (
    <>
      <TopBar />
      <Message title="Nothing is written here" text="This address does not lead to a page.">
        <Button component={Link} href="/">
          Go to my pages
        </Button>
      </Message>
    </>
  )
}
