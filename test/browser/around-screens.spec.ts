import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { Message } from '../../shared/api/messages.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { addMember, createShareLink, firstDrive, request } from '../support/people.ts'
import { createService } from '../support/services.ts'
import { expect, expectReady, test } from './fixtures.ts'

test.describe.configure({ timeout: 300_000 })

const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** Those of its rules that a screen may keep in light and break in dark. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/** What axe finds against WCAG 2.2 AA, or only of what has to do with colours. */
async function findBarriers(page: Page, isOfColours: boolean): Promise<string[]> {
  // There are no frames, which it would need a page of its own for, each time.
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations } = await (isOfColours
    ? axe.withRules(COLOUR_RULES)
    : axe.withTags(WCAG_22_AA)
  ).analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  )
}

test('what is around a page, in light, in dark and on a phone, without barriers', async ({
  signIn,
  server,
}, testInfo) => {
  const directory =
    testInfo.config.updateSnapshots === 'all'
      ? join(testInfo.config.rootDir, '../../docs/screenshots')
      : testInfo.outputDir
  const barriers: string[] = []
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const drive = await firstDrive(ann.person)
  const make = async (title: string, icon: string | null = null, parentId: string | null = null) =>
    (
      await ann.person.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
        ...{ title, icon, parentId },
      })
    ).body
  const issue = await make('Spring issue', '🌱')
  const interviews = await make('Interviews', '🎙️', issue.id)
  const page1 = await make('Talk with the printer', null, interviews.id)
  await make('Photographs', '📷', issue.id)
  const guide = await make('Style guide', '📖')
  const old = await make('Old plans')
  await ann.person.request('DELETE', `/api/pages/${old.id}`)
  await ann.person.request('PUT', `/api/me/favourites/${guide.id}`, {})
  await createShareLink(ann.person, page1.id, 'commenter')
  const say = async (author: typeof ann, body: string, more: object = {}) =>
    (
      await author.person.request<Message>('POST', `/api/pages/${page1.id}/messages`, {
        ...{ body, ...more },
      })
    ).body
  const annId = ann.person.session.user.id
  const first = await say(bob, 'The printer asks for the files by Friday, see https://example.com/specs')
  await say(ann, 'They get them on Thursday.', { parentId: first.id })
  await bob.person.request('PUT', `/api/messages/${first.id}/reactions/${encodeURIComponent('👍')}`)
  await say(bob, '@Ann Archer could you look at the second question?', { mentions: [annId] })

  const { page } = ann
  await page.goto(`/pages/${page1.id}`)
  await expectReady(page)
  await page.getByTestId('messages-button').click()
  await expect(page.getByTestId('message')).toHaveCount(3)
  const service = await createService(server.url, ann.person, drive.id, 'editor')
  const stream = (await service.startStream(page1.id)).id
  const tool = { id: crypto.randomUUID(), name: 'Reading the page', status: 'completed' }
  await service.ask('POST', `/api/streams/${stream}/tools`, tool)
  await service.ask('POST', `/api/streams/${stream}/chunks`, { index: 0, text: 'The talk has four parts' })
  await expect(page.getByTestId('stream')).toContainText('four parts')

  /** Photographs what is open, in light and in dark. */
  async function look(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.waitForFunction(
        (scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme,
        colorScheme,
      )
      await page.screenshot({ path: join(directory, `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`) })
      for (const barrier of await findBarriers(page, colorScheme === 'dark'))
        barriers.push(`${name} ${colorScheme} ${barrier}`)
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }
  await look('messages')
  await page.getByTestId('notification-bell').click()
  await expect(page.getByTestId('notification')).toBeVisible()
  await look('notifications')
  await page.keyboard.press('Escape')
  await page.getByTestId('search-button').click()
  await page.getByLabel('Search pages and messages').fill('printer')
  await expect(page.getByTestId('search-hit').first()).toBeVisible()
  await look('search')
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Search pages and messages')).toHaveCount(0)
  await page.getByTestId('share-button').click()
  await expect(page.getByTestId('member')).toHaveCount(3)
  await expect(page.getByTestId('share-link')).toBeVisible()
  await look('share')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More for this page' }).click()
  await page.getByRole('menuitem', { name: 'Move to…' }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Style guide' })).toBeVisible()
  await look('move-to')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Trash' }).click()
  await expect(page.getByTestId('trashed-page')).toBeVisible()
  await look('trash')
  const { email, password } = ann.person
  await request(server.url, 'POST', '/api/auth/login', { body: { email, password } })
  await page.goto('/settings')
  await expect(page.getByTestId('session')).toHaveCount(2)
  await look('settings')

  await page.setViewportSize({ width: 390, height: 844 })
  await look('settings-phone')
  await page.goto(`/pages/${page1.id}`)
  await expectReady(page)
  await look('around-phone')
  await page.getByTestId('messages-button').click()
  await expect(page.getByTestId('message')).toHaveCount(3)
  await look('messages-phone')
  await page.getByRole('button', { name: 'Close the messages' }).click()
  await page.getByRole('button', { name: 'Show pages' }).click()
  await expect(page.getByTestId('section-favourites')).toBeVisible()
  await look('tree-phone')
  expect(barriers).toEqual([])
})
