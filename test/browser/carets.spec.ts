import type { Page } from '@playwright/test'
import { writeContent } from '../support/people.ts'
import { expect, expectTyped, openTogether, test, textOf, typedTextOf } from './fixtures.ts'
import { photograph } from './photograph.ts'
import { type EditorElement, goTo, goToPlace, JUST_MS } from './writing-tools.ts'

test.describe.configure({ timeout: 180_000 })

const caretOf = (page: Page) => page.locator('.collaboration-caret')

test('E4 · another’s selection is shown, and their caret stays one and the same while both type, press Enter and use a menu', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('one')
  await ann.page.keyboard.press('Enter')
  await ann.page.keyboard.type('two')
  await expectTyped(bob.page, 'onetwo')
  await textOf(bob.page).getByText('two').click()
  await bob.page.keyboard.press('End')
  for (let letter = 0; letter < 'two'.length; letter++) await bob.page.keyboard.press('Shift+ArrowLeft')
  const selection = ann.page.locator('.collaboration-selection')
  await expect(selection).toHaveText('two')
  await bob.page.keyboard.press('ArrowRight')
  await expect(selection).toHaveCount(0)
  await bob.page.keyboard.press('ArrowLeft')
  const textBehind = () =>
    caretOf(ann.page).evaluate((caret) => caret.nextSibling?.textContent?.replaceAll('\u2060', ''))
  await expect.poll(textBehind).toBe('o')

  // Every frame: where the caret stands in the text, and whether it is there at all.
  await ann.page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    const look = (): void => {
      const caret = document.querySelector('.collaboration-caret')
      const after = caret?.nextSibling?.textContent ?? ''
      const state = caret === null ? 'gone' : after.replaceAll('\u2060', '')
      if (seen.at(-1) !== state) seen.push(state)
      requestAnimationFrame(look)
    }
    look()
  })
  await ann.page.keyboard.press('ControlOrMeta+Home')
  await Promise.all([
    (async () => {
      await ann.page.keyboard.type('zero', { delay: 20 })
      await ann.page.keyboard.press('Enter')
      await ann.page.keyboard.type('half', { delay: 20 })
    })(),
    bob.page.keyboard.type('xyz', { delay: 60 }),
  ])
  await expectTyped(ann.page, 'zerohalfonetwxyzo')
  // Also while Bob is in a menu.
  await bob.page.getByTestId('history-menu').click()
  await expect(bob.page.getByRole('menuitem', { name: 'Version history' })).toBeVisible()
  await ann.page.keyboard.type('!')
  await expectTyped(bob.page, 'zerohalf!onetwxyzo')
  await expect(caretOf(ann.page)).toHaveCount(1)
  expect(await ann.page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual(['o'])
})

test('E4 · a click on somebody’s face goes where they write and stays with them, until one scrolls', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const lines = Array.from({ length: 60 }, (_, line) => `Line ${line}`)
  await writeContent(ann.person, id, 'markdown', lines.join('\n\n'))
  await expect(textOf(bob.page)).toContainText('Line 59')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('ControlOrMeta+End')
  await expect(caretOf(ann.page)).toHaveCount(1)
  const inView = () => expect(caretOf(ann.page)).toBeInViewport()
  await expect(caretOf(ann.page)).not.toBeInViewport()
  await ann.page.getByTestId('presence').getByRole('button', { name: 'Bob Brown' }).click()
  await inView()
  await expect(ann.page.getByTestId('following')).toContainText('Following Bob Brown')
  await photograph(ann.page, 'following')
  await bob.page.keyboard.press('ControlOrMeta+Home')
  await inView()
  await expect(textOf(ann.page).getByText('Line 59')).not.toBeInViewport()
  // The way there is smooth: she scrolls when it has come to an end.
  const topOfText = async () => (await textOf(ann.page).boundingBox())?.y
  await expect
    .poll(async () => {
      const before = await topOfText()
      await ann.page.waitForTimeout(200)
      return before === (await topOfText())
    })
    .toBe(true)
  await ann.page.mouse.move(600, 400)
  await ann.page.mouse.wheel(0, 2000)
  await expect(ann.page.getByTestId('following')).toHaveCount(0)
  await bob.page.keyboard.type('here')
  await expect(textOf(ann.page)).toContainText('here')
  await expect(caretOf(ann.page)).not.toBeInViewport()
})

test('the own caret goes along with the letters around it, whatever another makes of their line', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const lines = '<p>sun</p><p>moon</p>'
  const items = '<ul><li>sun</li><li>moon</li></ul>'
  // What Ann does at the beginning of a word, while Bob's caret is in the midst of "moon", and at its end.
  const changes: readonly [text: string, at: string, ...keys: string[]][] = [
    ['<p>sun moon</p>', 'moon', 'Enter'],
    ['<p>sun </p><p>moon</p>', 'moon', 'Backspace'],
    ['<ul><li>sun moon</li></ul>', 'moon', 'Enter'],
    [items, 'moon', 'Tab'],
    [items, 'moon', 'Shift+Tab'],
    [lines, 'moon', 'ControlOrMeta+Alt+1'],
    [lines, 'moon', 'ControlOrMeta+Alt+c'],
    [lines, 'moon', 'ControlOrMeta+Shift+8'],
    [lines, 'moon', 'ControlOrMeta+Shift+b'],
    [lines, 'moon', 'Alt+Shift+ArrowUp'],
    [lines, 'sun', 'Alt+Shift+ArrowDown'],
  ]
  for (const [text, at, ...keys] of changes)
    for (const [letters, outcome] of [
      [2, 'mo!on'],
      [4, 'moon!'],
    ] as const) {
      const does = `${keys.join()} in ${text}`
      // What was just written would be put into the new text.
      await bob.page.waitForTimeout(JUST_MS)
      await writeContent(ann.person, id, 'html', text)
      for (const { page } of [ann, bob]) await expectTyped(page, text.replaceAll(/<[^>]*>/g, ''))
      await goTo(bob.page, 'moon', letters)
      await goTo(ann.page, at, 0)
      const before = await readShape(bob.page)
      for (const key of keys) await ann.page.keyboard.press(key)
      await expect.poll(() => readShape(bob.page), does).not.toBe(before)
      await bob.page.keyboard.type('!')
      await expect.poll(() => typedTextOf(ann.page), does).toContain(outcome)
    }
})

test('what one writes and takes back goes where the caret is, also where another’s caret stands', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  await writeContent(ann.person, id, 'html', '<p>a<br>b</p><pre><code>c\n\ne</code></pre><p></p><p>.</p>')
  await expectTyped(bob.page, 'abc\n\ne.')
  const shape = await readShape(bob.page)
  const places = await readPlaces(bob.page)
  expect(places).toHaveLength(4 + 5 + 1 + 2)
  const end = places.at(-1) as number
  for (const place of places)
    for (const key of ['x', 'Backspace', 'ArrowLeft']) {
      const outcomes: string[] = []
      for (const others of [end, place]) {
        await expect.poll(() => readShape(ann.page)).toBe(shape)
        await goToPlace(ann.page, others)
        await goToPlace(bob.page, place)
        await expect.poll(() => readCaret(bob.page)).toBe(others)
        await bob.page.keyboard.press(key)
        outcomes.push(await readState(bob.page))
        if (key !== 'ArrowLeft') await bob.page.keyboard.press('ControlOrMeta+z')
      }
      expect(outcomes[1], `${key} at ${place}`).toBe(outcomes[0])
    }
})

/** Every position that a caret can be at. */
const readPlaces = (page: Page): Promise<number[]> =>
  textOf(page).evaluate((element) => {
    const { doc } = (element as EditorElement).editor.state
    return Array.from({ length: doc.content.size }, (_, place) => place).filter(
      (place) => doc.resolve(place).parent.inlineContent,
    )
  })

/** The document and where the own caret is in it, when the browser has said where it took it. */
const readState = (page: Page): Promise<string> =>
  textOf(page).evaluate(async (element) => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    const { doc, selection } = (element as EditorElement).editor.state
    return `${selection.head} ${JSON.stringify(doc.toJSON())}`
  })

/** What the text is made of, without carets. */
const readShape = (page: Page): Promise<string> =>
  textOf(page).evaluate((element) => JSON.stringify((element as EditorElement).editor.getJSON()))

/** Where the other's caret stands; -1 while it is not shown. */
const readCaret = (page: Page): Promise<number> =>
  textOf(page).evaluate((element) => {
    const caret = element.querySelector('.collaboration-caret')
    return caret === null ? -1 : (element as EditorElement).editor.view.posAtDOM(caret, 0)
  })

test('C1 · letters right behind a click beside another’s caret are written', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  let text = ''
  for (const word of ['one', 'two', 'three', 'four', 'five']) {
    await textOf(ann.page).click()
    await ann.page.keyboard.press('ControlOrMeta+End')
    await ann.page.keyboard.type('.')
    await ann.page.keyboard.press('Enter')
    text += '.'
    await expectTyped(bob.page, text)
    const line = bob.page.locator('.ProseMirror > p').last()
    await expect(line.locator('.collaboration-caret')).toHaveCount(1)
    await line.click()
    await bob.page.keyboard.type(word)
    text += word
    await expectTyped(ann.page, text)
  }
})
