import type { PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Workspace } from '../world/server-under-test.ts'

interface ReadSeqDeps {
  readonly workspace: Pick<Workspace, 'readContent'>
  readonly recorder: Pick<Recorder, 'now' | 'seqReading'>
}

/** Asks over HTTP for a page as it was at a `seq`, null for the newest, and writes down what is answered. */
export async function readSeq(
  { workspace, recorder }: ReadSeqDeps,
  page: PageIndex,
  id: string,
  at: number | null,
): Promise<void> {
  const askedAt = recorder.now()
  const answer = await workspace.readContent(id, at).catch(() => null)
  if (answer === null) return
  const { status, seq, marks } = answer
  recorder.seqReading({
    ...{ page, askedAt, at, seq, status, answeredAt: recorder.now() },
    marks: at === null ? null : marks,
  })
}
