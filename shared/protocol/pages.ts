import { z } from 'zod'
import { movePageBodySchema } from '../api/page-tree.ts'
import {
  createPageBodySchema,
  pageConflictSchema,
  pageSchema,
  pageWithRoleSchema,
  updatePageBodySchema,
} from '../api/pages.ts'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

/** A page to create; the id is made by the client, so that sending twice creates one page. */
export const createPageSchema = createPageBodySchema.extend({ driveId: z.uuid(), id: z.uuid() })
export const updatePageSchema = updatePageBodySchema.extend({ pageId: z.uuid() })
export const movePageSchema = movePageBodySchema.extend({ pageId: z.uuid() })
export const deletePageSchema = z.object({ pageId: z.uuid() })
export const restorePageSchema = z.object({ pageId: z.uuid() })

/** A change to a page answers the stored row, and the drive's revision that it led to. */
export const pageAckSchema = ackSchema({ page: pageWithRoleSchema, revision: z.int() })

/** A change that was based on an older revision is made all the same, and answers what it has replaced. */
export const changedPageAckSchema = ackSchema({
  page: pageWithRoleSchema,
  revision: z.int(),
  conflict: pageConflictSchema.optional(),
})

export const pageRequests = {
  create_page: {
    summary:
      'Create a page at the end of its siblings; idempotent by id. As POST /api/drives/:driveId/pages.',
    who: 'editors of the drive and above',
    payload: createPageSchema,
    ack: pageAckSchema,
    errors: ['not-found', 'forbidden', 'id-taken', 'tree-too-deep', 'session-ended'],
    rate: 'change',
    says: ['page_created'],
  },
  update_page: {
    summary: 'Change a page’s title or icon. As PATCH /api/pages/:pageId.',
    who: 'whoever may edit the page',
    payload: updatePageSchema,
    ack: changedPageAckSchema,
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
    says: ['page_updated'],
  },
  delete_page: {
    summary: 'Put a page and everything below it in the trash. As DELETE /api/pages/:pageId.',
    who: 'whoever may edit the page',
    payload: deletePageSchema,
    // The pages below it are told of as facts, to the asking socket as well: the answer does not list them.
    ack: ackSchema({}),
    errors: ['not-found', 'forbidden', 'subpages-not-editable', 'session-ended'],
    rate: 'change',
  },
  move_page: {
    summary: 'Put a page, with everything below it, somewhere else. As POST /api/pages/:pageId/move.',
    who: 'whoever may edit the page, the place where it lies and the place where it goes',
    payload: movePageSchema,
    ack: changedPageAckSchema,
    errors: [
      ...['not-found', 'forbidden', 'subpages-not-editable', 'session-ended'],
      ...['page-inside-itself', 'tree-too-deep', 'sibling-not-found'],
    ],
    rate: 'change',
    says: ['page_moved'],
  },
  restore_page: {
    summary: 'Take a page out of the trash, with what went with it. As POST /api/pages/:pageId/restore.',
    who: 'editors of the drive and above',
    payload: restorePageSchema,
    ack: pageAckSchema,
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
    says: ['page_restored'],
  },
} as const satisfies Record<string, RequestContract>

/**
 * Facts about pages, sent to everyone in the drive's room and in the page's room after the change was
 * committed. `revision` is the drive's: a client that sees a gap refetches the list.
 */
const factSchema = z.object({ eventId: z.uuid(), driveId: z.uuid(), revision: z.int() })

const who = 'members who follow the drive, and everyone on the page'

export const pageFacts = {
  page_created: {
    ...{ summary: 'A page was created.', who, rooms: ['drive', 'page'] },
    payload: factSchema.extend({ page: pageSchema }),
  },
  page_updated: {
    ...{ summary: 'A page’s title or icon changed.', who, rooms: ['drive', 'page'] },
    payload: factSchema.extend({ page: pageSchema }),
  },
  page_deleted: {
    ...{ summary: 'A page went to the trash: one fact for each page of the subtree.', who },
    rooms: ['drive', 'page'],
    payload: factSchema.extend({ pageId: z.uuid() }),
  },
  page_moved: {
    summary:
      'A page, with everything below it, went to another place. Between drives there are two: one with ' +
      '`page: null` for the drive that it left and everyone on it, and one for the drive that it went to.',
    ...{ who, rooms: ['drive', 'page'] },
    payload: factSchema.extend({ pageId: z.uuid(), page: pageSchema.nullable() }),
  },
  page_restored: {
    summary:
      'A page came back from the trash, and `pageCount` pages altogether: more than one are fetched anew.',
    ...{ who, rooms: ['drive', 'page'] },
    payload: factSchema.extend({ page: pageSchema, pageCount: z.int() }),
  },
  page_content_updated: {
    summary: 'A page’s text changed, up to this `seq` of its log and by these people; at most once a second.',
    who: 'everyone on the page',
    rooms: ['page'],
    payload: z.object({
      eventId: z.uuid(),
      pageId: z.uuid(),
      seq: z.int(),
      userIds: z.array(z.uuid()),
    }),
  },
} as const satisfies Record<string, FactContract>
