import { addMember, createPage, createShareLink, readText } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import {
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  goOffline,
  openNewPage,
  test,
  textOf,
} from './fixtures.ts'
import { photograph } from './photograph.ts'

test('C2 · what is typed without a network survives a reload and merges once', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown', { serviceWorkers: 'allow' })
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('before. ')
  await expectSaved(ann.page)
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  const state = bob.page.getByTestId('save-state')
  // From here on the app itself can be opened without a network.
  await bob.page.evaluate(() => navigator.serviceWorker.ready)

  await bob.context.setOffline(true)
  await expect(state).toHaveAttribute('data-state', 'offline')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type('typed in a tunnel')
  await expect(state).toContainText(/^Offline — \d+ edits? waits?$/)
  const said = await state.innerText()
  await textOf(ann.page).click()
  await ann.page.keyboard.press('Home')
  await ann.page.keyboard.type('meanwhile, ')
  await expectSaved(ann.page)

  // Leaving asks first; then the page comes back from the browser's own copy, without the network.
  let asked = 0
  bob.page.on('dialog', (dialog) => {
    asked++
    void dialog.accept()
  })
  await bob.page.reload()
  expect(asked).toBe(1)
  await expect(textOf(bob.page)).toContainText('typed in a tunnel')
  await expect(state).toHaveAttribute('data-state', 'offline')
  // As many wait as before, and then one more.
  await expect(state).toHaveText(said)
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type(',')
  const count = Number(/\d+/.exec(said)?.[0])
  await expect(state).toHaveText(`Offline — ${count + 1} edits wait`)
  await bob.page.keyboard.type(' and after a reload')

  await bob.context.setOffline(false)
  await expectSaved(bob.page)
  const expected = 'meanwhile, before. typed in a tunnel, and after a reload'
  await expectTyped(bob.page, expected)
  await expectTyped(ann.page, expected)
  expect(await readText(ann.person, id)).toBe(expected)
})

test('a page that is not on this device says so under its own title', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await createPage(ann.person, 'Never opened here')
  await openNewPage(ann)
  const row = ann.page.getByTestId('page-item').filter({ hasText: 'Never opened here' })
  await expect(row).toBeVisible()
  await goOffline(ann.page)
  await expect(ann.page.getByTestId('save-state')).toHaveAttribute('data-state', 'offline')
  await row.getByRole('link').click()
  await expect(ann.page.getByTestId('page-title')).toHaveValue('Never opened here')
  await expect(ann.page.getByTestId('save-state')).toHaveText('Offline — this page is not on this device')
  await ann.context.setOffline(false)
  await expectReady(ann.page)
})

test('C2 · edits that wait on the device are sent even where nothing remembers that they do', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer', { serviceWorkers: 'allow' })
  const id = await openNewPage(ann)
  await ann.page.evaluate(() => navigator.serviceWorker.ready)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('before. ')
  await expectSaved(ann.page)
  await goOffline(ann.page)
  await ann.page.keyboard.type('behind')
  await expect(ann.page.getByTestId('save-state')).toHaveAttribute('data-state', 'offline')
  ann.page.on('dialog', (dialog) => void dialog.accept())
  await ann.page.evaluate(() => {
    for (const key of Object.keys(localStorage))
      if (/^copydesk:(copy|pending):/.test(key)) localStorage.removeItem(key)
  })
  await ann.context.setOffline(false)
  await ann.page.reload()
  await expectSaved(ann.page)
  await expectTyped(ann.page, 'before. behind')
  await expect.poll(() => readText(ann.person, id)).toBe('before. behind')
})

test('C2 · what a guest had not sent when their visit ended is handed over, and sent when they come again', async ({
  openWindow,
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Open house')
  const link = await createShareLink(ann.person, id, 'editor')
  const left = await openWindow({ permissions: ['clipboard-read', 'clipboard-write'] })
  await left.goto(`/share#${link.token}`)
  await left.getByLabel('Your name').fill('Gwen Guest')
  await left.getByRole('button', { name: 'Continue as guest' }).click()
  await expectReady(left)
  await textOf(left).click()
  await left.keyboard.type('before. ')
  await expectSaved(left)
  await left.context().setOffline(true)
  await left.keyboard.type('in a tunnel')
  await expect(left.getByTestId('save-state')).toHaveAttribute('data-state', 'offline')

  // Her day is over while she is away.
  await left.close()
  await left.context().clearCookies()
  await left.context().setOffline(false)
  const guest = await left.context().newPage()
  await guest.goto(`/pages/${id}`)
  await expect(guest.getByRole('heading', { name: 'Your visit has ended' })).toBeVisible()
  await guest.getByTestId('unsaved-notice').getByRole('button', { name: 'Copy the text' }).click()
  await expect(guest.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await guest.evaluate(() => navigator.clipboard.readText())).toBe('before. in a tunnel')
  await expectNoBarriers(guest, 'visit that has ended')
  await photograph(guest, 'visit that has ended')

  await guest.goto(`/share#${link.token}`)
  await expect(guest.getByLabel('Your name')).toHaveValue('Gwen Guest')
  await expect(guest.getByText('They are sent when you come in.')).toBeVisible()
  await photograph(guest, 'guest who comes again')
  await guest.getByRole('button', { name: 'Continue as guest' }).click()
  await expectTyped(guest, 'before. in a tunnel')
  await expectSaved(guest)
  await expectTyped(ann.page, 'before. in a tunnel')
  expect(await readText(ann.person, id)).toBe('before. in a tunnel')
  // Nothing of the first visit is left on the device.
  const copies = await guest.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(copies.filter((name) => name?.startsWith('copydesk:'))).toHaveLength(1)
})
