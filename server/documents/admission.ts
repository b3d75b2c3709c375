import { z } from 'zod'
import type { CloseReason } from '../../shared/protocol/close-reasons.ts'
import type { Access, PageAccess } from '../access/access.ts'
import { canEdit } from '../access/decide-access.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Identity } from '../auth/identity.ts'

/** How somebody may take part in a page, or why not. */
export type Admission =
  | { readonly kind: 'admitted'; readonly identity: Identity; readonly readOnly: boolean }
  | { readonly kind: 'refused'; readonly reason: CloseReason }

/** Decides who may open a page's document; the role itself is `access`'s to decide. */
export interface Admit {
  /** Refuses what can be refused without knowing who asks; null lets them go on to say who they are. */
  beforeToken(pageId: string): CloseReason | null
  withToken(token: string, pageId: string): Promise<Admission>
  /** Decides again for somebody who is in already. */
  again(identity: Identity, pageId: string): Promise<Admission>
}

/** Lower case only: written otherwise, one page would be two documents that know nothing of each other. */
const pageIdSchema = z.uuid().lowercase()

export function createAdmit(deps: { authenticate: Authenticate; access: Access }): Admit {
  async function decide(identity: Identity, pageId: string): Promise<Admission> {
    const access = await deps.access.toPage(identity, pageId)
    if (access.kind === 'granted') return { kind: 'admitted', identity, readOnly: !canEdit(access.role) }
    return { kind: 'refused', reason: toReason(access) }
  }

  return {
    beforeToken: (pageId) => (pageIdSchema.safeParse(pageId).success ? null : 'malformed-page-id'),

    async withToken(token, pageId) {
      if (token === '') return { kind: 'refused', reason: 'token-missing' }
      const authentication = await deps.authenticate(token)
      if (authentication.kind !== 'authenticated') return { kind: 'refused', reason: authentication.kind }
      return decide(authentication.identity, pageId)
    },

    again: decide,
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
