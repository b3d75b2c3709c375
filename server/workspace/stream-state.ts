import {
  MAX_STREAM_LENGTH,
  MAX_STREAM_TOOLS,
  type Stream,
  type StreamFailure,
  type StreamProgress,
  type StreamTool,
} from '../../shared/api/streams.ts'
import { Refusal } from './failures.ts'

/** What the author does to a stream. */
export type StreamStep =
  | { readonly kind: 'chunk'; readonly index: number; readonly text: string }
  | { readonly kind: 'tool'; readonly tool: StreamTool }
  | { readonly kind: 'complete' }
  | { readonly kind: 'fail'; readonly message: string }

/** The part of a stream that steps change. */
export type StreamState = Pick<Stream, 'status' | 'revision' | 'length' | 'nextIndex' | 'tools' | 'failure'>

/** What has changed, to be stored and told; each has moved the revision on by one. */
export type StreamChange =
  | { readonly kind: 'text'; readonly revision: number; readonly offset: number; readonly text: string }
  | { readonly kind: 'tool'; readonly revision: number; readonly isNew: boolean; readonly tool: StreamTool }
  | { readonly kind: 'ended'; readonly revision: number }

/** How a stream stands after some steps. */
export interface StreamOutcome {
  readonly state: StreamState
  readonly changes: readonly StreamChange[]
  /** For each step, in order, how the stream stood behind it, or why it was not taken. */
  readonly answers: readonly (StreamProgress | Refusal)[]
}

/** Takes some steps, one after the other: a refused one changes nothing and does not stop the others. Pure. */
export function takeSteps(before: StreamState, steps: readonly StreamStep[]): StreamOutcome {
  let state = before
  const changes: StreamChange[] = []
  const answers: (StreamProgress | Refusal)[] = []
  for (const { step, nr } of inOrder(steps)) answers[nr] = take(step)
  return { state, changes, answers }

  function take(step: StreamStep): StreamProgress | Refusal {
    const taken = takeStep(state, step)
    if (taken instanceof Refusal) return taken
    if (taken.change !== undefined) {
      const last = changes.at(-1)
      const { change } = taken
      // Text that comes together is told together, as one change.
      if (change.kind === 'text' && last?.kind === 'text') {
        changes[changes.length - 1] = { ...last, text: last.text + change.text }
        state = { ...taken.state, revision: state.revision }
      } else {
        changes.push(change)
        state = taken.state
      }
    }
    return toProgress(state)
  }
}

/** Chunks that overtook each other on the way, put in order among themselves; each with its place as it came. */
function inOrder(steps: readonly StreamStep[]): { step: StreamStep; nr: number }[] {
  const came = steps.map((step, nr) => ({ step, nr }))
  const chunks = came.flatMap(({ step, nr }) => (step.kind === 'chunk' ? [{ step, nr }] : []))
  const sorted = chunks.toSorted((left, right) => left.step.index - right.step.index).values()
  return came.map((one) => (one.step.kind === 'chunk' ? (sorted.next().value ?? one) : one))
}

/** Ends an open stream that its author does not end. */
export function endEarly(before: StreamState, failure: StreamFailure): StreamState {
  const status = failure.reason === 'cancelled' ? 'cancelled' : 'failed'
  return { ...before, status, failure, revision: before.revision + 1 }
}

export function toProgress({ status, revision, length, nextIndex }: StreamState): StreamProgress {
  return { status, revision, length, nextIndex }
}

/** The state after one step and the change that it made, if it made one; or why it is not taken. */
function takeStep(
  state: StreamState,
  step: StreamStep,
): { readonly state: StreamState; readonly change?: StreamChange } | Refusal {
  const revision = state.revision + 1
  if (state.status !== 'open') return isRepeat(state, step) ? { state } : toEndedRefusal(state)
  switch (step.kind) {
    case 'chunk': {
      if (step.index < state.nextIndex) return { state }
      if (step.index > state.nextIndex)
        return new Refusal(
          'chunk-out-of-order',
          `The next chunk has the index ${state.nextIndex}. Send that one first.`,
        )
      const length = state.length + step.text.length
      if (length > MAX_STREAM_LENGTH)
        return new Refusal(
          'stream-too-long',
          `A stream can have ${MAX_STREAM_LENGTH} characters. Complete this one; what is longer belongs on a page.`,
        )
      return {
        state: { ...state, revision, length, nextIndex: step.index + 1 },
        change: { kind: 'text', revision, offset: state.length, text: step.text },
      }
    }
    case 'tool':
      return takeTool(state, step.tool)
    case 'complete':
      return { state: { ...state, revision, status: 'completed' }, change: { kind: 'ended', revision } }
    case 'fail':
      return {
        state: endEarly(state, { reason: 'failed', message: step.message }),
        change: { kind: 'ended', revision },
      }
  }
}

function takeTool(
  state: StreamState,
  tool: StreamTool,
): { readonly state: StreamState; readonly change?: StreamChange } | Refusal {
  const known = state.tools.find(({ id }) => id === tool.id)
  const isSame = known !== undefined && JSON.stringify(known) === JSON.stringify(tool)
  // What comes late, behind the report that the tool is done, is not news any more.
  if (isSame || known?.status === 'completed') return { state }
  if (known === undefined && state.tools.length >= MAX_STREAM_TOOLS)
    return new Refusal('limit-reached', `A stream can report ${MAX_STREAM_TOOLS} tools.`)
  const tools =
    known === undefined
      ? [...state.tools, tool]
      : state.tools.map((other) => (other.id === tool.id ? tool : other))
  const revision = state.revision + 1
  return {
    state: { ...state, revision, tools },
    change: { kind: 'tool', revision, isNew: known === undefined, tool },
  }
}

/** Whether a step was taken before the stream ended: an answer that was lost is given again. */
function isRepeat(state: StreamState, step: StreamStep): boolean {
  if (state.status === 'cancelled') return false
  if (step.kind === 'chunk') return step.index < state.nextIndex
  if (step.kind === 'complete') return state.status === 'completed'
  return step.kind === 'fail' && state.failure?.reason === 'failed'
}

/** What is answered about a stream that is over. */
export function toEndedRefusal(state: Pick<StreamState, 'status' | 'failure'>): Refusal {
  if (state.status === 'cancelled')
    return new Refusal('stream-cancelled', 'Somebody on the page has stopped this stream. Stop writing it.')
  const how = state.failure === null ? 'It is completed.' : state.failure.message
  return new Refusal('stream-ended', `${how} Start another stream for more.`)
}
