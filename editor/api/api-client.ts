import type { z } from 'zod'
import { userSchema } from '../../shared/api/auth.ts'
import {
  type addCommentBodySchema,
  type CreateThreadBody,
  commentSchema,
  type editCommentBodySchema,
  type ThreadList,
  threadListSchema,
  threadSchema,
} from '../../shared/api/comments.ts'
import {
  type AddMemberBody,
  type createDriveBodySchema,
  driveListSchema,
  driveSchema,
  memberListSchema,
  memberSchema,
} from '../../shared/api/drives.ts'
import { pageFileSchema } from '../../shared/api/files.ts'
import type { MovePageBody } from '../../shared/api/page-tree.ts'
import {
  changedPageSchema,
  createdShareLinkSchema,
  type createShareLinkBodySchema,
  pageWithRoleSchema,
  shareLinkListSchema,
  type UpdatePageBody,
} from '../../shared/api/pages.ts'
import type { SyncAnswer, SyncRequest } from '../../shared/api/sync.ts'
import { withSchemaVersion } from '../../shared/document/version.ts'
import type { AccountSession } from './account-session.ts'
import { ApiError } from './api-error.ts'
import { createHistoryCalls } from './history-calls.ts'
import { createMessageCalls } from './message-calls.ts'
import { createPeopleCalls } from './people-calls.ts'
import {
  type Fetch,
  fetchBlob,
  fetchText,
  putText,
  type RequestOptions,
  sendBytes,
  sendRequest,
  uploadFile,
} from './request.ts'
import { createTreeCalls } from './tree-calls.ts'

type Tokens = Pick<AccountSession, 'getAccessToken' | 'renewAccessToken'>
type CallOptions<T> = Pick<RequestOptions<T>, 'method' | 'body' | 'known'>
/** Sends one request in the person's name; `schema` is what the answer must look like, null for none. */
export type Call = <T>(path: string, schema: z.ZodType<T> | null, options?: CallOptions<T>) => Promise<T>
/** The forms in which a page comes and goes as a file. */
export type TextFormat = 'markdown' | 'html'
export type ApiClient = ReturnType<typeof createApiClient>

/**
 * Every operation of the API that the editor uses, signed with the account's token. `fetch` knows where the
 * server is; uploads, which go without it, have to be told.
 */
export function createApiClient(fetch: Fetch, tokens: Tokens, serverUrl = '') {
  /** A token that the server says has expired is renewed once and the request sent again. */
  async function withToken<T>(send: (token: string) => Promise<T>): Promise<T> {
    const token = await tokens.getAccessToken()
    try {
      return await send(token)
    } catch (error) {
      if (!(error instanceof ApiError) || error.problem?.status !== 401) throw error
      // A wrong password is no matter of the token.
      if (error.code === 'invalid-credentials') throw error
      return send(await tokens.renewAccessToken(token))
    }
  }

  const call: Call = (path, schema, options = {}) =>
    withToken((token) => sendRequest(fetch, path, { ...options, schema, token }))

  /** My updates of a page's text for what I miss of it; answers after the commit. */
  async function syncPage(
    pageId: string,
    request: SyncRequest,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<SyncAnswer> {
    const { decodeSyncAnswer, encodeSyncRequest } = await import('../../shared/api/sync.ts')
    const body = encodeSyncRequest(request)
    const path = withSchemaVersion(`/api/pages/${pageId}/sync`)
    const answer = await withToken((token) => sendBytes(fetch, path, { body, token, signal, onProgress }))
    try {
      return decodeSyncAnswer(answer)
    } catch (cause) {
      throw new ApiError('unexpected-answer', 'The server answered something unexpected.', null, { cause })
    }
  }

  /** All threads of a page; `known` is answered if it still shows the present revision. */
  async function listThreads(pageId: string, known?: ThreadList): Promise<ThreadList> {
    const path = `/api/pages/${pageId}/threads`
    let piece = await call(path, threadListSchema, {
      known: known && { tag: `"${known.revision}"`, value: known },
    })
    if (piece === known) return piece
    const { revision, items } = piece
    while (piece.nextCursor !== undefined) {
      piece = await call(`${path}?after=${piece.nextCursor}`, threadListSchema)
      items.push(...piece.items)
    }
    return { items, revision }
  }

  return {
    syncPage,
    /** The bytes of a file of a page's. */
    readFile: (fileId: string) => withToken((token) => fetchBlob(fetch, `/api/files/${fileId}`, token)),
    /** What a page says, as text. */
    readText: async (pageId: string) => {
      const path = `/api/pages/${pageId}/content?format=text`
      return (await withToken((token) => fetchBlob(fetch, path, token))).text()
    },
    /** Stores an image for a page. */
    uploadFile: (
      pageId: string,
      body: Blob,
      options: { signal: AbortSignal; onProgress: (part: number) => void },
    ) =>
      withToken((token) =>
        uploadFile(`${serverUrl}/api/pages/${pageId}/files`, {
          ...options,
          body,
          token,
          schema: pageFileSchema,
        }),
      ),
    listThreads,
    createThread: (pageId: string, body: CreateThreadBody) =>
      call(`/api/pages/${pageId}/threads`, threadSchema, { method: 'POST', body }),
    resolveThread: (pageId: string, threadId: string, resolved: boolean) =>
      call(`/api/pages/${pageId}/threads/${threadId}`, threadSchema, { method: 'PATCH', body: { resolved } }),
    deleteThread: (pageId: string, threadId: string) =>
      call(`/api/pages/${pageId}/threads/${threadId}`, null, { method: 'DELETE' }),
    addComment: (pageId: string, threadId: string, body: z.infer<typeof addCommentBodySchema>) =>
      call(`/api/pages/${pageId}/threads/${threadId}/comments`, commentSchema, { method: 'POST', body }),
    editComment: (
      { pageId, threadId, commentId }: { pageId: string; threadId: string; commentId: string },
      body: z.infer<typeof editCommentBodySchema>,
    ) =>
      call(`/api/pages/${pageId}/threads/${threadId}/comments/${commentId}`, commentSchema, {
        method: 'PATCH',
        body,
      }),
    deleteComment: (pageId: string, threadId: string, commentId: string) =>
      call(`/api/pages/${pageId}/threads/${threadId}/comments/${commentId}`, commentSchema, {
        method: 'DELETE',
      }),
    /** Who the person is. */
    getMe: () => call('/api/me', userSchema),
    listDrives: () => call('/api/drives', driveListSchema),
    createDrive: (body: z.infer<typeof createDriveBodySchema>) =>
      call('/api/drives', driveSchema, { method: 'POST', body }),
    listMembers: (driveId: string) => call(`/api/drives/${driveId}/members`, memberListSchema),
    addMember: (driveId: string, body: AddMemberBody) =>
      call(`/api/drives/${driveId}/members`, memberSchema, { method: 'POST', body }),
    createPage: (driveId: string, body: { id: string; title: string; parentId: string | null }) =>
      call(`/api/drives/${driveId}/pages`, pageWithRoleSchema, { method: 'POST', body }),
    getPage: (pageId: string) => call(`/api/pages/${pageId}`, pageWithRoleSchema),
    updatePage: (pageId: string, body: UpdatePageBody) =>
      call(`/api/pages/${pageId}`, changedPageSchema, { method: 'PATCH', body }),
    movePage: (pageId: string, body: MovePageBody) =>
      call(`/api/pages/${pageId}/move`, changedPageSchema, { method: 'POST', body }),
    deletePage: (pageId: string) => call(`/api/pages/${pageId}`, null, { method: 'DELETE' }),
    ...createHistoryCalls(call),
    /** What a page says, as a text. */
    readContent: (pageId: string, format: TextFormat) =>
      withToken((token) => fetchText(fetch, `/api/pages/${pageId}/content?format=${format}`, token)),
    /**
     * Puts a text in the place of what a page says. With `keepsUnknown` what pages have no place for stays the text that it is
     * written as; of Markdown only.
     */
    writeContent: (pageId: string, format: TextFormat, text: string, keepsUnknown: boolean) =>
      withToken((token) =>
        putText(fetch, `/api/pages/${pageId}/content${keepsUnknown ? '?unknown=text' : ''}`, {
          ...{ text, type: `text/${format}`, token },
        }),
      ),
    ...createTreeCalls(call),
    ...createMessageCalls(call),
    ...createPeopleCalls(call),
    listShareLinks: (pageId: string) => call(`/api/pages/${pageId}/share-links`, shareLinkListSchema),
    createShareLink: (pageId: string, body: z.infer<typeof createShareLinkBodySchema>) =>
      call(`/api/pages/${pageId}/share-links`, createdShareLinkSchema, { method: 'POST', body }),
    revokeShareLink: (pageId: string, linkId: string) =>
      call(`/api/pages/${pageId}/share-links/${linkId}`, null, { method: 'DELETE' }),
  }
}
