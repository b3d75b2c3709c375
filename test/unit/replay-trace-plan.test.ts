import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { hasArrived } from '../simulator/arrival.ts'
import { createCodeBlock, findCodeBlockText, readPageText } from '../simulator/trace/page-text.ts'
import type { Patch, Trace, Transaction } from '../simulator/trace/trace.ts'
import { createTracePlan, SETUP_TRANSACTION, type TracePlan } from '../simulator/trace/trace-plan.ts'

const AGENT_COUNT = 3

describe('planning a trace', () => {
  it('counts code points, with characters outside the BMP before, inside and behind what is edited', () => {
    const plan = createTracePlan({
      agentCount: 2,
      startContent: '😀b',
      endContent: '',
      transactions: [
        {
          agent: 0,
          parents: [],
          patches: [
            [2, 0, '👍🏽!'],
            [1, 1, 'é'],
          ],
        },
        { agent: 1, parents: [0], patches: [[3, 1, '']] },
        { agent: 0, parents: [0], patches: [[0, 1, '🎉🎉']] },
        { agent: 1, parents: [1, 2], patches: [[2, 1, '-']] },
      ],
    })

    expect(plan.text).toBe('🎉🎉-👍!')
  })

  it('puts the insertion of the first agent first where two type at the same place at the same time', () => {
    const plan = createTracePlan({
      agentCount: 2,
      startContent: '[]',
      endContent: '',
      transactions: [
        { agent: 1, parents: [], patches: [[1, 0, 'second']] },
        { agent: 0, parents: [], patches: [[1, 0, 'first']] },
      ],
    })

    expect(plan.text).toBe('[firstsecond]')
  })

  it('lets everybody wait for the setup, and for exactly what they build on', () => {
    const insert: readonly Patch[] = [[0, 0, 'x']]
    const plan = createTracePlan({
      agentCount: 2,
      startContent: '',
      endContent: '',
      transactions: [
        { agent: 1, parents: [], patches: insert },
        { agent: 0, parents: [0], patches: insert },
        { agent: 1, parents: [0, 1], patches: insert },
      ],
    })

    const waits = plan.editsByAgent.map((edits) =>
      edits.map(({ transaction, waitFor }) => ({ transaction, waitFor })),
    )
    expect(waits).toEqual([
      [
        { transaction: SETUP_TRANSACTION, waitFor: [] },
        { transaction: 1, waitFor: [{ agent: 1, count: 1 }] },
      ],
      [
        { transaction: 0, waitFor: [{ agent: 0, count: 1 }] },
        { transaction: 2, waitFor: [{ agent: 0, count: 2 }] },
      ],
    ])
  })

  it('has an update for a transaction that changes nothing', () => {
    const plan = createTracePlan({
      agentCount: 1,
      startContent: 'a',
      endContent: 'a',
      transactions: [{ agent: 0, parents: [], patches: [[1, 0, '']] }],
    })

    expect(plan.editsByAgent[0]).toHaveLength(2)
    expect(Y.decodeUpdate(plan.editsByAgent[0]?.[1]?.update as Uint8Array).structs).toEqual([])
  })

  it.each(['a', '😀'])('refuses a position behind the end of "%s"', (startContent) => {
    const build = (patch: Patch) => () =>
      createTracePlan({
        agentCount: 1,
        startContent,
        endContent: '',
        transactions: [{ agent: 0, parents: [], patches: [patch] }],
      })

    expect(build([1, 0, 'x'])).not.toThrow()
    expect(build([2, 0, 'x'])).toThrow(/txns\[0\]\.patches\[0\] \(position 2\) lies outside the text/)
    expect(build([0, 2, ''])).toThrow(/txns\[0\]\.patches\[0\] \(position 0\) lies outside the text/)
  })

  it('makes every edit on the merge of its parents, and converges in every causal order', () => {
    fc.assert(
      fc.property(
        fc.array(moveArbitrary, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat()),
        (moves, picks) => {
          const trace = buildTrace(moves)
          const plan = createTracePlan(trace)

          expect(plan.text).toBe(trace.endContent)
          expect(applyInSomeCausalOrder(plan, picks)).toBe(trace.endContent)
        },
      ),
      { numRuns: 150 },
    )
  })
})

/** An intention; what it comes to depends on how long the text is by then. */
interface Move {
  readonly agent: number
  /** The agents whose latest transaction is merged first. */
  readonly sees: readonly number[]
  readonly patches: readonly { readonly at: number; readonly deleteCount: number; readonly text: string }[]
}

const agentArbitrary = fc.nat({ max: AGENT_COUNT - 1 })
const moveArbitrary: fc.Arbitrary<Move> = fc.record({
  agent: agentArbitrary,
  sees: fc.array(agentArbitrary, { maxLength: AGENT_COUNT }),
  patches: fc.array(
    fc.record({
      at: fc.nat(),
      deleteCount: fc.nat({ max: 3 }),
      text: fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n', '😀', '🎉'), maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
})

/** The slow and obvious way: a new document for every transaction, and arrays of code points. */
function buildTrace(moves: readonly Move[]): Trace {
  const startContent = 'a😀'
  const setup = editOn([], 0, (document) => createCodeBlock(document, startContent))
  const transactions: Transaction[] = []
  const updates: Uint8Array[] = []
  const ancestors: Set<number>[] = []
  const latest: (number | undefined)[] = []

  for (const { agent, sees, patches: intentions } of moves) {
    const parents = [...new Set([agent, ...sees])].flatMap((seen) => latest[seen] ?? [])
    const known = new Set(parents.flatMap((parent) => [...(ancestors[parent] ?? []), parent]))
    const patches: Patch[] = []
    const base = [setup, ...[...known].sort((a, b) => a - b).map((index) => updates[index] as Uint8Array)]
    updates.push(
      editOn(base, agent, (document) => {
        for (const { at, deleteCount, text } of intentions) {
          const codePoints = Array.from(findCodeBlockText(document)?.toString() ?? '')
          const position = at % (codePoints.length + 1)
          const deleted = codePoints.slice(position, position + deleteCount)
          const offset = codePoints.slice(0, position).join('').length
          findCodeBlockText(document)?.delete(offset, deleted.join('').length)
          findCodeBlockText(document)?.insert(offset, text)
          patches.push([position, deleted.length, text])
        }
      }),
    )
    latest[agent] = transactions.length
    ancestors.push(known)
    transactions.push({ agent, parents, patches })
  }
  const end = new Y.Doc()
  for (const update of [setup, ...updates]) Y.applyUpdate(end, update)
  return { agentCount: AGENT_COUNT, startContent, endContent: readPageText(end), transactions }
}

function editOn(base: readonly Uint8Array[], agent: number, change: (document: Y.Doc) => void): Uint8Array {
  const document = new Y.Doc()
  for (const update of base) Y.applyUpdate(document, update)
  // Only now: Yjs gives up a client id that it sees others use, and `base` holds the author's own edits.
  document.clientID = agent + 1
  const updates: Uint8Array[] = []
  document.on('update', (update: Uint8Array) => updates.push(update))
  document.transact(() => change(document))
  return updates[0] ?? Y.encodeStateAsUpdate(new Y.Doc())
}

/** Applies all edits, each as soon or as late as `picks` has it, but never before what it waits for. */
function applyInSomeCausalOrder({ editsByAgent }: TracePlan, picks: readonly number[]): string {
  const document = new Y.Doc()
  const counts = editsByAgent.map(() => 0)
  const total = editsByAgent.flat().length
  for (let step = 0; step < total; step++) {
    const candidates = editsByAgent.flatMap((edits, agent) => {
      const next = edits[counts[agent] ?? 0]
      const isReady = next?.waitFor.every((prefix) => (counts[prefix.agent] ?? 0) >= prefix.count)
      return next !== undefined && isReady ? [next] : []
    })
    const edit = candidates[(picks[step % Math.max(picks.length, 1)] ?? 0) % candidates.length]
    if (edit === undefined) throw new Error('Nothing can be applied: the edits wait for each other.')
    if (edit.evidence.clocks.length > 0) expect(hasArrived(document, edit.evidence)).toBe(false)
    Y.applyUpdate(document, edit.update)
    expect(hasArrived(document, edit.evidence)).toBe(true)
    counts[edit.agent] = (counts[edit.agent] ?? 0) + 1
  }
  return readPageText(document)
}
