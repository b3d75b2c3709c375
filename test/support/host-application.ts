import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import type { ExternalAlgorithm, ExternalSettings } from '../../server/config.ts'

export const HOST_ISSUER = 'https://app.example.com'
export const HOST_AUDIENCE = 'copydesk.example.com'

/** A key pair of an application that vouches for its people. */
export interface HostKey {
  readonly kid: string
  readonly algorithm: ExternalAlgorithm
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicPem: string
  /** The public half as a key set has it. */
  readonly jwk: Record<string, unknown>
}

export function makeHostKey(algorithm: ExternalAlgorithm = 'ES256', kid: string = randomUUID()): HostKey {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    ...{ kid, algorithm, privateKey, publicKey },
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: algorithm },
  }
}

/** A token of the application; `claims` are laid over what a good one says, undefined takes one out. */
export function signHostToken(
  { privateKey, algorithm, kid }: HostKey,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): string {
  const nowS = Math.floor(Date.now() / 1000)
  const all = {
    ...{ iss: HOST_ISSUER, aud: HOST_AUDIENCE, sub: 'person-1', name: 'Ann Host' },
    ...{ iat: nowS, exp: nowS + 600 },
    ...claims,
  }
  const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return jwt.sign(payload, privateKey, {
    algorithm,
    header: { alg: algorithm, kid, ...header },
    noTimestamp: payload['iat'] === undefined,
  })
}

/** Settings with which a server takes the application's tokens by its public key. */
export function byKey({ algorithm, publicPem }: HostKey): ExternalSettings {
  return { issuer: HOST_ISSUER, audience: HOST_AUDIENCE, algorithm, key: { kind: 'pem', pem: publicPem } }
}

/** Settings with which a server takes the application's tokens by a key set. */
export function byKeySet(url: string, algorithm: ExternalAlgorithm = 'ES256'): ExternalSettings {
  return { issuer: HOST_ISSUER, audience: HOST_AUDIENCE, algorithm, key: { kind: 'jwks', url } }
}

/** A key set on this machine. */
export interface KeySetServer {
  readonly url: string
  /** How often it was asked. */
  asked(): number
  /** What it answers from now on. */
  serve(answer: (request: IncomingMessage, response: ServerResponse) => void): void
  serveKeys(keys: readonly unknown[]): void
  close(): Promise<void>
}

export async function startKeySetServer(keys: readonly unknown[] = []): Promise<KeySetServer> {
  let asked = 0
  const answerKeys =
    (served: readonly unknown[]) =>
    (_request: IncomingMessage, response: ServerResponse): void => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ keys: served }))
    }
  let answer: (request: IncomingMessage, response: ServerResponse) => void = answerKeys(keys)
  const server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    asked: () => asked,
    serve(next) {
      answer = next
    },
    serveKeys(next) {
      answer = answerKeys(next)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
