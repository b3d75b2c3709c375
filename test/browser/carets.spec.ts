import type { Page } from '@playwright/test'
import { writeContent } from '../support/people.ts'
import { expect, expectTyped, openTogether, test, textOf } from './fixtures.ts'
import { photograph } from './photograph.ts'

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
