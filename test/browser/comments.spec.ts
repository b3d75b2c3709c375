import type { Page } from '@playwright/test'
import { addMember, readText, writeContent } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import {
  type Author,
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  openNewPage,
  openTogether,
  test,
  textOf,
  typedTextOf,
} from './fixtures.ts'
import { photograph } from './photograph.ts'

// Two browsers and many steps take their time on a busy machine.
test.describe.configure({ timeout: 180_000 })

/** Selects a piece of one paragraph with the mouse's help: from where it begins to where it ends. */
async function select(page: Page, piece: string): Promise<void> {
  // When the text is given the focus, the editor puts back the selection that it had, a moment later.
  await expect(async () => {
    await selectOnce(page, piece)
    await page.waitForTimeout(50)
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(piece)
  }).toPass()
}

/** The same for somebody who may comment: the button says that the editor knows what is selected. */
async function selectToComment(page: Page, piece: string): Promise<void> {
  await expect(async () => {
    await select(page, piece)
    await expect(page.getByTestId('comment-button')).toBeVisible({ timeout: 1_000 })
  }).toPass()
}

async function selectOnce(page: Page, piece: string): Promise<void> {
  await textOf(page).evaluate((root, wanted) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    const nodes: Text[] = []
    let text = ''
    while (walker.nextNode()) {
      if (walker.currentNode.parentElement?.closest('.collaboration-caret')) continue
      nodes.push(walker.currentNode as Text)
      text += walker.currentNode.textContent
    }
    const start = text.indexOf(wanted)
    if (start < 0) throw new Error(`the text does not say "${wanted}"`)
    const range = document.createRange()
    let at = 0
    for (const node of nodes) {
      const end = at + node.data.length
      if (start >= at && start < end) range.setStart(node, start - at)
      if (start + wanted.length > at && start + wanted.length <= end)
        range.setEnd(node, start + wanted.length - at)
      at = end
    }
    ;(root as HTMLElement).focus()
    const selection = getSelection()
    selection?.removeAllRanges()
    selection?.addRange(range)
  }, piece)
}

async function commentOn(page: Page, piece: string, words: string): Promise<void> {
  await selectToComment(page, piece)
  await page.getByTestId('comment-button').click()
  const field = page.getByRole('textbox', { name: 'Comment', exact: true })
  await field.fill(words)
  await page.getByTestId('new-thread').getByRole('button', { name: 'Comment' }).click()
  await expect(page.getByTestId('new-thread')).toBeHidden()
}

const threadOf = (page: Page, words: string) => page.getByTestId('thread').filter({ hasText: words })

test('A2 C1 · an editor and a commenter talk about the text while it is written', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const carl = await signIn('Carl Comment')
  await addMember(ann.person, carl.person, 'commenter')
  const id = await openNewPage(ann, 'Spring issue')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('The spring issue goes to print on the 14th. Everything is agreed.\n')
  await ann.page.keyboard.type('What is still open has an owner.')
  await expectSaved(ann.page)

  await carl.page.goto(`/pages/${id}`)
  await expect(textOf(carl.page)).toHaveAttribute('contenteditable', 'false')
  await expect(textOf(carl.page)).toContainText('has an owner')
  await commentOn(carl.page, 'on the 14th', 'Is that a Monday?')

  // Ann hears of it, and the text is shown to be commented on.
  const thread = threadOf(ann.page, 'Is that a Monday?')
  await expect(thread).toBeVisible()
  await expect(textOf(ann.page).locator('mark.comment-open')).toHaveText('on the 14th')
  await expectSaved(ann.page)

  // Two threads on one text, typed in by her: both stay.
  await commentOn(ann.page, 'the 14th. Everything', 'Really everything?')
  await expect(threadOf(carl.page, 'Really everything?')).toBeVisible()
  await textOf(ann.page).click({ position: { x: 5, y: 10 } })
  await ann.page.keyboard.press('Home')
  await ann.page.keyboard.type('So: ')
  await expectSaved(ann.page)
  await expectTyped(
    carl.page,
    'So: The spring issue goes to print on the 14th. Everything is agreed.What is still open has an owner.',
  )
  for (const { page } of [ann, carl]) {
    const marked = textOf(page).locator('mark.comment-open')
    await expect(marked).toHaveText(['on ', 'the 14th', '. Everything'])
  }

  // A click on the text brings its card, and there she answers with a mention.
  await textOf(ann.page).locator('mark.comment-open').first().click()
  await expect(thread).toHaveAttribute('data-active', 'true')
  const reply = thread.getByRole('textbox', { name: 'Reply' })
  await reply.fill('Ask @Ca')
  await ann.page.getByRole('option', { name: 'Carl Comment' }).click()
  await expect(reply).toHaveValue('Ask @Carl Comment ')
  await thread.getByRole('button', { name: 'Reply' }).click()
  await expect(threadOf(carl.page, 'Is that a Monday?')).toContainText('Ask @Carl Comment')
  await expectNoBarriers(ann.page, 'comments')

  // Cut and pasted elsewhere, the text takes its threads along; copied, it does not.
  await selectToComment(ann.page, 'on the 14th')
  await ann.page.keyboard.press('ControlOrMeta+C')
  await ann.page.keyboard.press('ControlOrMeta+End')
  await expect(ann.page.getByTestId('comment-button')).toBeHidden()
  await ann.page.keyboard.press('ControlOrMeta+V')
  await expect.poll(() => typedTextOf(ann.page)).toContain('owner.on the 14th')
  await expect(textOf(ann.page).locator('p').last().locator('mark.comment')).toHaveCount(0)
  await ann.page.keyboard.press('ControlOrMeta+Z')
  await expectSaved(ann.page)

  // After a reload it is all there. He settles his, and it is shown quietly.
  await carl.page.reload()
  const his = threadOf(carl.page, 'Is that a Monday?')
  await expect(his).toContainText('Ask @Carl Comment')
  await his.getByRole('button', { name: 'Mark as settled' }).click()
  await expect(his).toBeHidden()
  await expect(thread).toContainText('Settled by Carl Comment')
  await expect(textOf(ann.page).locator('mark.comment-settled')).toHaveText(['on '])
  await thread.getByRole('button', { name: 'Open again' }).click()
  await expect(his).toBeVisible()

  // She deletes the text: the comments say so and stay.
  await selectToComment(ann.page, 'on the 14th. Everything')
  await ann.page.keyboard.press('Delete')
  await expect(threadOf(carl.page, 'The text was deleted')).toHaveCount(2)
  await expectSaved(ann.page)
  await photograph(ann.page, 'comments on deleted text')
  expect(await readText(ann.person, id)).toBe(
    'So: The spring issue goes to print  is agreed.\nWhat is still open has an owner.',
  )
})

test('A2 · on a phone the comments come over the text; who may only read says nothing', async ({
  signIn,
}) => {
  const phone = { viewport: { width: 390, height: 844 } }
  const ann = await signIn('Ann Archer', phone)
  const vera = await signIn('Vera View', phone)
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann, 'Notes')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('One two three.')
  await commentOn(ann.page, 'two', 'Why not four?')
  await expect(threadOf(ann.page, 'Why not four?')).toBeVisible()
  await expectNoBarriers(ann.page, 'comments phone')
  await ann.page.getByRole('button', { name: 'Close comments' }).click()
  await expectTyped(ann.page, 'One two three.')
  await expectReady(ann.page)

  await vera.page.goto(`/pages/${id}`)
  await textOf(vera.page).locator('mark.comment-open').click()
  const thread = threadOf(vera.page, 'Why not four?')
  await expect(thread).toBeVisible()
  await expect(thread.getByRole('textbox')).toHaveCount(0)
  await expect(thread.getByRole('button', { name: 'Mark as settled' })).toHaveCount(0)
  await vera.page.getByRole('button', { name: 'Close comments' }).click()
  await select(vera.page, 'three')
  await expect(vera.page.getByTestId('comment-button')).toHaveCount(0)
})

/** Somebody's comment on text far down a page, which mentions somebody else. */
async function commentFarDown(author: Author, mentioned: Author): Promise<string> {
  const id = await openNewPage(author, 'Long page')
  const lines = Array.from({ length: 60 }, (_line, number) => `Line ${number + 1}`)
  await writeContent(author.person, id, 'markdown', lines.join('\n\n'))
  await expect(textOf(author.page)).toContainText('Line 60')
  await textOf(author.page).getByText('Line 55').click({ clickCount: 3 })
  await author.page.getByTestId('comment-button').click()
  const field = author.page.getByRole('textbox', { name: 'Comment', exact: true })
  await field.fill(`Who wrote this, @${mentioned.person.session.user.name} ?`)
  await field.press('ControlOrMeta+Enter')
  await expect(author.page.getByTestId('new-thread')).toBeHidden()
  return id
}

const marked = (page: Page) => textOf(page).locator('[data-thread-id]')

test('a notification about a comment opens its thread; a link leads there, also when it is settled', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown', { permissions: ['clipboard-read', 'clipboard-write'] })
  await addMember(ann.person, bob.person, 'editor')
  await bob.page.goto('/')
  // He keeps comments hidden.
  await bob.page.evaluate(() => localStorage.setItem('copydesk:comments-shown', 'false'))
  const id = await commentFarDown(ann, bob)

  await bob.page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  await bob.page.getByTestId('notification').getByRole('button').click()
  const thread = threadOf(bob.page, 'Who wrote this')
  await expect(thread).toHaveAttribute('data-active', 'true')
  await expect(thread).toBeFocused()
  await expect(marked(bob.page)).toBeInViewport()
  await expect(thread).toBeInViewport()
  await expect(bob.page).toHaveURL(`/pages/${id}`)
  await photograph(bob.page, 'comment from a notification')

  // From the same page as well.
  await textOf(bob.page).getByText('Line 1', { exact: true }).click()
  await expect(thread).not.toHaveAttribute('data-active')
  await bob.page.getByRole('button', { name: 'Notifications', exact: true }).click()
  await bob.page.getByTestId('notification').getByRole('button').click()
  await expect(thread).toHaveAttribute('data-active', 'true')
  await expect(marked(bob.page)).toBeInViewport()

  await thread.getByRole('textbox', { name: 'Reply' }).fill('It was me.')
  await thread.getByRole('button', { name: 'Reply' }).click()
  await expect(thread).toContainText('It was me.')
  await thread.getByRole('button', { name: 'More about what Ann Archer wrote' }).click()
  await expect(bob.page.getByRole('menuitem', { name: 'Delete thread' })).toHaveCount(0)
  await bob.page.getByRole('menuitem', { name: 'Copy link' }).click()
  await expect(bob.page.getByText('The link was copied')).toBeVisible()
  const link = await bob.page.evaluate(() => navigator.clipboard.readText())
  await thread.getByRole('button', { name: 'Mark as settled' }).click()
  await expect(thread).toBeHidden()
  await bob.page.goto(link)
  await expect(thread).toContainText('Settled by Bob Brown')
  await expect(marked(bob.page)).toBeInViewport()
  await expect(thread).toBeInViewport()

  // A thread whose text is gone is shown all the same; one that is gone is told.
  await writeContent(ann.person, id, 'markdown', 'Nothing of it is left.')
  await expectTyped(bob.page, 'Nothing of it is left.')
  await bob.page.goto(link)
  await expect(thread).toContainText('The text was deleted')
  await expect(thread).toBeInViewport()
  await ann.page.getByRole('button', { name: 'Show what is settled (1)' }).click()
  const more = threadOf(ann.page, 'Who wrote this')
    .getByRole('button', { name: /^More about/ })
    .first()
  await more.click()
  await ann.page.getByRole('menuitem', { name: 'Delete thread' }).click()
  // What Bob answered goes with it, so it is asked first.
  const question = ann.page.getByRole('dialog', { name: 'Delete this thread?' })
  await expect(question).toContainText('The reply that somebody else wrote goes with it')
  await expectNoBarriers(ann.page, 'question before a thread is deleted')
  await question.getByRole('button', { name: 'Keep it' }).click()
  await expect(more).toBeFocused()
  await more.click()
  await ann.page.getByRole('menuitem', { name: 'Delete thread' }).click()
  await question.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(thread).toBeHidden()
  await bob.page.goto(link)
  await expect(bob.page.getByText('This comment is not there any more')).toBeVisible()
  await expectTyped(bob.page, 'Nothing of it is left.')
  await expect(bob.page).toHaveURL(`/pages/${id}`)
  await photograph(bob.page, 'comment that is gone')
})

test('on a phone a notification about a comment opens its thread over the text', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown', { viewport: { width: 390, height: 844 } })
  await addMember(ann.person, bob.person, 'commenter')
  await bob.page.goto('/')
  await commentFarDown(ann, bob)
  await bob.page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  await bob.page.getByTestId('notification').getByRole('button').click()
  const thread = threadOf(bob.page, 'Who wrote this')
  await expect(thread).toHaveAttribute('data-active', 'true')
  await expect(thread).toBeInViewport()
  await photograph(bob.page, 'comment from a notification phone')
  await bob.page.getByRole('button', { name: 'Close comments' }).click()
  await expect(marked(bob.page)).toBeInViewport()
})

test('a reply that was not sent is there again when another has settled the thread meanwhile, and it is opened again', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('one two three')
  await expectTyped(bob.page, 'one two three')
  await commentOn(ann.page, 'two', 'Why two?')
  const thread = threadOf(bob.page, 'Why two?')
  const reply = thread.getByRole('textbox', { name: 'Reply' })
  await thread.getByRole('button', { name: 'Show “two” in the text' }).click()
  await reply.fill('Because I say')
  await threadOf(ann.page, 'Why two?').getByRole('button', { name: 'Mark as settled' }).click()
  await expect(reply).toBeHidden()
  await expect(thread).toContainText('Settled by Ann Archer')
  await thread.getByRole('button', { name: 'Open again' }).click()
  await expect(reply).toHaveValue('Because I say')
  await thread.getByRole('button', { name: 'Reply' }).click()
  await expect(threadOf(ann.page, 'Why two?')).toContainText('Because I say')
  await expect(reply).toHaveValue('')
})

test('a comment that was begun waits on its own page, not where another page says the same', async ({
  signIn,
}) => {
  const { page, ...ann } = await signIn('Ann Archer')
  const field = page.getByRole('textbox', { name: 'Comment', exact: true })
  for (const title of ['One', 'Two']) {
    await openNewPage({ page, ...ann }, title)
    await textOf(page).click()
    await page.keyboard.type('The same words')
    await expectSaved(page)
  }
  const begin = async (title: string): Promise<void> => {
    await page.getByTestId('page-item').getByRole('link', { name: title, exact: true }).click()
    await expect(page.getByTestId('page-title')).toHaveValue(title)
    await expectReady(page)
    await selectToComment(page, 'same')
    await page.getByTestId('comment-button').click()
  }
  await begin('One')
  await field.fill('About the first')
  await begin('Two')
  await expect(field).toHaveValue('')
  await begin('One')
  await expect(field).toHaveValue('About the first')
})

test('a reply that is too long says so, is not sent, and loses nothing', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  await openNewPage(ann)
  await textOf(page).click()
  await page.keyboard.type('one two three')
  await commentOn(page, 'two', 'Why two?')
  const thread = threadOf(page, 'Why two?')
  const reply = thread.getByRole('textbox', { name: 'Reply' })
  const send = thread.getByRole('button', { name: 'Reply', exact: true })
  await reply.fill('x'.repeat(1_700))
  await expect(send).toBeVisible()
  await expect(thread.getByText(/left$/)).toHaveCount(0)
  await reply.fill('x'.repeat(1_990))
  await expect(reply).toHaveAccessibleDescription('10 characters left')
  await expectNoBarriers(page, 'a comment near its limit')
  await reply.fill(`${'x'.repeat(2_000)} end`)
  const words = '4 characters too many: at most 2,000 can be sent at once. Shorten it first.'
  await expect(reply).toHaveAccessibleDescription(words)
  await expect(thread.getByRole('status')).toHaveText(words)
  await expectNoBarriers(page, 'a comment that is too long')
  await send.click()
  await expect(reply).toBeFocused()
  await expect(reply).toHaveValue(/^x{2000} end$/)
  for (let letters = 0; letters < 4; letters++) await page.keyboard.press('Backspace')
  await expect(reply).toHaveAccessibleDescription('0 characters left')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(reply).toHaveValue('')
  await expect(thread.getByTestId('comment')).toHaveCount(2)
})

test('nothing lies over the comments beside a text, however far it is scrolled', async ({ signIn }) => {
  const ann = await signIn('Ann Archer', { viewport: { width: 1280, height: 560 } })
  const { page } = ann
  await openNewPage(ann)
  await textOf(page).click()
  await page.keyboard.type('one two three')
  for (const word of ['one', 'two', 'three']) await commentOn(page, word, `Why ${word}?`)
  const facts = page.getByTestId('page-facts')
  const threads = page.getByTestId('thread')
  await expect(facts).toBeVisible()
  for (const place of ['start', 'end'] as const) {
    await threads.nth(place === 'start' ? 0 : 2).evaluate((thread, block) => {
      thread.scrollIntoView({ block })
    }, place)
    await photograph(page, `comments at the ${place} of a page`)
    const box = await facts.boundingBox()
    for (const thread of await threads.all()) {
      const card = await thread.boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0), 'where the length of the page ends').toBeLessThan(
        card?.x ?? 0,
      )
    }
  }
  await facts.click()
  await expect(page.getByText('3 words, 13 characters')).toBeVisible()
})
