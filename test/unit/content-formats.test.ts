import { Fragment, type Mark, type Node } from '@tiptap/pm/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { schema, toJson, toText, toUpdate } from '../../server/documents/content.ts'
import { toDocumentNode, toNode } from '../../server/documents/content-node.ts'
import { parseHtml } from '../../server/documents/parse-html.ts'
import { parseMarkdown } from '../../server/documents/parse-markdown.ts'
import { replaceContent } from '../../server/documents/replace-content.ts'
import { readTextPieces } from '../../server/documents/text-pieces.ts'
import { CALLOUT_KINDS } from '../../shared/document/callout.ts'
import { DOCUMENT_COLORS } from '../../shared/document/colors.ts'
import { toHtml } from '../../shared/document/content-html.ts'
import { toMarkdown } from '../../shared/document/content-markdown.ts'
import { ALIGNMENTS } from '../../shared/document/text-align.ts'

const { nodes, marks } = schema
const create = (name: string, attrs: object | null, children: readonly Node[] = []) =>
  (nodes[name] as (typeof nodes)[string]).create(attrs as null, Fragment.fromArray([...children]))

/** Texts full of what has a meaning in HTML or Markdown. */
const text = fc.string({
  unit: fc.constantFrom(...('ab1 *_~`<>&"\'[]()!#-+.:\\/=|\n\tä😀\u00a0'.match(/./gsu) ?? [])),
  minLength: 1,
  maxLength: 12,
})
const color = fc.constantFrom(...DOCUMENT_COLORS)
const markSet = fc
  .tuple(
    fc.subarray(['bold', 'italic', 'strike', 'underline', 'link', 'code', 'highlight', 'textColor']),
    color,
  )
  .map(([names, own]) =>
    (names.includes('code') ? ['code'] : names).map((name) =>
      (marks[name] as (typeof marks)[string]).create(
        name === 'link'
          ? { href: 'https://a.example/?x=1&y="(2)"' }
          : name === 'highlight' || name === 'textColor'
            ? { color: own }
            : null,
      ),
    ),
  )
const mention = fc
  .tuple(fc.constantFrom('person', 'page'), text)
  .map(([kind, label]) => create('mention', { id: 'a-1', kind, label, [`${kind}Id`]: 'b-2' }))
const inline: fc.Arbitrary<Node[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.tuple(text, markSet).map(([value, set]) => schema.text(value, set)) },
    { weight: 1, arbitrary: fc.constant(null).map(() => create('hardBreak', null)) },
    { weight: 1, arbitrary: mention },
  ),
  { maxLength: 5 },
)
const textAlign = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(...ALIGNMENTS))
const image = fc
  .record({
    address: fc.constantFrom(
      { fileId: '00000000-0000-4000-8000-000000000001' },
      { src: 'https://a.example/b.png?c=(d)&e[f]=_g_' },
    ),
    alt: fc.option(text),
    title: fc.option(text),
    size: fc.constantFrom({}, { width: 320, height: 200 }, { width: 17 }),
    align: fc.constantFrom(null, null, 'left', 'right'),
  })
  .map(({ address, size, ...rest }) => create('image', { ...address, ...size, ...rest }))
const plainTable = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.infiniteStream(inline), textAlign)
  .map(([width, height, lines, align]) =>
    create(
      'table',
      null,
      Array.from({ length: height }, (_row, row) =>
        create(
          'tableRow',
          null,
          Array.from({ length: width }, (_cell, column) =>
            create(row === 0 ? 'tableHeader' : 'tableCell', null, [
              create('paragraph', { textAlign: column === 0 ? align : null }, lines.next().value as Node[]),
            ]),
          ),
        ),
      ),
    ),
  )
const textblock = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(textAlign, inline)
      .map(([align, content]) => create('paragraph', { textAlign: align }, content)),
  },
  { weight: 1, arbitrary: image },
  { weight: 1, arbitrary: plainTable },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 6 }), textAlign, inline)
      .map(([level, align, content]) => create('heading', { level, textAlign: align }, content)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(null, 'ts', 'c++'), fc.option(text))
      .map(([language, code]) => create('codeBlock', { language }, code === null ? [] : [schema.text(code)])),
  },
  { weight: 1, arbitrary: fc.constant(null).map(() => create('horizontalRule', null)) },
)
const { block } = fc.letrec<{ block: Node; item: Node[] }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    textblock,
    fc
      .array(tie('block'), { minLength: 1, maxLength: 3 })
      .map((content) => create('blockquote', null, content)),
    fc
      .tuple(fc.constantFrom(...CALLOUT_KINDS), fc.array(tie('block'), { minLength: 1, maxLength: 3 }))
      .map(([kind, content]) => create('callout', { kind }, content)),
    fc.tuple(inline, fc.array(tie('block'), { minLength: 1, maxLength: 3 })).map(([summary, content]) =>
      create('details', null, [
        create(
          'detailsSummary',
          null,
          summary.filter((node) => node.isText),
        ),
        create('detailsContent', null, content),
      ]),
    ),
    fc
      .array(
        fc.array(
          fc
            .tuple(
              fc.constantFrom('tableCell', 'tableHeader'),
              fc.record({
                colspan: fc.integer({ min: 1, max: 3 }),
                rowspan: fc.constantFrom(1, 2),
                colwidth: fc.constantFrom(null, [120], [0, 80]),
              }),
              fc.array(tie('block'), { minLength: 1, maxLength: 2 }),
            )
            .map(([name, attrs, content]) => create(name, attrs, content)),
          { maxLength: 3 },
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((rows) =>
        create(
          'table',
          null,
          rows.map((cells) => create('tableRow', null, cells)),
        ),
      ),
    fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((items) =>
      create(
        'bulletList',
        null,
        items.map((content) => create('listItem', null, content)),
      ),
    ),
    fc.tuple(fc.nat(40), fc.array(tie('item'), { minLength: 1, maxLength: 3 })).map(([start, items]) =>
      create(
        'orderedList',
        { start },
        items.map((content) => create('listItem', null, content)),
      ),
    ),
    fc.array(fc.tuple(fc.boolean(), tie('item')), { minLength: 1, maxLength: 3 }).map((items) =>
      create(
        'taskList',
        null,
        items.map(([checked, content]) => create('taskItem', { checked }, content)),
      ),
    ),
  ),
  item: fc
    .tuple(textAlign, inline, fc.array(tie('block'), { maxLength: 2 }))
    .map(([align, content, rest]) => [create('paragraph', { textAlign: align }, content), ...rest]),
}))
/** The same without bold, italic and strike on spaces: Markdown cannot say that at the edges of such text. */
function withPlainSpaces(node: Node): Node {
  const children = node.children.flatMap((child) =>
    child.isText
      ? (child.text ?? '').split(/(?<=\s)(?=\S)|(?<=\S)(?=\s)/u).map((piece) => {
          const isOff = ({ type }: Mark) => /^\s/.test(piece) && /^(bold|italic|strike)$/.test(type.name)
          return schema.text(
            piece,
            child.marks.filter((mark) => !isOff(mark)),
          )
        })
      : [withPlainSpaces(child)],
  )
  return node.copy(Fragment.fromArray(children))
}
const page = fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => create('doc', null, blocks))

describe('C1 · a page that is written out and read back', { timeout: 30_000 }, () => {
  test('is the same page in HTML', () => {
    fc.assert(
      fc.property(page, (doc) => {
        expect(toDocumentNode(parseHtml(toHtml(doc))).toJSON()).toEqual(doc.toJSON())
      }),
      { numRuns: 150 },
    )
  })

  test('is the same page in Markdown', () => {
    fc.assert(
      fc.property(page, (doc) => {
        const read = toDocumentNode(parseMarkdown(toMarkdown(doc)))
        expect(withPlainSpaces(read).toJSON()).toEqual(withPlainSpaces(doc).toJSON())
        expect(toDocumentNode(parseMarkdown(toMarkdown(read))).toJSON()).toEqual(read.toJSON())
      }),
      { numRuns: 150 },
    )
  })
})

test.each(['#', '##', 'a #', 'a #b', '\\#', 'C#', '# #'])(
  'C1 · a heading that says %s is the same in Markdown',
  (words) => {
    const doc = create('doc', null, [create('heading', { level: 1 }, [schema.text(words)])])
    expect(toDocumentNode(parseMarkdown(toMarkdown(doc))).toJSON()).toEqual(doc.toJSON())
  },
)

describe('C1 · spaces beside marks are written as people write them', () => {
  const of = (value: string, ...names: string[]) =>
    schema.text(
      value,
      names.map((name) => (marks[name] as (typeof marks)[string]).create()),
    )
  test.each([
    ['see **this** word', [of('see '), of('this', 'bold'), of(' word')]],
    ['**this** word', [of('this ', 'bold'), of('word')]],
    ['a *b*  c', [of('a'), of(' b  ', 'italic'), of('c')]],
    ['**a** *b*', [of('a', 'bold'), of(' b', 'italic')]],
    ['a b', [of('a'), of(' ', 'strike'), of('b')]],
    ['a<u> b </u>c', [of('a'), of(' b ', 'underline'), of('c')]],
    ['a<strong> b! </strong>c', [of('a'), of(' b! ', 'bold'), of('c')]],
    ['&#32;a **b**&#32;', [of(' a'), of(' b ', 'bold')]],
  ])('%j', (markdown, line) => {
    const doc = create('doc', null, [create('paragraph', null, line)])
    expect(toMarkdown(doc)).toBe(`${markdown}\n`)
    const read = toDocumentNode(parseMarkdown(markdown))
    expect(withPlainSpaces(read).toJSON()).toEqual(withPlainSpaces(doc).toJSON())
  })
})

const blocksOf = (markdown: string) => toDocumentNode(parseMarkdown(markdown)).toString()

describe('C1 · Markdown as others write it', () => {
  test.each([
    ['Title\n=====', 'doc(heading("Title"))'],
    [
      '- [x] done\n- [ ] open\n- plain',
      'doc(taskList(taskItem(paragraph("done")), taskItem(paragraph("open"))), bulletList(listItem(paragraph("plain"))))',
    ],
    [
      '1. one\n   - two\n     1. three',
      'doc(orderedList(listItem(paragraph("one"), bulletList(listItem(paragraph("two"), orderedList(listItem(paragraph("three"))))))))',
    ],
    ['one  \ntwo\\\nthree', 'doc(paragraph("one", hardBreak, "two", hardBreak, "three"))'],
    ['**a `b` c**', 'doc(paragraph(bold("a "), code("b"), bold(" c")))'],
    ['**a __b__ c**', 'doc(paragraph(bold("a b c")))'],
    ['<b>a <i>b</b> c</i>', 'doc(paragraph(bold("a "), bold(italic("b")), italic(" c")))'],
    ['[*a* b](https://a.example)', 'doc(paragraph(link(italic("a")), link(" b")))'],
    ['[a]: https://a.example', 'doc(paragraph("[a]: https://a.example"))'],
    ['a < b <3', 'doc(paragraph("a < b <3"))'],
    ['    code', 'doc(codeBlock("code"))'],
    ['- # heading', 'doc(bulletList(listItem(paragraph, heading("heading"))))'],
    [
      '| a | b |\n|---|--:|\n| `x\\|y` | |',
      'doc(table(tableRow(tableHeader(paragraph("a")), tableHeader(paragraph("b"))), tableRow(tableCell(paragraph(code("x|y"))), tableCell(paragraph))))',
    ],
    ['> [!Warning]\n> mind *the* gap', 'doc(callout(paragraph("mind ", italic("the"), " gap")))'],
    ['> [!NOTE] not alone', 'doc(blockquote(paragraph("[!NOTE] not alone")))'],
    [
      '<details open>\n  <summary>More <b>of</b> it</summary>\n\n- one\n\n</details>\n\nbehind',
      'doc(details(detailsSummary("More ", bold("of"), " it"), detailsContent(bulletList(listItem(paragraph("one"))))), paragraph("behind"))',
    ],
    ['look\n![*a* b](https://a.example/b.png) there', 'doc(paragraph("look"), image, paragraph(" there"))'],
    ['<p align="center">\n<img src="https://a.example/b.png" width="40">\n</p>', 'doc(image)'],
    [
      '<mark>a</mark> <span data-text-color="red">b</span>',
      'doc(paragraph(highlight("a"), " ", textColor("b")))',
    ],
  ])('%j', (markdown, blocks) => expect(blocksOf(markdown)).toBe(blocks))

  test.each([
    ['unknown-content', '![a](picture.png)'],
    ['unknown-content', '![a](data:image/png;base64,AAAA)'],
    ['unknown-content', '![a](javascript:alert)'],
    ['unknown-content', '[![badge](https://a.example/b.png)](https://a.example)'],
    ['unknown-content', '<p><video src="https://a.example/v.mp4"></video></p>'],
    ['unknown-content', 'a <span data-text-color="#123456">b</span>'],
    ['invalid-content', '<details>\n<summary>a</summary>\n\nwithout an end'],
    ['invalid-content', '<table>loose<tr><td>a</td></tr></table>'],
    ['invalid-content', 'a <mark>b'],
    ['invalid-content', '| a |\n|---|\n| b | lost |'],
    ['invalid-content', '> | a |\n> |---|\n> | b\\|c | lost'],
  ])('%s: %j is refused', (code, markdown) =>
    expect(() => parseMarkdown(markdown)).toThrow(expect.objectContaining({ code })),
  )

  test.each([
    [
      '[![*b*](https://a.example/b.png "t")](https://a.example)',
      'paragraph(link("![*b*](https://a.example/b.png \\"t\\")"))',
    ],
    ['see ![d](img/a.png) there', 'paragraph("see ![d](img/a.png) there")'],
    ['![d](https://a.example/b.png)', 'image'],
    ['# T <img src="b.png"> *x*', 'heading("T <img src=\\"b.png\\"> ", italic("x"))'],
    ['<!-- c -->', 'paragraph("<!-- c -->")'],
    [
      '<p>\n<video></video> **x**\n</p>\n<p>y</p>\n\n<p>z</p>',
      'paragraph("<p> <video></video> ", bold("x"), " </p> <p>y</p>"), paragraph("z")',
    ],
    ['a <b>c</b> <b>d', 'paragraph("a ", bold("c"), " <b>d")'],
    ['a</i> <mark>*x*', 'paragraph("a</i> <mark>", italic("x"))'],
    [
      'a <span data-text-color="#123456">b</span>',
      'paragraph("a <span data-text-color=\\"#123456\\">b</span>")',
    ],
    [
      '<details>\n<summary>a <sub>b</sub></summary>\n\nc\n</details>',
      'details(detailsSummary("a <sub>b</sub>"), detailsContent(paragraph("c")))',
    ],
    ['> [!NOTE]\n> - <kbd>a</kbd> <sup>b', 'callout(bulletList(listItem(paragraph(code("a"), " <sup>b"))))'],
  ])('what pages have no place for stays text if that is wanted: %j', (markdown, blocks) => {
    expect(toDocumentNode(parseMarkdown(markdown, 'text')).toString()).toBe(`doc(${blocks})`)
  })

  test('of Markdown that stays text, nothing is refused for what a page has no place for', () => {
    const part = fc.constantFrom(
      ...[
        '<sub>',
        '</sub>',
        '<b>',
        '</b>',
        '<p>',
        '</p>',
        '<video>',
        '<!--',
        '-->',
        '![a](b)',
        '[',
        '](c)',
        '# ',
      ],
      ...[
        '\n',
        '\n\n',
        '> ',
        '- ',
        '*',
        '`',
        'word ',
        '<summary>',
        '</summary>',
        '<span data-text-color="#1">',
        '</span>',
      ],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        expect(() => toDocumentNode(parseMarkdown(parts.join(''), 'text'))).not.toThrow()
      }),
      { numRuns: 2000 },
    )
  })

  const mention = `<span data-type="mention" ${Array.from({ length: 501 }, (_, n) => `a${n}`).join(' ')}></span>`
  test.each([
    ['a\n> [!NOTE]\n> <sub>b</sub>', 'Line 3: Pages have no place for <sub>'],
    ['> [!NOTE]\n> b\n> <sub>c</sub>', 'Line 3: Pages'],
    ['> [!NOTE]\n>\n> <sub>b</sub>', 'Line 3: Pages'],
    ['- [ ]\n  <sub>a</sub>', 'Line 2: Pages'],
    ['- [ ] <sub>a</sub>', 'Line 1: Pages'],
    ['a\n\n<p>b <video></video></p>\n\nc', 'Line 3: Pages have no place for <video>'],
    [
      'a\n\n<p>\nb\n<video></video></p>',
      'In the HTML that begins in line 3: Pages have no place for <video>',
    ],
    ['<details>\n<summary>a <video></video></summary>\n\n</details>', 'Line 2: Pages'],
    ['a\n\n<details><summary>a <video></video></summary>\n\n</details>', 'Line 3: Pages'],
    ['a\n\n<details>\n<summary>a</summary>\n\nb', 'Line 3: <details> has no end.'],
    [`a\n\nb\n\`c\nd\` **${mention}**`, 'Line 5: The HTML has an element with too many attributes.'],
    [`> [!NOTE]\n> ${mention}`, 'Line 2: The HTML'],
    [`| a |\n|---|\n| ${mention} |`, 'Line 3: The HTML'],
    [`![a](https://a.example/b.png)\n${mention}`, 'Line 2: The HTML'],
  ])('what is wrong is told with its line: %#', (markdown, message) =>
    expect(() => parseMarkdown(markdown)).toThrow(message),
  )

  test('code keeps its language and every character of its text', () => {
    const [code] = parseMarkdown('```ts\n\ta  \n\n  <b>&amp;\\*\n```').content ?? []
    expect(code).toMatchObject({ attrs: { language: 'ts' }, content: [{ text: '\ta  \n\n  <b>&amp;\\*' }] })
  })
})

/** A page as Yjs has it. */
function toDoc(page: Node): Y.Doc {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, toUpdate(page.toJSON()))
  return doc
}

describe('C3 · replacing what a page says', { timeout: 30_000 }, () => {
  test('makes it say exactly that, whatever it said before', () => {
    fc.assert(
      fc.property(page, page, (before, after) => {
        const doc = toDoc(before)
        replaceContent(doc, after)
        expect(toNode(toJson(doc)).toJSON()).toEqual(after.toJSON())
      }),
      { numRuns: 150 },
    )
  })

  test('touches nothing when it says so already', () => {
    fc.assert(
      fc.property(page, (same) => {
        const doc = toDoc(same)
        doc.on('update', () => expect.unreachable())
        replaceContent(doc, same)
      }),
      { numRuns: 100 },
    )
  })

  test('keeps what others add to the blocks that stay', () => {
    const lines = fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 12 })
    const toPage = (numbers: readonly number[]) =>
      create(
        'doc',
        null,
        numbers.map((number) => create('paragraph', null, [schema.text(`line ${number}`)])),
      )
    fc.assert(
      fc.property(
        lines,
        fc.nat(),
        fc.nat(),
        fc.array(fc.nat(30), { maxLength: 3 }),
        (old, at, cut, added) => {
          const doc = toDoc(toPage(old))
          const other = new Y.Doc()
          Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
          const stays = old[at % old.length] as number
          const typed = (other.getXmlFragment('default').get(old.indexOf(stays)) as Y.XmlElement).get(
            0,
          ) as Y.XmlText
          typed.insert(0, 'typed in ')
          const kept = old.filter((number, index) => number === stays || index !== cut % old.length)
          const fresh = added.map((number) => 100 + number)
          replaceContent(doc, toPage([...fresh, ...kept]))
          Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
          expect(toText(doc).split('\n')).toEqual(
            [...fresh, ...kept].map((number) =>
              number === stays ? `typed in line ${number}` : `line ${number}`,
            ),
          )
        },
      ),
    )
  })
})

test('A4 · the pieces that authors are told for are the text itself', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(page, (some) => {
      const doc = toDoc(some)
      expect(
        readTextPieces(doc)
          .map(({ text: piece }) => piece)
          .join(''),
      ).toBe(toText(doc))
    }),
    { numRuns: 100 },
  )
})
