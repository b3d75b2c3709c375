import { describe, expect, test } from 'vitest'
import { type Card, layOutCards } from '../../editor/features/comments/lay-out-cards.ts'
import {
  findNamed,
  listMentioned,
  readMentionQuery,
  splitMentions,
} from '../../editor/features/comments/mention-text.ts'
import { applyThreadChange } from '../../editor/features/comments/thread-changes.ts'
import type { Comment, Thread, ThreadList } from '../../shared/api/comments.ts'

describe('cards beside the text', () => {
  const card = (id: string, wanted: number, height = 50): Card => ({ id, wanted, height })
  const lay = (cards: Card[], activeId: string | null) => [...layOutCards(cards, activeId, 10)].sort()

  test('stand at their text, and below each other where they would overlap', () => {
    expect(lay([card('a', 0), card('b', 20), card('c', 300)], null)).toEqual([
      ['a', 0],
      ['b', 60],
      ['c', 300],
    ])
  })

  test('the active one stands at its text, and those above make room', () => {
    expect(lay([card('a', 100), card('b', 120), card('c', 130)], 'b')).toEqual([
      ['a', 60],
      ['b', 120],
      ['c', 180],
    ])
  })

  test('none stands above the top, and none covers another even then', () => {
    expect(lay([card('a', 0), card('b', 5), card('c', 8), card('d', 12)], 'c')).toEqual([
      ['a', 0],
      ['b', 60],
      ['c', 120],
      ['d', 180],
    ])
  })
})

describe('names after an @', () => {
  const people = [
    { userId: '1', name: 'Ann Archer' },
    { userId: '2', name: 'Bob Brown' },
    { userId: '3', name: 'Ann' },
  ]

  test('are found while they are written, and not in the middle of a word', () => {
    expect(readMentionQuery('Hello @an', 9)).toEqual({ start: 6, typed: 'an' })
    expect(readMentionQuery('@', 1)).toEqual({ start: 0, typed: '' })
    expect(readMentionQuery('ann@example', 11)).toBeNull()
    expect(readMentionQuery('@ann\nnext', 9)).toBeNull()
    expect(findNamed(people, 'AR', 5)).toEqual([people[0]])
    expect(findNamed(people, '', 2)).toHaveLength(2)
  })

  test('count when they stand there when it is sent', () => {
    expect(listMentioned('Hello @Bob Brown!', people)).toEqual(['2'])
    expect(splitMentions('Hello @Bob Brown, @Ann.', ['Bob Brown', 'Ann'])).toEqual([
      { text: 'Hello ', isMention: false },
      { text: '@Bob Brown', isMention: true },
      { text: ', ', isMention: false },
      { text: '@Ann', isMention: true },
      { text: '.', isMention: false },
    ])
  })
})

describe('E2 · a list of threads', () => {
  const comment = (id: string, more: object = {}) => ({ id, threadId: 't', revision: 1, ...more }) as Comment
  const thread = (more: object = {}) =>
    ({ id: 't', revision: 1, comments: [comment('c')], ...more }) as Thread
  const list: ThreadList = { items: [thread()], revision: 5 }

  test('takes the next change, and keeps a thread’s comments where the change does not tell them', () => {
    const { comments: _comments, ...head } = thread({ resolvedAt: 'now' })
    expect(applyThreadChange(list, { kind: 'thread', thread: head, revision: 6 })).toEqual({
      ...{ items: [{ ...head, comments: [comment('c')] }], revision: 6 },
    })
    const reply = comment('d')
    expect(applyThreadChange(list, { kind: 'comment', comment: reply, revision: 6 })).toEqual({
      ...{ items: [thread({ comments: [comment('c'), reply] })], revision: 6 },
    })
    const gone = applyThreadChange(list, { kind: 'thread-deleted', threadId: 't', revision: 6 })
    expect(gone).toEqual({ items: [], revision: 6 })
  })

  test('is left as it is by what it shows already, and fetched anew when it has missed something', () => {
    const change = { kind: 'thread-deleted', threadId: 't' } as const
    expect(applyThreadChange(list, { ...change, revision: 5 })).toBe(list)
    expect(applyThreadChange(list, { ...change, revision: 7 })).toBe('refetch')
  })
})
