import { createPage, register } from '../support/people.ts'
import { expect, expectKeysInMenu, expectReady, openNewPage, test, textOf } from './fixtures.ts'

test('the sidebar: the buttons of a page with a very long title stay within reach, and Ctrl+\\ folds it also while writing', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const title = 'Long'.repeat(50)
  await createPage(ann.person, title)
  await openNewPage(ann)
  const row = ann.page.getByTestId('page-item').filter({ hasText: title })
  await row.hover()
  const more = row.getByRole('button', { name: `More for ${title}` })
  const button = await more.boundingBox()
  const side = await ann.page.locator('aside').boundingBox()
  if (!button || !side) throw new Error('the row or the sidebar is not on the screen')
  expect(button.x + button.width).toBeLessThanOrEqual(side.x + side.width)
  await more.click()
  await expect(ann.page.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
  await expectKeysInMenu(ann.page)
  await ann.page.keyboard.press('Escape')
  await expect(ann.page.getByRole('menu')).toHaveCount(0)

  await textOf(ann.page).click()
  await expect(ann.page.getByTestId('page-list')).toBeVisible()
  await ann.page.keyboard.press('Control+\\')
  await expect(ann.page.getByTestId('page-list')).toHaveCount(0)
  await ann.page.keyboard.press('Control+\\')
  await expect(ann.page.getByTestId('page-list')).toBeVisible()
  await expectReady(ann.page)
})

test('the keyboard keeps its place in the page list', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann, 'Plans')
  const { keyboard } = ann.page
  const row = ann.page.getByTestId('page-item').filter({ hasText: 'Plans' })
  const more = ann.page.getByRole('button', { name: 'More for Plans' })
  const choose = async (name: string): Promise<void> => {
    await keyboard.press('Enter')
    await expect(ann.page.getByRole('menu')).toBeVisible()
    const item = ann.page.getByRole('menuitem', { name })
    await expect(async () => {
      await keyboard.press('ArrowDown')
      await expect(item).toBeFocused({ timeout: 200 })
    }).toPass({ intervals: [20] })
    await keyboard.press('Enter')
  }
  await row.getByRole('link').focus()
  await keyboard.press('Tab')
  await expect(more).toBeFocused()

  await keyboard.press('Enter')
  await expectKeysInMenu(ann.page)
  await keyboard.press('Escape')
  await expect(ann.page.getByRole('menu')).toHaveCount(0)
  await expect(more).toBeFocused()

  const height = await row.evaluate((element) => element.getBoundingClientRect().height)
  await choose('Rename')
  const field = ann.page.getByTestId('page-list').getByLabel('Page title')
  await expect(field).toBeFocused()
  const place = await field.evaluate((element) => element.closest('li')?.getBoundingClientRect().height)
  expect(Math.abs((place ?? 0) - height)).toBeLessThan(1)
  await keyboard.press('Escape')
  await expect(more).toBeFocused()

  await choose('Delete')
  await expect(ann.page.getByRole('dialog').locator(':focus')).toHaveCount(1)
  await keyboard.press('Escape')
  await expect(ann.page.getByRole('dialog')).toHaveCount(0)
  await expect(more).toBeFocused()

  await choose('Rename')
  await expect(field).toBeFocused()
  await keyboard.type('Better plans')
  await keyboard.press('Enter')
  await expect(ann.page.getByRole('button', { name: 'More for Better plans' })).toBeFocused()
})

test('after a member was added the next address can be typed', async ({ signIn, server }) => {
  const ann = await signIn('Ann Archer')
  const bob = await register(server.url, 'Bob Brown')
  await openNewPage(ann)
  await ann.page.getByTestId('share-button').click()
  const field = ann.page.getByRole('dialog').getByLabel('E-mail')
  for (const email of [bob.email, 'nobody@example.com']) {
    await field.fill(email)
    await field.press('Tab')
    await ann.page.keyboard.press('Tab')
    await expect(ann.page.getByRole('button', { name: 'Add', exact: true })).toBeFocused()
    await ann.page.keyboard.press('Enter')
    await expect(field).toBeFocused()
  }
  await expect(ann.page.getByText('Nobody has an account with this e-mail yet')).toBeVisible()
})
