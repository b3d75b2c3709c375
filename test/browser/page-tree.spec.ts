import type { Page } from '@playwright/test'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { addMember, firstDrive, type Person } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import { type Author, expect, expectReady, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

// Two browsers and many steps take their time on a busy machine.
test.describe.configure({ timeout: 180_000 })

const row = (page: Page, title: string) =>
  page.getByTestId('page-item').filter({ has: page.getByRole('link', { name: title, exact: true }) })
const TITLES = ['One', 'Two', 'Three', 'Inside']
/** The titles of the test's own pages, as they stand one below the other. */
const rows = async (page: Page) =>
  (await page.getByTestId('page-item').locator('a').allInnerTexts())
    .map((text) => text.replace(/^\P{L}+/u, ''))
    .filter((text) => TITLES.includes(text))
const chooseInMenu = async (page: Page, title: string, item: string): Promise<void> => {
  await row(page, title).hover()
  await page.getByRole('button', { name: `More for ${title}`, exact: true }).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

async function makePages(person: Person, titles: readonly string[], parentId: string | null = null) {
  const drive = await firstDrive(person)
  const made: PageWithRole[] = []
  for (const title of titles) {
    const path = `/api/drives/${drive.id}/pages`
    made.push((await person.request<PageWithRole>('POST', path, { title, parentId })).body)
  }
  return made
}

/** Two people on one drive with the pages One, Two (with Inside in it) and Three. */
async function setUp(ann: Author, bob: Author): Promise<PageWithRole[]> {
  await addMember(ann.person, bob.person, 'editor')
  const pages = await makePages(ann.person, ['One', 'Two', 'Three'])
  const inside = await makePages(ann.person, ['Inside'], pages[1]?.id)
  for (const { page } of [ann, bob]) {
    await page.goto(`/pages/${pages[0]?.id}`)
    await expectReady(page)
  }
  return [...pages, ...inside]
}

test('E2 · pages are opened, dragged and moved by keyboard; the other one sees it as it happens', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await setUp(ann, bob)
  await expect(row(ann.page, 'Inside')).toHaveCount(0)
  await ann.page.getByRole('button', { name: 'Pages inside Two' }).click()
  await expect(row(ann.page, 'Inside')).toBeVisible()

  // Dropped in the middle of a row, a page goes inside; near its edge, beside it.
  await row(ann.page, 'Three').dragTo(row(ann.page, 'One'))
  await expect(ann.page.getByRole('button', { name: 'Pages inside One' })).toHaveAttribute(
    'aria-expanded',
    'true',
  )
  await expect(bob.page.getByRole('button', { name: 'Pages inside One' })).toBeVisible()
  await row(ann.page, 'Three').dragTo(row(ann.page, 'One'), { targetPosition: { x: 80, y: 2 } })
  await expect.poll(() => rows(ann.page)).toEqual(['Three', 'One', 'Two', 'Inside'])
  await expect.poll(() => rows(bob.page)).toEqual(['Three', 'One', 'Two'])

  // The same without a mouse.
  await chooseInMenu(ann.page, 'Inside', 'Move to…')
  const dialog = ann.page.getByRole('dialog')
  await dialog.getByLabel('Find a place').fill('thr')
  await expect(dialog.getByRole('button', { name: 'One' })).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Three' }).focus()
  await ann.page.keyboard.press('Enter')
  await expect(ann.page.getByRole('button', { name: 'Pages inside Three' })).toBeVisible()
  await bob.page.getByRole('button', { name: 'Pages inside Three' }).click()
  await expect(row(bob.page, 'Inside')).toBeVisible()
  await expect(ann.page.getByRole('button', { name: 'Pages inside Two' })).toHaveCount(0)
})

test('a page is moved below one that lies inside a closed one, found by its title', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await setUp(ann, bob)
  await expect(row(ann.page, 'Inside')).toHaveCount(0)
  await chooseInMenu(ann.page, 'Three', 'Move to…')
  const dialog = ann.page.getByRole('dialog')
  await dialog.getByLabel('Find a place').fill('insi')
  await dialog.getByRole('button', { name: 'Inside' }).click()
  await expect(row(bob.page, 'Three')).toHaveCount(0)
  await bob.page.getByRole('button', { name: 'Pages inside Two' }).click()
  await bob.page.getByRole('button', { name: 'Pages inside Inside' }).click()
  await expect(row(bob.page, 'Three')).toBeVisible()
  // Into itself it cannot go, also where the list does not show that.
  await expect(row(ann.page, 'Three')).toHaveCount(0)
  await chooseInMenu(ann.page, 'Two', 'Move to…')
  await dialog.getByLabel('Find a place').fill('three')
  await dialog.getByRole('button', { name: 'Three' }).click()
  await expect(ann.page.getByText('A page cannot go below itself')).toBeVisible()
})

test('a page gets an icon, a copy and a place among the favourites, and the way to it is shown', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await setUp(ann, bob)
  await chooseInMenu(ann.page, 'Two', 'Change icon')
  await expect(ann.page.getByRole('dialog').getByRole('button', { name: '🚀' })).toBeVisible()
  await expectNoBarriers(ann.page, 'icons')
  await ann.page.getByRole('dialog').getByRole('button', { name: '🚀' }).click()
  await expect(row(ann.page, 'Two')).toContainText('🚀')
  await expect(row(bob.page, 'Two')).toContainText('🚀')

  await chooseInMenu(ann.page, 'Two', 'Duplicate')
  await expectReady(ann.page)
  await expect(ann.page.getByTestId('page-title')).toHaveValue(/Two/)
  await expect(row(bob.page, 'Two (copy)')).toBeVisible()

  await chooseInMenu(ann.page, 'One', 'Add to favourites')
  const favourites = ann.page.getByTestId('section-favourites')
  await expect(favourites.getByRole('link', { name: 'One' })).toBeVisible()
  await ann.page.reload()
  await favourites.getByRole('link', { name: 'One' }).click()
  await expect(ann.page.getByTestId('page-title')).toHaveValue('One')
  await ann.page.getByRole('button', { name: 'More for this page' }).click()
  await ann.page.getByRole('menuitem', { name: 'Remove from favourites' }).click()
  await expect(favourites).toHaveCount(0)

  await row(bob.page, 'Two').first().getByRole('button', { name: 'Pages inside Two' }).click()
  await bob.page.getByRole('link', { name: 'Inside' }).click()
  const crumbs = bob.page.getByRole('navigation', { name: 'Breadcrumbs' })
  await crumbs.getByRole('link', { name: 'Two' }).click()
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Two')
})

test('what was deleted comes back from the trash, or goes for good', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await setUp(ann, bob)
  await row(bob.page, 'Two').getByRole('link', { name: 'Two' }).click()
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Two')
  await expectReady(bob.page)
  await chooseInMenu(ann.page, 'Two', 'Delete')
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(row(bob.page, 'Two')).toHaveCount(0)
  await expect(bob.page.getByText(/deleted/).first()).toBeVisible()
  await bob.page.getByRole('link', { name: 'Trash' }).click()
  const trashed = bob.page.getByTestId('trashed-page')
  await expect(trashed).toContainText('with 1 inside')
  await expect(trashed).toContainText('by Ann Archer')
  await expect(trashed.getByRole('button', { name: /for good/ })).toHaveCount(0)
  await trashed.getByRole('button', { name: 'Restore Two' }).click()
  await expect(row(ann.page, 'Two')).toBeVisible()
  await expect(trashed).toHaveCount(0)

  await chooseInMenu(ann.page, 'Three', 'Delete')
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(trashed).toContainText('Three')
  await ann.page.getByRole('link', { name: 'Trash' }).click()
  await ann.page.getByRole('button', { name: 'Delete for good: Three' }).click()
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await expect(ann.page.getByTestId('trashed-page')).toHaveCount(0)
})

test('whoever has a page open below one that was deleted is brought back when that one is restored', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  const vera = await signIn('Vera View')
  const [, two, , inside] = await setUp(ann, bob)
  await addMember(ann.person, vera.person, 'viewer')
  await bob.page.goto(`/pages/${inside?.id}`)
  await expectReady(bob.page)
  await textOf(bob.page).click()
  await bob.page.keyboard.type('still here')
  await expectSaved(bob.page)

  await ann.person.request('DELETE', `/api/pages/${two?.id}`)
  await expect(bob.page.getByTestId('page-refused')).toBeVisible()
  // She comes when it is deleted already.
  await vera.page.goto(`/pages/${inside?.id}`)
  await expect(vera.page.getByTestId('page-refused')).toBeVisible()
  // The list alone would also be there before she is told what happens in the drive; who is where is not.
  await expect(row(vera.page, 'One').getByTestId('people-on-page')).toHaveAccessibleName(/Ann Archer/)
  await ann.person.request('POST', `/api/pages/${two?.id}/restore`)
  for (const { page } of [bob, vera]) {
    await expect(textOf(page)).toContainText('still here')
    await expect(page.getByTestId('page-refused')).toHaveCount(0)
  }
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type('!')
  await expect(textOf(vera.page)).toContainText('still here!')
})

test('pages that were opened last, and those shared from another drive, are at hand', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  const [shared] = await makePages(ann.person, ['Guest list'])
  const grant = `/api/pages/${shared?.id}/grants/${bob.person.session.user.id}`
  await ann.person.request('PUT', grant, { role: 'editor' })
  const { page } = bob
  for (const title of ['First', 'Second']) {
    await openNewPage(bob, title)
    // A page was opened once its room is joined, which is when one is seen there.
    await expect(page.getByTestId('presence').getByLabel(/^Bob Brown/)).toBeVisible()
  }
  const title = page.getByTestId('page-title')
  await page.getByTestId('section-shared').getByRole('link', { name: 'Guest list' }).click()
  await expect(title).toHaveValue('Guest list')
  const recent = page.getByTestId('section-recent')
  await recent.getByRole('button', { name: 'Recent' }).click()
  await expect(recent.getByRole('link')).toHaveText([/Guest list/, /Second/, /First/])
  await recent.getByRole('link', { name: 'First' }).click()
  await expect(title).toHaveValue('First')
  await expect(recent.getByRole('link')).toHaveText([/First/, /Guest list/, /Second/])
})

test('Ctrl+K goes to pages by a few letters, to text and to messages, without a mouse', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  const id = await openNewPage(ann, 'Beekeeping')
  await page.locator('.ProseMirror').click()
  await page.keyboard.type('The honeycomb has six sides.')
  await expect(page.getByTestId('save-state')).toHaveAttribute('data-state', 'saved')
  await ann.person.request('POST', `/api/pages/${id}/messages`, { body: 'Who feeds the queen?' })
  await openNewPage(ann, 'Elsewhere')
  await page.locator('.ProseMirror').click()
  // The text of a page can be found a moment after it was written.
  await expect
    .poll(async () => (await ann.person.request('GET', '/api/search?q=honeyc')).body)
    .toMatchObject({ items: [{ page: { id } }] })
  await page.keyboard.press('Control+k')
  const field = page.getByLabel('Search pages and messages')
  await expect(field).toBeFocused()
  await expect(page.getByTestId('search-recent').first()).toContainText(/Elsewhere|Beekeeping/)
  await field.fill('honeyc')
  await expect(page.getByTestId('search-hit').locator('mark')).toHaveText('honeycomb')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('page-title')).toHaveValue('Beekeeping')
  await expect(field).toHaveCount(0)
  await page.keyboard.press('Control+k')
  await field.fill('queen')
  await page.getByTestId('search-hit').click()
  await expect(page.getByTestId('messages-panel')).toContainText('Who feeds the queen?')
  await page.keyboard.press('Control+k')
  await field.fill('zzzzqqq')
  await expect(page.getByText('Nothing was found.')).toBeVisible()
  await expectNoBarriers(page, 'search that finds nothing')
  await page.keyboard.press('Escape')
  await expect(field).toHaveCount(0)
})
