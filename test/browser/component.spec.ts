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
import { expect, expectReady, expectSaved, expectTyped, test, textOf } from './fixtures.ts'

declare const host: ComponentHost

test.describe.configure({ timeout: 180_000 })

test('C1 · D1 · a host application shows the editor: people there and in the app write together', async ({
  signIn,
  openWindow,
  server,
}, testInfo) => {
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
  await page.screenshot({ path: testInfo.outputPath('component.png') })
  await page.setViewportSize({ width: 390, height: 700 })
  await page.screenshot({ path: testInfo.outputPath('component-phone.png') })

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
