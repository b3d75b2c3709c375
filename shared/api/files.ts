import { z } from 'zod'

/** A file of a page's, as an upload is answered; `size` in bytes. Its bytes are at `/api/files/:id`. */
export const pageFileSchema = z.object({ id: z.uuid(), type: z.string(), size: z.int() })
export type PageFile = z.infer<typeof pageFileSchema>

export const fileParamsSchema = z.object({ fileId: z.uuid() })
