import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  applyPageChanges,
  findStep,
  type PageChange,
  type Step,
} from '../../editor/features/page-tree/page-changes.ts'
import { sortPages } from '../../editor/features/page-tree/page-order.ts'
import type { Page } from '../../shared/api/pages.ts'

const driveId = randomUUID()
const userId = randomUUID()
const now = '2026-01-01T00:00:00.000Z'
function page(id: string, position: string, parentId: string | null = null): Page {
  return {
    ...{ id, driveId, parentId, title: id, icon: null, position, restricted: false, revision: 1 },
    ...{ createdAt: now, updatedAt: now, updatedBy: userId },
  }
}
const pages = [page('a', 'a0'), page('b', 'a1'), page('c', 'a2'), page('d', 'a0', 'b')]
/** The ids in reading order, each behind as many dots as it lies deep. */
const draw = (list: Page[]) =>
  sortPages(list).map(({ page: { title, id }, depth }) => '.'.repeat(depth) + (title || id))
const find = (id: string) => pages.find((other) => other.id === id) as Page

describe('E2 · changes that are under way are shown as if they were made', () => {
  const shownWith = (...changes: PageChange[]) => draw(applyPageChanges(pages, driveId, changes))

  test('a new page stands at the end of its siblings, once, also when the list has it already', () => {
    const create = { kind: 'create', driveId, id: 'e', parentId: 'b', userId } as const
    expect(shownWith(create)).toEqual(['a', 'b', '.d', '.e', 'c'])
    expect(shownWith(create, create)).toEqual(['a', 'b', '.d', '.e', 'c'])
  })

  test('titles, places and pages that go, one after the other', () => {
    const rename = { kind: 'rename', driveId, page: find('a'), title: 'A' } as const
    const move = { kind: 'move', driveId, page: find('b'), to: { parentId: null, afterId: 'c' } } as const
    const remove = { kind: 'delete', driveId, page: find('b'), wasOpen: false } as const
    expect(shownWith(rename, move)).toEqual(['A', 'c', 'b', '.d'])
    expect(shownWith(rename, remove)).toEqual(['A', 'c'])
  })

  test('a change to another drive, or to a page that is gone, changes nothing', () => {
    const elsewhere = { kind: 'rename', driveId: randomUUID(), page: find('a'), title: 'A' } as const
    const gone = { kind: 'move', driveId, page: page('x', 'a5'), to: { parentId: null } } as const
    expect(shownWith(elsewhere, gone)).toEqual(draw(pages))
  })
})

test('E2 · a step leads to the neighbour’s other side, into the one above or out to behind the parent', () => {
  const step = (id: string, to: Step) => {
    const place = findStep(pages, find(id), to)
    return (
      place && draw(applyPageChanges(pages, driveId, [{ kind: 'move', driveId, page: find(id), to: place }]))
    )
  }
  expect(step('b', 'up')).toEqual(['b', '.d', 'a', 'c'])
  expect(step('b', 'down')).toEqual(['a', 'c', 'b', '.d'])
  expect(step('c', 'in')).toEqual(['a', 'b', '.d', '.c'])
  expect(step('d', 'out')).toEqual(['a', 'b', 'd', 'c'])
  expect([step('a', 'up'), step('c', 'down'), step('a', 'in'), step('a', 'out'), step('d', 'up')]).toEqual([
    ...[null, null, null, null, null],
  ])
})
