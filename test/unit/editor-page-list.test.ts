import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { applyPageFact } from '../../editor/features/page-tree/apply-page-fact.ts'
import { sortPages } from '../../editor/features/page-tree/page-order.ts'
import type { Page } from '../../shared/api/pages.ts'

const driveId = randomUUID()
const now = '2026-01-01T00:00:00.000Z'
function page(id: string, position: string, parentId: string | null = null): Page {
  return {
    ...{ id, driveId, parentId, title: id, icon: null, position, restricted: false, revision: 1 },
    ...{ createdAt: now, updatedAt: now, updatedBy: driveId },
  }
}
const fact = (revision: number) => ({ eventId: randomUUID(), driveId, revision })

describe('E2 · the page list follows facts by revision', () => {
  const list = { items: [page('a', 'a0'), page('b', 'a0', 'a'), page('c', 'a1', 'b')], revision: 4 }

  test('the next one is applied', () => {
    const created = applyPageFact(list, { ...fact(5), page: page('d', 'a2') })
    expect(created).toMatchObject({
      revision: 5,
      items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }],
    })
    const renamed = applyPageFact(list, { ...fact(5), page: { ...page('a', 'a0'), title: 'New' } })
    expect(renamed).toMatchObject({ revision: 5, items: [{ title: 'New' }, { id: 'b' }, { id: 'c' }] })
  })

  test('a deleted page takes everything inside it along', () => {
    expect(applyPageFact(list, { ...fact(5), pageId: 'a' })).toEqual({ items: [], revision: 5 })
  })

  test('a moved page is put where it is now; one that left takes everything inside it along', () => {
    const moved = applyPageFact(list, { ...fact(5), pageId: 'c', page: page('c', 'Zz') })
    expect(moved).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }, { id: 'c', parentId: null }] })
    expect(applyPageFact(list, { ...fact(5), pageId: 'b', page: null })).toEqual({
      ...{ items: [page('a', 'a0')], revision: 5 },
    })
  })

  test('what may have brought others along asks for the list: from another drive, from the trash', () => {
    expect(applyPageFact(list, { ...fact(5), pageId: 'x', page: page('x', 'a3') })).toBe('refetch')
    expect(applyPageFact(list, { ...fact(5), page: page('x', 'a3'), pageCount: 2 })).toBe('refetch')
    const alone = applyPageFact(list, { ...fact(5), page: page('x', 'a3'), pageCount: 1 })
    expect(alone).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'x' }] })
  })

  test('one that is known already changes nothing, one after a gap asks for the list', () => {
    expect(applyPageFact(list, { ...fact(4), pageId: 'a' })).toBe(list)
    expect(applyPageFact(list, { ...fact(6), pageId: 'a' })).toBe('refetch')
  })
})

describe('the order of pages', () => {
  test('is by position, byte by byte, children below their parent', () => {
    const rows = sortPages([page('a', 'a1'), page('b', 'Zz'), page('c', 'a0'), page('d', 'a0', 'b')])
    expect(rows.map(({ page: { id }, depth }) => [id, depth])).toEqual([
      ['b', 0],
      ['d', 1],
      ['c', 0],
      ['a', 0],
    ])
  })

  test('a page whose parent is not in the list is still shown', () => {
    expect(sortPages([page('a', 'a0', 'gone')]).map(({ depth }) => depth)).toEqual([0])
  })
})
