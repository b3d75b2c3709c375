import type { Page } from '@playwright/test'
import type { CreatedShareLink } from '../../shared/api/pages.ts'
import { createShareLink } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, expectSaved, expectTyped, openNewPage, test, textOf } from './fixtures.ts'
import { photograph } from './photograph.ts'

async function enterAs(guest: Page, { token }: { token: string }, name: string): Promise<void> {
  await guest.goto(`/share#${token}`)
  await guest.getByLabel('Your name').fill(name)
  await guest.getByRole('button', { name: 'Continue as guest' }).click()
}

test('a link that was revoked says so, before the guest comes in and while they are there', async ({
  signIn,
  openWindow,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Open house')
  const link = await createShareLink(ann.person, id, 'editor')
  const guest = await openWindow()
  await enterAs(guest, link, 'Gwen Guest')
  await expectReady(guest)

  await ann.person.request('DELETE', `/api/pages/${id}/share-links/${link.id}`)
  await expect(guest.getByRole('heading', { name: 'You can no longer open “Open house”' })).toBeVisible()
  await expect(guest.getByText('The link that you came through was revoked.')).toBeVisible()
  await expectNoBarriers(guest, 'page that is closed to a guest')

  const late = await openWindow()
  await enterAs(late, link, 'Lars Late')
  await expect(late.getByRole('alert')).toContainText('This link does not work any more.')
})

test('a guest on a page that is deleted and restored is brought back to it', async ({
  signIn,
  openWindow,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Open house')
  const link = await createShareLink(ann.person, id, 'editor')
  const guest = await openWindow()
  await guest.clock.install()
  await enterAs(guest, link, 'Gwen Guest')
  await expectReady(guest)
  await textOf(guest).click()
  await guest.keyboard.type('still here')
  await expectSaved(guest)
  await ann.person.request('DELETE', `/api/pages/${id}`)
  await expect(guest.getByTestId('page-refused')).toBeVisible()
  await ann.person.request('POST', `/api/pages/${id}/restore`)
  await expect(async () => {
    await guest.clock.fastForward(16_000)
    await expect(textOf(guest)).toContainText('still here', { timeout: 2_000 })
  }).toPass()
  await expectReady(guest)
})

test('A1 A3 · somebody who is signed in opens a link as themselves, for as long as it holds', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  const id = await openNewPage(ann, 'Open house')
  const { body: link } = await ann.person.request<CreatedShareLink>('POST', `/api/pages/${id}/share-links`, {
    role: 'editor',
    password: 'open sesame',
  })
  await bob.page.goto(`/share#${link.token}`)
  await expect(bob.page.getByText('You are signed in as Bob Brown.')).toBeVisible()
  await photograph(bob.page, 'link to a page')
  await bob.page.getByRole('button', { name: 'Open the page' }).click()
  await expect(bob.page.getByRole('alert')).toContainText('This link asks for a password.')
  await bob.page.getByLabel('Password of the link').fill('open barley')
  await bob.page.keyboard.press('Enter')
  await expect(bob.page.getByRole('alert')).toContainText('This is not the password of the link.')
  await bob.page.getByLabel('Password of the link').fill('open sesame')
  await bob.page.keyboard.press('Enter')

  // He writes under his own name, and finds the page among those that are shared with him.
  await expectReady(bob.page)
  await textOf(bob.page).click()
  await bob.page.keyboard.type('Bob was here.')
  await expectTyped(ann.page, 'Bob was here.')
  await expect(ann.page.getByRole('button', { name: /Bob Brown/ }).first()).toBeVisible()
  const shared = bob.page.getByRole('navigation', { name: 'Shortcuts' })
  await expect(shared.getByRole('link', { name: 'Open house' }).first()).toBeVisible()

  await ann.person.request('DELETE', `/api/pages/${id}/share-links/${link.id}`)
  await expect(bob.page.getByRole('heading', { name: 'You can no longer open “Open house”' })).toBeVisible()
  await expect(bob.page.getByText('The link that you came through was revoked.')).toBeVisible()
  await expect(shared.getByRole('link', { name: 'Open house' })).toHaveCount(0)
  await bob.page.goto('/')
  await expect(bob.page.getByTestId('page-list')).toBeVisible()
})

test('a link takes nothing from those who may do more, and coming as a guest says what it costs', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Open house')
  const link = await createShareLink(ann.person, id, 'viewer')
  await ann.page.goto(`/share#${link.token}`)
  await ann.page.getByRole('button', { name: 'Come in as a guest instead' }).click()
  await expect(ann.page.getByText('Continuing as a guest signs you out in this browser.')).toBeVisible()
  await ann.page.getByRole('button', { name: 'Back' }).click()
  await ann.page.getByRole('button', { name: 'Open the page' }).click()
  await expect(ann.page).toHaveURL(`/pages/${id}`)
  await expectReady(ann.page)
  await expect(ann.page.getByTestId('share-button')).toBeVisible()
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
