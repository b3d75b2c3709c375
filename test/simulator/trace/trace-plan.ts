import * as Y from 'yjs'
import { type EditEvidence, readEvidence } from '../arrival.ts'
import { type CodePointText, createCodePointText } from '../code-point-text.ts'
import { invalidTrace } from '../errors.ts'
import { type AgentPrefix, computeNewlySeen } from './causality.ts'
import { createCodeBlock, findCodeBlockText, readPageText } from './page-text.ts'
import type { Patch, Trace, Transaction } from './trace.ts'

/** The transaction number of the edit that creates the code block, which no trace contains. */
export const SETUP_TRANSACTION = -1

/** One transaction as its author's own Yjs update, made on exactly the merge that the author saw. */
export interface PlannedEdit {
  readonly agent: number
  /** Its index in the trace, or `SETUP_TRANSACTION`. */
  readonly transaction: number
  readonly update: Uint8Array
  /** How to tell that a document has received it. */
  readonly evidence: EditEvidence
  /** What the author must have received before: counted in edits of `editsByAgent`, own edits left out. */
  readonly waitFor: readonly AgentPrefix[]
}

/** A trace turned into updates; `editsByAgent[agent]` are that agent's edits in order. */
export interface TracePlan {
  readonly editsByAgent: readonly (readonly PlannedEdit[])[]
  /** What Yjs makes of all edits merged. */
  readonly text: string
}

/**
 * Replays a trace without a network: every agent has a shadow document that receives exactly the ancestors
 * of the transaction it makes next. Throws for positions outside the text.
 */
export function createTracePlan(trace: Trace): TracePlan {
  const newlySeen = computeNewlySeen(trace)
  const hasAstral = containsAstral(trace)
  const shadows = Array.from({ length: trace.agentCount }, (_, agent) => createShadow(agent, hasAstral))
  const editsByAgent: PlannedEdit[][] = shadows.map(() => [])

  // The first agent sets the page up; everybody else's first edit builds on that.
  const setup = shadowOf(0).edit((document) => createCodeBlock(document, trace.startContent))
  addEdit(0, SETUP_TRANSACTION, setup, [])

  trace.transactions.forEach((transaction, index) => {
    const { agent } = transaction
    const waitFor = countSetup(newlySeen[index] ?? [], agent, editsOf(agent).length === 0)
    const shadow = shadowOf(agent)
    shadow.receive(waitFor, editsByAgent)
    const update = shadow.edit((document) => applyTransaction(document, shadow, transaction, index))
    addEdit(agent, index, update, waitFor)
  })

  const reader = shadowOf(0)
  reader.receive(
    editsByAgent.map((edits, agent) => ({ agent, count: edits.length })),
    editsByAgent,
  )
  return { editsByAgent, text: readPageText(reader.document) }

  function shadowOf(agent: number): Shadow {
    return shadows[agent] as Shadow
  }

  function addEdit(
    agent: number,
    transaction: number,
    update: Uint8Array,
    waitFor: readonly AgentPrefix[],
  ): void {
    editsOf(agent).push({ agent, transaction, update, evidence: readEvidence(update), waitFor })
  }

  function editsOf(agent: number): PlannedEdit[] {
    return editsByAgent[agent] as PlannedEdit[]
  }
}

interface Shadow {
  readonly document: Y.Doc
  /** Applies what it has not yet seen of each prefix. */
  receive(prefixes: readonly AgentPrefix[], editsByAgent: readonly (readonly PlannedEdit[])[]): void
  /** Makes one transaction and returns its update. */
  edit(change: (document: Y.Doc) => void): Uint8Array
  /** Applies one patch; false where it lies outside the text. */
  patch(text: Y.XmlText, patch: Patch): boolean
}

const NOTHING = Y.encodeStateAsUpdate(new Y.Doc())

function createShadow(agent: number, hasAstral: boolean): Shadow {
  const document = new Y.Doc()
  // Where two agents type at the same position at the same time, Yjs puts the smaller client id first. The
  // traces were recorded with the agents in that order: with friendsforever.json.gz ascending ids lead to
  // endContent, descending ids do not. Client id 0 is what Yjs decoders take for "none", so start at 1.
  document.clientID = agent + 1
  const receivedCounts = new Map<number, number>()
  let update = NOTHING
  // Without astral characters code points are UTF-16 units, and nothing needs to be kept.
  let codePoints: CodePointText | undefined

  document.on('update', (bytes: Uint8Array) => {
    update = bytes
  })

  function receive(
    prefixes: readonly AgentPrefix[],
    editsByAgent: readonly (readonly PlannedEdit[])[],
  ): void {
    const missing = prefixes
      .filter(({ agent: author }) => author !== agent)
      .flatMap(({ agent: author, count }) =>
        (editsByAgent[author] ?? []).slice(receivedCounts.get(author) ?? 0, count),
      )
    for (const { agent: author, count } of prefixes) receivedCounts.set(author, count)
    // Different agents' edits may build on one another: the order of the trace is a causal one.
    missing.sort((a, b) => a.transaction - b.transaction)
    document.transact(() => {
      for (const { update } of missing) Y.applyUpdate(document, update)
    })
    if (prefixes.length > 0) codePoints = undefined
  }

  function edit(change: (document: Y.Doc) => void): Uint8Array {
    // A transaction that changes nothing emits nothing; it is still one that must arrive.
    update = NOTHING
    document.transact(() => change(document))
    return update
  }

  function patch(text: Y.XmlText, [position, deleteCount, inserted]: Patch): boolean {
    if (hasAstral) codePoints ??= createCodePointText(text.toString())
    const start = toOffset(text, position)
    const end = toOffset(text, position + deleteCount)
    if (start === undefined || end === undefined) return false
    if (end > start) text.delete(start, end - start)
    if (inserted !== '') text.insert(start, inserted)
    codePoints?.replace(start, end - start, inserted)
    return true
  }

  function toOffset(text: Y.XmlText, position: number): number | undefined {
    if (codePoints !== undefined) return codePoints.toOffset(position)
    return position <= text.length ? position : undefined
  }

  return { document, receive, edit, patch }
}

function applyTransaction(document: Y.Doc, shadow: Shadow, { patches }: Transaction, index: number): void {
  const text = findCodeBlockText(document)
  if (text === undefined) throw invalidTrace(`txns[${index}] has no code block to edit`)
  patches.forEach((patch, number) => {
    if (!shadow.patch(text, patch)) {
      throw invalidTrace(`txns[${index}].patches[${number}] (position ${patch[0]}) lies outside the text`)
    }
  })
}

/** Agent 0's edits start with the setup edit, so its counts are one higher, and roots depend on it. */
function countSetup(
  prefixes: readonly AgentPrefix[],
  agent: number,
  isFirst: boolean,
): readonly AgentPrefix[] {
  const counted = prefixes.map((prefix) => ({
    ...prefix,
    count: prefix.count + (prefix.agent === 0 ? 1 : 0),
  }))
  const knowsSetup = agent === 0 || !isFirst || counted.some((prefix) => prefix.agent === 0)
  return knowsSetup ? counted : [{ agent: 0, count: 1 }, ...counted]
}

function containsAstral({ startContent, transactions }: Trace): boolean {
  const astral = /[\u{10000}-\u{10FFFF}]/u
  return (
    astral.test(startContent) ||
    transactions.some(({ patches }) => patches.some(([, , inserted]) => astral.test(inserted)))
  )
}
