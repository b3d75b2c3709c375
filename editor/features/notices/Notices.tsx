import { Notifications } from '@mantine/notifications'
import '@mantine/core/styles/Notification.css'
import '@mantine/notifications/styles.css'

/** Where short notices appear; those that were given before this is there wait for it. */
export default function Notices() {
  return <Notifications position="bottom-center" containerWidth={420} />
}
