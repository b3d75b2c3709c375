import { expect, openNewPage, test, textOf } from './fixtures.ts'

test('text stands at the side where its own script begins', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann, 'מכתב לעורכת')
  await textOf(ann.page).click()
  const { keyboard } = ann.page
  await keyboard.type('שלום לכולם, זהו משפט בעברית.\nAn English paragraph.\n- פריט ראשון\n')
  await keyboard.type('\n> ציטוט בעברית')
  const column = await textOf(ann.page).boundingBox()
  const sideOf = async (text: string): Promise<string> => {
    const [start, end] = await textOf(ann.page)
      .getByText(text)
      .last()
      .evaluate((element) => {
        const range = document.createRange()
        range.selectNodeContents(element)
        const { left, right } = range.getBoundingClientRect()
        return [left, right] as const
      })
    if (!column) throw new Error('there is no text')
    return start - column.x < column.x + column.width - end ? 'left' : 'right'
  }
  await expect.poll(() => sideOf('שלום לכולם')).toBe('right')
  await expect.poll(() => sideOf('An English')).toBe('left')
  await expect.poll(() => sideOf('פריט ראשון')).toBe('right')
  await expect(textOf(ann.page).locator('ul')).toHaveCSS('padding-right', '24px')
  await expect(textOf(ann.page).locator('blockquote')).toHaveCSS('border-right-width', '3px')
  await expect(ann.page.getByTestId('page-title')).toHaveCSS('direction', 'rtl')
})
