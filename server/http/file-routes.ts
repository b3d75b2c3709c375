import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { fileParamsSchema, pageFileSchema } from '../../shared/api/files.ts'
import { pageParamsSchema } from '../../shared/api/pages.ts'
import { Refusal } from '../workspace/failures.ts'
import { type FileOperations, refuseSize } from '../workspace/files/files.ts'
import { identityOf } from './require-identity.ts'
import { createUploadSlots, UPLOAD_BOUNDS } from './upload-slots.ts'

export interface FileRoutesDeps {
  readonly files: Pick<FileOperations, 'upload' | 'read'>
  /** The largest file that is taken, bytes. */
  readonly maxFileBytes: number
}

const BINARY = 'application/octet-stream'
/** What is sent out is shown as an image or saved, and is nothing that runs or loads. */
const FILE_POLICY = "default-src 'none'; sandbox"

/** Uploads to pages. */
export const pageFileRoutes: FastifyPluginAsyncZod<FileRoutesDeps> = async (app, { files, maxFileBytes }) => {
  const slots = createUploadSlots(UPLOAD_BOUNDS)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(
    '/:pageId/files',
    {
      bodyLimit: maxFileBytes,
      // Before the body is read: what is turned away takes no memory.
      onRequest: async (request, reply) => {
        if (Number(request.headers['content-length']) > maxFileBytes) throw refuseSize(maxFileBytes)
        reply.raw.once('close', slots.take(identityOf(request).userId))
      },
      schema: {
        tags: ['files'],
        summary: 'Store an image for a page: the body is the file; what it is, its content says',
        consumes: [BINARY],
        params: pageParamsSchema,
        response: { 201: pageFileSchema },
      },
    },
    async (request, reply) => {
      if (!(request.body instanceof Uint8Array))
        throw new Refusal('unsupported-media-type', `Send ${BINARY}.`)
      const file = await files.upload(identityOf(request), request.params.pageId, request.body)
      return reply.code(201).header('location', `/api/files/${file.id}`).send(file)
    },
  )
}

/** Files of pages, for those who may view one of them. */
export const fileRoutes: FastifyPluginAsyncZod<FileRoutesDeps> = async (app, { files }) => {
  app.get(
    '/:fileId',
    { schema: { tags: ['files'], summary: 'The bytes of a file', params: fileParamsSchema } },
    async (request, reply) => {
      const { type, hash, readBytes } = await files.read(identityOf(request), request.params.fileId)
      const tag = `"${hash}"`
      reply
        .header('etag', tag)
        // Kept by the browser, asked for each time: whoever loses the page loses its images.
        .header('cache-control', 'private, no-cache')
        .header('content-security-policy', FILE_POLICY)
        .header('content-disposition', 'inline')
      if (request.headers['if-none-match'] === tag) return reply.code(304).send()
      return reply.type(type).send(Buffer.from(await readBytes()))
    },
  )
}
