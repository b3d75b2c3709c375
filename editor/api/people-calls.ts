import { ownSessionListSchema, userSchema } from '../../shared/api/auth.ts'
import { memberSchema } from '../../shared/api/drives.ts'
import { grantListSchema, grantSchema, sharedPageListSchema } from '../../shared/api/grants.ts'
import { pageWithRoleSchema } from '../../shared/api/pages.ts'
import type { MemberRole } from '../../shared/roles.ts'
import type { Call } from './api-client.ts'

/** Operations on who may do what, and on one's own account. */
export function createPeopleCalls(call: Call) {
  return {
    changeMemberRole: (driveId: string, userId: string, role: MemberRole) =>
      call(`/api/drives/${driveId}/members/${userId}`, memberSchema, { method: 'PATCH', body: { role } }),
    /** With one's own id: leaves the drive. */
    removeMember: (driveId: string, userId: string) =>
      call(`/api/drives/${driveId}/members/${userId}`, null, { method: 'DELETE' }),
    transferDrive: (driveId: string, userId: string) =>
      call(`/api/drives/${driveId}/owner`, memberSchema, { method: 'PUT', body: { userId } }),
    deleteDrive: (driveId: string) => call(`/api/drives/${driveId}`, null, { method: 'DELETE' }),
    listGrants: (pageId: string) => call(`/api/pages/${pageId}/grants`, grantListSchema),
    putGrant: (pageId: string, userId: string, role: MemberRole) =>
      call(`/api/pages/${pageId}/grants/${userId}`, grantSchema, { method: 'PUT', body: { role } }),
    removeGrant: (pageId: string, userId: string) =>
      call(`/api/pages/${pageId}/grants/${userId}`, null, { method: 'DELETE' }),
    restrictPage: (pageId: string, restricted: boolean) =>
      call(`/api/pages/${pageId}`, pageWithRoleSchema, { method: 'PATCH', body: { restricted } }),
    listSharedPages: () => call('/api/me/shared-pages', sharedPageListSchema),
    /** Comes through a share link as oneself; answers its page. */
    openShareLink: (shareToken: string, password?: string) =>
      call('/api/share-links/open', pageWithRoleSchema, { method: 'POST', body: { shareToken, password } }),
    changeName: (name: string) => call('/api/me', userSchema, { method: 'PATCH', body: { name } }),
    /** Signs out all other devices. */
    changePassword: (currentPassword: string, newPassword: string) =>
      call('/api/me/password', null, { method: 'PUT', body: { currentPassword, newPassword } }),
    listSessions: () => call('/api/me/sessions', ownSessionListSchema),
    endSession: (sessionId: string) => call(`/api/me/sessions/${sessionId}`, null, { method: 'DELETE' }),
    endAllSessions: () => call('/api/me/sessions', null, { method: 'DELETE' }),
    deleteAccount: (password: string) => call('/api/me', null, { method: 'DELETE', body: { password } }),
  }
}
