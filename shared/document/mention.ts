import { z } from 'zod'

/** The node of the document schema that names a person or a page in the middle of a text. */
export const MENTION_NODE = 'mention'

/**
 * The attributes of a mention. `id` is the mention's own, made when it is inserted: whoever it names is told of
 * it once, also when it is copied along. `label` is what it says until the present name is known.
 */
export const mentionAttributesSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), id: z.uuid(), personId: z.uuid(), label: z.string() }),
  z.object({ kind: z.literal('page'), id: z.uuid(), pageId: z.uuid(), label: z.string() }),
])
export type MentionAttributes = z.infer<typeof mentionAttributesSchema>
