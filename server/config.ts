import { z } from 'zod'
import { OWN_ISSUER } from '../shared/api/auth.ts'

/** Everything the server can be told from outside, parsed once; nothing else reads the environment. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Where people reach us, when a proxy stands in front; decides the cookie's Secure flag and printed links. */
  readonly publicUrl: string | undefined
  /** Origins besides our own that browsers may connect from. */
  readonly allowedOrigins: readonly string[]
  /** How many proxies stand in front: so many entries of X-Forwarded-* are believed, 0 none. */
  readonly trustedProxies: number
  /** A PostgreSQL to use; without one the server starts its own under `dataDir`. */
  readonly databaseUrl: string | undefined
  readonly dataDir: string
  /** Signs access tokens; without one it is generated into `dataDir` (embedded mode only). */
  readonly jwtSecret: string | undefined
  readonly production: boolean
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Failed or successful sign-ins, registrations and guest entries that one address may try in a minute. */
  readonly signInAttemptsPerMinute: number
  /** Requests over REST that one user may make in a minute. */
  readonly requestsPerMinute: number
  /** The same for everybody who comes from one address: so many by those who are signed in, and so many others. */
  readonly requestsPerMinutePerAddress: number
  /** Searches that one user may make in a minute. */
  readonly searchesPerMinute: number
  /** How many Socket.IO connections, and as many document WebSockets, one person may have. */
  readonly connectionsPerUser: number
  /** The same for everybody who comes from one address. */
  readonly connectionsPerAddress: number
  /** How long every single edit is kept, days, before its row may be folded into the page's snapshot; 0 is not at all. */
  readonly historyRetentionDays: number
  /** The largest file that may be uploaded, and what the files of one page may have together, bytes. */
  readonly fileLimits: { readonly perFile: number; readonly perPage: number }
  /** Where uploaded files are kept; undefined is under `dataDir`. */
  readonly s3: S3Settings | undefined
  /** An application whose tokens are taken besides our own. */
  readonly externalIdentity: ExternalSettings | undefined
}

/** The algorithms that another application's tokens can be signed with; one is configured, none is negotiated. */
export const EXTERNAL_ALGORITHMS = ['RS256', 'ES256'] as const
export type ExternalAlgorithm = (typeof EXTERNAL_ALGORITHMS)[number]

/** Where the public key of the other application is. */
export type ExternalKeySource =
  | { readonly kind: 'pem'; readonly pem: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'jwks'; readonly url: string }

/** A bucket of an S3-compatible service. */
export interface S3Settings {
  /** The service's address; the bucket follows in the path. */
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The application whose tokens are taken besides our own. */
export interface ExternalSettings {
  /** What `iss` and `aud` of its tokens must say. */
  readonly issuer: string
  readonly audience: string
  readonly algorithm: ExternalAlgorithm
  readonly key: ExternalKeySource
}

/** A setting that cannot be used; the message names it and says what to write instead. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'invalid-config'
}

const originSchema = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as https://pages.example.com' })
  .transform((url) => new URL(url).origin)

const perMinuteSchema = (max: number) => {
  const hint = `must be a whole number from 1 to ${max}`
  return z.coerce.number(hint).int(hint).min(1, hint).max(max, hint)
}

const connectionsSchema = z.coerce.number('must be a whole number of connections').int().min(1).max(1_000_000)

const mebibytesSchema = z.coerce.number('must be a whole number of mebibytes').int().min(1).max(10_000)

const environmentSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(3000),
  PUBLIC_URL: originSchema.optional(),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((origin) => origin !== ''))
    .pipe(z.array(originSchema)),
  TRUST_PROXY: z.coerce.number('must be the number of proxies in front').int().min(0).max(10).default(0),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/database' })
    .optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  JWT_SECRET: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= 32,
      'must be at least 32 bytes: try `openssl rand -hex 32`',
    )
    .optional(),
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'must be production, development or test')
    .default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
  SIGN_IN_ATTEMPTS_PER_MINUTE: perMinuteSchema(100_000).default(20),
  REQUESTS_PER_MINUTE: perMinuteSchema(10_000_000).default(3_000),
  REQUESTS_PER_MINUTE_PER_ADDRESS: perMinuteSchema(10_000_000).default(15_000),
  SEARCHES_PER_MINUTE: perMinuteSchema(10_000_000).default(120),
  CONNECTIONS_PER_USER: connectionsSchema.default(100),
  CONNECTIONS_PER_ADDRESS: connectionsSchema.default(5_000),
  HISTORY_RETENTION_DAYS: z.coerce
    .number('must be a whole number of days')
    .int()
    .min(0)
    .max(36_500)
    .default(30),
  FILE_MAX_MIB: mebibytesSchema.default(10),
  PAGE_FILES_MAX_MIB: mebibytesSchema.default(200),
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must look like https://s3.example.com' }).optional(),
  S3_BUCKET: z.string().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  EXTERNAL_JWT_ISSUER: z
    .string()
    .refine((issuer) => issuer !== OWN_ISSUER, 'is our own name: choose another')
    .optional(),
  EXTERNAL_JWT_AUDIENCE: z.string().optional(),
  EXTERNAL_JWT_ALGORITHM: z.enum(EXTERNAL_ALGORITHMS, 'must be RS256 or ES256').optional(),
  // Files of variables have no line breaks.
  EXTERNAL_JWT_PUBLIC_KEY: z
    .string()
    .transform((pem) => pem.replaceAll('\\n', '\n'))
    .optional(),
  EXTERNAL_JWT_PUBLIC_KEY_FILE: z.string().optional(),
  EXTERNAL_JWT_JWKS_URL: z
    .url({ protocol: /^https?$/, error: 'must look like https://app.example.com/.well-known/jwks.json' })
    .refine((url) => !/^https?:\/\/[^/]*@/.test(url), 'must not hold a user or password')
    .optional(),
})
type Environment = z.infer<typeof environmentSchema>

/**
 * Parses the environment. An empty variable counts as unset, as compose files write it.
 * @throws ConfigError naming every variable that is wrong
 */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(set)
  if (!parsed.success) {
    // Of a list, the entry's number says nothing: the variable is what somebody has to look at.
    const lines = parsed.error.issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`)
    throw new ConfigError(`Copydesk cannot start with these settings:\n${lines.join('\n')}`)
  }
  const env = parsed.data
  const production = env.NODE_ENV === 'production'
  if (env.JWT_SECRET === undefined && (production || env.DATABASE_URL !== undefined)) {
    throw new ConfigError(
      'JWT_SECRET is not set. With NODE_ENV=production or an own DATABASE_URL, Copydesk does not make one up:\n' +
        '  set JWT_SECRET to at least 32 random bytes, for example the output of `openssl rand -hex 32`.',
    )
  }
  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL,
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustedProxies: env.TRUST_PROXY,
    databaseUrl: env.DATABASE_URL,
    dataDir: env.DATA_DIR,
    jwtSecret: env.JWT_SECRET,
    production,
    // On somebody's own machine the terminal is for people; in production it is for the log collector.
    logLevel: env.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    signInAttemptsPerMinute: env.SIGN_IN_ATTEMPTS_PER_MINUTE,
    requestsPerMinute: env.REQUESTS_PER_MINUTE,
    requestsPerMinutePerAddress: env.REQUESTS_PER_MINUTE_PER_ADDRESS,
    searchesPerMinute: env.SEARCHES_PER_MINUTE,
    connectionsPerUser: env.CONNECTIONS_PER_USER,
    connectionsPerAddress: env.CONNECTIONS_PER_ADDRESS,
    historyRetentionDays: env.HISTORY_RETENTION_DAYS,
    fileLimits: { perFile: env.FILE_MAX_MIB * MEBIBYTE, perPage: env.PAGE_FILES_MAX_MIB * MEBIBYTE },
    s3: readS3Settings(env),
    externalIdentity: readExternalSettings(env),
  }
}

const MEBIBYTE = 1024 * 1024

/** All of the settings about the bucket, or none. */
function readS3Settings(env: Environment): S3Settings | undefined {
  const {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = env
  if ([endpoint, bucket, accessKeyId, secretAccessKey].every((setting) => setting === undefined))
    return undefined
  if (
    endpoint === undefined ||
    bucket === undefined ||
    accessKeyId === undefined ||
    secretAccessKey === undefined
  )
    throw new ConfigError(
      'To keep files in a bucket, set all of S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
    )
  return { endpoint, bucket, region: env.S3_REGION, accessKeyId, secretAccessKey }
}

/** All of the settings about another application's tokens, or none. */
function readExternalSettings(env: Environment): ExternalSettings | undefined {
  const {
    EXTERNAL_JWT_ISSUER: issuer,
    EXTERNAL_JWT_AUDIENCE: audience,
    EXTERNAL_JWT_ALGORITHM: algorithm,
    EXTERNAL_JWT_PUBLIC_KEY: pem,
    EXTERNAL_JWT_PUBLIC_KEY_FILE: path,
    EXTERNAL_JWT_JWKS_URL: url,
  } = env
  const keys = [
    ...(pem === undefined ? [] : [{ kind: 'pem', pem } as const]),
    ...(path === undefined ? [] : [{ kind: 'file', path } as const]),
    ...(url === undefined ? [] : [{ kind: 'jwks', url } as const]),
  ]
  const [key, ...otherKeys] = keys
  if ([issuer, audience, algorithm, key].every((setting) => setting === undefined)) return undefined
  const missing = [
    ...(issuer === undefined ? ['EXTERNAL_JWT_ISSUER: what `iss` says in its tokens'] : []),
    ...(audience === undefined ? ['EXTERNAL_JWT_AUDIENCE: what `aud` says in its tokens for us'] : []),
    ...(algorithm === undefined ? ['EXTERNAL_JWT_ALGORITHM: RS256 or ES256'] : []),
    ...(key === undefined
      ? ['EXTERNAL_JWT_PUBLIC_KEY, EXTERNAL_JWT_PUBLIC_KEY_FILE or EXTERNAL_JWT_JWKS_URL: its public key']
      : []),
  ]
  if (issuer === undefined || audience === undefined || algorithm === undefined || key === undefined) {
    throw new ConfigError(
      `To take another application’s tokens, Copydesk also needs\n${missing.map((line) => `  ${line}`).join('\n')}`,
    )
  }
  if (otherKeys.length > 0) {
    throw new ConfigError(
      'Set only one of EXTERNAL_JWT_PUBLIC_KEY, EXTERNAL_JWT_PUBLIC_KEY_FILE and EXTERNAL_JWT_JWKS_URL.',
    )
  }
  return { issuer, audience, algorithm, key }
}
