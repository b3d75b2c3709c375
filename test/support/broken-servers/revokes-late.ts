import { setTimeout as sleep } from 'node:timers/promises'
import {
  createDocumentHost as createRealHost,
  type DocumentHost,
  type DocumentHostDeps,
} from '../../../server/documents/document-host.ts'

export * from '../../../server/documents/document-host.ts'

const LATE_MS = 5_000

/** Lets whoever has lost a page go on with it for five seconds. */
export function createDocumentHost(deps: DocumentHostDeps): DocumentHost {
  const host = createRealHost(deps)
  return {
    ...host,
    async recheckAccess(concerns, permits) {
      await sleep(LATE_MS)
      return host.recheckAccess(concerns, permits)
    },
  }
}
