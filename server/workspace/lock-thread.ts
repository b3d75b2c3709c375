import { and, eq, isNull } from 'drizzle-orm'
import type { Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { Tx } from '../database/connect.ts'
import { commentThreads } from '../database/schema.ts'
import { requirePageRole } from './authorize.ts'
import { lockBoard, type ThreadRow } from './comment-rows.ts'
import { notFound } from './failures.ts'

/**
 * A thread that somebody may comment in, with all that is said on its page waiting for this change.
 * @throws Refusal `not-found`, `forbidden`
 */
export async function lockThread(
  tx: Tx,
  identity: Identity,
  pageId: string,
  threadId: string,
): Promise<{ row: ThreadRow; role: Role }> {
  const { role } = await requirePageRole(tx, identity, pageId, 'commenter')
  await lockBoard(tx, pageId)
  const [row] = await tx
    .select()
    .from(commentThreads)
    .where(
      and(
        eq(commentThreads.id, threadId),
        eq(commentThreads.pageId, pageId),
        isNull(commentThreads.deletedAt),
      ),
    )
  if (row === undefined) throw notFound('thread')
  return { row, role }
}
