import { AwsClient } from 'aws4fetch'
import type { FileStorage } from './file-storage.ts'

/** Where the bucket is; it follows the endpoint in the path. */
interface S3Deps {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** How long one exchange with the service may take, ms. */
const TIMEOUT_MS = 30_000

/** Keeps files in an S3-compatible bucket, addressed by path. */
export function createS3Storage({ endpoint, bucket, ...credentials }: S3Deps): FileStorage {
  const client = new AwsClient({ ...credentials, service: 's3', retries: 2 })
  const base = `${endpoint.replace(/\/$/, '')}/${bucket}`

  async function send(id: string, init: RequestInit): Promise<Response> {
    const response = await client.fetch(`${base}/${id}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.ok || response.status === 404) return response
    await response.body?.cancel()
    throw new Error(`the file storage answered ${response.status} to ${init.method ?? 'GET'}`)
  }

  return {
    async write(id, type, bytes) {
      const body = new Uint8Array(bytes)
      const response = await send(id, { method: 'PUT', headers: { 'content-type': type }, body })
      await response.body?.cancel()
      if (response.status === 404) throw new Error(`the file storage has no bucket "${bucket}"`)
    },
    async read(id) {
      const response = await send(id, { method: 'GET' })
      if (response.ok) return new Uint8Array(await response.arrayBuffer())
      await response.body?.cancel()
      return null
    },
    async remove(id) {
      const response = await send(id, { method: 'DELETE' })
      await response.body?.cancel()
    },
  }
}
