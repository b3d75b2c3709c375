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
    expect(read('---\n# from a program\ndate:\n---\ntext')).toEqual([
      'My file',
      '```yaml\n# from a program\ndate:\n```\ntext',
    ])
    // A fence in it does not end the code.
    expect(read('---\nsample: |\n  ````\n```\n---\n# One')).toEqual([
      'One',
      '`````yaml\nsample: |\n  ````\n```\n`````\n',
    ])
  })

  test.each([
    '---\nwords\n---\n',
    '---\n\nSome intro.\n\nNote: read this.\n\n---\n\nMore',
    '---\nSome intro.\nNote: read this.\n---\n',
    '---\n# One\n\nNote: read this.\n---\n',
  ])('what is between two rules is text: %j', (text) => expect(read(text)).toEqual(['My file', text]))

  test.each([
    '```\n===\ncode\n```',
    '~~~\n===\n~~~',
    '- item\n===',
    '1. item\n===',
    '> quote\n===',
    '| a |\n====',
    '## Part\n===',
    '* * *\n===',
    '<div>\n===',
    '    # comment',
    '\t# comment',
    '    code\n===',
    'words\n    ===',
  ])('what is no heading stays where it is: %j', (text) => expect(read(text)).toEqual(['My file', text]))

  test('up to three spaces before a heading are none', () => {
    expect(read('   # Our trip\ntext')).toEqual(['Our trip', '\ntext'])
    expect(read('  -5 degrees\n   ===\ntext')).toEqual(['-5 degrees', '\n\ntext'])
  })

  test.each([
    ['a line with spaces', `a${' '.repeat(1e6)}b`],
    ['blank lines', `${' \n'.repeat(5e5)}text`],
    ['marks without partners', `# ${'_a '.repeat(350_000)}`],
    ['stars', `# ${'*'.repeat(1e6)}`],
    ['closing signs', `# a${' #'.repeat(5e5)}b`],
    ['ticks', `# ${'`a '.repeat(350_000)}`],
    ['an underlined line', `${'a '.repeat(5e5)}\n===`],
    ['an underline', `a\n${'='.repeat(1e6)}b`],
    ['fields', `---\n${'a: `b`\n'.repeat(150_000)}`],
    ['a title among fields', `---\ntitle:${' '.repeat(1e6)}\nb: c\n---\n`],
  ])('1 MB of it does not hold up the page: %s', (_, text) => {
    const start = performance.now()
    const [, left] = read(text)
    expect(performance.now() - start).toBeLessThan(200)
    expect(left?.split('\n').length).toBeGreaterThanOrEqual(text.split('\n').length)
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

describe('the words of a heading', () => {
  test.each([
    ['Set a<5 and b>3', 'Set a<5 and b>3'],
    ['1 < x > 0', '1 < x > 0'],
    ['x < y, y > z', 'x < y, y > z'],
    ['`__init__` explained', '__init__ explained'],
    ['`a*b*c` and `d`', 'a*b*c and d'],
    ['``a`b`` and `a\\*` and `<b>`', 'a`b and a\\* and <b>'],
    ['_private_method', '_private_method'],
    ['__a__b', '__a__b'],
    ['__b___b', '__b___b'],
    ['2 ** 3 ** 4', '2 ** 3 ** 4'],
    ['C*+d*', 'C*+d*'],
    ['2*`a`*3', '2*a*3'],
    ['***a _b_ c***, _snake_case_ and un*frigging*real', 'a b c, snake_case and unfriggingreal'],
    ['这是**重点**', '这是重点'],
  ])('%j are %j, and no more', (source, words) =>
    expect(readMarkdownHeading(source)).toEqual({ words, isAll: true }),
  )

  test.each(['a<b>c', '<a@b.example>', '![a](b)', '&amp;', '*a* * b', '\uE041'])(
    'are not all that %j says',
    (source) => expect(readMarkdownHeading(source).isAll).toBe(false),
  )
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
