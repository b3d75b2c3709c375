import type { StateCore } from 'markdown-it'
import { ContentError } from '../../shared/document/content-error.ts'

/**
 * Refuses a table with a row that says more than its header has columns for: markdown-it leaves the rest out.
 * @throws ContentError `invalid-content`
 */
export function requireNoSurplusCells({ tokens, src }: Pick<StateCore, 'tokens' | 'src'>): void {
  let lines: string[] | undefined
  let columns = 0
  for (const token of tokens) {
    if (token.type === 'thead_open') columns = 0
    if (token.type === 'th_open') columns++
    if (token.type !== 'tr_open' || columns === 0 || token.map === null) continue
    lines ??= src.split('\n')
    const cells = splitRow(lines[token.map[0]] ?? '')
    if (cells.slice(columns).some((cell) => cell.trim() !== ''))
      throw new ContentError(
        'invalid-content',
        `Line ${token.map[0] + 1}: this row of a table has more cells than its header, and would lose them.`,
      )
  }
}

/** The cells of a row as it is written, inside quotes too. */
function splitRow(line: string): string[] {
  const cells = line.replace(/^[\s>]*/, '').split(/(?<!\\)\|/)
  if (cells[0]?.trim() === '') cells.shift()
  return cells
}
