import { z } from 'zod'
import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { Role } from '../../shared/roles.ts'
import type { Access, PageAccess } from '../access/access.ts'
import { canEdit } from '../access/decide-access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'

/** How somebody may take part in a page, or why not. */
export type Admission =
  | {
      readonly kind: 'admitted'
      readonly identity: Identity
      readonly role: Role
      readonly readOnly: boolean
      /** Until when the token holds that was shown; undefined where none was. */
      readonly until?: Date
      /** When the access itself must be decided again; null if it does not end by itself. */
      readonly accessUntil: Date | null
    }
  | { readonly kind: 'refused'; readonly reason: CloseReason }

/** Decides who may open a page's document; the role itself is `access`'s to decide. */
export interface Admit {
  /** Refuses what can be refused without knowing who asks; null lets them go on to say who they are. */
  beforeToken(pageId: string): CloseReason | null
  withToken(token: string, pageId: string): Promise<Admission>
  /** Decides again for some who are in already, in their order. */
  again(identities: readonly Identity[], pageId: string): Promise<Admission[]>
}

/** Lower case only: written otherwise, one page would be two documents that know nothing of each other. */
const pageIdSchema = z.uuid().lowercase()

export function createAdmit(deps: { authenticate: Authenticate; access: Access }): Admit {
  function toAdmission(identity: Identity, access: PageAccess): Admission {
    if (access.kind !== 'granted') return { kind: 'refused', reason: toReason(access) }
    const { role, until: accessUntil } = access
    return { kind: 'admitted', identity, role, readOnly: !canEdit(role), accessUntil }
  }

  return {
    beforeToken: (pageId) => (pageIdSchema.safeParse(pageId).success ? null : 'malformed-page-id'),

    async withToken(token, pageId) {
      if (token === '') return { kind: 'refused', reason: 'token-missing' }
      const authentication = await deps.authenticate(token)
      if (authentication.kind !== 'authenticated') return { kind: 'refused', reason: authentication.kind }
      const { identity } = authentication
      const admission = toAdmission(identity, await deps.access.toPage(identity, pageId))
      return admission.kind === 'admitted'
        ? { ...admission, until: authentication.tokenExpiresAt }
        : admission
    },

    async again(identities, pageId) {
      const decisions = await deps.access.manyToPage(identities, pageId)
      return identities.map((identity, nr) => toAdmission(identity, decisions[nr] as PageAccess))
    },
  }
}

function toReason(access: Exclude<PageAccess, { kind: 'granted' }>): CloseReason {
  switch (access.kind) {
    case 'session-ended':
      return 'session-ended'
    case 'page-deleted':
      return 'page-deleted'
    case 'not-found':
      return 'page-not-found'
  }
}
