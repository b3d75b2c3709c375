import type { Request, Response } from './commands.ts'

/** What a load process can be asked, by name. */
export interface AnyCommands {
  readonly [name: string]: { readonly question: unknown; readonly answer: unknown }
}

/** Answers what this process is asked over its IPC channel. */
export function serveCommands<All extends { [Name in keyof All]: AnyCommands[string] }>(
  handlers: {
    [Name in keyof All]: (question: All[Name]['question']) => Promise<All[Name]['answer']>
  },
): void {
  process.on('message', ({ id, name, question }: Request) => {
    const handle = handlers[name as keyof All] as (question: unknown) => Promise<unknown>
    const respond = (response: Response) => process.send?.(response)
    handle(question).then(
      (answer) => respond({ id, answer }),
      (error: unknown) =>
        respond({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
}
