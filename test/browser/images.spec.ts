import { addMember } from '../support/people.ts'
import { expect, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

/** A PNG of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('A1 · an image that is pasted is uploaded, and others see it; it is resized with the keyboard and described', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const id = await openNewPage(ann)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('before')
  await textOf(ann.page).evaluate((element, pixel) => {
    const bytes = Uint8Array.from(atob(pixel), (char) => char.charCodeAt(0))
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([bytes], 'pixel.png', { type: 'image/png' }))
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, PIXEL)
  await bob.page.goto(`/pages/${id}`)
  for (const { page } of [ann, bob]) {
    const image = textOf(page).locator('.page-image img')
    await expect(image).toBeVisible()
    await expect(image).toHaveAttribute('src', /^blob:/)
    await expect(image).toHaveJSProperty('naturalWidth', 1)
  }
  const handle = textOf(ann.page).getByRole('slider', { name: 'Width of the image' })
  await handle.focus()
  await ann.page.keyboard.press('ArrowRight')
  await expect(textOf(bob.page).locator('.page-image img')).toHaveAttribute('width', '40')
  await expect(textOf(bob.page).getByRole('slider')).toBeHidden()
  // Not in its middle: the handle of so small an image covers that.
  await textOf(ann.page)
    .locator('.page-image img')
    .click({ position: { x: 3, y: 3 } })
  const words = ann.page.getByTestId('block-bar').getByLabel('What the image shows')
  await words.fill('A red dot')
  await words.press('Enter')
  await expect(textOf(bob.page).getByRole('img', { name: 'A red dot' })).toBeVisible()
  await expectSaved(ann.page)
})
