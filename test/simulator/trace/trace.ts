import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { invalidTrace, SimulatorError } from '../errors.ts'

/** Every author is an account and an open connection; more than this says more about us than about the server. */
export const MAX_AGENTS = 100
/** What a trace may unpack to, so that a small file cannot fill the memory. */
const MAX_TRACE_BYTES = 512 * 1024 * 1024
const GZIP_MAGIC = 0x8b1f

/** `[position, deleteCount, insertedText]`; position and count are in Unicode code points. */
export type Patch = readonly [position: number, deleteCount: number, insertedText: string]

/** What one agent did in one go, on the merge of `parents` (indexes of earlier transactions). */
export interface Transaction {
  readonly agent: number
  readonly parents: readonly number[]
  readonly patches: readonly Patch[]
}

/** An editing history, whichever format it came in. It knows neither Yjs nor the network. */
export interface Trace {
  readonly agentCount: number
  readonly startContent: string
  readonly endContent: string
  readonly transactions: readonly Transaction[]
}

/** Reads a trace file, gzipped or plain. Throws a `SimulatorError` that says what is wrong with it. */
export async function readTrace(path: string): Promise<Trace> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new SimulatorError(
      'file-unreadable',
      `Cannot read ${path}: ${(error as Error).message}. Pass the path of an editing trace (.json or .json.gz).`,
      { cause: error },
    )
  }
  return parseTrace(await unpack(bytes, path))
}

/** Parses the text of a concurrent or sequential trace and checks everything that a replay relies on. */
export function parseTrace(json: string): Trace {
  const value = parseJson(json)
  const isSequential =
    typeof value === 'object' && value !== null && !('kind' in value) && 'startContent' in value
  const trace = isSequential ? fromSequential(value) : fromConcurrent(value)
  checkOrder(trace)
  return trace
}

// Lone surrogates have no UTF-8 form: Yjs would replace them and the texts could never be equal.
const textSchema = z.string().regex(/^\P{Surrogate}*$/u, 'Text must not contain half a surrogate pair.')
const patchSchema = z.tuple([z.int().nonnegative(), z.int().nonnegative(), textSchema])

const concurrentSchema = z.object({
  kind: z.literal('concurrent'),
  numAgents: z.int().min(1).max(MAX_AGENTS),
  startContent: textSchema.default(''),
  endContent: textSchema,
  txns: z
    .array(
      z.object({
        agent: z.int().nonnegative(),
        parents: z.array(z.int().nonnegative()),
        patches: z.array(patchSchema),
      }),
    )
    .min(1),
})

const sequentialSchema = z.object({
  startContent: textSchema,
  endContent: textSchema,
  txns: z.array(z.object({ patches: z.array(patchSchema) })).min(1),
})

function fromConcurrent(value: unknown): Trace {
  const { numAgents, startContent, endContent, txns } = parseWith(concurrentSchema, value)
  return { agentCount: numAgents, startContent, endContent, transactions: txns }
}

/** One person's history is a concurrent one with a single agent, each transaction on top of the last. */
function fromSequential(value: unknown): Trace {
  const { startContent, endContent, txns } = parseWith(sequentialSchema, value)
  const transactions = txns.map(({ patches }, index) => ({
    agent: 0,
    parents: index === 0 ? [] : [index - 1],
    patches,
  }))
  return { agentCount: 1, startContent, endContent, transactions }
}

function checkOrder({ agentCount, transactions }: Trace): void {
  transactions.forEach(({ agent, parents }, index) => {
    if (agent >= agentCount) {
      throw invalidTrace(`txns[${index}].agent is ${agent}, but there are only ${agentCount} agents`)
    }
    const late = parents.find((parent) => parent >= index)
    if (late !== undefined) {
      throw invalidTrace(`txns[${index}].parents names transaction ${late}, which does not come before it`)
    }
  })
}

function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw invalidTrace(issue === undefined ? 'unknown format' : `${formatPath(issue.path)}: ${issue.message}`)
}

function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file'
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1)
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw invalidTrace(`it is not JSON (${(error as Error).message})`, error)
  }
}

async function unpack(bytes: Buffer, path: string): Promise<string> {
  const isGzip = bytes.length >= 2 && bytes.readUInt16LE(0) === GZIP_MAGIC
  if (!isGzip) return bytes.toString('utf8')
  try {
    const unpacked = await promisify(gunzip)(bytes, { maxOutputLength: MAX_TRACE_BYTES })
    return unpacked.toString('utf8')
  } catch (error) {
    throw new SimulatorError(
      'file-unreadable',
      `Cannot unpack ${path}: ${(error as Error).message}. The download may be incomplete.`,
      { cause: error },
    )
  }
}
