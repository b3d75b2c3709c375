import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from '../../server/config.ts'

const SECRET = 'x'.repeat(32)
/** All that is needed for another application's tokens, besides a key. */
const EXTERNAL = {
  EXTERNAL_JWT_ISSUER: 'https://app.example.com',
  EXTERNAL_JWT_AUDIENCE: 'copydesk',
  EXTERNAL_JWT_ALGORITHM: 'ES256',
}

function messageOf(environment: Record<string, string>): string {
  try {
    parseConfig(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message
  }
  throw new Error('these settings were accepted')
}

describe('without any settings', () => {
  test('the server runs on this machine only, with a database and a secret of its own', () => {
    expect(parseConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: undefined,
      allowedOrigins: [],
      trustedProxies: 0,
      databaseUrl: undefined,
      dataDir: './data',
      jwtSecret: undefined,
      production: false,
      logLevel: 'warn',
      signInAttemptsPerMinute: 20,
      requestsPerMinute: 3_000,
      requestsPerMinutePerAddress: 15_000,
      searchesPerMinute: 120,
      connectionsPerUser: 100,
      connectionsPerAddress: 5_000,
      historyRetentionDays: 30,
      fileLimits: { perFile: 10 * 1024 * 1024, perPage: 200 * 1024 * 1024 },
      s3: undefined,
      externalIdentity: undefined,
    })
  })

  test('an empty variable counts as one that is not set', () => {
    const names = ['HOST', 'PORT', 'PUBLIC_URL', 'ALLOWED_ORIGINS', 'TRUST_PROXY', 'DATABASE_URL', 'DATA_DIR']
    const more = [
      'JWT_SECRET',
      'NODE_ENV',
      'LOG_LEVEL',
      'SIGN_IN_ATTEMPTS_PER_MINUTE',
      'HISTORY_RETENTION_DAYS',
      'REQUESTS_PER_MINUTE',
      'REQUESTS_PER_MINUTE_PER_ADDRESS',
      'SEARCHES_PER_MINUTE',
      'CONNECTIONS_PER_USER',
      'CONNECTIONS_PER_ADDRESS',
    ]
    expect(parseConfig(Object.fromEntries([...names, ...more].map((name) => [name, ''])))).toEqual(
      parseConfig({}),
    )
  })
})

test('a bucket needs all of its settings', () => {
  expect(() => parseConfig({ S3_BUCKET: 'pages' })).toThrow(/S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID/)
})

test('every setting is taken', () => {
  expect(
    parseConfig({
      HOST: '0.0.0.0',
      PORT: '8080',
      PUBLIC_URL: 'https://pages.example.com/',
      ALLOWED_ORIGINS: 'https://a.example.com, http://b.example.com:81/path',
      TRUST_PROXY: '2',
      DATABASE_URL: 'postgresql://u:p@db/copydesk',
      DATA_DIR: '/var/lib/copydesk',
      JWT_SECRET: SECRET,
      NODE_ENV: 'production',
      LOG_LEVEL: 'debug',
      SIGN_IN_ATTEMPTS_PER_MINUTE: '7',
      REQUESTS_PER_MINUTE: '10',
      REQUESTS_PER_MINUTE_PER_ADDRESS: '11',
      SEARCHES_PER_MINUTE: '12',
      CONNECTIONS_PER_USER: '8',
      CONNECTIONS_PER_ADDRESS: '9',
      HISTORY_RETENTION_DAYS: '0',
      FILE_MAX_MIB: '1',
      PAGE_FILES_MAX_MIB: '2',
      S3_ENDPOINT: 'https://s3.example.com',
      S3_BUCKET: 'pages',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      ...EXTERNAL,
      EXTERNAL_JWT_JWKS_URL: 'https://app.example.com/jwks.json',
    }),
  ).toEqual({
    host: '0.0.0.0',
    port: 8080,
    publicUrl: 'https://pages.example.com',
    allowedOrigins: ['https://a.example.com', 'http://b.example.com:81'],
    trustedProxies: 2,
    databaseUrl: 'postgresql://u:p@db/copydesk',
    dataDir: '/var/lib/copydesk',
    jwtSecret: SECRET,
    production: true,
    logLevel: 'debug',
    signInAttemptsPerMinute: 7,
    requestsPerMinute: 10,
    requestsPerMinutePerAddress: 11,
    searchesPerMinute: 12,
    connectionsPerUser: 8,
    connectionsPerAddress: 9,
    historyRetentionDays: 0,
    fileLimits: { perFile: 1024 * 1024, perPage: 2 * 1024 * 1024 },
    s3: {
      ...{ endpoint: 'https://s3.example.com', bucket: 'pages', region: 'us-east-1' },
      ...{ accessKeyId: 'key', secretAccessKey: 'secret' },
    },
    externalIdentity: {
      ...{ issuer: 'https://app.example.com', audience: 'copydesk', algorithm: 'ES256' },
      key: { kind: 'jwks', url: 'https://app.example.com/jwks.json' },
    },
  })
})

describe('another application’s tokens', () => {
  const PEM = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----'

  test('a key may be written on one line', () => {
    const written = { ...EXTERNAL, EXTERNAL_JWT_PUBLIC_KEY: PEM.replaceAll('\n', '\\n') }
    expect(parseConfig(written).externalIdentity?.key).toEqual({ kind: 'pem', pem: PEM })
  })

  test('need all of their settings, and the message names those that are missing', () => {
    const all = { ...EXTERNAL, EXTERNAL_JWT_PUBLIC_KEY_FILE: 'key.pem' }
    expect(parseConfig(all).externalIdentity?.key).toEqual({ kind: 'file', path: 'key.pem' })
    for (const name of Object.keys(all)) {
      const message = messageOf({ ...all, [name]: '' })
      for (const other of Object.keys(all)) expect(message.includes(other)).toBe(other === name)
    }
  })

  test('have one key', () => {
    const both = { ...EXTERNAL, EXTERNAL_JWT_PUBLIC_KEY: PEM, EXTERNAL_JWT_JWKS_URL: 'https://a.example.com' }
    expect(messageOf(both)).toContain('Set only one of EXTERNAL_JWT_PUBLIC_KEY')
  })
})

describe('a setting that cannot be used is named', () => {
  test.each([
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['CONNECTIONS_PER_USER', '0'],
    ['CONNECTIONS_PER_ADDRESS', 'many'],
    ['PORT', '80.5'],
    ['PUBLIC_URL', 'pages.example.com'],
    ['PUBLIC_URL', 'ftp://pages.example.com'],
    ['ALLOWED_ORIGINS', 'https://ok.example.com nonsense'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'null'],
    ['TRUST_PROXY', 'yes'],
    ['DATABASE_URL', 'mysql://u:p@db/copydesk'],
    ['DATABASE_URL', 'db.example.com'],
    ['JWT_SECRET', 'too short'],
    ['LOG_LEVEL', 'loud'],
    ['SIGN_IN_ATTEMPTS_PER_MINUTE', '0'],
    ['SIGN_IN_ATTEMPTS_PER_MINUTE', 'many'],
    ['EXTERNAL_JWT_ISSUER', 'copydesk'],
    ['EXTERNAL_JWT_ALGORITHM', 'HS256'],
    ['EXTERNAL_JWT_ALGORITHM', 'none'],
    ['EXTERNAL_JWT_JWKS_URL', 'file:///etc/passwd'],
    ['EXTERNAL_JWT_JWKS_URL', 'https://user:password@app.example.com/jwks.json'],
  ])('%s=%s', (name, value) => {
    expect(messageOf({ [name]: value })).toMatch(new RegExp(`^ {2}${name}(\\.\\d+)?: \\S`, 'm'))
  })

  test('all of them at once', () => {
    const message = messageOf({ PORT: 'x', LOG_LEVEL: 'x', JWT_SECRET: 'x', PUBLIC_URL: 'x' })
    for (const name of ['PORT', 'LOG_LEVEL', 'JWT_SECRET', 'PUBLIC_URL']) expect(message).toContain(name)
  })

  test('but a secret is never repeated', () => {
    const message = messageOf({ JWT_SECRET: 'hunter2', DATABASE_URL: 'mysql://root:hunter3@db/x' })
    expect(message).not.toMatch(/hunter/)
  })
})

describe('the secret that signs tokens', () => {
  test('is not made up in production', () => {
    expect(messageOf({ NODE_ENV: 'production' })).toMatch(/JWT_SECRET is not set/)
  })

  test('is not made up beside a database of the operator’s own', () => {
    expect(messageOf({ DATABASE_URL: 'postgres://u:p@db/copydesk' })).toMatch(/JWT_SECRET is not set/)
  })

  test('is measured in bytes', () => {
    expect(messageOf({ JWT_SECRET: 'x'.repeat(31) })).toMatch(/JWT_SECRET/)
    expect(parseConfig({ JWT_SECRET: 'é'.repeat(16) }).jwtSecret).toHaveLength(16)
  })
})

test('logs speak up in production and keep quiet on one’s own machine', () => {
  expect(parseConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET }).logLevel).toBe('info')
  expect(parseConfig({}).logLevel).toBe('warn')
})
