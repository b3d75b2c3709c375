import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, CommandName, Question, Response } from './commands.ts'
import type { DialectName } from './dialect.ts'

/** A process that makes load, so that it does not share an event loop with anything that is measured. */
export interface LoadProcess {
  ask<Name extends CommandName>(name: Name, question: Question<Name>): Promise<Answer<Name>>
  /** Hangs up and ends the process. */
  close(): Promise<void>
}

export function startLoadProcess(dialect: DialectName): LoadProcess {
  const child = fork(fileURLToPath(new URL('./generator.ts', import.meta.url)), [dialect], {
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
