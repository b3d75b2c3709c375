import type { Page } from '@playwright/test'
import { addMember, createPage } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, expectSaved, expectTyped, openNewPage, test, textOf } from './fixtures.ts'
import { barOf, insert, menuOf } from './writing-tools.ts'

/** Pastes as another program would have copied it. */
async function paste(page: Page, data: Record<string, string>): Promise<void> {
  await textOf(page).evaluate((element, entries) => {
    const clipboardData = new DataTransfer()
    for (const [type, value] of Object.entries(entries)) clipboardData.setData(type, value)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, data)
}

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

test('the bubble menu marks, colours and aligns the selected text', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
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
  await expectSaved(page)
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
  await expect(textOf(page).locator('pre')).toHaveText('let x = 1')
  await expect(textOf(page)).not.toContainText('Report')
  await expectSaved(page)
})

test('undo takes back only what I did, also where others wrote since', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  // In one go: with pauses between the letters it would be several steps.
  await ann.page.keyboard.insertText('from Ann')
  await expectSaved(ann.page)
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
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
