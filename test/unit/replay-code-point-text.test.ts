import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCodePointText } from '../simulator/code-point-text.ts'

describe('code point positions', () => {
  it('knows the end of an empty text, and nothing behind it', () => {
    const text = createCodePointText('')

    expect(text.toOffset(0)).toBe(0)
    expect(text.toOffset(1)).toBeUndefined()
  })

  it('agrees with an array of code points, whatever is edited, also across many chunks', () => {
    const fragment = fc.string({ unit: fc.constantFrom('a', 'é', '😀'), maxLength: 40 })
    const editArbitrary = fc.record({
      at: fc.nat(),
      deleteCount: fc.nat({ max: 3000 }),
      inserted: fragment,
      times: fc.nat({ max: 120 }),
    })
    fc.assert(
      fc.property(fc.array(editArbitrary, { maxLength: 12 }), (edits) => {
        let expected: string[] = []
        const text = createCodePointText('')
        for (const { at, deleteCount, inserted, times } of edits) {
          const position = at % (expected.length + 1)
          const deleted = expected.slice(position, position + deleteCount).join('').length
          const added = inserted.repeat(times)
          text.replace(expected.slice(0, position).join('').length, deleted, added)
          expected = [...expected.slice(0, position), ...added, ...expected.slice(position + deleteCount)]

          for (const probe of [0, position, Math.floor(expected.length / 2), expected.length]) {
            expect(text.toOffset(probe)).toBe(expected.slice(0, probe).join('').length)
          }
          expect(text.toOffset(expected.length + 1)).toBeUndefined()
        }
      }),
    )
  })
})
