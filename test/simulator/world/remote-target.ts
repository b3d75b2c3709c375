import { createRest } from '../rest.ts'
import { readMetrics } from './metrics.ts'
import type { ServerUnderTest } from './server-under-test.ts'
import { createWorkspace, type OwnerSignIn } from './workspace.ts'

/** A deployment limits sign-ins an address and connections a person: so many accounts share all clients. */
const MAX_ACCOUNTS = 10

export interface RemoteTargetDeps {
  readonly url: URL
  readonly owner: OwnerSignIn
  /** Called before the pause that a rate limit asks for. */
  readonly onRateLimited: (waitMs: number) => void
}

/** A deployment that others started: there are only its public interfaces, and the network on our side. */
export function openRemoteTarget({ url, owner, onRateLimited }: RemoteTargetDeps): ServerUnderTest {
  const rest = createRest({ baseUrl: url, onRateLimited })
  return {
    title: url.origin,
    url,
    documentPath: '/collaboration',
    hasEvents: true,
    control: null,
    prepare: (titles) => createWorkspace({ rest, owner, titles, maxAccounts: MAX_ACCOUNTS }),
    readMetrics: () => readMetrics(url),
    close: async () => undefined,
  }
}
