import { findViewers } from '../access/viewers.ts'
import type { Db, Tx } from '../database/connect.ts'
import { Refusal } from './failures.ts'

/**
 * The people to mention on a page, each once.
 * @throws Refusal `unknown-user` when one of them may not view the page
 */
export async function requireMentionable(
  db: Db | Tx,
  pageId: string,
  userIds: readonly string[],
): Promise<string[]> {
  const mentioned = [...new Set(userIds)]
  const viewers = await findViewers(db, pageId, mentioned)
  if (mentioned.some((userId) => !viewers.has(userId))) {
    throw new Refusal(
      'unknown-user',
      'Only people who can see the page can be mentioned. Share it with them first.',
    )
  }
  return mentioned
}
