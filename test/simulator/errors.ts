/** Why a run could not be done at all, as opposed to a run that found a difference. */
export type SimulatorErrorCode =
  | 'options-invalid'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'trace-invalid'
  | 'server-unreachable'
  | 'server-refused'
  | 'connection-refused'
  | 'stalled'
  | 'nothing-happened'

/** A run that could not be done; the message says what happened and what to do about it. */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SimulatorError'
    this.code = code
  }
}

/** The error for a file that is not a trace we can replay; `reason` completes "cannot be replayed: …". */
export function invalidTrace(reason: string, cause?: unknown): SimulatorError {
  return new SimulatorError(
    'trace-invalid',
    `This trace cannot be replayed: ${reason}. Expected the concurrent ({ kind: "concurrent", endContent, ` +
      'numAgents, txns: [{ parents, agent, patches }] }) or the sequential format ' +
      '({ startContent, endContent, txns: [{ patches }] }) of github.com/josephg/editing-traces.',
    { cause },
  )
}
