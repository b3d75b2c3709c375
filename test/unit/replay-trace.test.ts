import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatorError } from '../simulator/errors.ts'
import { computeNewlySeen } from '../simulator/trace/causality.ts'
import { parseTrace, readTrace } from '../simulator/trace/trace.ts'

const transaction = { agent: 0, parents: [] as number[], patches: [[0, 0, 'a']] as unknown[] }
const concurrent = { kind: 'concurrent', endContent: 'a', numAgents: 1, txns: [transaction] }

describe('reading a trace file', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'replay-trace-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('reads plain and gzipped files alike', async () => {
    const plain = join(directory, 'trace.json')
    const gzipped = join(directory, 'trace.json.gz')
    await writeFile(plain, JSON.stringify(concurrent))
    await writeFile(gzipped, gzipSync(JSON.stringify(concurrent)))

    expect(await readTrace(plain)).toEqual(await readTrace(gzipped))
  })

  it('says which file cannot be read, and that a download may be incomplete', async () => {
    const cut = join(directory, 'cut.json.gz')
    await writeFile(cut, gzipSync(JSON.stringify(concurrent)).subarray(0, 30))

    await expect(readTrace(join(directory, 'nothing.json'))).rejects.toThrow(
      /Cannot read .*nothing\.json.*ENOENT/,
    )
    await expect(readTrace(cut)).rejects.toThrow(/Cannot unpack .*cut\.json\.gz.*incomplete/)
  })
})

describe('parsing a trace', () => {
  it('takes the sequential format as one agent whose transactions follow one another', () => {
    const trace = parseTrace(
      JSON.stringify({
        startContent: 'x',
        endContent: 'xab',
        txns: [{ patches: [[1, 0, 'a']] }, { patches: [[2, 0, 'b']] }],
      }),
    )

    expect(trace).toEqual({
      agentCount: 1,
      startContent: 'x',
      endContent: 'xab',
      transactions: [
        { agent: 0, parents: [], patches: [[1, 0, 'a']] },
        { agent: 0, parents: [0], patches: [[2, 0, 'b']] },
      ],
    })
  })

  it.each([
    ['no JSON', '{"kind": "concurrent"', /not JSON/],
    ['another kind', JSON.stringify({ ...concurrent, kind: 'other' }), /kind: .*"concurrent"/],
    ['a list', '[]', /the file: /],
    ['null', 'null', /the file: /],
    ['no transactions', JSON.stringify({ ...concurrent, txns: [] }), /txns: /],
    ['too many agents', JSON.stringify({ ...concurrent, numAgents: 101 }), /numAgents: /],
    ['an unknown agent', withTransaction({ agent: 1 }), /txns\[0\]\.agent is 1, but there are only 1/],
    [
      'a parent that comes later',
      withTransaction({ parents: [0] }),
      /txns\[0\]\.parents names transaction 0/,
    ],
    ['a negative position', withTransaction({ patches: [[-1, 0, 'a']] }), /txns\[0\]\.patches\[0\]\[0\]: /],
    ['a fraction', withTransaction({ patches: [[0.5, 0, 'a']] }), /txns\[0\]\.patches\[0\]\[0\]: /],
    ['a patch that is too short', withTransaction({ patches: [[0, 0]] }), /txns\[0\]\.patches\[0\]/],
    ['half a surrogate pair', withTransaction({ patches: [[0, 0, '\ud83d']] }), /half a surrogate pair/],
  ])('refuses %s and says where', (_name, json, message) => {
    expect(() => parseTrace(json)).toThrow(message)
    expect(() => parseTrace(json)).toThrow(SimulatorError)
  })

  it('refuses one agent whose transactions are concurrent with each other', () => {
    const json = JSON.stringify({ ...concurrent, txns: [transaction, transaction] })

    expect(() => computeNewlySeen(parseTrace(json))).toThrow(
      /txns\[1\] and txns\[0\] are concurrent.*agent 0/,
    )
  })
})

describe('what a transaction builds on', () => {
  it('names what its author has newly seen of the others, through any number of merges', () => {
    const by = (agent: number, ...parents: number[]) => ({ agent, parents, patches: [] })
    const transactions = [by(0), by(1, 0), by(0, 0), by(2, 1), by(2, 3), by(0, 2, 4), by(1, 5)]

    expect(computeNewlySeen({ agentCount: 3, startContent: '', endContent: '', transactions })).toEqual([
      [],
      [{ agent: 0, count: 1 }],
      [],
      [
        { agent: 0, count: 1 },
        { agent: 1, count: 1 },
      ],
      [],
      [
        { agent: 1, count: 1 },
        { agent: 2, count: 2 },
      ],
      [
        { agent: 0, count: 3 },
        { agent: 2, count: 2 },
      ],
    ])
  })
})

function withTransaction(change: Partial<typeof transaction>): string {
  return JSON.stringify({ ...concurrent, txns: [{ ...transaction, ...change }] })
}
