import { expect, expectSaved, expectTyped, openTogether, test, textOf, typedTextsOf } from './fixtures.ts'
import { barOf, menuOf } from './writing-tools.ts'

test('signs at the beginning of a line make headings, lists, tasks, quotes, code and a rule, which others see', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  const { keyboard } = ann.page
  const read = textOf(bob.page)
  await textOf(ann.page).click()
  await keyboard.type('# Autumn issue\n')
  await keyboard.type('## Contents\n')
  await keyboard.type('### Letters\n')
  for (const [level, words] of ['Autumn issue', 'Contents', 'Letters'].entries())
    await expect(read.getByRole('heading', { level: level + 1 })).toHaveText(words)

  // Enter goes on with the list, twice ends it.
  await keyboard.type('- apples\npears\n\n')
  await expect(read.locator('ul:not([data-type]) > li')).toHaveText(['apples', 'pears'])
  await keyboard.type('3. third\nfourth\n\n')
  await expect(read.locator('ol > li')).toHaveText(['third', 'fourth'])
  await expect(read.locator('ol')).toHaveAttribute('start', '3')
  await keyboard.type('[ ] proofread\n')
  await keyboard.type('print\n\n')
  await keyboard.type('[x] paid\n\n')
  const tasks = read.getByRole('checkbox')
  await expect(tasks).toHaveCount(3)
  for (const [at, isDone] of [false, false, true].entries())
    await expect(tasks.nth(at)).toBeChecked({ checked: isDone })

  await keyboard.type('> said she\n\n')
  await expect(read.locator('blockquote')).toHaveText('said she')
  await keyboard.type('---')
  await expect(read.locator('hr')).toHaveCount(1)
  await keyboard.type('below')
  await expect(read.locator('hr + p')).toHaveText(/^below/)
  await expectSaved(ann.page)
})

test('three backticks and a language begin code, in which signs stay what they are', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  const { keyboard } = ann.page
  await textOf(ann.page).click()
  await keyboard.type('```python\n')
  await expect(barOf(ann.page).getByRole('combobox', { name: 'Language' })).toHaveValue('python')
  await keyboard.type('# not a heading, **nor bold**\ndef print_issue(): pass')
  const code = textOf(bob.page).locator('pre')
  await expect(code.locator('.hljs-keyword')).toHaveText(['def', 'pass'])
  await expect(code.locator('.hljs-comment')).toHaveText('# not a heading, **nor bold**')
  await expect(textOf(bob.page).locator('strong, h1')).toHaveCount(0)
  // Another one picks the language that it really is.
  await code.click()
  await barOf(bob.page).getByRole('combobox', { name: 'Language' }).selectOption('Ruby')
  await expect(barOf(ann.page).getByRole('combobox', { name: 'Language' })).toHaveValue('ruby')
  // Three times Enter leaves the code.
  await keyboard.type('\n\n\nafterwards')
  await expect(textOf(bob.page).locator('pre + p')).toHaveText(/^afterwards/)
  await expectSaved(ann.page)
})

test('signs around words make them bold, slanted, code, struck and marked, while another writes beside them', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('top\n')
  await expect(textOf(bob.page)).toContainText('top')
  await textOf(bob.page).locator('p').first().click()
  await bob.page.keyboard.press('End')
  await Promise.all([
    ann.page.keyboard.type('**bold** *slant* `code` ~~struck~~ ==marked== plain', { delay: 15 }),
    bob.page.keyboard.type(' of the page, by Bob', { delay: 20 }),
  ])
  for (const { page } of [ann, bob]) {
    await expectTyped(page, 'top of the page, by Bobbold slant code struck marked plain')
    for (const [tag, words] of Object.entries(MARKED))
      await expect.poll(() => typedTextsOf(page, tag)).toEqual([words])
  }
  // What was not meant is taken back, and the signs stand as they were typed.
  await ann.page.keyboard.type('\n5 **stars**')
  await expect.poll(() => typedTextsOf(bob.page, 'strong')).toEqual(['bold', 'stars'])
  await ann.page.keyboard.press('Backspace')
  await expect.poll(() => typedTextsOf(bob.page, 'strong')).toEqual(['bold'])
  await expect(textOf(bob.page)).toContainText('5 **stars**')
  await expectSaved(ann.page)
})

/** What each pair of signs becomes. */
const MARKED = { strong: 'bold', em: 'slant', code: 'code', s: 'struck', mark: 'marked' }

test('an emoji is found by its name and taken with the keyboard, while another writes before it', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  const { keyboard } = ann.page
  await textOf(ann.page).click()
  await keyboard.type('at 10:30 a :rock')
  const options = ann.page.getByRole('listbox', { name: 'Emoji' }).getByRole('option')
  await expect(options.first()).toContainText('🪨')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('Home')
  await bob.page.keyboard.type('Meet ')
  await expectTyped(ann.page, 'Meet at 10:30 a :rock')
  await keyboard.press('ArrowDown')
  const chosen = ann.page.getByRole('option', { selected: true })
  await expect(chosen).toContainText('🚀')
  await keyboard.press('Enter')
  await expect(menuOf(ann.page)).toBeHidden()
  for (const { page } of [ann, bob]) await expectTyped(page, 'Meet at 10:30 a 🚀')

  // Written out as it is elsewhere, with a colon behind it.
  await keyboard.type(' :tada')
  await expect(options.first()).toContainText(':tada:')
  await keyboard.type(': :zzzz :heart')
  await expect(options.first()).toContainText(':heart:')
  await keyboard.press('Escape')
  await keyboard.type(' no')
  await expectTyped(bob.page, 'Meet at 10:30 a 🚀 🎉 :zzzz :heart no')
  await expectSaved(ann.page)
})
