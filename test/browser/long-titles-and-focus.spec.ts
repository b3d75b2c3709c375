import { createPage } from '../support/people.ts'
import { expect, expectReady, openNewPage, test, textOf } from './fixtures.ts'

test('the buttons of a page with a very long title stay within reach', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const title = 'Long'.repeat(50)
  await createPage(ann.person, title)
  const row = ann.page.getByTestId('page-item').filter({ hasText: title })
  await row.hover()
  const more = row.getByRole('button', { name: `More for ${title}` })
  const button = await more.boundingBox()
  const side = await ann.page.locator('aside').boundingBox()
  if (!button || !side) throw new Error('the row or the sidebar is not on the screen')
  expect(button.x + button.width).toBeLessThanOrEqual(side.x + side.width)
  await more.click()
  await expect(ann.page.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
})

test('Ctrl+\\ folds the sidebar also while writing', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  await textOf(ann.page).click()
  await expect(ann.page.getByTestId('page-list')).toBeVisible()
  await ann.page.keyboard.press('Control+\\')
  await expect(ann.page.getByTestId('page-list')).toHaveCount(0)
  await ann.page.keyboard.press('Control+\\')
  await expect(ann.page.getByTestId('page-list')).toBeVisible()
  await expectReady(ann.page)
})
