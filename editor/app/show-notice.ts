import { notifications } from '@mantine/notifications'

type Notice = Parameters<typeof notifications.show>[0] & { readonly id: string }

/** Shows a notice, in the place of the one with the same id if that is still there. */
export function showNotice(notice: Notice): void {
  // Each of them does nothing where the other one does something.
  notifications.update(notice)
  notifications.show(notice)
}
