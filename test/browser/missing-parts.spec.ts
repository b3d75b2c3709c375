import type { Page } from '@playwright/test'
import { createPage, writeContent } from '../support/people.ts'
import { expect, expectReady, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

test('C2 · a part of the app that a new deployment has removed says so; reloading brings it, and no text is lost', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  await openNewPage(ann)
  const putBack = await removeFiles(page, /ShareDialog|MessagesPanel/)
  await textOf(page).click()
  await page.keyboard.type('written before, ')

  // What lies over the page says so beside it, and goes when one does without it.
  await page.getByTestId('share-button').click()
  const missing = page.getByTestId('missing-part')
  await expect(missing).toContainText('This part could not be loaded. There may be a newer version')
  await page.getByRole('alert').getByRole('button', { name: 'Close' }).click()
  await expect(missing).toBeHidden()
  // What has a place says so there.
  await page.getByRole('button', { name: /^Messages/ }).click()
  await expect(page.getByRole('complementary').filter({ has: missing })).toBeVisible()
  await textOf(page).click()
  await page.keyboard.press('End')
  await page.keyboard.type('and while it is missing')
  await expectSaved(page)

  await putBack()
  await missing.getByRole('button', { name: 'Reload' }).click()
  await expect(textOf(page)).toHaveText('written before, and while it is missing')
  await page.getByTestId('share-button').click()
  await expect(page.getByRole('dialog', { name: /Share/ })).toBeVisible()
  await expect(missing).toBeHidden()
})

test('a page whose editor does not arrive can be read, and written in when it comes', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  const { id } = await createPage(ann.person, 'Notes')
  await writeContent(ann.person, id, 'html', '<p>what there is to read</p>')
  const putBack = await removeFiles(page, /TextEditor/)
  await page.goto(`/pages/${id}`)
  const missing = page.getByTestId('missing-part')
  await expect(missing).toContainText('The editor could not be loaded.')
  await expect(page.getByTestId('reading-text')).toHaveText('what there is to read')
  await putBack()
  await missing.getByRole('button', { name: 'Try again' }).click()
  await expectReady(page)
  await expect(textOf(page)).toHaveText('what there is to read')
  await expect(missing).toBeHidden()
  const styles = await page.evaluate(() => [...document.styleSheets].map(({ href }) => href))
  expect(styles.filter((href) => href?.includes('/TextEditor-'))).toHaveLength(1)
})

/** Answers the app's files of these names as a server does that has none of them; the answered function has them back. */
async function removeFiles(page: Page, names: RegExp): Promise<() => Promise<void>> {
  const address = new RegExp(`/assets/(${names.source})-`)
  await page.route(address, (route) => route.fulfill({ status: 404, body: 'not here' }))
  return () => page.unroute(address)
}
