import type { Page } from '@playwright/test'
import { addMember, writeContent } from '../support/people.ts'
import { type Author, expect, expectReady, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

test.describe.configure({ timeout: 120_000 })

const BLOCKS = 400
/** Blocks of all heights: nobody could guess how high one is that was not laid out. */
const CONTENT = Array.from({ length: BLOCKS }, (_, nr) => {
  const words = `Block ${nr} ${'has some words. '.repeat((nr * 7) % 40)}`
  return [
    `<p>${words}</p>`,
    `<ul><li><p>${words}</p><ul><li><p>inside</p></li></ul></li></ul>`,
    `<blockquote><p>${words}</p><p>and more</p></blockquote>`,
    `<h2>Block ${nr}</h2>`,
    `<pre><code>${words}</code></pre>`,
  ][nr % 5]
}).join('')

test('of a long page only what can be seen is laid out, and nothing in it moves for that', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  const id = await openNewPage(ann, 'Long')
  await writeLongText(ann, id)
  // As it came into the open page, and as it is when it could be read before the editor was there.
  for (const arrival of ['written meanwhile', 'opened']) {
    if (arrival === 'opened') await page.reload()
    await expectReady(page)
    await expect(textOf(page), arrival).toHaveClass(/prose-long/)
    await expect.poll(() => readShift(page), arrival).toBeLessThan(0.6)
    await expect.poll(async () => (await countLaidOut(page)).laidOut, arrival).toBeLessThan(30)
    const { all, laidOut } = await countLaidOut(page)
    expect(all).toBe((BLOCKS / 5) * 3)
    expect(laidOut).toBeGreaterThan(1)
  }
})

test('who reads in the middle of a long page stays there while somebody writes above, and writes where they click', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openLongPage(ann)
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  const middle = textOf(ann.page).getByRole('heading', { name: 'Block 203', exact: true })
  await middle.scrollIntoViewIfNeeded()
  await middle.click()
  const topOf = async () => (await middle.boundingBox())?.y ?? Number.NaN
  const before = await topOf()

  await textOf(bob.page).getByText('Block 0', { exact: true }).click()
  for (let line = 0; line < 10; line++) {
    // The letters come before the new line was drawn.
    await Promise.all([bob.page.keyboard.press('Enter'), bob.page.keyboard.type('From Bob')])
  }
  await expect(textOf(bob.page).getByText('From Bob', { exact: true })).toHaveCount(10)
  await expectSaved(bob.page)
  await expect(textOf(ann.page).getByText('From Bob')).toHaveCount(10)
  expect(Math.abs((await topOf()) - before)).toBeLessThan(2)

  await ann.page.keyboard.press('End')
  await ann.page.keyboard.type(', by Ann')
  await expect(textOf(ann.page).getByRole('heading', { name: 'Block 203, by Ann' })).toBeInViewport()
  // What is far away is found all the same, and gone to.
  await ann.page.keyboard.press('ControlOrMeta+Home')
  await expect(textOf(ann.page).getByText('Block 0', { exact: true })).toBeInViewport()
  await ann.page.keyboard.press('ControlOrMeta+End')
  await expect(textOf(ann.page).locator(':scope > :last-child')).toBeInViewport()
})

async function openLongPage(author: Author): Promise<string> {
  const id = await openNewPage(author, 'Long')
  await writeLongText(author, id)
  await author.page.reload()
  await expectReady(author.page)
  return id
}

async function writeLongText({ person, page }: Author, id: string): Promise<void> {
  await writeContent(person, id, 'html', CONTENT)
  await expect(textOf(page).locator(':scope > *')).toHaveCount(BLOCKS)
}

/** Of the lists' and quotes' parts, those that the browser has laid out: all others are in blocks that it leaves out. */
const countLaidOut = (page: Page): Promise<{ all: number; laidOut: number }> =>
  textOf(page).evaluate((text) => {
    const parts = [...text.querySelectorAll(':scope > :is(ul, blockquote) > *')]
    const laidOut = parts.filter((part) => part.checkVisibility({ contentVisibilityAuto: true }))
    return { all: parts.length, laidOut: laidOut.length }
  })

/** By how much the block that does so most stands elsewhere than if all of the text were laid out, CSS pixels. */
const readShift = (page: Page): Promise<number> =>
  textOf(page).evaluate((text) => {
    const readTops = () => [...text.children].map((block) => block.getBoundingClientRect().top)
    const tops = readTops()
    text.classList.remove('prose-long')
    const whole = readTops()
    text.classList.add('prose-long')
    return Math.max(...whole.map((top, nr) => Math.abs(top - (tops[nr] ?? Number.NaN))))
  })
