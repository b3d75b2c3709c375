import type { Page } from '@playwright/test'
import { addMember, createPage, firstDrive } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, openNewPage, openTogether, test } from './fixtures.ts'
import { photograph } from './photograph.ts'

// Two people and several screens each: on a busy machine that takes its time.
test.describe.configure({ timeout: 180_000 })

const rowOf = (page: Page, title: string) =>
  page.getByTestId('page-item').filter({ has: page.getByText(title, { exact: true }) })

test('E4 · the page list shows who is on which page, and follows them', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn, 'Plans')
  const other = await createPage(ann.person, 'Budget')
  const here = (title: string) => rowOf(ann.page, title).getByTestId('people-on-page')
  await expect(here('Plans')).toHaveAccessibleName('Here now: Bob Brown')
  await bob.page.goto(`/pages/${other.id}`)
  await expect(here('Budget')).toHaveAccessibleName('Here now: Bob Brown')
  await expect(here('Plans')).toHaveCount(0)
  await photograph(ann.page, 'people in the tree')
  await bob.context.close()
  await expect(here('Budget')).toHaveCount(0)
})

test('E4 · who has not touched anything for two minutes is shown as away until they do', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn, 'Plans')
  await bob.page.clock.install()
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  const face = ann.page.locator(`[data-user-id="${bob.person.session.user.id}"]`)
  await expect(face).toHaveAccessibleName('Bob Brown')
  // A jump of the clock may also end the connection, over which it would be told.
  await expect(async () => {
    await bob.page.clock.fastForward(121_000)
    await expect(face).toHaveAccessibleName('Bob Brown, away', { timeout: 5_000 })
  }).toPass()
  await expect(rowOf(ann.page, 'Plans').getByTestId('people-on-page')).toBeVisible()
  await photograph(ann.page, 'somebody away')
  await bob.page.mouse.move(200, 300)
  await bob.page.mouse.move(220, 320)
  await expect(face).toHaveAccessibleName('Bob Brown')
})

test('E2 · who replaces another person’s title is told whose it was, and can take it back', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn, 'Plans')
  await rowOf(ann.page, 'Plans').hover()
  await ann.page.getByRole('button', { name: 'More for Plans' }).click()
  await ann.page.getByRole('menuitem', { name: 'Rename' }).click()
  const field = ann.page.getByTestId('page-list').getByLabel('Page title')
  await field.fill('Plans for autumn')

  await bob.page.getByTestId('page-title').fill('Plans for spring')
  await bob.page.getByTestId('page-title').press('Enter')
  await expect(ann.page.getByTestId('page-title')).toHaveValue('Plans for spring')
  await field.press('Enter')

  await expect(ann.page.getByRole('alert')).toContainText('Bob Brown named this page too')
  await expect(ann.page.getByRole('alert')).toContainText('“Plans for spring”')
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Plans for autumn')
  await photograph(ann.page, 'title given twice')
  await ann.page.getByRole('button', { name: 'Use their title' }).click()
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Plans for spring')
  await expect(rowOf(ann.page, 'Plans for spring')).toBeVisible()
  await expect(ann.page.getByRole('alert')).toHaveCount(0)
})

test('E2 · what is changed in the list is shown at once, and goes back when the server refuses it', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann, 'Plans')
  const below = await createPage(ann.person, 'Budget')
  await expect(rowOf(ann.page, 'Budget')).toBeVisible()
  let refuse = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    refuse = resolve
  })
  const body = {
    ...{ type: 'about:blank', title: 'Away', status: 503, code: 'storage-unavailable' },
  }
  await ann.page.route(`**/api/pages/${below.id}/move`, async (route) => {
    await asked
    await route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(body) })
  })
  const titles = () => ann.page.getByTestId('page-item').allInnerTexts()
  await expect.poll(titles).toHaveLength(3)
  const before = await titles()
  await rowOf(ann.page, 'Budget').hover()
  await ann.page.getByRole('button', { name: 'More for Budget' }).click()
  await ann.page.getByRole('menuitem', { name: 'Move up' }).click()
  await expect.poll(titles).not.toEqual(before)
  refuse()
  await expect(ann.page.getByText('The page was not moved')).toBeVisible()
  await expect.poll(titles).toEqual(before)

  await ann.page.unroute(`**/api/pages/${below.id}/move`)
  await rowOf(ann.page, 'Budget').hover()
  await ann.page.getByRole('button', { name: 'More for Budget' }).click()
  const moved = ann.page.waitForResponse(`**/api/pages/${below.id}/move`)
  await ann.page.getByRole('menuitem', { name: 'Move up' }).click()
  await expect.poll(titles).not.toEqual(before)
  await moved
  const after = await titles()
  await ann.page.reload()
  // What this device kept of the list is shown first.
  await expect.poll(titles).toEqual(after)
})

test('A3 · who is removed from a drive is told so kindly, and its pages go', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn, 'Plans')
  const drive = await firstDrive(ann.person)
  await ann.person.request('PATCH', `/api/drives/${drive.id}/members/${bob.person.session.user.id}`, {
    role: 'viewer',
  })
  await expect(bob.page.getByText(`You can no longer write in “${drive.name}”`)).toBeVisible()
  await expect(bob.page.getByTestId('save-state')).toHaveAttribute('data-state', 'read-only')
  await ann.person.request('DELETE', `/api/drives/${drive.id}/members/${bob.person.session.user.id}`)
  await expect(bob.page.getByText(`You can no longer open “${drive.name}”`)).toBeVisible()
  await expect(bob.page.getByText(`You can no longer write in “${drive.name}”`)).toHaveCount(0)
  await expect(rowOf(bob.page, 'Plans')).toHaveCount(0)
  await expect(bob.page.getByRole('heading', { name: 'You can no longer open “Plans”' })).toBeVisible()
  await photograph(bob.page, 'access taken away')
  await addMember(ann.person, bob.person, 'editor')
  await expectReady(bob.page)
  await expect(bob.page.getByText(`You were added to “${drive.name}”`)).toBeVisible()
})

test('A3 · of changes to one’s access that follow each other only the last is told', async ({ signIn }) => {
  const { ann, bob, id } = await openTogether(signIn, 'Plans')
  const drive = await firstDrive(ann.person)
  const userId = bob.person.session.user.id
  const member = `/api/drives/${drive.id}/members/${userId}`
  const notices = bob.page.getByRole('alert')
  const setRole = (role: string) => ann.person.request('PATCH', member, { role })
  await setRole('viewer')
  await expect(notices).toContainText(['You can no longer write'])
  await setRole('editor')
  await expect(notices).toContainText(['You may read it and write in it.'])
  await expect(notices).toHaveCount(1)

  // What is told late is not told behind what came after it.
  let letGo = (): void => undefined
  const isLetGo = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await bob.page.route('**/api/drives', async (route) => {
    await isLetGo
    await route.continue().catch(() => undefined)
  })
  const asked = bob.page.waitForRequest('**/api/drives')
  await setRole('viewer')
  await asked
  await expect(bob.page.getByTestId('save-state')).toHaveAttribute('data-state', 'read-only')
  await ann.person.request('DELETE', member)
  await expect(notices).toContainText([`You can no longer open “${drive.name}”`])
  const answered = bob.page.waitForResponse('**/api/drives')
  letGo()
  await answered
  await bob.page.waitForTimeout(300)
  await expect(notices).toHaveCount(1)
  await expect(notices).toContainText([`You can no longer open “${drive.name}”`])

  // Of a page as well, until the whole drive has something to tell.
  await bob.page.unroute('**/api/drives')
  await addMember(ann.person, bob.person, 'editor')
  await expectReady(bob.page)
  const other = await createPage(ann.person, 'Salaries')
  await expect(rowOf(bob.page, 'Salaries')).toBeVisible()
  await ann.person.request('PATCH', `/api/pages/${other.id}`, { restricted: true })
  await expect(notices.filter({ hasText: 'You can no longer open “Salaries”' })).toHaveCount(1)
  await ann.person.request('PUT', `/api/pages/${other.id}/grants/${userId}`, { role: 'viewer' })
  await expect(notices.filter({ hasText: 'was shared with you' })).toHaveCount(1)
  await expect(notices.filter({ hasText: 'You can no longer open “Salaries”' })).toHaveCount(0)
  await ann.person.request('DELETE', `/api/pages/${other.id}/grants/${userId}`)
  await expect(notices.filter({ hasText: 'You can no longer open “Salaries”' })).toHaveCount(1)
  await ann.person.request('DELETE', member)
  await expect(notices).toContainText([`You can no longer open “${drive.name}”`])
  await expect(notices).toHaveCount(1)
  await expect(bob.page).toHaveURL(`/pages/${id}`)
})

test('an editor that the server does not understand any more asks to be reloaded', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await ann.page.route('**/socket.io/**', (route) => {
    const sent = route.request().postData()
    return sent === null
      ? route.continue()
      : route.continue({ postData: sent.replace(/"protocol":\d+/, '"protocol":0') })
  })
  await openNewPage(ann)
  await expect(ann.page.getByTestId('outdated')).toContainText('There is a newer Copydesk.')
  await expectNoBarriers(ann.page, 'newer editor')
  await ann.page.setViewportSize({ width: 390, height: 844 })
  await photograph(ann.page, 'newer editor phone')
  await ann.page.unroute('**/socket.io/**')
  await ann.page.getByRole('button', { name: 'Reload' }).click()
  await expectReady(ann.page)
  await expect(ann.page.getByTestId('presence').getByLabel(/^Ann Archer/)).toBeVisible()
  await expect(ann.page.getByTestId('outdated')).toHaveCount(0)
})

test('V1 · with Socket.IO gone entirely the page list still follows, and asks cheaply', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  await ann.page.route('**/socket.io/**', (route) => route.abort())
  const statuses: number[] = []
  ann.page.on('response', (response) => {
    if (/\/drives\/[^/]+\/pages(\?|$)/.test(response.url())) statuses.push(response.status())
  })
  await openNewPage(ann)
  await expect.poll(() => statuses.filter((status) => status === 304).length).toBeGreaterThan(0)
  await createPage(ann.person, 'By post')
  await expect(rowOf(ann.page, 'By post')).toBeVisible()
  await expect(ann.page.getByTestId('presence').getByRole('listitem')).toHaveCount(0)
})
