import * as Y from 'yjs'
import { MENTION_NODE } from '../../shared/document/describe-mention.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { mentionAttributesSchema } from '../../shared/document/mention.ts'
import type { AuthorLedger } from './author-ledger.ts'

/** Somebody who is named in a page's text. */
export interface PersonMention {
  /** The mention's own id. */
  readonly id: string
  readonly personId: string
  /** Who put it there; null where no row that was looked at says so. */
  readonly authorId: string | null
}

/** The people that a page names, in the order of the text; what is not as the schema has it is left out. */
export function readMentions(
  doc: Y.Doc,
  ledger: Pick<AuthorLedger, 'authorOf'> | undefined,
): PersonMention[] {
  const mentions: PersonMention[] = []
  for (const node of doc.getXmlFragment(DOCUMENT_FRAGMENT).createTreeWalker(isMention)) {
    const element = node as Y.XmlElement
    const mention = mentionAttributesSchema.safeParse(element.getAttributes())
    if (!mention.success || mention.data.kind !== 'person') continue
    const { id, personId } = mention.data
    const placed = element._item?.id
    const authorId = placed === undefined ? null : (ledger?.authorOf(placed.client, placed.clock) ?? null)
    mentions.push({ id, personId, authorId })
  }
  return mentions
}

const isMention = (node: unknown) => node instanceof Y.XmlElement && node.nodeName === MENTION_NODE
