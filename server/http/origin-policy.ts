import type { Config } from '../config.ts'

/** Whether a browser page on `origin` may talk to us, given the `Host` it asked for. */
export type OriginPolicy = (origin: string | undefined, host: string | undefined) => boolean

/**
 * One policy for REST, documents and events: our own origin, PUBLIC_URL and ALLOWED_ORIGINS. A request
 * without an Origin does not come from a browser's page and has to bring its token anyway.
 */
export function createOriginPolicy({
  publicUrl,
  allowedOrigins,
}: Pick<Config, 'publicUrl' | 'allowedOrigins'>): OriginPolicy {
  const allowed = new Set(publicUrl === undefined ? allowedOrigins : [publicUrl, ...allowedOrigins])
  return (origin, host) => {
    if (origin === undefined || allowed.has(origin)) return true
    return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
  }
}
