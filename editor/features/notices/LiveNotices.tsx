import { useAccessNotices } from './use-access-notices.ts'
import { useServerNotices } from './use-server-notices.ts'

/** Hears what is to be told in notices: of one's own access, and what the operator has to say. Draws nothing itself. */
export default function LiveNotices() {
  useAccessNotices()
  useServerNotices()
  return null
}
