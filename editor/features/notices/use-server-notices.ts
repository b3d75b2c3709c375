import { notifications } from '@mantine/notifications'
import { useServerEvent } from '../../realtime/use-server-event.ts'

/** Shows what the operator has to say to everybody, until it is put away. */
export function useServerNotices(): void {
  useServerEvent('server_notice', ({ message }) => {
    notifications.show({ title: 'From the people who run this server', message, autoClose: false })
  })
}
