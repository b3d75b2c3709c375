import type { Locator } from '@playwright/test'
import { addMember, writeContent } from '../support/people.ts'
import {
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  goOffline,
  openNewPage,
  openTogether,
  test,
  textOf,
} from './fixtures.ts'
import { photograph } from './photograph.ts'
import { barOf, goTo, insert } from './writing-tools.ts'

test('cells of a table are merged and split, its header row goes and comes, a column is widened with the mouse', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const id = await openNewPage(ann)
  const { page } = ann
  await textOf(page).click()
  await insert(page, 'table')
  await page.keyboard.type('Name')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Place')
  await bob.page.goto(`/pages/${id}`)
  const header = textOf(bob.page).locator('th')
  // But for Ann's caret.
  const nothing = /^\W*(?:Ann Archer)?\W*$/
  await expect(header).toHaveText([/Name/, /Place/, nothing])

  await textOf(page).locator('th').first().dragTo(textOf(page).locator('th').nth(1))
  await expect(textOf(page).locator('.selectedCell')).toHaveCount(2)
  await barOf(page).getByRole('button', { name: 'Merge the selected cells' }).click()
  await expect(header).toHaveText([/Name.*Place/, nothing])
  await expect(header.first()).toHaveAttribute('colspan', '2')
  await barOf(page).getByRole('button', { name: 'Split the cell' }).click()
  await expect(header).toHaveText([/Name.*Place/, nothing, nothing])

  for (const count of [0, 3]) {
    await barOf(page).getByRole('button', { name: 'Row' }).click()
    await page.getByRole('menuitem', { name: 'Header row on or off' }).click()
    await expect(header).toHaveCount(count)
  }

  const cell = textOf(page).locator('td').first()
  const before = await boxOf(cell)
  const edge = { x: before.x + before.width - 1, y: before.y + before.height / 2 }
  await page.mouse.move(edge.x - 20, edge.y)
  await page.mouse.move(edge.x, edge.y)
  await expect(textOf(page).locator('.column-resize-handle').first()).toBeVisible()
  await page.mouse.down()
  await page.mouse.move(edge.x + 80, edge.y, { steps: 4 })
  await page.mouse.up()
  for (const shown of [cell, textOf(bob.page).locator('td').first()]) {
    await expect.poll(async () => (await boxOf(shown)).width).toBeGreaterThan(before.width + 60)
  }
  await expectSaved(page)
})

test('a column is widened with the mouse while another writes above the table and in it, and takes the cell away', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const cells = '<tr><td>a</td><td>b</td><td>e</td></tr><tr><td>c</td><td>d</td><td>f</td></tr>'
  await writeContent(ann.person, id, 'html', `<p>above</p><table>${cells}</table>`)
  for (const { page } of [ann, bob]) await expectTyped(page, 'aboveabecdf')
  const { page } = ann
  const cell = textOf(page).locator('td').first()
  const grab = async () => {
    const { x, y, width, height } = await boxOf(cell)
    const edge = { x: x + width - 1, y: y + height / 2 }
    await page.mouse.move(edge.x - 20, edge.y)
    await page.mouse.move(edge.x, edge.y)
    await expect(textOf(page).locator('.column-resize-handle').first()).toBeVisible()
    await page.mouse.down()
    return { ...edge, width }
  }
  const first = await grab()
  await page.mouse.move(first.x + 10, first.y)
  // Both come at once, and the cell is between them.
  await goOffline(bob.page)
  await goTo(bob.page, 'above', 5)
  await bob.page.keyboard.type(' it')
  await goTo(bob.page, 'd', 1)
  await bob.page.keyboard.type('dd')
  await bob.context.setOffline(false)
  await expectTyped(page, 'above itabecdddf')
  await page.mouse.move(first.x + 40, first.y, { steps: 3 })
  await page.mouse.up()
  for (const shown of [cell, textOf(bob.page).locator('td').first()])
    await expect.poll(async () => (await boxOf(shown)).width).toBeGreaterThan(first.width + 30)

  // The drag ends with its cell, and the next begins as ever.
  const second = await grab()
  await page.mouse.move(second.x + 10, second.y)
  await goTo(bob.page, 'a', 1)
  await barOf(bob.page).getByRole('button', { name: 'Row' }).click()
  await bob.page.getByRole('menuitem', { name: 'Delete the row' }).click()
  await expectTyped(page, 'above itcdddf')
  await page.mouse.move(second.x + 60, second.y, { steps: 3 })
  await page.mouse.up()
  const third = await grab()
  await page.mouse.move(third.x + 40, third.y, { steps: 3 })
  await page.mouse.up()
  await expect.poll(async () => (await boxOf(cell)).width).toBeGreaterThan(third.width + 30)
  await expectSaved(page)
})

test('cells that are selected stay so while another writes before the table and in it', async ({
  signIn,
}) => {
  const { ann, bob, id } = await openTogether(signIn)
  const cells = '<tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>'
  await writeContent(ann.person, id, 'html', `<p>above</p><table>${cells}</table>`)
  for (const { page } of [ann, bob]) await expectTyped(page, 'aboveabcd')
  const cell = textOf(ann.page).locator('td')
  await cell.nth(0).dragTo(cell.nth(2))
  const selected = textOf(ann.page).locator('.selectedCell')
  await expect(selected).toHaveText([/a/, /c/])
  await textOf(bob.page).getByText('above').click()
  await bob.page.keyboard.press('Enter')
  await bob.page.keyboard.type('new')
  await textOf(bob.page).getByText('c', { exact: true }).click()
  await bob.page.keyboard.type('x')
  await expect(textOf(ann.page)).toContainText('new')
  await expect(selected).toHaveText([/a/, /x/])
  // What is done with them is done with all of them.
  await barOf(ann.page).getByRole('button', { name: 'Merge the selected cells' }).click()
  await expect(textOf(bob.page).locator('td')).toHaveCount(3)
})

test('cells that are cut and pasted at once come back to where they were', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const id = await openNewPage(ann)
  const { page } = ann
  const rows = ['abc', 'def', 'ghi'].map(
    (row) => `<tr>${[...row].map((letter) => `<td>${letter}</td>`).join('')}</tr>`,
  )
  await writeContent(ann.person, id, 'html', `<table>${rows.join('')}</table>`)
  await expectTyped(page, 'abcdefghi')
  const cell = textOf(page).locator('td')
  const [b, c, e, f] = [1, 2, 4, 5].map((index) => cell.nth(index)) as [Locator, Locator, Locator, Locator]
  for (const [from, to] of [
    [b, f],
    [c, e],
    [f, b],
  ] as const) {
    await from.dragTo(to)
    await expect(textOf(page).locator('.selectedCell')).toHaveCount(4)
    await page.keyboard.press('Control+x')
    await expectTyped(page, 'adghi')
    await page.keyboard.press('Control+v')
    await expectTyped(page, 'abcdefghi')
  }
  await expect(cell).toHaveCount(9)
})

/** Where something is; another's change may be drawing it anew right now. */
async function boxOf(element: Locator) {
  let box = await element.boundingBox()
  await expect.poll(async () => (box = await element.boundingBox())).not.toBeNull()
  if (box === null) throw new Error('it is not on the screen')
  return box
}

test('details are opened, written in and closed, by each reader for themselves', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await insert(ann.page, 'details')
  await ann.page.keyboard.type('For the curious')
  const content = textOf(ann.page).locator('[data-type="detailsContent"]')
  await expect(content).toBeHidden()
  await textOf(ann.page).getByRole('button', { name: 'Show the details' }).click()
  await content.click()
  await ann.page.keyboard.type('printed on a press of 1911')
  await expectSaved(ann.page)

  await bob.page.goto(`/pages/${id}`)
  const read = textOf(bob.page).locator('[data-type="detailsContent"]')
  await expect(textOf(bob.page).locator('summary')).toHaveText('For the curious')
  await expect(read).toBeHidden()
  await textOf(bob.page).getByRole('button', { name: 'Show the details' }).click()
  await expect(read).toContainText('printed on a press of 1911')
  await expect(read).toBeVisible()
  await textOf(ann.page).getByRole('button', { name: 'Hide the details' }).click()
  await expect(content).toBeHidden()
  await expect(read).toBeVisible()
  await ann.page.reload()
  await expectReady(ann.page)
  await expect(content).toBeHidden()
})

test('a table with many columns scrolls rather than breaks its words, also on a phone', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer', { viewport: { width: 390, height: 844 } })
  const { page } = ann
  const id = await openNewPage(ann)
  const words = ['Nr', 'Responsible', 'Translator', 'Illustrator', 'Proofreader', 'Typesetter', 'Printing']
  const cells = words.map((word, at) => `<th${at === 0 ? ' colwidth="64"' : ''}><p>${word}</p></th>`)
  const row = words.map((word) => `<td><p>${word} of it</p></td>`)
  await writeContent(
    ann.person,
    id,
    'html',
    `<table><tbody><tr>${cells.join('')}</tr><tr>${row.join('')}</tr></tbody></table><p>below</p>`,
  )
  const header = textOf(page).locator('th')
  await expect(header).toHaveText(words)
  for (const width of [390, 900]) {
    await page.setViewportSize({ width, height: 844 })
    expect(await listBroken(textOf(page)), `at ${width} pixels`).toEqual([])
    const wrapper = textOf(page).locator('.tableWrapper')
    const [room, needed] = await wrapper.evaluate(({ clientWidth, scrollWidth }) => [
      clientWidth,
      scrollWidth,
    ])
    expect(needed, `at ${width} pixels`).toBeGreaterThan(room ?? 0)
    // What somebody made narrow stays narrow, and the page itself does not scroll.
    expect(Math.round((await boxOf(header.first())).width)).toBe(64)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    await photograph(page, `wide table at ${width}`)
  }
  // One with few columns takes no more room than there is.
  await goTo(page, 'below', 5)
  await page.keyboard.press('Enter')
  await insert(page, 'table')
  const small = textOf(page).locator('.tableWrapper').last()
  await expect(small.locator('th')).toHaveCount(3)
  expect(await small.evaluate(({ clientWidth, scrollWidth }) => scrollWidth - clientWidth)).toBe(0)
})

/** The words in a text's cells that stand on more than one line. */
const listBroken = (text: Locator): Promise<string[]> =>
  text.evaluate((root) =>
    [...root.querySelectorAll('th p, td p')].flatMap(({ firstChild }) => {
      const range = document.createRange()
      return [...(firstChild?.textContent ?? '').matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
        if (firstChild === null) return []
        range.setStart(firstChild, index)
        range.setEnd(firstChild, index + word.length)
        return range.getClientRects().length > 1 ? [word] : []
      })
    }),
  )
