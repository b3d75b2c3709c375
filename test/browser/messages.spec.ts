import { addMember, firstDrive } from '../support/people.ts'
import { createService } from '../support/services.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, openNewPage, test } from './fixtures.ts'

// Two browsers and many steps take their time on a busy machine.
test.describe.configure({ timeout: 180_000 })

test('E2 · two people talk: typing, replies, reactions, changes, and what is unread', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'commenter')
  const id = await openNewPage(ann, 'Plans')
  await ann.page.getByTestId('messages-button').click()
  await expect(ann.page.getByText('Nothing was said yet.')).toBeVisible()
  await bob.page.goto(`/pages/${id}`)
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Plans')
  await bob.page.getByTestId('messages-button').click()
  // That somebody types is told to whom is there by then.
  await expect(ann.page.getByTestId('presence').getByLabel(/^Bob Brown/)).toBeVisible()
  await expect(bob.page.getByTestId('presence').getByLabel(/^Ann Archer/)).toBeVisible()

  await ann.page.getByLabel('Write a message').pressSequentially('Shall we meet')
  await expect(bob.page.getByTestId('typing')).toHaveText('Ann Archer is writing…')
  await ann.page.keyboard.press('Enter')
  await expect(bob.page.getByTestId('typing')).toHaveText('')
  const message = bob.page.getByTestId('message')
  await expect(message).toContainText('Shall we meet')

  // Who only comments may not write on the page, and may answer all the same.
  await bob.page.getByRole('button', { name: 'Reply to Ann Archer' }).click()
  await bob.page.getByLabel('Write a reply').fill('Gladly, https://example.com/map')
  await bob.page.keyboard.press('Enter')
  const reply = ann.page.getByTestId('message').filter({ hasText: 'Gladly' })
  await expect(reply.getByRole('link')).toHaveAttribute('href', 'https://example.com/map')
  await reply.hover()
  await reply.getByRole('button', { name: 'React to the message of Bob Brown' }).click()
  await ann.page.getByRole('button', { name: '🎉', exact: true }).click()
  await expect(bob.page.getByRole('button', { name: '🎉 1: Ann Archer' })).toBeVisible()

  const own = ann.page.getByTestId('message').filter({ hasText: 'Shall we meet' })
  await own.hover()
  await own.getByRole('button', { name: 'More for the message of Ann Archer' }).click()
  await ann.page.getByRole('menuitem', { name: 'Edit' }).click()
  await ann.page.getByLabel('Change the message').fill('Shall we meet at noon?')
  await ann.page.keyboard.press('Enter')
  await expect(message.first()).toContainText('at noon?')
  await expect(message.first()).toContainText('edited')

  await bob.page.getByTestId('messages-button').click()
  await ann.page.getByLabel('Write a message').fill('Bring the drafts.')
  await ann.page.keyboard.press('Enter')
  await expect(bob.page.getByRole('button', { name: 'Messages, 1 unread' })).toBeVisible()
  await expect(bob.page.getByTestId('unread')).toHaveText('1')
  await bob.page.getByTestId('messages-button').click()
  await expect(bob.page.getByTestId('new-line')).toBeVisible()
  await expect(bob.page.getByTestId('unread')).toHaveCount(0)

  await ann.page.getByTestId('message').filter({ hasText: 'drafts' }).hover()
  await ann.page.getByRole('button', { name: 'More for the message of Ann Archer' }).last().click()
  await ann.page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(bob.page.getByText('Bring the drafts.')).toHaveCount(0)
})

test('a message that was not sent is there again: after the panel was closed, and on coming back to the page', async ({
  signIn,
}) => {
  const { page, ...ann } = await signIn('Ann Archer')
  await openNewPage({ page, ...ann }, 'One')
  await openNewPage({ page, ...ann }, 'Two')
  await page.getByTestId('messages-button').click()
  const field = page.getByLabel('Write a message')
  /** The panel may close when another page comes. */
  const expectField = (text: string) =>
    expect(async () => {
      if (!(await field.isVisible())) await page.getByTestId('messages-button').click()
      await expect(field).toHaveValue(text, { timeout: 500 })
    }).toPass()
  await field.fill('Not finished')
  await page.getByTestId('messages-button').click()
  await expect(field).toBeHidden()
  await page.getByTestId('messages-button').click()
  await expect(field).toHaveValue('Not finished')
  await page.getByTestId('page-item').getByRole('link', { name: 'One', exact: true }).click()
  await expect(page.getByTestId('page-title')).toHaveValue('One')
  await expectField('')
  await page.getByTestId('page-item').getByRole('link', { name: 'Two', exact: true }).click()
  await expect(page.getByTestId('page-title')).toHaveValue('Two')
  await expectField('Not finished')
  await field.press('Enter')
  await expect(page.getByTestId('message')).toContainText('Not finished')
  await expect(field).toHaveValue('')
})

test('a message that is too long says so, is not sent, and loses nothing', async ({ signIn }) => {
  const ann = await signIn('Ann Archer', { viewport: { width: 390, height: 844 } })
  await openNewPage(ann, 'One')
  const { page } = ann
  await page.getByTestId('messages-button').click()
  const field = page.getByLabel('Write a message')
  await field.fill('x'.repeat(9_999))
  await expect(field).toHaveAccessibleDescription('1 character left')
  await field.fill(`${'x'.repeat(10_000)} end`)
  await expect(field).toHaveAccessibleDescription(
    '4 characters too many: at most 10,000 can be sent at once. Shorten it first.',
  )
  await expectNoBarriers(page, 'a message that is too long phone')
  await field.press('Enter')
  await expect(page.getByTestId('message')).toHaveCount(0)
  await expect(field).toHaveValue(/^x{10000} end$/)
  await field.fill('Short')
  await expect(field).toHaveAccessibleDescription('')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page.getByTestId('message')).toContainText('Short')
  await expect(field).toHaveValue('')
})

test('a mention is told by the bell, and leads to where it was made', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  await openNewPage(ann, 'Plans')
  await bob.page.goto('/')
  await expect(bob.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible()
  await ann.page.getByTestId('messages-button').click()
  await ann.page.getByLabel('Write a message').pressSequentially('Ask @bo')
  await expect(ann.page.getByRole('option', { name: 'Bob Brown' })).toBeVisible()
  await ann.page.keyboard.press('Enter')
  await expect(ann.page.getByLabel('Write a message')).toHaveValue('Ask @Bob Brown ')
  await ann.page.keyboard.type('first')
  await ann.page.keyboard.press('Enter')

  await bob.page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  const told = bob.page.getByTestId('notification')
  await expect(told).toContainText('Ann Archer mentioned you in a message on Plans')
  await told.getByRole('button').click()
  await expect(bob.page.getByTestId('page-title')).toHaveValue('Plans')
  await expect(bob.page.getByTestId('messages-panel')).toContainText('Ask @Bob Brown first')
  await expect(bob.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible()
})

test('what an assistant writes is seen as it comes, kept when it is complete, and can be stopped', async ({
  signIn,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann, 'Plans')
  const { page } = ann
  await page.getByTestId('messages-button').click()
  await expect(page.getByText('Nothing was said yet.')).toBeVisible()
  const service = await createService(server.url, ann.person, (await firstDrive(ann.person)).id, 'editor')
  const say = (stream: string, index: number, text: string) =>
    service.ask('POST', `/api/streams/${stream}/chunks`, { index, text })
  const first = (await service.startStream(id)).id
  const shown = page.getByTestId('stream')
  await expect(shown).toBeVisible()
  await say(first, 0, 'Three pages ')
  await expect(shown).toContainText('Three pages')
  await say(first, 1, 'are empty.')
  await expect(shown).toContainText('Three pages are empty.')
  await service.ask('POST', `/api/streams/${first}/complete`)
  await expect(shown).toHaveCount(0)
  await expect(page.getByTestId('message')).toContainText('Three pages are empty.')

  const second = (await service.startStream(id)).id
  await say(second, 0, 'And now ')
  await expect(shown).toContainText('And now')
  await page.reload()
  await expectReady(page)
  await page.getByTestId('messages-button').click()
  await expect(shown).toContainText('And now')
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(shown).toHaveAttribute('data-status', 'cancelled')
  await expect(shown).toContainText('It was stopped.')
})
