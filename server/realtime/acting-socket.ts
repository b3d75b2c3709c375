import { AsyncLocalStorage } from 'node:async_hooks'
import { type FactName, type RequestName, requests } from '../../shared/protocol/events.ts'

/**
 * Which socket's request is being handled. What is published meanwhile was caused by it, and where its
 * acknowledgement says the same, the fact is not sent to that socket as well.
 */
export interface ActingSocket {
  /** Handles a request in the name of a socket. */
  run<Result>(socketId: string, request: RequestName, handle: () => Promise<Result>): Promise<Result>
  /** The socket that hears of this fact from its acknowledgement, if there is one. */
  whoKnows(fact: FactName): string | undefined
}

export function createActingSocket(): ActingSocket {
  const acting = new AsyncLocalStorage<{ socketId: string; request: RequestName; isOver: boolean }>()
  return {
    run(socketId, request, handle) {
      const current = { socketId, request, isOver: false }
      return acting.run(current, async () => {
        try {
          return await handle()
        } finally {
          // What it set off and what happens later is not in its acknowledgement.
          current.isOver = true
        }
      })
    },
    whoKnows(fact) {
      const current = acting.getStore()
      if (current === undefined || current.isOver) return undefined
      const contract = requests[current.request]
      const says: readonly string[] = 'says' in contract ? contract.says : []
      return says.includes(fact) ? current.socketId : undefined
    },
  }
}
