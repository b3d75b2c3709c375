import { fileURLToPath } from 'node:url'
import type { ComponentHost } from '../pages/pages.ts'
import { buildPage, showBuiltPage } from '../support/built-page.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  readText,
  register,
} from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, expectSaved, expectTyped, test, textOf, typedTextOf } from './fixtures.ts'
import { photograph } from './photograph.ts'

declare const host: ComponentHost

test.describe.configure({ timeout: 180_000 })

test('C1 · D1 · a host application shows the editor: people there and in the app write together', async ({
  signIn,
  openWindow,
  server,
}) => {
  const ann = await register(server.url, 'Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann, bob.person, 'editor')
  const { id: pageId } = await createPage(ann, 'Notes')
  const page = await openWindow()
  const built = await buildPage(fileURLToPath(new URL('../pages/component-host.tsx', import.meta.url)))
  await showBuiltPage(page, `${server.url}/host`, built)
  const show = (token: string, shown = pageId) =>
    page.evaluate((props) => host.show(props), { url: server.url, pageId: shown, token })
  await show(ann.session.accessToken)
  await expectReady(page)
  await bob.page.goto(`/pages/${pageId}`)
  await expectReady(bob.page)

  await textOf(page).click()
  await page.keyboard.type('From a host')
  await expectTyped(bob.page, 'From a host')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type(' and from the app')
  await expectTyped(page, 'From a host and from the app')
  await expectSaved(page)
  expect(await readText(ann, pageId)).toBe('From a host and from the app')
  await expect(page.getByTestId('presence').getByRole('button', { name: 'Bob Brown' })).toBeVisible()
  await page.getByRole('button', { name: 'Bold', exact: true }).click()
  await page.getByTestId('history-menu').click()
  await page.getByRole('menuitem', { name: 'Version history' }).click()
  await expect(page.getByTestId('version-text')).toContainText('From a host')
  await page.keyboard.press('Escape')
  await photograph(page, 'component')
  await page.setViewportSize({ width: 390, height: 700 })
  await photograph(page, 'component phone')

  // The tools of the app: the menu after a slash, and finding, which only the text's own keys open.
  await page.setViewportSize({ width: 1280, height: 800 })
  await textOf(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Enter')
  await page.keyboard.type('/head')
  await page.getByRole('option', { name: 'Heading 2' }).click()
  await page.keyboard.type('Heading')
  await expect(textOf(bob.page).locator('h2')).toContainText('Heading')
  await page.keyboard.press('Control+f')
  await page.getByRole('textbox', { name: 'Find', exact: true }).fill('host')
  await page.keyboard.press('Enter')
  await expect(page.getByText('1 of 1')).toBeVisible()
  await page.keyboard.press('Escape')

  // A comment that is made in the host is answered in the app.
  await textOf(page)
    .getByText('Heading')
    .dblclick({ position: { x: 20, y: 12 } })
  await page.getByTestId('comment-button').click()
  await page.getByRole('textbox', { name: 'Comment', exact: true }).fill('Too short?')
  await page.getByTestId('new-thread').getByRole('button', { name: 'Comment' }).click()
  const thread = bob.page.getByTestId('thread').filter({ hasText: 'Too short?' })
  await bob.page.setViewportSize({ width: 1280, height: 800 })
  await thread.getByText('Too short?').click()
  await thread.getByRole('textbox', { name: 'Reply' }).fill('Long enough.')
  await thread.getByRole('button', { name: 'Reply' }).click()
  await expect(page.getByTestId('thread')).toContainText('Long enough.')
  await expectNoBarriers(page, 'component with comments')
  await page.evaluate((props) => host.show(props), {
    ...{ url: server.url, pageId, token: ann.session.accessToken },
    ...({ comments: 'none', tools: false } as const),
  })
  await expect(page.getByTestId('thread')).toHaveCount(0)
  await expect(page.getByTestId('comments-toggle')).toHaveCount(0)
  await expect(page.getByTestId('page-facts')).toHaveCount(0)
  // The editor was made anew for it. What was written with the one before can be taken back as well.
  await textOf(page).getByText('From a host').click()
  await page.keyboard.press('Home')
  await page.keyboard.insertText('Now: ')
  const seen = expect.poll(() => typedTextOf(bob.page))
  await seen.toMatch(/^Now: From a host.*Heading$/)
  await page.keyboard.press('ControlOrMeta+z')
  await seen.toMatch(/^From a host.*Heading$/)
  await page.keyboard.press('ControlOrMeta+z')
  await seen.not.toContain('Heading')
  for (let step = 0; step < 2; step++) await page.keyboard.press('ControlOrMeta+Shift+z')
  await seen.toMatch(/^Now: From a host.*Heading$/)

  // Another page, and one that is not open to the person.
  const other = await createPage(ann, 'Other')
  await show(ann.session.accessToken, other.id)
  await expectTyped(page, '')
  await expectReady(page)
  const secret = await createPage(await register(server.url, 'Cleo Carter'), 'Secret')
  await show(ann.session.accessToken, secret.id)
  await expect(page.getByTestId('page-refused')).toContainText('There is no such page')

  await page.evaluate(() => host.hide())
  await expect(page.getByTestId('presence')).toHaveCount(0)
  await expect(bob.page.getByTestId('presence').getByRole('button', { name: 'Ann Archer' })).toHaveCount(0)
})

test('a host’s page is asked for before all else, and all else behind its text', async ({
  openWindow,
  server,
}) => {
  const ann = await register(server.url, 'Ann Archer')
  const { id: pageId } = await createPage(ann, 'Notes')
  const page = await openWindow()
  const built = await buildPage(fileURLToPath(new URL('../pages/component-host.tsx', import.meta.url)))
  await showBuiltPage(page, `${server.url}/host`, built)
  const asked: string[] = []
  page.on('websocket', (socket) => void asked.push(new URL(socket.url()).pathname))
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
  await page.evaluate((props) => host.show(props), {
    ...{ url: server.url, pageId, token: ann.session.accessToken },
  })
  await expectReady(page)
  await expect(page.getByTestId('presence').getByRole('img', { name: 'Ann Archer (you)' })).toBeVisible()
  expect(asked[0]).toBe('/collaboration')
  // Once: what was opened ahead is what is shown.
  expect(asked.filter((path) => path === '/collaboration')).toHaveLength(1)
  expect(asked).toContain(`/api/pages/${pageId}`)
})

test('A3 · A4 · a host’s newest token counts: after a start that failed, and when somebody else has signed in', async ({
  openWindow,
  server,
}) => {
  const ann = await register(server.url, 'Ann Archer')
  const bob = await register(server.url, 'Bob Brown')
  await addMember(ann, bob, 'editor')
  const { id: pageId } = await createPage(ann, 'Notes')
  const page = await openWindow()
  const built = await buildPage(fileURLToPath(new URL('../pages/component-host.tsx', import.meta.url)))
  await showBuiltPage(page, `${server.url}/host`, built)
  const props = { url: server.url, pageId }
  await page.evaluate(
    (own) =>
      host.show({
        ...own,
        token() {
          throw new Error('nobody is signed in yet')
        },
      }),
    props,
  )
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  // Nobody presses it, and the function is another one than before.
  const showAs = (token: string) =>
    page.evaluate(({ own, token }) => host.show({ ...own, token: () => token }), { own: props, token })
  await showAs(ann.session.accessToken)
  await expectReady(page)
  await textOf(page).click()
  await page.keyboard.type('from Ann')
  await expectSaved(page)

  await page.evaluate(({ own, token }) => host.show({ ...own, token }), {
    ...{ own: props, token: bob.session.accessToken },
  })
  const listCopies = () =>
    page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''))
  await expect.poll(listCopies).toContain(`copydesk:${bob.session.user.id}:${pageId}`)
  await expectReady(page)
  await textOf(page).click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type(', from Bob')
  await expectSaved(page)
  expect(await readText(bob, pageId)).toBe('from Ann, from Bob')
})

test('A2 · in a host application a guest with a link for readers reads along', async ({
  openWindow,
  server,
}) => {
  const ann = await register(server.url, 'Ann Archer')
  const { id: pageId } = await createPage(ann, 'Notes')
  const link = await createShareLink(ann, pageId, 'viewer')
  const guest = await enterAsGuest(server.url, link.token, 'Gil Guest')
  const page = await openWindow()
  const built = await buildPage(fileURLToPath(new URL('../pages/component-host.tsx', import.meta.url)))
  await showBuiltPage(page, `${server.url}/host`, built)
  const token = guest.session.accessToken
  await page.evaluate((props) => host.show(props), { url: server.url, pageId, token })
  await expect(page.getByTestId('save-state')).toHaveText('Read only · you are a viewer')
  await expect(textOf(page)).toHaveAttribute('contenteditable', 'false')
})
