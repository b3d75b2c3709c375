import { addMember, firstDrive } from '../support/people.ts'
import { expect, expectReady, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

test('registering leads to a welcome page that can be written in', async ({ openWindow }) => {
  const page = await openWindow()
  await page.goto('/')
  await page.getByRole('link', { name: 'Make an account' }).click()
  await page.getByLabel('Your name').fill('Nora New')
  await page.getByLabel('E-mail').fill(`nora-${Date.now()}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill('a long enough password')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expectReady(page)
  await expect(page.getByTestId('page-title')).toHaveValue('Welcome to Copydesk')
  await expect(textOf(page)).toContainText('This page is yours')
  await textOf(page).locator('p').first().click()
  await page.keyboard.press('End')
  await page.keyboard.type(' So I do.')
  await expectSaved(page)
  await page.reload()
  await expect(textOf(page)).toContainText('So I do.')
})

test('the page list of one author follows what another does', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const { name } = await firstDrive(ann.person)
  const id = await openNewPage(ann, 'Plans')
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  await expect(bob.page.getByTestId('page-list')).toContainText(name)

  await ann.page.getByTestId('page-title').fill('Plans for spring')
  await ann.page.getByTestId('page-title').press('Enter')
  await expect(bob.page.getByTestId('page-item').filter({ hasText: 'Plans for spring' })).toBeVisible()
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Plans for spring')

  await ann.person.request('DELETE', `/api/pages/${id}`)
  await expect(bob.page.getByTestId('page-item').filter({ hasText: 'Plans for spring' })).toHaveCount(0)
  await expect(bob.page.getByText('deleted', { exact: false }).first()).toBeVisible()
})
