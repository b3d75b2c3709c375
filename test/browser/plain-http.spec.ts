import { addMember, readText } from '../support/people.ts'
import { createUpgradeBlocker, type UpgradeBlocker } from '../support/upgrade-blocker.ts'
import {
  test as base,
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  goOffline,
  openNewPage,
  textOf,
  typedTextsOf,
} from './fixtures.ts'
import { goTo, JUST_MS } from './writing-tools.ts'

const test = base.extend<{ blocker: UpgradeBlocker }>({
  blocker: async ({ server }, use) => {
    const blocker = await createUpgradeBlocker(server.url)
    await use(blocker)
    await blocker.close()
  },
})

const OVER_HTTP = /^Saved at .* · working over plain HTTP$/

test('V1 · C1 · with WebSockets blocked for one of them, two people write together, offline and back, until one opens', async ({
  signIn,
  blocker,
}) => {
  test.slow()
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown', { baseURL: blocker.url })
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('Hello .')
  await expectSaved(ann.page)

  const state = bob.page.getByTestId('save-state')
  await bob.page.goto(`/pages/${id}`)
  await expect(state).toHaveText(OVER_HTTP)
  await expectTyped(bob.page, 'Hello .')

  await ann.page.keyboard.press('Home')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.press('ArrowLeft')
  await Promise.all([
    ann.page.keyboard.type('one two three ', { delay: 40 }),
    bob.page.keyboard.type('four five six', { delay: 40 }),
  ])
  await expectTyped(ann.page, 'one two three Hello four five six.')
  await expectTyped(bob.page, 'one two three Hello four five six.')
  await expect(state).toHaveText(OVER_HTTP)
  // Events go by polling: they know of each other.
  await expect(ann.page.getByTestId('presence').getByLabel(/^Bob Brown/)).toBeVisible()
  await expect(bob.page.getByTestId('presence').getByLabel(/^Ann Archer/)).toBeVisible()

  await bob.context.setOffline(true)
  await expect(state).toHaveAttribute('data-state', 'offline')
  await bob.page.keyboard.type(' seven')
  await expect(state).toHaveText(/^Offline — \d+ edits? waits?$/)
  await ann.page.keyboard.press('Home')
  await ann.page.keyboard.type('zero ')
  await expectSaved(ann.page)
  await bob.context.setOffline(false)
  await expect(state).toHaveText(OVER_HTTP)
  const together = 'zero one two three Hello four five six seven.'
  await expectTyped(bob.page, together)
  await expectTyped(ann.page, together)

  blocker.treat('pass')
  await bob.page.keyboard.type(' eight')
  await expect(state).toHaveText(/^Saved at [^·]*$/)
  await bob.page.keyboard.type(' nine')
  await expectSaved(bob.page)
  const all = 'zero one two three Hello four five six seven eight nine.'
  await expectTyped(ann.page, all)
  await expect(ann.page.locator('.collaboration-caret__label')).toHaveText('Bob Brown')
  expect(await readText(ann.person, id)).toBe(all)
})

test('V1 · a network that begins to swallow WebSockets is found out while somebody writes', async ({
  signIn,
  blocker,
}) => {
  blocker.treat('pass')
  const ann = await signIn('Ann Archer', { baseURL: blocker.url })
  const id = await openNewPage(ann)
  const state = ann.page.getByTestId('save-state')
  await expect(state).toHaveText(/^Saved at [^·]*$/)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('by socket')
  blocker.treat('swallow')
  await ann.page.keyboard.type(', by hand')
  await expect(state).toHaveText(OVER_HTTP)
  expect(await readText(ann.person, id)).toBe('by socket, by hand')
  blocker.treat('pass')
  await expect(state).toHaveText(/^Saved at [^·]*$/)
})

test('V1 · A2 · over plain HTTP a reader reads along, and a deleted page says so', async ({
  signIn,
  blocker,
}) => {
  const ann = await signIn('Ann Archer')
  const vera = await signIn('Vera View', { baseURL: blocker.url })
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann)
  await vera.page.goto(`/pages/${id}`)
  const state = vera.page.getByTestId('save-state')
  await expect(state).toHaveText('Read only · you are a viewer · working over plain HTTP')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('for your eyes')
  await expectTyped(vera.page, 'for your eyes')
  await expect(textOf(vera.page)).toHaveAttribute('contenteditable', 'false')
  await ann.person.request('DELETE', `/api/pages/${id}`)
  await expect(vera.page.getByText('There is no such page')).toBeVisible()
})

test('D1 · V1 · what is unsent over plain HTTP survives a reload while the server cannot be reached', async ({
  signIn,
  blocker,
}) => {
  const ann = await signIn('Ann Archer', { baseURL: blocker.url, serviceWorkers: 'allow' })
  const id = await openNewPage(ann)
  const state = ann.page.getByTestId('save-state')
  await expect(state).toHaveText(OVER_HTTP)
  await ann.page.evaluate(() => navigator.serviceWorker.ready)
  await ann.context.setOffline(true)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('in a tunnel')
  await expect(state).toHaveAttribute('data-state', 'offline')
  ann.page.on('dialog', (dialog) => void dialog.accept())
  // What is typed last is on its way to the browser's storage when the page is left.
  const reloaded = ann.page.waitForEvent('load')
  await ann.page.evaluate(() => {
    document.execCommand('insertText', false, ', and out')
    location.reload()
  })
  await reloaded
  await expect(textOf(ann.page)).toHaveText('in a tunnel, and out')
  expect(await readText(ann.person, id)).toBe('')
  await ann.context.setOffline(false)
  await expect(state).toHaveText(OVER_HTTP)
  await expectReady(ann.page)
  expect(await readText(ann.person, id)).toBe('in a tunnel, and out')
})

test('V1 · D1 · words written offline stay in the line that another has made a heading', async ({
  signIn,
  blocker,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown', { baseURL: blocker.url })
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('moon light')
  await expectSaved(ann.page)
  await bob.page.goto(`/pages/${id}`)
  await expect(bob.page.getByTestId('save-state')).toHaveText(OVER_HTTP)
  await expectTyped(bob.page, 'moon light')
  await goTo(bob.page, 'moon', 4)
  await goOffline(bob.page)
  await bob.page.keyboard.type(' and Bob')
  await ann.page.keyboard.press('ControlOrMeta+Alt+2')
  await expect(textOf(ann.page).locator('h2')).toHaveText('moon light')
  await expectSaved(ann.page)
  // Longer than what was just written counts as such.
  await bob.page.waitForTimeout(JUST_MS)
  await bob.context.setOffline(false)
  for (const { page } of [ann, bob])
    await expect.poll(() => typedTextsOf(page, 'h2')).toEqual(['moon and Bob light'])
})
