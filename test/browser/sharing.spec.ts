import { createShareLink } from '../support/people.ts'
import { expect, expectReady, openNewPage, test } from './fixtures.ts'

test('a link that was revoked says so, before the guest comes in and while they are there', async ({
  signIn,
  openWindow,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Open house')
  const link = await createShareLink(ann.person, id, 'editor')
  const guest = await openWindow()
  await guest.goto(`/share#${link.token}`)
  await guest.getByLabel('Your name').fill('Gwen Guest')
  await guest.getByRole('button', { name: 'Continue as guest' }).click()
  await expectReady(guest)

  await ann.person.request('DELETE', `/api/pages/${id}/share-links/${link.id}`)
  await expect(guest.getByRole('heading', { name: 'You can no longer open “Open house”' })).toBeVisible()
  await expect(guest.getByText('The link that you came through was revoked.')).toBeVisible()

  const late = await openWindow()
  await late.goto(`/share#${link.token}`)
  await late.getByLabel('Your name').fill('Lars Late')
  await late.getByRole('button', { name: 'Continue as guest' }).click()
  await expect(late.getByRole('alert')).toContainText('This link does not work any more.')
})

test('a member who opens a share link is told what each way leads to', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Open house')
  const link = await createShareLink(ann.person, id, 'viewer')
  await ann.page.goto(`/share#${link.token}`)
  await expect(ann.page.getByText('continuing signs you out in this browser')).toBeVisible()
  await expect(ann.page.getByRole('button', { name: 'Continue as guest' })).toBeVisible()
  await ann.page.getByRole('link', { name: 'Open your own pages' }).click()
  await expect(ann.page.getByTestId('page-list')).toBeVisible()
})

test('roles that mean something are offered, and the chosen one is shown whole', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  await ann.page.getByTestId('share-button').click()
  for (const label of ['Role', 'Guests come as']) {
    // The form for a drive's people comes before the one for those of this page alone.
    const field = ann.page.getByRole('combobox', { name: label }).first()
    await field.click()
    await expect(ann.page.getByRole('option', { name: 'Viewer' })).toBeVisible()
    await expect(ann.page.getByRole('option', { name: 'Commenter' })).toBeVisible()
    for (const option of await ann.page.getByRole('option').allInnerTexts()) {
      const [name = ''] = option.split('\n')
      await ann.page.getByRole('option', { name }).click()
      await expect(field).toHaveValue(name)
      expect(await field.evaluate((input) => input.scrollWidth <= input.clientWidth)).toBe(true)
      await field.click()
    }
    await ann.page.getByRole('option').first().click()
  }
})
