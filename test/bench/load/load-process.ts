import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Commands, Response } from './commands.ts'
import type { DialectName } from './dialect.ts'
import type { EventsCommands } from './events-commands.ts'
import type { AnyCommands } from './serve-commands.ts'

/** A process that makes load, so that it does not share an event loop with anything that is measured. */
export interface LoadProcess<All extends { [Name in keyof All]: AnyCommands[string] } = Commands> {
  ask<Name extends keyof All>(name: Name, question: All[Name]['question']): Promise<All[Name]['answer']>
  /** Hangs up and ends the process. */
  close(): Promise<void>
}

/** One for documents, spoken to in this dialect. */
export const startLoadProcess = (dialect: DialectName): LoadProcess => start('./generator.ts', [dialect])

/** One for events. */
export const startEventsLoadProcess = (): LoadProcess<EventsCommands> => start('./events-generator.ts', [])

function start<All extends { [Name in keyof All]: AnyCommands[string] }>(
  script: string,
  args: readonly string[],
): LoadProcess<All> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  let nextId = 0
  child.on('message', (response: Response) => {
    const asker = waiting.get(response.id)
    waiting.delete(response.id)
    if ('error' in response) asker?.reject(new Error(`the load process failed: ${response.error}`))
    else asker?.resolve(response.answer as never)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the load process ended with ${code}`))
  })
  return {
    ask: (name, question) =>
      new Promise((resolve, reject) => {
        const id = nextId++
        waiting.set(id, { resolve, reject })
        child.send({ id, name, question })
      }),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
