import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { buildPage, showBuiltPage } from '../support/built-page.ts'
import { createPage, firstDrive, register } from '../support/people.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { until } from '../support/until.ts'
import { type BrowserHolds, countWhatIsHeld } from './count-held.ts'
import { expect, test } from './fixtures.ts'
import type { HooksPage } from './hooks-page.ts'

declare const hooks: HooksPage
declare const browserHolds: BrowserHolds

test.setTimeout(180_000)

test('E4 · hooks that are mounted and unmounted 500 times leave no listener, no timer and nobody on the page', async ({
  openWindow,
  server,
}) => {
  const ann = await register(server.url, 'Ann Archer')
  const bob = await register(server.url, 'Bob Brown')
  const { id: driveId } = await firstDrive(ann)
  const { id: pageId } = await createPage(ann)
  await ann.request('POST', `/api/drives/${driveId}/members`, { email: bob.email, role: 'editor' })
  const other = await openRealtime(server.url, bob.session.accessToken)
  await other.request('join_page', { pageId })

  const page = await openWindow()
  await openHooksPage(page, server.url)
  const places = { pageId, driveId }
  await page.evaluate((token) => hooks.connect(token), ann.session.accessToken)
  await page.evaluate((to) => hooks.mount(to), places)
  const words = page.locator('p').first()
  await expect(words).toContainText('connected, page joined, drive joined; here: Bob Brown Ann Archer')
  await expect(words).toContainText('in the drive: 1')
  await other.request('start_typing', { pageId })
  await expect(words).toContainText('typing: Bob Brown')
  await ann.request('PATCH', `/api/pages/${pageId}`, { title: 'New' })
  await expect.poll(() => page.evaluate(() => hooks.heard)).toEqual(['New', 'New'])
  await page.evaluate(() => hooks.unmount())
  await other.next('user_joined')
  await other.next('typing_started')
  await other.next('typing_stopped')
  await other.next('user_left')
  const before = await page.evaluate(() => ({ ...browserHolds }))

  await page.evaluate(async (to) => {
    for (let nr = 0; nr < 500; nr++) {
      hooks.mount(to)
      const moment = nr % 25 === 0 ? 100 : 0
      await new Promise((resolve) => setTimeout(resolve, moment))
      hooks.unmount()
    }
  }, places)

  await expect
    .poll(() => page.evaluate(() => hooks.held()), { timeout: 30_000 })
    .toEqual({ rooms: 0, followers: 0, timers: 0, listeners: 0 })
  await expect.poll(() => page.evaluate(() => browserHolds.listeners)).toBeLessThanOrEqual(before.listeners)
  await expect.poll(() => page.evaluate(() => browserHolds.timers)).toBeLessThanOrEqual(before.timers)
  const seen = await other.request('join_page', { pageId })
  expect(seen.ok && seen.users.map(({ name }) => name)).toEqual(['Bob Brown'])
  const visits = other.pending('user_joined').length
  expect(visits).toBeGreaterThan(10)
  await until(() => other.pending('user_left').length === visits)
  await page.evaluate((to) => hooks.mount(to), places)
  // What happens before the rooms are joined is not told.
  await expect(words).toContainText('page joined, drive joined')
  await ann.request('PATCH', `/api/pages/${pageId}`, { title: 'Newer' })
  // Once for each of the two that are there, not for those that were.
  await expect.poll(() => page.evaluate(() => hooks.heard.slice(2))).toEqual(['Newer', 'Newer'])
  other.close()
})

/** Shows the page at an address of the server's own, so that it may talk to it. */
async function openHooksPage(page: Page, serverUrl: string): Promise<void> {
  await page.addInitScript(countWhatIsHeld)
  const built = await buildPage(fileURLToPath(new URL('hooks-page.ts', import.meta.url)))
  await showBuiltPage(page, `${serverUrl}/hooks-page`, built)
}
