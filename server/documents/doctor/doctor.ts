import type { Database } from '../../database/connect.ts'
import { checkPage } from './check-page.ts'
import type { Finding } from './findings.ts'
import { listPageIds, readPage } from './page-reader.ts'
import { repairFinding } from './repair-page.ts'

/** What an examination came to. */
export interface Diagnosis {
  readonly pages: number
  readonly damagedPages: number
  readonly findings: number
  readonly repaired: number
}

/**
 * Examines every page, or one, each from its log, one after the other. Findings are told as they are
 * made; repairs are carried out before they are told.
 */
export async function examinePages(
  database: Database,
  options: { pageId: string | undefined; repair: boolean; tell: (finding: Finding) => void },
): Promise<Diagnosis> {
  const diagnosis = { pages: 0, damagedPages: 0, findings: 0, repaired: 0 }
  for await (const pageId of options.pageId === undefined ? listPageIds(database) : [options.pageId]) {
    const findings = await readPage(database, pageId, async (reader) =>
      exists(reader) ? checkPage(reader) : null,
    )
    if (findings === null) continue
    diagnosis.pages++
    if (findings.length > 0) diagnosis.damagedPages++
    for (const finding of findings) {
      const told = options.repair ? await repairFinding(database, finding) : finding
      options.tell(told)
      diagnosis.findings++
      if (told.state === 'repaired') diagnosis.repaired++
    }
  }
  return diagnosis
}

/** Whether there is anything of it: a page may have gone since its id was read. */
function exists({ facts, snapshot }: Parameters<Parameters<typeof readPage>[2]>[0]): boolean {
  return facts.hasPage || facts.head !== null || facts.lastRow !== null || snapshot !== null
}
