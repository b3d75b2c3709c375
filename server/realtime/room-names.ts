/** A room of the realtime namespace. Only the server makes these names; clients name a page or a drive. */
export type Room = `page:${string}` | `drive:${string}` | `user:${string}`

export const pageRoom = (pageId: string): Room => `page:${pageId}`
export const driveRoom = (driveId: string): Room => `drive:${driveId}`
export const userRoom = (userId: string): Room => `user:${userId}`
