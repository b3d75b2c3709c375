import { Notifications } from '@mantine/notifications'

/** Where short notices appear; those that were given before this is there wait for it. */
export default function Notices() {
  return <Notifications position="bottom-center" containerWidth={420} />
}
