import { writeContent } from '../support/people.ts'
import { expect, openNewPage, test, textOf } from './fixtures.ts'
import { photograph } from './photograph.ts'

test('on paper there is the page, whole and nothing around it', async ({ signIn }, testInfo) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  const id = await openNewPage(ann, 'Minutes')
  const countSheets = async (path: string) => {
    const pdf = await page.pdf({ format: 'A4', path: testInfo.outputPath(path) })
    return pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length
  }
  await expect(page.getByTestId('toolbar')).toBeVisible()
  await expect(page.getByTestId('page-facts')).toBeVisible()
  expect(await countSheets('short.pdf')).toBe(1)

  // As long as only what can be seen of it is laid out on the screen.
  const body = Array.from({ length: 150 }, (_, line) => `Line ${line}`).join('\n\n')
  await writeContent(ann.person, id, 'markdown', body)
  await expect(textOf(page)).toContainText('Line 149')
  await expect(textOf(page)).toHaveClass(/prose-long/)
  expect(await countSheets('long.pdf')).toBeGreaterThanOrEqual(5)

  await page.emulateMedia({ media: 'print' })
  for (const around of ['page-list', 'save-state', 'presence', 'toolbar', 'page-facts', 'block-handle'])
    await expect(page.getByTestId(around)).toBeHidden()
  await photograph(page, 'paper')
  await expect(page.getByTestId('page-title')).toHaveValue('Minutes')
  const text = await textOf(page).boundingBox()
  expect(text).toMatchObject({ x: 0, width: page.viewportSize()?.width })
})
