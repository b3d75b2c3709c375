import type { Page } from '@playwright/test'
import { addMember } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import {
  endUndoStep,
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  goOffline,
  openNewPage,
  openTogether,
  test,
  textOf,
} from './fixtures.ts'
import { goTo } from './writing-tools.ts'

test.describe.configure({ timeout: 180_000 })

test('C3 · A4 · a version is named, looked at with its authors’ colours and restored, while another one reads', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('Hello world')
  await expectSaved(ann.page)

  const openHistory = async () => {
    await ann.page.getByTestId('history-menu').click()
    await ann.page.getByRole('menuitem', { name: 'Version history' }).click()
  }
  const list = ann.page.getByTestId('version-list')
  // A history that cannot be read says so, and can be asked for again.
  await ann.page.route('**/versions?**', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({ type: 'about:blank', title: 'No', status: 403, code: 'forbidden' }),
    }),
  )
  await openHistory()
  await expect(ann.page.getByRole('alert')).toContainText('The history cannot be read now.')
  await ann.page.unroute('**/versions?**')
  await ann.page.getByRole('button', { name: 'Try again' }).click()
  await expect(list.getByRole('button', { name: 'Now' })).toBeVisible()
  await ann.page.getByLabel('Keep the page as it is').fill('First draft')
  await ann.page.getByRole('button', { name: 'Name it' }).click()
  await expect(list.getByRole('button', { name: 'First draft' })).toBeVisible()
  await ann.page.keyboard.press('Escape')
  await expect(list).toHaveCount(0)

  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type(', dear reader')
  await bob.page.keyboard.press('Enter')
  await bob.page.keyboard.type('And more')
  await expectSaved(bob.page)
  await expectTyped(ann.page, 'Hello world, dear readerAnd more')

  // Who wrote what is selected, on either side of the border between them.
  await textOf(ann.page).click()
  await ann.page.keyboard.press('ControlOrMeta+A')
  await ann.page.getByTestId('history-menu').click()
  await ann.page.getByRole('menuitem', { name: 'Who wrote the selected text' }).click()
  const parts = ann.page.getByRole('dialog').getByRole('listitem')
  await expect(parts.filter({ hasText: 'Ann Archer' })).toContainText('Hello world')
  await expect(parts.filter({ hasText: 'Bob Brown' }).first()).toContainText(', dear reader')
  await expectNoBarriers(ann.page, 'who wrote this')
  await ann.page.keyboard.press('Escape')

  await openHistory()
  const preview = ann.page.getByTestId('version-text')
  const changed = preview.locator('.version-text')
  await expect(changed).toHaveText([', dear reader', 'And more'])
  await expect(changed.first()).toHaveAttribute('title', /^Bob Brown, /)
  await expect(preview.locator('.version-removed')).toHaveText('Hello world')
  await expectNoBarriers(ann.page, 'history')

  await list.getByRole('button', { name: 'First draft' }).click()
  await expect(changed).toHaveText(['Hello world'])
  await expect(changed).toHaveAttribute('title', /^Ann Archer, /)
  await ann.page.getByRole('button', { name: 'Restore this version' }).click()
  await ann.page.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(ann.page.getByText('“First draft” was restored')).toBeVisible()
  await expectTyped(ann.page, 'Hello world')
  await expectTyped(bob.page, 'Hello world')
  await openHistory()
  await list.getByRole('button', { name: 'Before an older version was restored' }).click()
  await expect(preview).toContainText('dear reader')
})

test('A2 · a reader looks at the history and can neither name nor restore', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const vera = await signIn('Vera View')
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('for your eyes')
  await expectSaved(ann.page)
  await ann.person.request('POST', `/api/pages/${id}/versions`, { name: 'Kept' })
  await vera.page.goto(`/pages/${id}`)
  await expectTyped(vera.page, 'for your eyes')
  await vera.page.getByTestId('history-menu').click()
  await vera.page.getByRole('menuitem', { name: 'Version history' }).click()
  await vera.page.getByRole('button', { name: 'Kept' }).click()
  await expect(vera.page.getByTestId('version-text')).toContainText('for your eyes')
  await expect(vera.page.getByRole('button', { name: 'Restore this version' })).toHaveCount(0)
  await expect(vera.page.getByLabel('Keep the page as it is')).toHaveCount(0)
})

test('C3 · undo does not bring again what a restored version brought, here and where it was offline', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('Hello world')
  await expectTyped(bob.page, 'Hello world')
  await expectSaved(ann.page)
  const { body: version } = await ann.person.request<{ id: string }>('POST', `/api/pages/${id}/versions`, {
    name: 'First draft',
  })
  for (const { page } of [ann, bob]) {
    await textOf(page).click()
    await endUndoStep(page)
  }
  await ann.page.keyboard.press('ControlOrMeta+A')
  await ann.page.keyboard.press('Delete')
  await expectTyped(bob.page, '')
  await textOf(bob.page).click()
  await bob.page.keyboard.type('Instead')
  await expectTyped(ann.page, 'Instead')
  await expectSaved(bob.page)
  await goOffline(bob.page)
  const undo = (page: Page) => page.getByRole('button', { name: 'Undo' })
  await expect(undo(bob.page)).toBeEnabled()

  await ann.person.request('POST', `/api/pages/${id}/versions/${version.id}/restore`)
  await expectTyped(ann.page, 'Hello world')
  await expect(undo(ann.page)).toBeDisabled()
  await ann.page.keyboard.press('ControlOrMeta+Z')
  await bob.context.setOffline(false)
  await expectTyped(bob.page, 'Hello world')
  await expect(undo(bob.page)).toBeDisabled()
  await bob.page.keyboard.press('ControlOrMeta+Z')
  // What comes behind it can be undone as ever.
  await goTo(ann.page, 'world', 5)
  await ann.page.keyboard.type('!')
  await expectTyped(bob.page, 'Hello world!')
  await ann.page.keyboard.press('ControlOrMeta+Z')
  await expectTyped(bob.page, 'Hello world')
})
