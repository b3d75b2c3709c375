import type { Page } from '@playwright/test'
import { readMarkdown, writeContent } from '../support/people.ts'
import { type Author, endUndoStep, expect, expectTyped, openTogether, test, textOf } from './fixtures.ts'
import { findHandle, goTo, insert } from './writing-tools.ts'

test.describe.configure({ timeout: 120_000 })

/** Opens the handle's menu at a word and takes one of what it offers. */
async function chooseFromHandle(page: Page, word: string, entry: string): Promise<void> {
  await (await findHandle(page, word)).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Writes the page anew, for both. */
async function write(people: readonly Author[], id: string, html: string): Promise<void> {
  const [ann] = people as [Author]
  await writeContent(ann.person, id, 'html', html)
  for (const { page } of people) await expectTyped(page, html.replaceAll(/<[^>]*>/g, ''))
}

test('tables, quotes and callouts are moved, copied and removed as a whole, and what is in them by itself', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const tags = () =>
    textOf(bob.page).evaluate((text) => {
      const name = (block: Element) => block.getAttribute('data-type') ?? block.tagName.toLowerCase()
      const copy = text.cloneNode(true) as Element
      for (const caret of copy.querySelectorAll('.collaboration-caret')) caret.remove()
      return [...copy.children].map((block) => `${name(block)}:${block.textContent}`)
    })
  const { page } = ann
  for (const [html, held] of [
    ['<blockquote><p>one</p><p>two</p></blockquote>', 'blockquote:onetwo'],
    ['<div data-type="callout" data-kind="info"><p>one</p><p>two</p></div>', 'callout:onetwo'],
    ['<table><tr><td>one</td><td>two</td></tr></table>', 'div:onetwo'],
  ] as const) {
    await write([ann, bob], id, `<p>above</p>${html}<p>below</p>`)
    await chooseFromHandle(page, 'one', 'Move up')
    await expect.poll(tags).toEqual([held, 'p:above', 'p:below'])
    await chooseFromHandle(page, 'one', 'Move down')
    await chooseFromHandle(page, 'one', 'Move down')
    await expect.poll(tags).toEqual(['p:above', 'p:below', held])
    await endUndoStep(page)
    await chooseFromHandle(page, 'one', 'Duplicate')
    await expect.poll(tags).toEqual(['p:above', 'p:below', held, held])
    await page.keyboard.press('ControlOrMeta+z')
    await expect.poll(tags).toEqual(['p:above', 'p:below', held])
    // By keyboard: the first line takes it along, and so does any cell.
    await textOf(page).getByText('one', { exact: true }).click()
    await expect(textOf(bob.page).locator('p:has(.collaboration-caret)')).toContainText('one')
    await page.keyboard.press('Alt+Shift+ArrowUp')
    await expect.poll(tags).toEqual(['p:above', held, 'p:below'])
    await chooseFromHandle(page, 'one', 'Delete')
    await expect.poll(tags).toEqual(['p:above', 'p:below'])
  }
  // What is further down in a quote has a handle of its own.
  await write([ann, bob], id, '<blockquote><p>one</p><p>two</p><p>three</p></blockquote>')
  await chooseFromHandle(page, 'three', 'Move up')
  await expectTyped(bob.page, 'onethreetwo')
})

test('in a list, quotes, callouts and details take the item out of it, and the handle puts an item below', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const { page } = ann
  const items = '<ul><li>one</li><li>two</li></ul>'
  const outcome = () => readMarkdown(ann.person, id)
  const quoted = '- one\n\n> two'
  const goToTwo = async () => {
    await write([ann, bob], id, items)
    await goTo(page, 'two', 'two'.length)
  }
  await goToTwo()
  await page.keyboard.press('ControlOrMeta+Shift+b')
  await expect.poll(outcome).toContain(quoted)
  await page.keyboard.press('ControlOrMeta+Shift+b')
  await expect.poll(outcome).toContain('- one\n\ntwo')
  await goToTwo()
  await page.keyboard.press('Enter')
  await insert(page, 'quote')
  await page.keyboard.type('three')
  await expect.poll(outcome).toContain('- one\n- two\n\n> three')
  await goToTwo()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await insert(page, 'warning')
  await page.keyboard.type('three')
  await expect(textOf(bob.page).locator(':scope > [data-type="callout"]')).toHaveText(/^three/)
  await goToTwo()
  await page.keyboard.press('Enter')
  await insert(page, 'details')
  await page.keyboard.type('three')
  await expect(textOf(bob.page).locator(':scope > [data-type="details"] summary')).toHaveText(/three/)
  await expect(textOf(bob.page).getByRole('listitem')).toHaveCount(2)
  await goToTwo()
  await chooseFromHandle(page, 'one', 'Insert below')
  await page.keyboard.press('Escape')
  await page.keyboard.type('new')
  await expect(textOf(bob.page).getByRole('listitem')).toHaveText([/one/, /new/, /two/])
})

test('what has no place in a summary comes below it', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  const { page } = ann
  await textOf(page).click()
  await insert(page, 'details')
  await page.keyboard.type('Sum ')
  const details = textOf(bob.page).locator('[data-type="details"]')
  // Of details that are closed nothing can be seen below the summary: behind them is the next place.
  await insert(page, 'quote')
  await page.keyboard.type('outside')
  await expect(textOf(bob.page).locator(':scope > blockquote')).toHaveText(/^outside/)
  await textOf(page).getByRole('button', { name: 'Show the details' }).click()
  await textOf(page).locator('summary').click()
  await page.keyboard.press('End')
  await insert(page, 'table')
  await page.keyboard.type('cell')
  await expect(details).toHaveCount(1)
  await expect(details.locator('table')).toContainText('cell')
  await expect(details.locator('summary')).toHaveText(/^Sum/)
})

test('an empty line leaves a quote and a callout, also in the midst of them', async ({ signIn }) => {
  const { ann, bob, id } = await openTogether(signIn)
  const { page } = ann
  for (const html of [
    '<blockquote><p>one</p><p>two</p></blockquote>',
    '<div data-type="callout" data-kind="info"><p>one</p><p>two</p></div>',
  ]) {
    await write([ann, bob], id, html)
    await goTo(page, 'one', 'one'.length)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.keyboard.type('out')
    await expect(textOf(bob.page).locator(':scope > p')).toHaveText(/^out/)
    await expect(textOf(bob.page).locator(':scope > *')).toHaveCount(3)
  }
})
