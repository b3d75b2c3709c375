import type { Locator, Page } from '@playwright/test'
import { addMember } from '../support/people.ts'
import { expect, expectSaved, expectTyped, openNewPage, openTogether, test, textOf } from './fixtures.ts'
import { insert, type OwnFile, paste } from './writing-tools.ts'

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
  await paste(ann.page, {}, [
    { name: 'pixel.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') },
  ])
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

/** A picture of one colour, as wide as is asked for. */
async function paint(page: Page, name: string, width: number, colour = 'teal'): Promise<OwnFile> {
  const address = await page.evaluate(
    ([side, fill]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: side, height: 60 })
      const brush = canvas.getContext('2d')
      if (brush === null) throw new Error('nothing can be painted')
      brush.fillStyle = fill
      brush.fillRect(0, 0, side, 60)
      return canvas.toDataURL('image/png')
    },
    [width, colour] as const,
  )
  return { name, mimeType: 'image/png', buffer: Buffer.from(address.split(',')[1] ?? '', 'base64') }
}

/** Lets go of files over the right end of a block. */
async function drop(block: Locator, files: readonly OwnFile[]): Promise<void> {
  const dropped = files.map(({ name, mimeType, buffer }) => ({
    ...{ name, type: mimeType, content: buffer.toString('base64') },
  }))
  await block.evaluate((element, given) => {
    const dataTransfer = new DataTransfer()
    for (const { name, type, content } of given) {
      const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0))
      dataTransfer.items.add(new File([bytes], name, { type }))
    }
    const { right, top, height } = element.getBoundingClientRect()
    const place = { clientX: right - 2, clientY: top + height / 2 }
    const event = new DragEvent('drop', { ...place, dataTransfer, bubbles: true, cancelable: true })
    element.dispatchEvent(event)
    // Else the browser would leave the page and show the file.
    if (!event.defaultPrevented) throw new Error('the drop is left to the browser')
  }, dropped)
}

const imagesOf = (page: Page) => textOf(page).locator('.page-image img')

/** How wide the images of a page are, from the top down. */
async function expectWidths(page: Page, widths: readonly number[]): Promise<void> {
  const read = () =>
    imagesOf(page).evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth))
  await expect.poll(read).toEqual(widths)
}

test('the handle of an image says how wide it is and can be, and takes all the keys of a slider', async ({
  signIn,
}) => {
  const { page, ...ann } = await signIn('Ann Archer')
  await openNewPage({ page, ...ann })
  await textOf(page).click()
  await paste(page, {}, [await paint(page, 'wide.png', 1_500)])
  const handle = textOf(page).getByRole('slider', { name: 'Width of the image' })
  const limit = await textOf(page).evaluate((text) => text.clientWidth)
  const expectWidth = async (width: number): Promise<void> => {
    await expect(handle).toHaveAttribute('aria-valuenow', String(width))
    await expect(handle).toHaveAttribute('aria-valuemax', String(limit))
    await expect(imagesOf(page)).toHaveJSProperty('clientWidth', width)
  }
  await expectWidth(limit)
  await handle.focus()
  const steps = [
    ...[['Home', 40] as const, ['PageUp', 140] as const, ['ArrowUp', 160] as const],
    ...[['PageDown', 60] as const, ['PageDown', 40] as const],
    ...[['End', limit] as const, ['ArrowRight', limit] as const, ['PageDown', limit - 100] as const],
  ]
  for (const [key, width] of steps) {
    await page.keyboard.press(key)
    await expectWidth(width)
    await expect(handle).toBeFocused()
  }
})

test('images are dropped between two paragraphs, while another writes in the first', async ({ signIn }) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('above\nbelow')
  await expectSaved(ann.page)
  await expectTyped(bob.page, 'abovebelow')
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await ann.page.route('**/api/pages/*/files', async (route) => {
    await held
    await route.continue()
  })
  const files = [await paint(ann.page, 'cover.png', 300), await paint(ann.page, 'back.png', 200)]
  await drop(textOf(ann.page).locator('p').first(), files)
  await expect(ann.page.getByRole('progressbar', { name: 'Uploading cover.png' })).toBeVisible()
  // Until it is there, only who uploads it sees that it comes.
  await textOf(bob.page).locator('p').first().click()
  await bob.page.keyboard.press('Home')
  await bob.page.keyboard.type('written ')
  await expectTyped(ann.page, 'written abovebelow')
  await expect(ann.page.getByRole('progressbar')).toHaveCount(2)
  await expect(textOf(bob.page).getByRole('progressbar')).toHaveCount(0)
  await expect(imagesOf(bob.page)).toHaveCount(0)
  release()
  for (const { page } of [ann, bob]) {
    await expectWidths(page, [300, 200])
    const last = textOf(page).locator('p:has-text("above") + .page-image + .page-image + p')
    await expect(last).toContainText('below')
  }
  await expect(ann.page.getByRole('progressbar')).toHaveCount(0)
  await expectTyped(bob.page, 'written abovebelow')
  await expectSaved(ann.page)
})

test('several images are chosen from the slash menu, and stand in the order in which they were chosen', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const id = await openNewPage(ann)
  await bob.page.goto(`/pages/${id}`)
  const { page } = ann
  const widths = [120, 240, 360]
  const files = await Promise.all(widths.map((width) => paint(page, `${width}.png`, width)))
  // The first takes longest.
  let isFirst = true
  let answered = 0
  page.on('response', (response) => {
    if (response.url().endsWith('/files')) answered++
  })
  await page.route('**/api/pages/*/files', async (route) => {
    const isHeld = isFirst
    isFirst = false
    if (isHeld) await expect.poll(() => answered).toBe(2)
    await route.continue()
  })
  await textOf(page).click()
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), insert(page, 'image')])
  expect(chooser.isMultiple()).toBe(true)
  await chooser.setFiles(files)
  for (const shown of [page, bob.page]) await expectWidths(shown, widths)
  // Who chose them writes on below.
  await expect(textOf(page)).toBeFocused()
  await page.keyboard.type('so far')
  await expect(textOf(bob.page).locator('.page-image + p')).toHaveText(/^so far/)
  await expectWidths(bob.page, widths)
  await expectSaved(page)
})

test('what is no image, or too large, is refused in words, and leaves nothing in the text', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const id = await openNewPage(ann)
  await bob.page.goto(`/pages/${id}`)
  const { page } = ann
  await textOf(page).click()
  await page.keyboard.type('words')
  const refusal = textOf(page).getByRole('alert')
  const text = textOf(page).locator('p').first()
  await drop(text, [{ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('only words') }])
  await expect(refusal).toHaveText('notes.png: Send a PNG, JPEG, GIF, WebP or AVIF image.')
  await drop(text, [{ name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') }])
  await expect(refusal.filter({ hasText: 'report.pdf: ' })).toContainText('Only images can be put here.')

  await page.keyboard.type(' ')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), insert(page, 'image')])
  const small = await paint(page, 'small.png', 90)
  const large = Buffer.concat([small.buffer, Buffer.alloc(11 * 1024 * 1024)])
  await chooser.setFiles([{ name: 'poster.png', mimeType: 'image/png', buffer: large }, small])
  await expect(refusal.filter({ hasText: 'poster.png: ' })).toContainText(
    'An image may have 10 MiB. Make it smaller and try again.',
  )
  for (const shown of [page, bob.page]) await expectWidths(shown, [90])
  await expect(refusal).toHaveCount(0)
  for (const shown of [page, bob.page]) await expectTyped(shown, 'words ')
  await expectSaved(page)
})

test('words that another program copied together with a picture of them are pasted as words', async ({
  signIn,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const { page } = ann
  await textOf(page).click()
  const table = '<table><tr><td>apples</td><td>12</td></tr></table>'
  await paste(page, { 'text/html': table }, [await paint(page, 'table.png', 80)])
  await expect(textOf(page).locator('td')).toHaveText(['apples', '12'])
  await expectSaved(page)
  await expect(textOf(page).getByRole('progressbar')).toHaveCount(0)
  await expect(imagesOf(page)).toHaveCount(0)
})

test('A1 · an image that is copied to another page stays there, for all who view that one', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn, 'First')
  const { page } = ann
  await textOf(page).click()
  await paste(page, {}, [await paint(page, 'first.png', 90)])
  await expectWidths(page, [90])
  await expectSaved(page)
  const first = page.url()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('ControlOrMeta+C')

  const second = await openNewPage(ann, 'Second')
  await bob.page.goto(`/pages/${second}`)
  await textOf(page).click()
  await page.keyboard.press('ControlOrMeta+V')
  await expectWidths(bob.page, [90])
  await expectSaved(page)
  for (const how of ['', '?permanent=true']) {
    const { status } = await ann.person.request('DELETE', `/api/pages/${first.split('/').at(-1)}${how}`)
    expect(status).toBeLessThan(300)
  }
  await bob.page.reload()
  await expectWidths(bob.page, [90])
})
