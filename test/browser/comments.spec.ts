import type { Page } from '@playwright/test'
import { addMember, readText } from '../support/people.ts'
import {
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  openNewPage,
  test,
  textOf,
  typedTextOf,
} from './fixtures.ts'

/** Selects a piece of one paragraph with the mouse's help: from where it begins to where it ends. */
async function select(page: Page, piece: string): Promise<void> {
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
  await select(page, piece)
  await page.getByTestId('comment-button').click()
  const field = page.getByRole('textbox', { name: 'Comment', exact: true })
  await field.fill(words)
  await page.getByTestId('new-thread').getByRole('button', { name: 'Comment' }).click()
  await expect(page.getByTestId('new-thread')).toBeHidden()
}

const threadOf = (page: Page, words: string) => page.getByTestId('thread').filter({ hasText: words })

test('A2 C1 · an editor and a commenter talk about the text while it is written', async ({
  signIn,
}, testInfo) => {
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
  await ann.page.screenshot({ path: testInfo.outputPath('desktop.png') })
  await ann.page.emulateMedia({ colorScheme: 'dark' })
  await ann.page.screenshot({ path: testInfo.outputPath('dark.png') })
  await ann.page.emulateMedia({ colorScheme: 'light' })

  // Cut and pasted elsewhere, the text takes its threads along; copied, it does not.
  await select(ann.page, 'on the 14th')
  await ann.page.keyboard.press('ControlOrMeta+C')
  await ann.page.keyboard.press('ControlOrMeta+End')
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
  await select(ann.page, 'on the 14th. Everything')
  await ann.page.keyboard.press('Delete')
  await expect(threadOf(carl.page, 'The text was deleted')).toHaveCount(2)
  await expectSaved(ann.page)
  await ann.page.screenshot({ path: testInfo.outputPath('deleted.png') })
  expect(await readText(ann.person, id)).toBe(
    'So: The spring issue goes to print  is agreed.\nWhat is still open has an owner.',
  )
})

test('A2 · on a phone the comments come over the text; who may only read says nothing', async ({
  signIn,
}, testInfo) => {
  const phone = { viewport: { width: 390, height: 844 } }
  const ann = await signIn('Ann Archer', phone)
  const vera = await signIn('Vera View', phone)
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann, 'Notes')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('One two three.')
  await commentOn(ann.page, 'two', 'Why not four?')
  await expect(threadOf(ann.page, 'Why not four?')).toBeVisible()
  await ann.page.screenshot({ path: testInfo.outputPath('phone.png') })
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
