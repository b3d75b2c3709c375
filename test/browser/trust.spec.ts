import type { Page } from '@playwright/test'
import { addMember, createPage, firstDrive } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import {
  expect,
  expectReady,
  expectSaved,
  expectTools,
  goOffline,
  openNewPage,
  test,
  textOf,
} from './fixtures.ts'
import { photograph } from './photograph.ts'

test.describe.configure({ timeout: 180_000 })

const stateOf = (page: Page) => page.getByTestId('save-state')

test('D1 · the state line: saving, saved only when the server has said so and when, how many edits wait offline, and while the server is away', async ({
  signIn,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const state = stateOf(ann.page)
  await expect(state).toHaveText(/^Saved at \d/)
  // What loads them may move.
  await expectTools(ann.page)
  const seen = await ann.page.evaluateHandle(() => {
    const words: string[] = []
    const line = document.querySelector('[data-testid="save-state"]') as Element
    const isEndless = (moved: Animation) => moved.effect?.getTiming().iterations === Number.POSITIVE_INFINITY
    new MutationObserver(() => {
      words.push(line.textContent ?? '')
      if (document.getAnimations().some(isEndless)) words.push('something moves')
    }).observe(line, { childList: true, characterData: true, subtree: true })
    return words
  })
  await textOf(ann.page).click()
  await ann.page.keyboard.type('one')
  await expectSaved(ann.page)
  await expect.poll(() => seen.evaluate((words) => words.includes('Saving…'))).toBe(true)
  // What moves without an end is drawn with every frame, before every letter.
  expect(await seen.jsonValue()).not.toContain('something moves')

  await goOffline(ann.page)
  await expect(state).toHaveText('Offline — your edits are kept')
  await seen.evaluate((words) => words.splice(0))
  await ann.page.keyboard.type('t')
  await expect(state).toHaveText('Offline — 1 edit waits')
  await ann.page.keyboard.type('wo')
  await expect(state).toHaveText('Offline — 3 edits wait')
  expect((await seen.jsonValue()).filter((words) => words.startsWith('Saved'))).toEqual([])
  await photograph(ann.page, 'offline')
  await ann.context.setOffline(false)
  await expectSaved(ann.page)

  await server.kill()
  await expect(state).toHaveText(/^Reconnecting… — /)
  await ann.page.keyboard.type('three')
  await expect(state).toHaveText('Reconnecting… — 5 edits wait')
  await photograph(ann.page, 'reconnecting')
  await server.start()
  await expect(state).toHaveText(/^Saved at \d/, { timeout: 60_000 })
})

test('D3 · the state line says that the server cannot save, and how many edits wait', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  let isAway = false
  const sockets: { close: () => void }[] = []
  await ann.page.routeWebSocket(/\/collaboration/, (socket) => {
    const close = () => void socket.close({ code: 4503, reason: 'storage-unavailable' })
    if (isAway) return close()
    socket.connectToServer()
    sockets.push({ close })
  })
  await ann.page.route('**/sync?**', (route) => {
    const body = { type: 'about:blank', title: 'Away', status: 503, code: 'storage-unavailable' }
    return isAway
      ? route.fulfill({
          ...{ status: 503, contentType: 'application/problem+json', body: JSON.stringify(body) },
        })
      : route.continue()
  })
  await openNewPage(ann)
  isAway = true
  for (const socket of sockets) socket.close()
  await expect(stateOf(ann.page)).toHaveText('The server cannot save — your edits are kept')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('two')
  await expect(stateOf(ann.page)).toHaveText('The server cannot save — 3 edits wait')
  await expectNoBarriers(ann.page, 'server that cannot save')
  isAway = false
  await expect(stateOf(ann.page)).toHaveText(/^Saved at \d/, { timeout: 60_000 })
})

test('A3 · who may only read from now on is told why, and their unsaved text is handed to them', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown', { permissions: ['clipboard-read', 'clipboard-write'] })
  await addMember(ann.person, bob.person, 'editor')
  const { id } = await createPage(ann.person, 'Plans')
  const drive = await firstDrive(ann.person)
  const setRole = (role: string) =>
    ann.person.request('PATCH', `/api/drives/${drive.id}/members/${bob.person.session.user.id}`, { role })
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)

  await goOffline(bob.page)
  await textOf(bob.page).click()
  await bob.page.keyboard.type('written in a tunnel')
  await expect(stateOf(bob.page)).toHaveText('Offline — 19 edits wait')
  await setRole('viewer')
  await bob.context.setOffline(false)
  await expect(stateOf(bob.page)).toHaveText('Read only · you are a viewer')
  const notice = bob.page.getByTestId('unsaved-notice')
  await expect(notice).toContainText('You may only read this page now.')
  await expectNoBarriers(bob.page, 'unsaved text handed over')
  await notice.getByRole('button', { name: 'Copy the text' }).click()
  await expect(notice.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await bob.page.evaluate(() => navigator.clipboard.readText())).toBe('written in a tunnel')

  await setRole('editor')
  await expectReady(bob.page)
  await expect(notice).toHaveCount(0)
  await expect(textOf(bob.page)).toContainText('written in a tunnel')

  await setRole('commenter')
  await expect(stateOf(bob.page)).toHaveText('Read only · you may comment')
})
