import { createHash } from 'node:crypto'
import { z } from 'zod'
import { PROBLEM_STATUS } from '../shared/api/problem.ts'
import { COMMON_ERRORS, type FactContract, type RequestContract } from '../shared/protocol/contract.ts'
import { REALTIME_NAMESPACE } from '../shared/protocol/envelope.ts'
import { facts, requests } from '../shared/protocol/events.ts'
import { RATE_LIMITS } from '../shared/protocol/rate-limits.ts'
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../shared/protocol/version.ts'

/** The parts of a JSON schema that the contract's schemas are made of. */
interface ValueSchema {
  readonly type?: string
  readonly format?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly ValueSchema[]
  readonly oneOf?: readonly ValueSchema[]
  readonly items?: ValueSchema
  readonly properties?: Readonly<Record<string, ValueSchema>>
  readonly required?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly default?: unknown
  readonly additionalProperties?: boolean | ValueSchema
}

const requestList = Object.entries<RequestContract>(requests).sort(byName)
const factList = Object.entries<FactContract>(facts).sort(byName)

/** A hash of every name and schema that goes over the wire: another one is another contract. */
export function hashContract(): string {
  const contract = {
    requests: requestList.map(([name, { payload, ack }]) => [
      name,
      toSchema(payload, 'input'),
      toSchema(ack, 'output'),
    ]),
    facts: factList.map(([name, { payload, rooms }]) => [name, rooms, toSchema(payload, 'output')]),
  }
  // Codes are added with every feature, and a client has to cope with those that it does not know.
  const codes = JSON.stringify(Object.keys(PROBLEM_STATUS))
  const text = JSON.stringify(contract).replaceAll(codes, '["any code"]')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The whole of docs/EVENTS.md. */
export function describeEvents(): string {
  return `${[
    '# Events',
    '',
    '<!-- Generated from shared/protocol by `npm run docs:events`. Do not edit: a test compares the two. -->',
    '',
    `Protocol version ${PROTOCOL_VERSION}; the oldest that is understood is ${OLDEST_PROTOCOL_VERSION}.`,
    '',
    ...INTRODUCTION,
    '## Requests (client → server)',
    '',
    ...requestList.flatMap(describeRequest),
    '## Facts (server → client)',
    '',
    ...factList.flatMap(describeFact),
  ]
    .join('\n')
    .trimEnd()}\n`
}

const INTRODUCTION = [
  '## Connecting',
  '',
  `Socket.IO at \`/socket.io\`, namespace \`${REALTIME_NAMESPACE}\`, over WebSocket or HTTP polling, with \`auth: { token, protocol }\`:`,
  'an access token, and the version of this contract that the client was written for. A client that does not say',
  'its version is taken to speak the current one, at its own risk. Every payload is checked.',
  '',
  'A refused handshake is `connect_error` with the reason in `err.data.code`:',
  '',
  '| code | meaning |',
  '| --- | --- |',
  '| `unauthenticated` | No token, or something that is none. |',
  '| `token-invalid`, `token-expired`, `session-ended` | Get a new token, or sign in again. |',
  '| `client-outdated` | The version is too old, or not a version. Load the newest client. |',
  '| `too-many-connections` | This person or this address has as many as are allowed (`CONNECTIONS_PER_USER`, `CONNECTIONS_PER_ADDRESS`). Close some, or try later. |',
  '| `storage-unavailable` | The database is away. Try later. |',
  '',
  'A minute before its token expires a connection gets `token_expiring` and should send `renew_token`. From the',
  'expiry on it may send nothing else, and five seconds later it is told `session_ended` and disconnected.',
  '',
  '## Answers',
  '',
  'Every request is acknowledged, once: `{ ok: true, … }` as listed below, or',
  '`{ ok: false, error: { code, message, retryAfterMs? } }`. Branch on the code, never on the message, and treat one',
  `that you do not know as a plain no. Besides those listed, each request can be refused with ${COMMON_ERRORS.map(quote).join(', ')}.`,
  'Unknown and forbidden look alike: both are `not-found`.',
  '',
  'Whatever a request’s acknowledgement says already is not sent to the same connection as a fact too; the',
  'person’s other connections get the fact. An `eventId` names one fact, however often it arrives.',
  '',
  '## How often',
  '',
  'Counted for each person over all of their connections. Beyond it a request is refused with `rate-limited`, and',
  '`retryAfterMs` says when there is room again. A message may be 64 KiB long; a longer one ends the connection.',
  '',
  '| class | at once | a second |',
  '| --- | --- | --- |',
  ...Object.entries(RATE_LIMITS).map(
    ([name, { burst, perSecond }]) => `| ${name} | ${burst} | ${perSecond} |`,
  ),
  '',
]

function describeRequest([name, request]: [string, RequestContract]): string[] {
  const { says = [] } = request
  return [
    `### \`${name}\``,
    '',
    request.summary,
    '',
    `- Who: ${request.who}.`,
    `- Payload: \`${render(toSchema(request.payload, 'input'))}\``,
    `- Answer: \`${render(succeeding(toSchema(request.ack, 'output')))}\``,
    ...(request.errors.length === 0 ? [] : [`- Refused with: ${request.errors.map(quote).join(', ')}.`]),
    ...(says.length === 0 ? [] : [`- Its answer stands for: ${says.map(quote).join(', ')}.`]),
    `- How often: ${request.rate}.`,
    '',
  ]
}

function describeFact([name, fact]: [string, FactContract]): string[] {
  return [
    `### \`${name}\``,
    '',
    fact.summary,
    '',
    `- To: ${fact.who} (${fact.rooms.map((room) => ROOMS[room]).join(', ')}).`,
    `- Payload: \`${render(toSchema(fact.payload, 'output'))}\``,
    '',
  ]
}

const ROOMS: Record<FactContract['rooms'][number], string> = {
  page: 'room of the page',
  drive: 'room of the drive',
  user: 'room of the person',
  everyone: 'everyone',
  socket: 'one connection',
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): ValueSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io })
  return rest as ValueSchema
}

/** Of an acknowledgement, the half that says yes. */
function succeeding(schema: ValueSchema): ValueSchema {
  const halves = schema.oneOf ?? schema.anyOf ?? [schema]
  return halves.find(({ properties }) => properties?.['ok']?.const === true) ?? schema
}

/** A schema in one line, as one would write a type. */
function render(schema: ValueSchema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(render).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.type === 'array') {
    const { items = {} } = schema
    const isChoice = items.anyOf !== undefined || items.oneOf !== undefined || items.enum !== undefined
    return isChoice ? `(${render(items)})[]` : `${render(items)}[]`
  }
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
      const optional = schema.required?.includes(name) === true ? '' : '?'
      return `${name}${optional}: ${render(field)}`
    })
    if (typeof schema.additionalProperties === 'object')
      fields.push(`[key]: ${render(schema.additionalProperties)}`)
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
  }
  if (schema.type === 'string') {
    const bound =
      schema.maxLength === undefined || schema.format !== undefined ? '' : `(≤ ${schema.maxLength})`
    return `${schema.format ?? 'string'}${bound}`
  }
  return schema.type ?? 'unknown'
}

function quote(code: string): string {
  return `\`${code}\``
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
