import { addMember } from '../support/people.ts'
import { expect, expectSaved, openNewPage, test, textOf } from './fixtures.ts'

/** A PNG of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('A1 · an image that is pasted is uploaded, and others see it; it is resized with the keyboard', async ({
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
    expect(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1)
    expect(await image.getAttribute('src')).toMatch(/^blob:/)
  }
  const handle = textOf(ann.page).getByRole('slider', { name: 'Width of the image' })
  await handle.focus()
  await ann.page.keyboard.press('ArrowRight')
  await expect(textOf(bob.page).locator('.page-image img')).toHaveAttribute('width', '40')
  await expect(textOf(bob.page).getByRole('slider')).toBeHidden()
  await expectSaved(ann.page)
})
