import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { addMember, createPage, readText, writeContent } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import {
  endUndoStep,
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  openNewPage,
  openTogether,
  test,
  textOf,
} from './fixtures.ts'
import { photograph } from './photograph.ts'
import { barOf, findHandle, goTo, insert, menuOf, paste } from './writing-tools.ts'

test('the slash menu is filtered by typing, goes by keyboard, and says where it stands', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { page } = ann
  await textOf(page).click()
  await page.keyboard.type('/')
  const listbox = page.getByRole('listbox', { name: 'Insert' })
  await expect(listbox.getByRole('option').first()).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowDown')
  const second = listbox.getByRole('option').nth(1)
  await expect(second).toHaveAttribute('aria-selected', 'true')
  await expect(textOf(page)).toHaveAttribute(
    'aria-activedescendant',
    (await second.getAttribute('id')) ?? '-',
  )
  await expectNoBarriers(page, 'slash menu')
  await page.keyboard.press('Escape')
  await expect(listbox).toBeHidden()
  await expectTyped(page, '/')
  await page.keyboard.press('Backspace')
  await insert(page, 'head')
  await page.keyboard.type('Plans')
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveText('Plans')
  await page.keyboard.press('Enter')
  await insert(page, 'todo')
  await page.keyboard.type('proofread')
  await expect(textOf(page).getByRole('checkbox')).toBeVisible()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await insert(page, 'warn')
  await page.keyboard.type('careful')
  await expect(textOf(page).locator('[data-type="callout"][data-kind="warning"]')).toHaveText('careful')
  await barOf(page).getByRole('button', { name: 'Tip' }).click()
  await expect(textOf(page).locator('[data-type="callout"][data-kind="success"]')).toHaveText('careful')
  await expectSaved(page)
})

test('the bubble menu marks, colours and aligns the selected text, for another too', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await bob.page.goto(`/pages/${id}`)
  const { page } = ann
  await textOf(page).click()
  await page.keyboard.type('plain words')
  await expect(page.getByTestId('bubble-menu')).toBeHidden()
  await page.keyboard.press('Control+Shift+ArrowLeft')
  const bubble = page.getByRole('toolbar', { name: 'Selected text' })
  await expect(bubble).toBeVisible()
  await page.keyboard.press('Alt+F10')
  await expect(bubble.getByRole('button', { name: 'Bold' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(textOf(page).locator('strong')).toHaveText('words')
  await bubble.getByRole('button', { name: 'Colours' }).click()
  await expect(page.getByRole('dialog', { name: 'Colours' })).toBeVisible()
  await expectNoBarriers(page, 'bubble menu with its colours')
  await page.getByRole('button', { name: 'Green highlight' }).click()
  await expect(textOf(page).locator('mark[data-color="green"]')).toHaveText('words')
  await bubble.getByRole('button', { name: 'Alignment' }).click()
  await page.getByRole('menuitem', { name: 'Centre' }).click()
  await expect(textOf(page).locator('p[data-text-align="center"]')).toHaveText('plain words')
  await bubble.getByRole('button', { name: 'Colours' }).click()
  await page.getByRole('button', { name: 'Red text' }).click()
  await page.keyboard.press('ArrowRight')
  await expectReady(bob.page)
  await expect(textOf(bob.page).locator('p[data-text-align="center"]')).toContainText('plain words')
  const inked = textOf(bob.page).locator('[data-text-color="red"]')
  await expect(inked).toContainText('words')
  await expect(textOf(bob.page).locator('mark[data-color="green"]')).toContainText('words')
  await expect(textOf(bob.page).locator('strong')).toContainText('words')

  // Another one takes the colours off again.
  await inked.dblclick()
  const { page: other } = bob
  for (const none of ['No text colour', 'No highlight colour']) {
    await other.getByTestId('bubble-menu').getByRole('button', { name: 'Colours' }).click()
    await other.getByRole('button', { name: none }).click()
  }
  await expect(textOf(page).locator('mark, [data-text-color]')).toHaveCount(0)
  await expect(textOf(page).locator('strong')).toContainText('words')
  await other.keyboard.press('ArrowRight')
  await other.getByTestId('toolbar').getByRole('button', { name: 'Divider' }).click()
  await expect(textOf(page).locator('p + hr')).toHaveCount(1)
  await expectSaved(page)
  await expectSaved(other)
})

test('one edits a cell of a table while another adds a row and a column', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await insert(ann.page, 'table')
  await ann.page.keyboard.type('Name')
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  await textOf(bob.page).locator('td').first().click()
  await expect(barOf(ann.page)).toBeVisible()
  const addRow = async () => {
    await barOf(ann.page).getByRole('button', { name: 'Row' }).click()
    await ann.page.getByRole('menuitem', { name: 'Add a row below' }).click()
    await barOf(ann.page).getByRole('button', { name: 'Column' }).click()
    await ann.page.getByRole('menuitem', { name: 'Add a column behind' }).click()
  }
  await Promise.all([addRow(), bob.page.keyboard.type('written meanwhile', { delay: 30 })])
  for (const { page } of [ann, bob]) {
    await expect(textOf(page).locator('tr')).toHaveCount(4)
    await expect(textOf(page).locator('th')).toHaveCount(4)
    await expect(textOf(page).locator('td', { hasText: 'written meanwhile' })).toHaveCount(1)
  }
  await barOf(bob.page).getByRole('button', { name: 'Row' }).click()
  await bob.page.getByRole('menuitem', { name: 'Delete the row' }).click()
  await expect(textOf(ann.page).locator('tr')).toHaveCount(3)
  await ann.page.keyboard.press('Alt+F10')
  await barOf(ann.page).getByRole('button', { name: 'Delete the table' }).click()
  await expect(textOf(bob.page).locator('table')).toHaveCount(0)
})

test('code is coloured by its language, for who writes it and who reads along', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const vera = await signIn('Vera View')
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await insert(ann.page, 'code')
  await ann.page.keyboard.type('const answer = "yes"')
  await barOf(ann.page).getByRole('combobox', { name: 'Language' }).selectOption('TypeScript')
  await vera.page.goto(`/pages/${id}`)
  for (const { page } of [ann, vera]) {
    await expect(textOf(page).locator('.hljs-keyword')).toHaveText('const')
    await expect(textOf(page).locator('.hljs-string')).toHaveText('"yes"')
  }
  await expectSaved(ann.page)
})

test('a person and a page are mentioned; the page opens from there', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const other = await createPage(ann.person, 'Style guide')
  const id = await openNewPage(ann)
  const { page } = ann
  await textOf(page).click()
  await page.keyboard.type('ask @bob')
  await expect(menuOf(page).getByRole('option', { name: /Bob Brown/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(textOf(page).locator('[data-type="mention"]')).toHaveText(['@Bob Brown'])
  await page.keyboard.type('about @style')
  await menuOf(page).getByRole('option', { name: 'Style guide' }).click()
  const mentions = textOf(page).locator('[data-type="mention"]')
  await expect(mentions).toHaveText(['@Bob Brown', 'Style guide'])
  await page.keyboard.type(':tad')
  await expect(menuOf(page).getByRole('option').first()).toContainText('🎉')
  await page.keyboard.press('Tab')
  await expect(textOf(page)).toContainText('🎉')
  await expectSaved(page)
  await bob.page.goto(`/pages/${id}`)
  await expect(bob.page.getByTestId('page-facts')).toBeVisible()
  await textOf(bob.page).locator('[data-kind="page"]').hover()
  await expect(bob.page.getByTestId('page-preview')).toContainText('Style guide')
  await textOf(bob.page).locator('[data-kind="page"]').click()
  await expect(bob.page).toHaveURL(`/pages/${other.id}`)
})

test('a mention shows the present name, and looks inactive to whom its page is not there', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const guide = await createPage(ann.person, 'Style guide')
  const { body: inside } = await ann.person.request<{ id: string }>(
    'POST',
    `/api/drives/${guide.driveId}/pages`,
    { title: 'Commas', parentId: guide.id },
  )
  const secret = await createPage(ann.person, 'Salaries')
  await ann.person.request('PATCH', `/api/pages/${secret.id}`, { restricted: true })
  const id = await openNewPage(ann)
  const mention = (kind: string, named: string, label: string) =>
    `<span data-type="mention" data-kind="${kind}" data-id="${randomUUID()}" data-${kind}-id="${named}" data-label="${label}"></span>`
  const named = [
    mention('person', bob.person.session.user.id, 'Bob Brown'),
    mention('page', guide.id, 'Style guide'),
    mention('page', inside.id, 'Commas'),
    mention('page', secret.id, 'Salaries'),
  ]
  await writeContent(ann.person, id, 'html', `<p>ask ${named.join(' about ')}</p>`)
  await bob.page.goto(`/pages/${id}`)
  const mentions = (page: Page) => textOf(page).locator('[data-type="mention"]')
  const gone = (page: Page) => textOf(page).getByRole('link', { disabled: true })
  for (const { page } of [ann, bob])
    await expect(mentions(page)).toHaveText(['@Bob Brown', 'Style guide', 'Commas', 'Salaries'])
  await expect(gone(bob.page)).toHaveText(['Salaries'])
  await expect(gone(ann.page)).toHaveCount(0)

  await bob.person.request('PATCH', '/api/me', { name: 'Robert Brown' })
  await ann.person.request('PATCH', `/api/pages/${guide.id}`, { title: 'House style' })
  await ann.person.request('PATCH', `/api/pages/${inside.id}`, { title: 'Commas, colons' })
  for (const { page } of [ann, bob])
    await expect(mentions(page)).toHaveText(['@Robert Brown', 'House style', 'Commas, colons', 'Salaries'])
  // The document is as it was.
  expect(await readText(ann.person, id)).toContain('@Bob Brown')

  await ann.person.request('DELETE', `/api/pages/${guide.id}`)
  await expect(gone(ann.page)).toHaveText([/style/i, /Commas/])
  await expect(gone(bob.page)).toHaveText([/style/i, /Commas/, 'Salaries'])
  await photograph(bob.page, 'Mentions that lead nowhere')
  await expectNoBarriers(bob.page, 'mentions that lead nowhere')
  await expect(gone(bob.page).first()).toHaveAttribute('title', 'There is no such page that you may see')
  await gone(bob.page).first().click({ force: true })
  await expect(bob.page).toHaveURL(`/pages/${id}`)

  await ann.person.request('POST', `/api/pages/${guide.id}/restore`)
  for (const { page } of [ann, bob])
    await expect(mentions(page)).toHaveText(['@Robert Brown', 'House style', 'Commas, colons', 'Salaries'])
  await expect(gone(bob.page)).toHaveText(['Salaries'])
  await mentions(bob.page).nth(1).click()
  await expect(bob.page).toHaveURL(`/pages/${guide.id}`)
})

test('blocks are moved by keyboard and by the handle, while somebody writes in another one', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  const blocks = (page: Page) => textOf(page).locator(':scope > *')
  await textOf(ann.page).click()
  await ann.page.keyboard.type('one\ntwo\nthree')
  await expectSaved(ann.page)
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  await ann.page.keyboard.press('Alt+Shift+ArrowUp')
  await ann.page.keyboard.type('!')
  await expect(blocks(bob.page)).toHaveText([/^one/, /^three!/, /^two/])
  await blocks(ann.page).nth(0).hover()
  await ann.page
    .getByTestId('block-handle')
    .dragTo(blocks(ann.page).nth(2), { targetPosition: { x: 20, y: 26 } })
  await expect(blocks(bob.page)).toHaveText([/^three!/, /^two/, /^one/])
  await blocks(bob.page).nth(0).hover()
  await bob.page.getByTestId('block-handle').click()
  await bob.page.getByRole('menuitem', { name: 'Move down' }).click()
  await expect(blocks(ann.page)).toHaveText([/^two/, /three!/, /^one/])
})

test('a block is dragged down beside the text, and lies where one lets go of it: above or below by the height', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { page } = ann
  await textOf(page).click()
  for (const word of ['alpha', 'beta', 'gamma']) {
    await page.keyboard.insertText(word)
    if (word !== 'gamma') await page.keyboard.press('Enter')
  }
  const lines = textOf(page).locator(':scope > p')
  const drag = async (word: string, onto: string, part: number, aside: number) => {
    const handle = await (await findHandle(page, word)).boundingBox()
    const target = await lines.filter({ hasText: onto }).boundingBox()
    if (handle === null || target === null) throw new Error('nothing to drag')
    const x = handle.x + handle.width / 2
    await page.mouse.move(x, handle.y + handle.height / 2)
    await page.mouse.down()
    await page.mouse.move(x + aside, target.y + target.height * part - 3, { steps: 4 })
    await page.mouse.move(x + aside, target.y + target.height * part, { steps: 2 })
    await page.mouse.up()
  }
  await drag('alpha', 'gamma', 0.8, 0)
  await expect(lines).toHaveText(['beta', 'gamma', 'alpha'])
  await drag('beta', 'alpha', 0.2, 0)
  await expect(lines).toHaveText(['gamma', 'beta', 'alpha'])
  // However far to the right the pointer is.
  await drag('alpha', 'gamma', 0.2, 400)
  await expect(lines).toHaveText(['alpha', 'gamma', 'beta'])
  await drag('alpha', 'beta', 0.8, 40)
  await expect(lines).toHaveText(['gamma', 'beta', 'alpha'])
})

test('words are found and replaced; who may only read can find them', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const vera = await signIn('Vera View')
  await addMember(ann.person, vera.person, 'viewer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('red apple, red pear\nRed plum')
  await expectSaved(ann.page)
  await vera.page.goto(`/pages/${id}`)
  await expect(textOf(vera.page)).toContainText('Red plum')
  const finder = (page: Page) => page.getByRole('search', { name: 'Find in the page' })
  for (const { page } of [ann, vera]) {
    await expect(page.getByTestId('page-facts')).toBeVisible()
    await page.keyboard.press('Control+f')
    await finder(page).getByLabel('Find', { exact: true }).fill('red')
    await expect(finder(page).getByRole('status')).toContainText('of 3')
  }
  await expect(finder(vera.page).getByLabel('Replace with')).toHaveCount(0)
  await expectNoBarriers(ann.page, 'find and replace')
  await finder(ann.page).getByRole('button', { name: 'Match capitals' }).click()
  await expect(finder(ann.page).getByRole('status')).toContainText('of 2')
  await finder(ann.page).getByLabel('Replace with').fill('green')
  await finder(ann.page).getByRole('button', { name: 'All' }).click()
  await expect(textOf(vera.page)).toContainText('green apple, green pear')
  await expect(finder(vera.page).getByRole('status')).toContainText('of 1')
  await ann.page.keyboard.press('Escape')
  await expect(textOf(ann.page)).toBeFocused()
  await ann.page.keyboard.press('Control+z')
  await expect(textOf(vera.page)).toContainText('red apple, red pear')

  // What is put in is what was typed.
  await ann.page.keyboard.press('Control+f')
  await finder(ann.page).getByLabel('Find', { exact: true }).fill('red')
  for (const [words, line] of [
    ['$5 $& US$100', '$5 $& US$100 apple, $5 $& US$100 pear'],
    ['', ' apple,  pear'],
  ] as const) {
    await finder(ann.page).getByLabel('Replace with').fill(words)
    await finder(ann.page).getByRole('button', { name: 'All' }).click()
    await expect(textOf(vera.page).locator('p').first()).toHaveText(line, { useInnerText: false })
    await finder(ann.page).getByLabel('Find', { exact: true }).fill(words)
  }
})

test('to go to words or a heading in closed details opens all details around them, for this reader alone', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const fold = (summary: string, text: string) =>
    `<details><summary>${summary}</summary><div data-type="detailsContent">${text}</div></details>`
  const inner = fold('inner', '<h2>Far in</h2><p>red plum</p>')
  const html = `<p>red apple</p>${fold('outer', `<p>some words</p>${inner}`)}${fold('other', '<p>pear</p>')}`
  await writeContent(ann.person, id, 'html', html)
  for (const { page } of [ann, bob])
    await expectTyped(page, 'red appleoutersome wordsinnerFar inred plumotherpear')
  const { page } = ann
  await expect(page.getByTestId('page-facts')).toBeVisible()
  await goTo(page, 'red apple', 0)
  await page.keyboard.press('Control+f')
  const finder = page.getByRole('search', { name: 'Find in the page' })
  const field = finder.getByLabel('Find', { exact: true })
  await field.fill('red')
  await field.press('Enter')
  await expect(finder.getByRole('status')).toContainText('1 of 2')
  await expect(textOf(page).getByText('some words')).toBeHidden()
  await field.press('Enter')
  await expect(finder.getByRole('status')).toContainText('2 of 2')
  await expect(textOf(page).getByText('red plum')).toBeInViewport()
  await photograph(page, 'Found in details')
  // One goes on from the field, and the button knows what it does now.
  await expect(field).toBeFocused()
  await expect(textOf(page).getByRole('button', { name: 'Hide the details' })).toHaveCount(2)
  await expect(textOf(page).getByText('pear')).toBeHidden()
  await expect(textOf(bob.page).getByText('some words')).toBeHidden()
  await textOf(page).getByRole('button', { name: 'Hide the details' }).first().click()
  await expect(textOf(page).getByText('some words')).toBeHidden()
  await expect(textOf(page).getByRole('button', { name: 'Show the details' })).toHaveCount(2)

  await bob.page.getByTestId('page-facts').click()
  await bob.page.getByRole('button', { name: 'Far in' }).click()
  await expect(textOf(bob.page).getByText('Far in')).toBeInViewport()
})

test('to replace all leaves links, and what another writes between two places', async ({ signIn }) => {
  const { ann, bob, id } = await openTogether(signIn)
  const line = 'one <a href="https://foo.example/">foo</a> two three foo four'
  await writeContent(ann.person, id, 'html', `<p>${line}</p><p>foofoo</p>`)
  for (const { page } of [ann, bob]) await expectTyped(page, 'one foo two three foo fourfoofoo')
  await textOf(bob.page).getByText('three').click()
  await bob.page.keyboard.press('End')
  for (let letter = 0; letter < ' foo four'.length; letter++) await bob.page.keyboard.press('ArrowLeft')
  await bob.page.keyboard.type('!')
  await expectTyped(ann.page, 'one foo two three! foo fourfoofoo')
  await expect(bob.page.getByTestId('page-facts')).toBeVisible()
  await bob.context.setOffline(true)
  await bob.page.keyboard.type(' more words')
  await ann.page.keyboard.press('Control+f')
  const finder = ann.page.getByRole('search', { name: 'Find in the page' })
  await finder.getByLabel('Find', { exact: true }).fill('foo')
  await finder.getByLabel('Replace with').fill('food')
  await finder.getByRole('button', { name: 'All' }).click()
  await expectTyped(ann.page, 'one food two three! food fourfoodfood')
  await bob.context.setOffline(false)
  await expectTyped(ann.page, 'one food two three! more words food fourfoodfood')
  await expectTyped(bob.page, 'one food two three! more words food fourfoodfood')
  await expect(textOf(ann.page).getByRole('link')).toHaveText('food')
  // And the caret is where it was.
  await bob.page.keyboard.type('.')
  await expectTyped(ann.page, 'one food two three! more words. food fourfoodfood')
})

test('contents, words and the sheet of keys; the page is copied as Markdown', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { page } = ann
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await textOf(page).click()
  await page.keyboard.type('# First\nsome words here\n')
  await page.keyboard.type('## Second\n')
  await page.keyboard.type('- [x')
  await expect(page.getByTestId('page-facts')).toContainText('6 words')
  await page.getByTestId('page-facts').click()
  await expectNoBarriers(page, 'contents')
  await page.getByRole('button', { name: 'Copy as Markdown' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^# First\n\nsome words here\n\n## Second\n/,
  )
  await page
    .getByRole('navigation', { name: 'Contents of the page' })
    .getByRole('button', { name: 'First' })
    .click()
  await page.keyboard.type('Very ')
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveText('Very First')
  await page.keyboard.press('Control+/')
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('Undo, only what I did')
  await expectNoBarriers(page, 'sheet of keys')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeHidden()
})

test('what is pasted from Google Docs, Word and Markdown keeps its structure', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { page } = ann
  await textOf(page).click()
  await paste(page, { 'text/html': GOOGLE_DOCS, 'text/plain': 'Agenda' })
  await expect(textOf(page).getByRole('heading', { level: 2 })).toHaveText('Agenda')
  await expect(textOf(page).locator('strong')).toHaveText('bold')
  await expect(textOf(page).locator('em')).toHaveText('slanted')
  await expect(textOf(page).locator('mark')).toHaveText('marked')
  await expect(textOf(page).locator('ul > li ul > li')).toHaveText('inner')
  await expect(textOf(page).locator('li[data-checked="true"] > div')).toHaveText('done')
  await page.keyboard.press('Control+a')
  await paste(page, { 'text/html': WORD, 'text/plain': 'Report' })
  await expect(textOf(page).getByRole('heading', { level: 1 })).toHaveText('Report')
  await expect(textOf(page).locator('ul > li')).toHaveText([/^first/, 'deeper', 'second'])
  await expect(textOf(page).locator('ul > li ul > li')).toHaveText('deeper')
  await expect(textOf(page).locator('ol > li')).toHaveText('counted')
  await expect(textOf(page).locator('td')).toHaveText(['a', 'b'])
  await page.keyboard.press('Control+a')
  await paste(page, { 'text/plain': MARKDOWN })
  await expect(textOf(page).getByRole('heading', { level: 2 })).toHaveText('Notes')
  await expect(textOf(page).locator('li[data-checked="true"] > div')).toHaveText('done')
  await expect(textOf(page).locator('[data-type="callout"][data-kind="warning"]')).toHaveText('mind the gap')
  await expect(textOf(page).locator('th')).toHaveText(['a', 'b'])
  expect(await textOf(page).locator('pre code').textContent()).toBe('let x = 1')
  await expect(textOf(page)).not.toContainText('Report')
  await expectSaved(page)
  // A table goes into the cells of one.
  await page.keyboard.press('Control+a')
  await paste(page, { 'text/plain': '| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 11 | 22 | 33 |' })
  await expect(textOf(page).locator('tr')).toHaveText(['abc', '123', '112233'])
  await textOf(page).locator('td', { hasText: /^1$/ }).click()
  await page.keyboard.press('End')
  await paste(page, { 'text/plain': '| x | y |\n|---|---|\n| z | ! |' })
  await expect(textOf(page).locator('tr')).toHaveText(['abc', 'xy3', 'z!33'])
  await textOf(page).locator('td', { hasText: '33' }).click()
  await page.keyboard.press('Control+a')
  // Into a summary goes one line, and what comes behind it into what it unfolds.
  await paste(page, {
    'text/html': '<details><summary>sum</summary><div data-type="detailsContent"><p>body</p></div></details>',
  })
  const details = textOf(page).locator('[data-type="details"]')
  for (const [data, summary, folded] of [
    [{ 'text/plain': 'one\ntwo' }, 'sumone', 'twobody'],
    [{ 'text/html': '<ul><li>a</li><li>b</li></ul>', 'text/plain': 'a' }, 'sumone', 'abtwobody'],
    [{ 'text/plain': '# head\n\n- x\n- y' }, 'sumone', 'headxyabtwobody'],
  ] as const) {
    await goTo(page, 'sum', (await details.locator('summary').textContent())?.length ?? 0)
    await paste(page, data)
    await expect(details).toHaveCount(1)
    await expect(details.locator('summary')).toHaveText(summary)
    await expect(details.locator('[data-type="detailsContent"]')).toHaveText(folded)
  }
  await page.keyboard.press('Control+a')
  // What is open below what is done looks open.
  await page.keyboard.press('Control+a')
  await paste(page, { 'text/plain': '- [x] done\n  - [ ] open' })
  const isStruck = (words: string) =>
    textOf(page)
      .locator('p', { hasText: words })
      .evaluate((text) => {
        for (let at: Element | null = text; at; at = at.parentElement)
          if (getComputedStyle(at).textDecorationLine.includes('line-through')) return true
        return false
      })
  expect([await isStruck('done'), await isStruck('open')]).toEqual([true, false])

  // The menu beside selected words lies on a phone's screen as a whole.
  await page.setViewportSize({ width: 375, height: 700 })
  await textOf(page)
    .locator('p', { hasText: 'open' })
    .dblclick({ position: { x: 12, y: 12 } })
  const comment = page.getByTestId('bubble-menu').getByTestId('comment-button')
  await expect(comment).toBeVisible()
  expect(await comment.evaluate((button) => button.scrollWidth - button.clientWidth)).toBeLessThanOrEqual(0)
})

test('what is joined to a list above joins the list below to it', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  const { keyboard } = ann.page
  await textOf(ann.page).click()
  await keyboard.type('1. one\ntwo\nthree\nfour')
  await expect(textOf(bob.page).locator('ol > li')).toHaveText([/^one/, /^two/, /^three/, /^four/])
  await keyboard.press('ArrowUp')
  await keyboard.press('Home')
  await keyboard.press('Backspace')
  await expect(textOf(bob.page).locator('ol')).toHaveCount(2)
  await keyboard.press('Backspace')
  await keyboard.type('+')
  await expect(textOf(bob.page).locator('ol')).toHaveCount(1)
  await expect(textOf(bob.page).locator('ol > li')).toHaveText([/^one/, /^two\+.*three/, /^four/])
  // An empty line between two lists.
  await keyboard.press('End')
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await expect(textOf(bob.page).locator('ol')).toHaveCount(2)
  await endUndoStep(ann.page)
  await keyboard.press('Backspace')
  await keyboard.type('!')
  await expect(textOf(bob.page).locator('ol')).toHaveCount(1)
  await expect(textOf(bob.page).locator('ol > li').nth(1)).toContainText('three!')
  await keyboard.press('Control+z')
  await expect(textOf(bob.page)).toContainText('four')
})

test('Tab stays in a list and in a table; Escape lets it out', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { keyboard } = ann.page
  await textOf(ann.page).click()
  await keyboard.type('- one')
  await keyboard.press('Tab')
  await keyboard.type('!')
  await keyboard.press('Enter')
  await keyboard.press('Tab')
  await keyboard.press('Tab')
  await keyboard.type('two')
  await expect(textOf(ann.page).locator('li li')).toHaveText('two')
  await expect(textOf(ann.page).locator('li').first()).toContainText('one!')
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await keyboard.type('/table')
  await keyboard.press('Enter')
  await keyboard.press('Shift+Tab')
  await keyboard.type('first')
  await expect(textOf(ann.page).locator('th').first()).toHaveText('first')
  await keyboard.press('Escape')
  await keyboard.press('Tab')
  await expect(textOf(ann.page)).not.toBeFocused()
})

test('undo takes no words of others with the block that I had made of theirs', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('two')
  await expectTyped(bob.page, 'two')
  for (const shape of ['Control+Alt+2', 'Control+Shift+8', 'Control+Shift+b']) {
    await endUndoStep(ann.page)
    await ann.page.keyboard.press(shape)
    await expect(textOf(bob.page).locator('h2, li, blockquote')).toContainText('two')
    await textOf(bob.page).click()
    await bob.page.keyboard.press('ControlOrMeta+End')
    await bob.page.keyboard.insertText(' BOB')
    await expectTyped(ann.page, 'two BOB')
    await ann.page.keyboard.press('Control+z')
    await expect(textOf(bob.page).locator('p', { hasText: 'two' })).toHaveCount(1)
    for (const { page } of [ann, bob]) await expect(textOf(page)).toContainText(' BOB')
    await ann.page.keyboard.press('Control+Shift+z')
    for (const { page } of [ann, bob]) await expectTyped(page, 'two BOB')
    // From the beginning.
    await textOf(ann.page).click()
    await ann.page.keyboard.press('ControlOrMeta+a')
    await ann.page.keyboard.press('Backspace')
    // Else the same word in the same change looks to Bob like his own line, replaced while he wrote in it.
    await expectTyped(bob.page, '')
    await ann.page.keyboard.press('Control+Alt+0')
    await ann.page.keyboard.type('two')
    await expectTyped(bob.page, 'two')
  }
})

test('undo takes back only what I did, also where others wrote since', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  // In one go: with pauses between the letters it would be several steps.
  await ann.page.keyboard.insertText('from Ann')
  await expectSaved(ann.page)
  await expectTyped(bob.page, 'from Ann')
  await textOf(bob.page).click()
  await bob.page.keyboard.press('Home')
  await bob.page.keyboard.type('by Bob, ')
  await expectTyped(ann.page, 'by Bob, from Ann')
  await ann.page.keyboard.press('Control+z')
  await expectTyped(bob.page, 'by Bob, ')
  await ann.page.keyboard.press('Control+Shift+z')
  await expectTyped(bob.page, 'by Bob, from Ann')
})

const GOOGLE_DOCS = `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><h2 dir="ltr" style="line-height:1.38;margin-top:18pt;"><span style="font-size:16pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;">Agenda</span></h2><p dir="ltr" style="line-height:1.38;"><span style="font-weight:400;">Plain, </span><span style="font-weight:700;font-style:normal;">bold</span><span style="font-weight:400;"> and </span><span style="font-style:italic;">slanted</span><span style="background-color:#ffff00;">marked</span></p><ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span>outer</span></p></li><ul><li dir="ltr" aria-level="2"><p role="presentation"><span>inner</span></p></li></ul></ul><ul><li dir="ltr" role="checkbox" aria-checked="true" aria-level="1"><img src="data:image/png;base64,AAAA" alt="checked" /><p role="presentation"><span>done</span></p></li></ul></b>`

const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head><style><!-- p.MsoNormal {margin:0} --></style></head><body lang=EN-US><!--StartFragment--><p class=MsoTitle>Report<o:p></o:p></p><p class=MsoListParagraphCxSpFirst style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;</span></span></span><![endif]>first<o:p></o:p></p><p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>o<span>&nbsp;</span></span><![endif]>deeper</p><p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;</span></span><![endif]>second</p><p class=MsoNormal>between</p><p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span><![endif]>counted</p><table class=MsoTableGrid><tr><td><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr></table><!--EndFragment--></body></html>`

const MARKDOWN = `## Notes

- [x] done
- [ ] open

> [!WARNING]
> mind the gap

| a | b |
|---|---|
| 1 | 2 |

\`\`\`js
let x = 1
\`\`\`
`
