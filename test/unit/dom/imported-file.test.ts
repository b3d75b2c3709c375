import { describe, expect, test } from 'vitest'
import { decodeFile, readImportedFile } from '../../../editor/features/transfer/imported-file.ts'
import { readMarkdownHeading, toMarkdownHeading } from '../../../editor/features/transfer/markdown-heading.ts'

const read = (text: string) => {
  const { title, text: left } = readImportedFile('My file.md', text)
  return [title, left]
}

describe('a Markdown file as a page', () => {
  test('its first heading is the title, in whichever way it is written', () => {
    expect(read('# Our trip\n\nTo the sea.')).toEqual(['Our trip', '\n\nTo the sea.'])
    expect(read('\n\n# Our trip ##\nTo the sea.')).toEqual(['Our trip', '\n\n\nTo the sea.'])
    expect(read('Our trip\n===\nTo the sea.')).toEqual(['Our trip', '\n\nTo the sea.'])
    expect(read('# About C#\r\ntext')).toEqual(['About C#', '\ntext'])
    expect(read('# **Our** `trip` and_snakes_too')).toEqual(['Our trip and_snakes_too', ''])
  })

  test('without one, its name is', () => {
    expect(read('To the sea.')).toEqual(['My file', 'To the sea.'])
    expect(read('#\n\ntext')).toEqual(['My file', '#\n\ntext'])
    expect(read('#hashtag')).toEqual(['My file', '#hashtag'])
    expect(read('')).toEqual(['My file', ''])
  })

  test('of a heading that is too long for a title, or says more than words, nothing is left out', () => {
    const long = `# ${'word '.repeat(50)}end`
    const [title, text] = read(long)
    expect(title).toHaveLength(199)
    expect(text).toBe(long)
    expect(read('# [Trip](https://example.org)')).toEqual(['Trip', '# [Trip](https://example.org)'])
  })

  test('what programs put at the top is its title, and stays as code', () => {
    expect(read('---\ntitle: Our trip\n---\n\nText')).toEqual(['Our trip', '\n\n\n\nText'])
    expect(read('---\ntitle: "A: b"\ntags: [x]\n---\n# One\n')).toEqual([
      'A: b',
      '```yaml\ntitle: "A: b"\ntags: [x]\n```\n# One\n',
    ])
    expect(read('---\ntags: [x]\n---\n# One\ntwo')).toEqual(['One', '```yaml\ntags: [x]\n```\n\ntwo'])
    // Two rules are no such thing.
    expect(read('---\nwords\n---\n')).toEqual(['My file', '---\nwords\n---\n'])
  })
})

test('a title comes back from the file that was made of it', () => {
  for (const title of [
    'Our trip',
    'C#',
    'C #',
    '#',
    'a *b* c',
    '__init__',
    '[x](y)',
    '<b>',
    'a \\ b',
    '&amp;',
    '`x`',
  ])
    expect(readMarkdownHeading(toMarkdownHeading(title).slice(2))).toEqual({ words: title, isAll: true })
})

test('a file is text in UTF-8, or says that it is in UTF-16', () => {
  expect(decodeFile(new TextEncoder().encode('\uFEFFnaïve'))).toBe('naïve')
  expect(decodeFile(new Uint8Array([0xff, 0xfe, 0x61, 0, 0xef, 0]))).toBe('aï')
  expect(decodeFile(new Uint8Array([0xfe, 0xff, 0, 0x61]))).toBe('a')
  for (const bytes of [
    [0x6e, 0x61, 0xef, 0x76, 0x65],
    [0x61, 0, 0x62],
    [0x89, 0x50, 0x4e, 0x47],
  ])
    expect(() => decodeFile(new Uint8Array(bytes))).toThrow('Save it as UTF-8 text')
})
