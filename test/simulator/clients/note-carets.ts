import type { Awareness } from 'y-protocols/awareness'
import { FORGED_BY } from '../authors/forging.ts'
import type { ClientIndex, PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'

/** Writes down whose carets a client is shown on a page. */
export function noteCarets(
  awareness: Awareness,
  { client, page, recorder }: { client: ClientIndex; page: PageIndex; recorder: Recorder },
): void {
  for (const [yjsClient, { user, [FORGED_BY]: forger }] of awareness.getStates()) {
    if (yjsClient === awareness.clientID) continue
    const { id = null, name = null } = (user ?? {}) as { id?: string; name?: string }
    const forgedBy = typeof forger === 'number' ? forger : null
    recorder.caret({ page, seenBy: client, yjsClient, userId: id, userName: name, forgedBy })
  }
}
