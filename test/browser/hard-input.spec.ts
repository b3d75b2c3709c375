import type { Editor } from '@tiptap/core'
import { addMember, firstDrive, readText } from '../support/people.ts'
import {
  type Author,
  endUndoStep,
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  goOffline,
  openNewPage,
  openTogether,
  test,
  textOf,
  typedTextOf,
} from './fixtures.ts'

test.describe.configure({ timeout: 180_000 })

/** Two people on a page on which the first has written. */
async function openWritten(signIn: (name: string) => Promise<Author>, first: string) {
  const { ann, bob, id } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.insertText(first)
  await expectTyped(bob.page, first)
  return { ann, bob, id }
}

test('C1 · what somebody composes with an input method survives another’s edits in the same line', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openWritten(signIn, 'A: .')
  await ann.page.keyboard.press('ArrowLeft')
  const input = await ann.context.newCDPSession(ann.page)
  const compose = (text: string) =>
    input.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  await compose('に')
  await compose('にほ')
  // Meanwhile Bob writes before and behind it.
  await textOf(bob.page).click()
  await bob.page.keyboard.press('Home')
  await bob.page.keyboard.type('>> ')
  await expectTyped(ann.page, '>> A: にほ.')
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type(' <<')
  await expect(textOf(ann.page)).toContainText('<<')
  await compose('にほん')
  await compose('にほんご')
  await input.send('Input.insertText', { text: '日本語' })
  const all = '>> A: 日本語. <<'
  await expectTyped(ann.page, all)
  await expectTyped(bob.page, all)
  await expectSaved(ann.page)
  await expectSaved(bob.page)
  expect(await readText(ann.person, id)).toBe(all)
})

test('C1 · emoji and combining characters stay whole beside another’s edits, also when taken back', async ({
  signIn,
}) => {
  const family = '👩‍👩‍👧'
  const { ann, bob, id } = await openWritten(signIn, `${family}e\u0301`)
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await ann.page.keyboard.press('Home')
  await Promise.all([
    ann.page.keyboard.type('Ann ', { delay: 20 }),
    (async () => {
      await bob.page.keyboard.insertText('🎉')
      await bob.page.keyboard.type(' two', { delay: 20 })
    })(),
  ])
  const both = `Ann ${family}e\u0301🎉 two`
  await expectTyped(ann.page, both)
  await expectTyped(bob.page, both)
  // Bob steps over his own words to the emoji and deletes it whole; Ann takes back only hers.
  for (let letter = 0; letter < ' two'.length; letter++) await bob.page.keyboard.press('ArrowLeft')
  await bob.page.keyboard.press('Backspace')
  await expectTyped(ann.page, `Ann ${family}e\u0301 two`)
  // What is typed without a pause is taken back at once; on a slow machine there may be pauses.
  const hers = /[An]/
  for (let text = await typedTextOf(ann.page); hers.test(text); text = await typedTextOf(ann.page)) {
    await ann.page.keyboard.press('ControlOrMeta+z')
    await expect.poll(() => typedTextOf(ann.page)).not.toBe(text)
  }
  await expect.poll(() => readText(ann.person, id)).not.toMatch(hers)
  await expect.poll(() => readText(ann.person, id)).toMatch(/ two$/)
  expect(await readText(ann.person, id)).not.toContain('\ufffd')
})

test('C1 · two people write a line from right to left, with numbers and Latin words in it', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openWritten(signIn, 'שלום עולם')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('ControlOrMeta+End')
  await ann.page.keyboard.press('ControlOrMeta+Home')
  await Promise.all([
    (async () => {
      for (const letter of 'אבג ') await ann.page.keyboard.insertText(letter)
    })(),
    bob.page.keyboard.type(' 42 Copydesk', { delay: 20 }),
  ])
  const all = 'אבג שלום עולם 42 Copydesk'
  await expectTyped(ann.page, all)
  await expectTyped(bob.page, all)
  await expectSaved(ann.page)
  await expect.poll(() => readText(ann.person, id)).toBe(all)
})

test('C1 · the own caret goes where the keys send it while another types without a pause', async ({
  signIn,
}) => {
  const { ann, bob } = await openWritten(signIn, 'middle')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.press('Enter')
  let isOver = false
  const typing = (async () => {
    while (!isOver) await bob.page.keyboard.type('.', { delay: 5 })
  })()
  const rounds = 8
  for (let round = 0; round < rounds; round++) {
    await ann.page.keyboard.press('Home')
    await ann.page.keyboard.type('<')
    await ann.page.keyboard.press('End')
    await ann.page.keyboard.type('>')
  }
  isOver = true
  await typing
  const line = `${'<'.repeat(rounds)}middle${'>'.repeat(rounds)}`
  await expect(textOf(ann.page).locator('p').first()).toHaveText(line)
})

test('undo goes on behind a lost network, and when access was taken away and given back', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openWritten(signIn, 'from Ann')
  const write = async (text: string) => {
    await textOf(bob.page).click()
    await bob.page.keyboard.press('ControlOrMeta+End')
    await bob.page.keyboard.insertText(text)
  }
  await write(', by Bob')
  await expectSaved(bob.page)
  await endUndoStep(bob.page)
  await goOffline(bob.page)
  await expect(bob.page.getByTestId('save-state')).toHaveAttribute('data-state', 'offline')
  await write(', offline')
  await textOf(ann.page).click()
  await ann.page.keyboard.press('Home')
  await ann.page.keyboard.insertText('More ')
  await bob.context.setOffline(false)
  await expectTyped(ann.page, 'More from Ann, by Bob, offline')

  const drive = await firstDrive(ann.person)
  await ann.person.request('DELETE', `/api/drives/${drive.id}/members/${bob.person.session.user.id}`)
  await expect(bob.page.getByTestId('page-refused')).toBeVisible()
  await addMember(ann.person, bob.person, 'editor')
  await expectReady(bob.page)
  for (const text of ['More from Ann, by Bob', 'More from Ann']) {
    await textOf(bob.page).click()
    await bob.page.keyboard.press('ControlOrMeta+z')
    await expectTyped(bob.page, text)
  }
  await bob.page.keyboard.press('ControlOrMeta+Shift+z')
  await expectTyped(ann.page, 'More from Ann, by Bob')
  await expectSaved(bob.page)

  // His device keeps the page again.
  await goOffline(bob.page)
  await write(', kept')
  await expect(bob.page.getByTestId('save-state')).toHaveText('Offline — 1 edit waits')
  await bob.page.close()
  await bob.context.setOffline(false)
  const again = await bob.context.newPage()
  await again.goto(`/pages/${id}`)
  await expectReady(again)
  await expectTyped(again, 'More from Ann, by Bob, kept')
  await expect.poll(() => readText(ann.person, id)).toBe('More from Ann, by Bob, kept')
})

test('the own caret stays where a key has just moved it when something is drawn anew in that moment', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('one two three')
  await textOf(ann.page).evaluate((element) => {
    const { editor } = element as HTMLElement & { editor: Editor }
    // As a key does it: the browser tells the editor afterwards.
    document.getSelection()?.collapse(element.querySelector('p')?.firstChild ?? null, 3)
    const draft = { threads: new Map(), activeId: null, draft: { from: 5, to: 8 } }
    editor.view.dispatch(editor.state.tr.setMeta('commentHighlights$', draft))
  })
  await expect(textOf(ann.page).locator('.comment-draft')).toHaveText('two')
  await ann.page.keyboard.type('!')
  await expectTyped(ann.page, 'one! two three')
})

test('C2 · two tabs of one person write at once, offline too, and are one person to others', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openWritten(signIn, 'start')
  const second = await ann.context.newPage()
  await second.goto(`/pages/${id}`)
  await expectReady(second)
  await expect(bob.page.getByTestId('presence').getByRole('button', { name: 'Ann Archer' })).toHaveCount(1)
  await goOffline(ann.page, second)
  for (const page of [ann.page, second])
    await expect(page.getByTestId('save-state')).toHaveAttribute('data-state', 'offline')
  await textOf(second).click()
  await second.keyboard.press('End')
  await second.keyboard.type(' second')
  await ann.page.bringToFront()
  await textOf(ann.page).click()
  await ann.page.keyboard.press('Home')
  await ann.page.keyboard.type('first ')
  await ann.context.setOffline(false)
  const all = 'first start second'
  for (const page of [ann.page, second, bob.page]) await expectTyped(page, all)
  await expectSaved(ann.page)
  await expectSaved(second)
  expect(await readText(ann.person, id)).toBe(all)
})

test('C2 · a tab that slept while the server was started anew wakes to what the others wrote, and its edits are sent', async ({
  signIn,
  server,
}) => {
  const { ann, bob, id } = await openWritten(signIn, 'start')
  const session = await ann.context.newCDPSession(ann.page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await server.kill()
  await server.start()
  await expect(bob.page.getByTestId('save-state')).toHaveAttribute('data-state', 'saved', { timeout: 60_000 })
  await textOf(bob.page).click()
  await bob.page.keyboard.press('Home')
  await bob.page.keyboard.type('while she slept, ')
  await expectSaved(bob.page)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await textOf(ann.page).click()
  await ann.page.keyboard.press('End')
  await ann.page.keyboard.type(' awake')
  const all = 'while she slept, start awake'
  await expectTyped(ann.page, all)
  await expectTyped(bob.page, all)
  await expectSaved(ann.page)
  expect(await readText(ann.person, id)).toBe(all)
})
