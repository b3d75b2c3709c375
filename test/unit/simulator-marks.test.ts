import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import {
  deleteWords,
  formatWords,
  joinParagraphs,
  moveBlock,
  splitParagraph,
  toggleHeading,
  wrapInList,
} from '../simulator/authors/changes.ts'
import { createParagraph } from '../simulator/authors/text-blocks.ts'
import { findMarks, parseMark, readInsertedMarks, readMarks, toMark } from '../simulator/marks.ts'
import { createRandom } from '../simulator/random.ts'

function createPage(paragraphs: number, marks: number): Y.Doc {
  const doc = new Y.Doc()
  const blocks = Array.from({ length: paragraphs }, (_, block) =>
    createParagraph(Array.from({ length: marks }, (_, mark) => toMark(block, mark)).join('')),
  )
  doc.getXmlFragment('default').insert(0, blocks)
  return doc
}

describe('marks', () => {
  it('are found in a text and say whose they are', () => {
    expect(findMarks(`${toMark(7, 42)}${toMark(12, 0)}`)).toEqual(['7.42 ', '12.0 '])
    expect(parseMark('7.42 ')).toEqual({ client: 7, number: 42 })
  })

  it('are read from the update that puts them in, and not from one that formats or deletes', () => {
    const doc = createPage(1, 2)
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    const paragraph = doc.getXmlFragment('default').get(0) as Y.XmlElement
    const text = paragraph.get(0) as Y.XmlText
    text.insert(text.length, toMark(0, 2))
    text.format(0, 4, { bold: {} })
    text.delete(0, 4)
    expect(updates.map(readInsertedMarks)).toEqual([['0.2 '], [], []])
    expect(readMarks(doc.getXmlFragment('default'))).toEqual(['0.1 ', '0.2 '])
  })
})

describe('what people do to a page', () => {
  it.each([
    ['split', splitParagraph],
    ['join', joinParagraphs],
    ['format', formatWords],
    ['heading', toggleHeading],
    ['list', wrapInList],
    ['move', moveBlock],
  ])('%s keeps every mark, once and whole', (_name, change) => {
    const doc = createPage(4, 6)
    const fragment = doc.getXmlFragment('default')
    const before = readMarks(fragment).sort()
    const random = createRandom(11)
    const xml = fragment.toString()
    for (let round = 0; round < 40; round++) doc.transact(() => change(fragment, random.fork(String(round))))
    expect(readMarks(fragment).sort()).toEqual(before)
    expect(fragment.toString()).not.toBe(xml)
  })

  it('deletes whole words only', () => {
    const doc = createPage(3, 10)
    const fragment = doc.getXmlFragment('default')
    const all = new Set(readMarks(fragment))
    for (let round = 0; round < 8; round++) deleteWords(fragment, createRandom(round))
    const left = readMarks(fragment)
    expect(left.length).toBeLessThan(all.size)
    expect(left.every((mark) => all.has(mark))).toBe(true)
    expect(
      fragment
        .toString()
        .replaceAll(/<[^>]+>/g, '')
        .replaceAll(/\d+\.\d+ /g, ''),
    ).toBe('')
  })

  it('does nothing to an empty page', () => {
    const fragment = new Y.Doc().getXmlFragment('default')
    for (const change of [
      splitParagraph,
      joinParagraphs,
      formatWords,
      toggleHeading,
      wrapInList,
      moveBlock,
      deleteWords,
    ])
      change(fragment, createRandom(1))
    expect(fragment.length).toBe(0)
  })
})
