import type { Message } from '../../shared/api/messages.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { addMember, createShareLink, firstDrive, request, writeContent } from '../support/people.ts'
import { createService } from '../support/services.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, test } from './fixtures.ts'

test.describe.configure({ timeout: 300_000 })

/** A text with a bit of everything that stands in pages. */
const TALK =
  `<p>The talk with the printer, <strong>agreed</strong> on the <mark data-color="yellow">14th</mark>. What is
<span data-text-color="red">still open</span> has <a href="https://example.com/">an owner</a> and a <code>number</code>.</p>
<h2>Paper</h2><ul data-type="taskList"><li data-type="taskItem" data-checked="true"><p>Weight chosen</p></li>
<li data-type="taskItem" data-checked="false"><p>Price of a thousand</p></li></ul>
<div data-type="callout" data-kind="warning"><p>The files have to be there by Friday.</p></div>
<details><summary>For the curious</summary><div data-type="detailsContent"><p>A press of 1911.</p></div></details>
<table><tbody><tr><th><p>Section</p></th><th><p>Pages</p></th></tr><tr><td><p>Interview</p></td><td><p>4</p></td></tr></tbody></table>
<pre><code class="language-typescript">const pages = sections.length * 4 // and the cover</code></pre>
<blockquote><p>Ink has no undo.</p></blockquote>`.replaceAll(/>\n</g, '><')

test('what is around a page, in light, in dark and on a phone, without barriers', async ({
  signIn,
  server,
}) => {
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

  await writeContent(ann.person, page1.id, 'html', TALK)

  const { page } = ann
  await page.goto(`/pages/${page1.id}`)
  await expectReady(page)
  await expect(page.getByTestId('page-facts')).toBeVisible()
  const look = (name: string) => expectNoBarriers(page, name)
  await look('text of all kinds')
  await page.getByTestId('messages-button').click()
  await expect(page.getByTestId('message')).toHaveCount(3)
  const service = await createService(server.url, ann.person, drive.id, 'editor')
  const stream = (await service.startStream(page1.id)).id
  const tool = { id: crypto.randomUUID(), name: 'Reading the page', status: 'completed' }
  await service.ask('POST', `/api/streams/${stream}/tools`, tool)
  await service.ask('POST', `/api/streams/${stream}/chunks`, { index: 0, text: 'The talk has four parts' })
  await expect(page.getByTestId('stream')).toContainText('four parts')

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
  await look('move to')
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
  await look('settings phone')
  await page.goto(`/pages/${page1.id}`)
  await expectReady(page)
  await look('around phone')
  await page.getByTestId('messages-button').click()
  await expect(page.getByTestId('message')).toHaveCount(3)
  await look('messages phone')
  await page.getByRole('button', { name: 'Close the messages' }).click()
  await page.getByRole('button', { name: 'Show pages' }).click()
  await expect(page.getByTestId('section-favourites')).toBeVisible()
  await look('tree phone')
  await page.keyboard.press('Escape')
  await page.getByTestId('notification-bell').click()
  await expect(page.getByTestId('notification')).toBeVisible()
  await look('notifications phone')
  await page.keyboard.press('Escape')
  await page.getByTestId('share-button').click()
  await expect(page.getByTestId('share-link')).toBeVisible()
  await look('share phone')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByLabel('Search pages and messages').fill('printer')
  await expect(page.getByTestId('search-hit').first()).toBeVisible()
  await look('search phone')
})
